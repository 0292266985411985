//! Only a human presses a key.

use std::time::Duration;

use tests::{LineSetup, TestDoctor, for_as_long, ladder_of_telephones};

use crate::{is_paged_for, talking};

const TALKS: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread")]
async fn a_voicemail_that_lifts_and_talks_never_accepts_and_the_ladder_goes_on() {
    let setup = LineSetup::new().rota(ladder_of_telephones(&["aoki", "endo"]));
    let line =
        setup.settings("[escalation]\np1 = [\"0s\", \"12s\", \"60s\"]\nring_for = \"20s\"").start().await;
    let voicemail = TestDoctor::voicemail(&line, "aoki").await;
    let doctor = TestDoctor::registers(&line, "endo").await;
    let (caller, desk, call) = talking(&line).await;

    is_paged_for(&line, &call).await;
    voicemail.phone.has("CALL_ESTABLISHED", 1).await;
    voicemail.is_told_something().await;
    for_as_long(TALKS, async || {
        let told = line.escalations().await.remove(0);
        assert_eq!((told.state.as_str(), told.accepted_by.as_str()), ("climbing", ""), "{told:?}");
    })
    .await;
    assert!(!line.calls().await[0].has("joined"), "a voicemail is in nobody's call");

    doctor.lifts(1).await;
    doctor.presses("1").await;
    let told = line.escalation_that("a human has joined", |told| told.state == "acted").await;
    assert_eq!(told.accepted_by, "endo");
    voicemail.is_let_go(1).await;
    let states = told.pages.iter().map(|page| (page.staff_id.as_str(), page.state.as_str()));
    assert_eq!(states.collect::<Vec<_>>(), [("aoki", "cancelled"), ("endo", "accepted")]);

    // Counsellor and doctor may go on without the caller.
    caller.hangs_up().await;
    desk.hangs_up().await;
    doctor.is_let_go(1).await;
    line.calls_ended(1).await[0].is_whole();
    assert_eq!(line.calls().await[0].told("joined", "staff"), ["endo"]);
}
