//! The line is told to stop.

use sqlx::{Connection, SqliteConnection};
use tests::{Caller, LineSetup, TestCaller, TestDesk, TestLine};

use crate::NUMBER;

#[tokio::test(flavor = "multi_thread")]
async fn a_line_told_to_stop_takes_no_new_calls_and_lets_the_live_one_end() {
    let mut line = LineSetup::new().start().await;
    let desk = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    line.call_that("the call is answered", |call| call.has("picked_up")).await;

    line.told_to_stop();
    line.logs("draining").await;

    let newcomer = Caller::calls(line.sip, "newcomer", &[]).await;
    let answer = newcomer.udp.answer().await;
    assert!(answer.starts_with("SIP/2.0 503"), "{answer}");
    assert!(line.page("/ready").await.starts_with("HTTP/1.1 503"), "nobody is sent here any more");
    let (before, at_desk) = (caller.phone.heard(), desk.phone.heard());
    caller.hears(before).await;
    desk.hears(at_desk).await;
    assert!(line.is_running());
    caller.hangs_up().await;
    desk.is_quiet(1).await;
    assert!(line.ends().await.success());
    assert!(
        lease_until(&line).await <= shell::clock::Clock::system().now().micros(),
        "its work is free at once"
    );

    line.starts().await;
    let calls = line.calls().await;
    assert_eq!(calls.len(), 1);
    calls[0].is_whole();
    assert_eq!(calls[0].end.as_deref(), Some("completed"));
    assert!(line.call_backs().await.is_empty());
    caller.rings().await;
    desk.answers(2).await;
}

/// Of the process that has left, in microseconds.
async fn lease_until(line: &TestLine) -> i64 {
    let file = format!("sqlite:{}", line.data().join("line.db").display());
    let mut store = SqliteConnection::connect(&file).await.unwrap();
    sqlx::query_scalar("SELECT max(lease_until_us) FROM process").fetch_one(&mut store).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_calls_stops_at_once() {
    let mut line = LineSetup::new().start().await;
    let begun = std::time::Instant::now();

    line.stop().await;

    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
