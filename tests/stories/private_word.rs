//! Counsellor and psychiatrist have a word alone.

use tests::{LineSetup, TestDoctor, Voice, eventually, ladder_of_telephones};

use crate::{hear, is_paged_for, talking};

#[tokio::test(flavor = "multi_thread")]
async fn the_counsellors_star_keeps_the_caller_company_apart_and_brings_all_together_again() {
    let line = LineSetup::new().rota(ladder_of_telephones(&["aoki"])).start().await;
    let doctor = TestDoctor::registers(&line, "aoki").await;
    let (caller, desk, call) = talking(&line).await;
    is_paged_for(&line, &call).await;
    doctor.lifts(1).await;
    doctor.presses("1").await;
    let all: [(&_, &[Voice]); 3] = [
        (&caller.phone, &[Voice::Desk, Voice::Doctor]),
        (&desk.phone, &[Voice::Caller, Voice::Doctor]),
        (&doctor.phone, &[Voice::Caller, Voice::Desk]),
    ];
    hear(&all).await;

    desk.phone.presses("*").await;
    let alone: [(&_, &[Voice]); 3] =
        [(&caller.phone, &[]), (&desk.phone, &[Voice::Doctor]), (&doctor.phone, &[Voice::Desk])];
    hear(&alone).await;
    let before = caller.phone.heard();
    caller.hears(before).await;
    hear(&alone).await;

    // Neither of the others can end it.
    caller.phone.presses("*").await;
    doctor.presses("*").await;
    hear(&alone).await;

    desk.phone.presses("*").await;
    hear(&all).await;
    let told = eventually("the ledger tells both", async || {
        let steps = line.calls().await.remove(0).told("consulting", "privately");
        (steps.len() == 2).then_some(steps)
    });
    assert_eq!(told.await, ["true", "false"]);

    caller.hangs_up().await;
    desk.hangs_up().await;
    doctor.is_let_go(1).await;
    line.calls_ended(1).await[0].is_whole();
}
