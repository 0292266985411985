//! Whoever did not reach us is rung back.

use tests::{LineSetup, TestCaller, TestCarrier, TestDesk, eventually};

use crate::NUMBER;

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_gave_up_is_rung_back_by_the_next_free_desk() {
    let carrier = TestCarrier::answering_late();
    let line = LineSetup::new().settings(&carrier.trunk("carrier")).start().await;
    let desk = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::with_number(&line, NUMBER).await;

    caller.rings().await;
    desk.is_ringing(1).await;
    caller.hangs_up().await;
    desk.is_quiet(1).await;
    let given_up = line.call_that("the call has ended", |call| call.end.is_some()).await;
    assert_eq!(given_up.end.as_deref(), Some("abandoned_in_queue"));
    let owed: Vec<String> = line.call_backs().await.into_iter().map(|debt| debt.call_id).collect();
    assert_eq!(owed, [given_up.id.as_str()]);

    desk.answers(2).await;
    desk.hears(0).await;
    carrier.was_asked_for(NUMBER).await;
    let back =
        line.call_that("they are connected", |call| call.id != given_up.id && call.has("answered")).await;
    assert!(back.is_answered_by("ito") && back.has("caller_rung"), "{back:?}");

    desk.hangs_up().await;
    let calls = line.calls_ended(2).await;
    calls.iter().for_each(tests::ToldCall::is_whole);
    assert_eq!(calls[1].end.as_deref(), Some("completed"));
    carrier.sipp.has_seen("\nBYE ").await;
    eventually("the debt is settled", async || line.call_backs().await.is_empty().then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_rings_again_and_is_answered_is_owed_nothing_more() {
    let carrier = TestCarrier::answering();
    let line = LineSetup::new().settings(&carrier.trunk("carrier")).start().await;
    let ito = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    ito.is_ringing(1).await;
    caller.hangs_up().await;
    // The call-back rings ito, who lets it ring.
    ito.is_ringing(2).await;

    let mori = TestDesk::registers(&line, "mori").await;
    caller.rings().await;
    mori.answers(1).await;

    eventually("the debt is withdrawn", async || line.call_backs().await.is_empty().then_some(())).await;
    let repeat = line.call_that("the second call", |call| call.has("answered")).await;
    assert_eq!(repeat.steps[0].text("class"), "repeat");
    assert_eq!(carrier.seen(&format!("INVITE sip:{NUMBER}@")), 0, "nobody is rung who talks to us");
}
