//! A psychiatrist missed the page and rings the number that was shown.

use tests::{LineSetup, TestDoctor, TestLine, Voice, free_port, ladder_of, ladder_of_telephones, trunk_to};

use crate::{hear, is_paged_for, talking};

/// Long enough to lift, and soon missed.
const SOON_MISSED: &str = "[escalation]\nring_for = \"4s\"";
const DOCTOR: &str = "+819087654321";
const WINDOW: &str = "+81312345678";

#[tokio::test(flavor = "multi_thread")]
async fn who_missed_the_page_and_rings_back_is_taken_to_the_case() {
    let line = LineSetup::new().rota(ladder_of_telephones(&["aoki"])).settings(SOON_MISSED).start().await;
    let doctor = TestDoctor::registers(&line, "aoki").await;
    comes_by_ringing_back(&line, &doctor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_missed_the_page_on_a_mobile_and_dials_the_number_shown_is_taken_to_the_case() {
    let port = free_port();
    let trunk = format!("{}\nshown_number = \"{WINDOW}\"", trunk_to("mobile", port).trim_end());
    let setup = LineSetup::new().rota(ladder_of(&["aoki"], &format!("\"tel:{DOCTOR}\"")));
    let line = setup.settings(SOON_MISSED).settings(&trunk).start().await;
    let doctor = TestDoctor::on_trunk(&line, DOCTOR, port).await;
    comes_by_ringing_back(&line, &doctor).await;
    assert!(doctor.phone.shown().starts_with(&format!("sip:{WINDOW}@")), "{}", doctor.phone.shown());
}

async fn comes_by_ringing_back(line: &TestLine, doctor: &TestDoctor) {
    let (caller, desk, call) = talking(line).await;
    is_paged_for(line, &call).await;
    doctor.is_rung(1).await;
    doctor.is_let_go(1).await;
    line.escalation_that("the page was missed", |told| told.pages[0].state == "unanswered").await;

    doctor.rings_back().await;
    doctor.is_told_something().await;
    doctor.presses("1").await;

    hear(&[
        (&caller.phone, &[Voice::Desk, Voice::Doctor]),
        (&desk.phone, &[Voice::Caller, Voice::Doctor]),
        (&doctor.phone, &[Voice::Caller, Voice::Desk]),
    ])
    .await;
    let told = line.escalation_that("the doctor has acted", |told| told.state == "acted").await;
    assert_eq!((told.accepted_by.as_str(), told.act.as_str()), ("aoki", "joined"));
    assert_eq!((doctor.rang(), line.calls().await.len()), (1, 1), "who rings back is no caller");

    caller.hangs_up().await;
    desk.hangs_up().await;
    doctor.is_let_go(2).await;
    line.calls_ended(1).await[0].is_whole();
}
