//! A whole ladder with the clock of the wall.

use shell::grpc::instant;
use tests::{LineSetup, TestDoctor, ladder_of_telephones, sipp_doctor};

use crate::{is_paged_for, talking};

/// Rung 2 after 10 s; the later ones would be a minute away if nobody were faster. Whoever lifts on a machine that is
/// busy has 9 s for it.
const PACE: &str = "[escalation]\np1 = [\"0s\", \"10s\", \"70s\", \"130s\", \"190s\"]\nring_for = \"9s\"";
/// Far more than the line needs, and far less than the minute that is saved.
const SOON: std::ops::Range<i64> = 0..30_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_is_silent_the_second_busy_the_third_declines_and_the_fourth_joins() {
    let setup = LineSetup::new().rota(ladder_of_telephones(&["aoki", "endo", "noda", "ueda"]));
    let line = setup.settings(PACE).start().await;
    let silent = TestDoctor::registers(&line, "aoki").await;
    let busy = sipp_doctor(&line, "endo", "phone_busy").await;
    let declines = TestDoctor::registers(&line, "noda").await;
    let joins = TestDoctor::registers(&line, "ueda").await;
    let (caller, desk, call) = talking(&line).await;

    is_paged_for(&line, &call).await;
    silent.is_rung(1).await;
    silent.is_let_go(1).await;
    assert_eq!(declines.rang(), 0, "whoever rings out has been waited for");
    declines.lifts(1).await;
    declines.presses("2").await;
    joins.lifts(1).await;
    joins.presses("1").await;

    let told = line.escalation_that("the fourth has joined", |told| told.state == "acted").await;
    assert_eq!((told.accepted_by.as_str(), told.act.as_str(), told.round), ("ueda", "joined", 0));
    busy.has_seen("486 Busy Here").await;
    declines.is_let_go(1).await;
    let rows = told.pages.iter().map(|page| (page.rung, page.staff_id.as_str(), page.state.as_str()));
    let wanted =
        [(1, "aoki", "unanswered"), (2, "endo", "failed"), (3, "noda", "declined"), (4, "ueda", "accepted")];
    assert_eq!(rows.collect::<Vec<_>>(), wanted);

    let due: Vec<_> = told.pages.iter().map(|page| instant(page.due_at.as_ref().unwrap()).micros()).collect();
    assert_eq!(due[1] - due[0], 10_000_000, "the silent one had the whole of the first step");
    assert!(SOON.contains(&(due[2] - due[1])), "a busy telephone costs nothing: {due:?}");
    assert!(SOON.contains(&(due[3] - due[2])), "a no costs nothing beyond its own time: {due:?}");
    for page in &told.pages {
        let late =
            instant(page.out_at.as_ref().unwrap()).micros() - instant(page.due_at.as_ref().unwrap()).micros();
        assert!(SOON.contains(&late), "{} went out {late} µs late", page.staff_id);
        assert_eq!(page.attempts.len(), 1, "{page:?}");
    }

    // Counsellor and doctor may go on without the caller.
    caller.hangs_up().await;
    desk.hangs_up().await;
    joins.is_let_go(1).await;
    line.calls_ended(1).await[0].is_whole();
    assert_eq!((silent.rang(), declines.rang(), joins.rang()), (1, 1, 1));
}
