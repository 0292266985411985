//! Nobody is signed in.

use std::time::{Duration, Instant};

use tests::{EVERYBODY, LineSetup, TestCaller, TestCarrier, free_port, rota, trunk_to};
use tokio::net::UdpSocket;

use crate::NUMBER;

const FALLBACK: &str = "+81300000190";

fn with_fallback() -> LineSetup {
    LineSetup::new().rota(rota(&EVERYBODY, &format!("fallback = \"{FALLBACK}\"")))
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nobody_signed_in_the_fallback_number_is_rung_at_once() {
    let carrier = TestCarrier::answering();
    let line = with_fallback().settings(&carrier.trunk("carrier")).start().await;
    let caller = TestCaller::with_number(&line, NUMBER).await;

    let begun = Instant::now();
    caller.rings().await;
    caller.is_connected(1).await;
    carrier.was_asked_for(FALLBACK).await;
    let call = line.call_that("the fallback answers", |call| call.has("answered")).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "no ringing into the void: {:?}", begun.elapsed());
    assert_eq!(call.told("answered", "by"), ["fallback"]);
    assert_eq!(call.told("nobody_free", "why").last().map(String::as_str), Some("nobody_signed_in"));

    caller.hangs_up().await;
    line.calls_ended(1).await[0].is_whole();
    carrier.sipp.has_seen("\nBYE ").await;
    line.logs("nobody_signed_in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_trunk_is_passed_over_and_the_second_takes_the_call() {
    // Somebody listens there and never says a word.
    let dead = UdpSocket::bind(("127.0.0.1", free_port())).await.unwrap();
    let carrier = TestCarrier::answering();
    let trunks = trunk_to("dead", dead.local_addr().unwrap().port()) + &carrier.trunk("second");
    let line =
        with_fallback().settings(&format!("[sip]\ntrunk_patience = \"500ms\"\n{trunks}")).start().await;
    let caller = TestCaller::with_number(&line, NUMBER).await;

    caller.rings().await;

    carrier.was_asked_for(FALLBACK).await;
    line.call_that("the second trunk takes it", |call| call.has("answered")).await;
    line.logs("dead").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_trunk_the_caller_hears_an_announcement_and_is_promised_a_call() {
    let line = with_fallback().start().await;
    let caller = TestCaller::with_number(&line, NUMBER).await;

    caller.rings().await;
    caller.is_connected(1).await;
    caller.hears(0).await;
    let promised =
        |call: &tests::ToldCall| call.told("announced", "prompt").contains(&"callback_promised".to_owned());
    let call = line.call_that("a call-back is promised", promised).await;
    assert!(call.has("fallback_failed"), "{call:?}");
    line.logs("call_fallback_failed").await;
    line.logs("call_nobody_signed_in").await;

    caller.hangs_up().await;
    let call = line.call_that("the call is over", |call| call.end.is_some()).await;
    call.is_whole();
    let owed: Vec<String> = line.call_backs().await.into_iter().map(|debt| debt.call_id).collect();
    assert_eq!(owed, [call.id]);
}
