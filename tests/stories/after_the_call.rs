//! The caller has left before the psychiatrist was there.

use tests::{LineSetup, TestDoctor, Voice, ladder_of_telephones};

use crate::{hear, is_paged_for, talking};

#[tokio::test(flavor = "multi_thread")]
async fn a_psychiatrist_who_accepts_after_the_call_is_connected_to_the_counsellor_who_had_it() {
    let line = LineSetup::new().rota(ladder_of_telephones(&["aoki"])).start().await;
    let doctor = TestDoctor::registers(&line, "aoki").await;
    let (caller, desk, call) = talking(&line).await;

    is_paged_for(&line, &call).await;
    doctor.is_rung(1).await;
    caller.hangs_up().await;
    desk.is_quiet(1).await;
    line.calls_ended(1).await[0].is_whole();
    doctor.lifts(1).await;
    doctor.presses("1").await;

    desk.answers(2).await;
    hear(&[(&desk.phone, &[Voice::Doctor]), (&doctor.phone, &[Voice::Desk])]).await;
    let told = line.escalation_that("the doctor has acted", |told| told.state == "acted").await;
    assert_eq!((told.accepted_by.as_str(), told.act.as_str()), ("aoki", "called_back"));

    desk.hangs_up().await;
    doctor.is_let_go(1).await;
    assert_eq!((desk.rang(), doctor.rang()), (2, 1));
    assert_eq!(line.calls().await.len(), 1, "two of us who talk are no call of anybody's");
}
