//! The process dies in the middle of a call.

use tests::{LineSetup, TestCaller, TestDesk};

use crate::NUMBER;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_cut_off_by_a_dead_process_is_closed_and_owed_exactly_one_call_back() {
    let mut line = LineSetup::new().start().await;
    let desk = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    let before = line.call_that("the call is answered", |call| call.has("picked_up")).await;

    line.kill_9();
    line.starts().await;

    let call = line.call_that("the call is closed", |call| call.id == before.id && call.end.is_some()).await;
    call.is_whole();
    assert_eq!(call.end.as_deref(), Some("cut_off"));
    assert_eq!(call.names(), [before.names(), vec!["ended"]].concat(), "nothing is lost, nothing twice");
    let owed: Vec<String> = line.call_backs().await.into_iter().map(|debt| debt.call_id).collect();
    assert_eq!(owed, [call.id.as_str()]);

    // The telephone has not registered again: the line found where it is.
    let registrations = desk.phone.log().matches("\nREGISTER ").count();
    desk.is_ringing(2).await;
    assert_eq!(desk.phone.log().matches("\nREGISTER ").count(), registrations);
    let calls = line.calls().await;
    let call_backs: Vec<_> =
        calls.iter().filter(|call| call.steps[0].text("origin") == "call_back").collect();
    assert_eq!((calls.len(), call_backs.len()), (2, 1), "{calls:?}");
    assert_eq!(call_backs[0].steps[0].text("came_by"), call.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_dies_again_and_again_loses_no_event_and_closes_every_call() {
    let mut line = LineSetup::new().start().await;
    let desk = TestDesk::registers(&line, "ito").await;
    for _ in 0..3 {
        let caller = TestCaller::with_number(&line, "anonymous").await;
        caller.rings().await;
        line.call_that("a call begins", |call| call.end.is_none()).await;
        line.kill_9();
        line.starts().await;
    }
    let calls = line.calls_ended(3).await;
    calls.iter().for_each(tests::ToldCall::is_whole);
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| call.end.as_deref() == Some("cut_off")), "{calls:?}");
    assert!(line.call_backs().await.is_empty(), "a withheld number cannot be rung back");
    drop(desk);
}
