//! Too much of everything: the line says no, keeps little, and lives.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::time::Instant;
use peers::{Caller, Line, PATIENCE, Udp, header, invite, request, settings, status};
use shell::clock::Clock;
use telephony::edge::{Cause, Edge};
use telephony::sip::{Forgetful, Limits, SipSettings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn limited(limits: Limits) -> SipSettings {
    SipSettings { limits, ..settings() }
}

fn options(line: SocketAddr, from: SocketAddr, name: &str) -> String {
    request("OPTIONS", &format!("sip:1@{line}"), from, name, &[], "")
}

#[tokio::test]
async fn a_refusal_is_said_once_for_each_asking_and_nothing_of_it_is_kept() {
    let line = Line::start(settings()).await;
    let udp = Udp::to(line.address()).await;
    let bad = invite(line.address(), udp.address(), "bad", &["Require: nothing"]);

    udp.send(&bad).await;
    let first = udp.answer().await;
    udp.hears_no("SIP/2.0").await;
    udp.hears_no("SIP/2.0").await;
    udp.send(&bad).await;
    let second = udp.answer().await;

    assert_eq!((status(&first), header(&first, "To")), (420, header(&second, "To")));
    let held = line.edge.holding();
    assert_eq!((held.transactions, held.remembered), (0, 0), "{held:?}");
}

#[tokio::test]
async fn a_full_line_tells_the_next_caller_to_come_again() {
    let line = Line::start(limited(Limits { transactions: 2, ..settings().limits })).await;
    let _first = Caller::calls(line.address(), "one", &[]).await;
    let _second = Caller::calls(line.address(), "two", &[]).await;
    line.call(1).await;

    let third = Caller::calls(line.address(), "three", &[]).await;

    let answer = third.udp.answer().await;
    assert_eq!((status(&answer), header(&answer, "Retry-After").as_deref()), (503, Some("10")));
    let udp = Udp::to(line.address()).await;
    assert_eq!(udp.ask(options(line.address(), udp.address(), "alive")).await, 200);
}

#[tokio::test]
async fn a_call_that_waits_for_the_answer_to_its_bye_counts_no_more() {
    let line = Line::start(limited(Limits { calls: 1, ..settings().limits })).await;
    let mut first = Caller::calls(line.address(), "one", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    first.is_answered("").await;
    line.answered(call.leg).await;
    line.edge.hang_up(call.leg, Cause::Released);
    line.ended(call.leg).await;

    let _second = Caller::calls(line.address(), "two", &[]).await;

    line.call(1).await;
    first.udp.asked("BYE").await;
}

#[tokio::test]
async fn calls_of_one_address_come_no_faster_than_they_may() {
    let clock = Clock::by_hand(Instant::EPOCH);
    let limits = Limits { calls_per_second_per_source: 3, ..settings().limits };
    let line = Line::start_with(limited(limits), Arc::new(Forgetful), clock.clone()).await.unwrap();
    let calls = |name: &'static str| Caller::calls(line.address(), name, &[]);
    for (n, name) in ["one", "two", "three"].into_iter().enumerate() {
        calls(name).await;
        line.call(n).await;
    }

    assert_eq!(status(&calls("four").await.udp.answer().await), 503);
    clock.advance(Duration::from_millis(400));
    calls("five").await;
    line.call(3).await;
    assert_eq!(status(&calls("six").await.udp.answer().await), 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_never_reads_loses_its_connection_and_disturbs_nobody() {
    let line = Line::start(settings()).await;
    let mut deaf = TcpStream::connect(line.address()).await.unwrap();
    let message = options(line.address(), deaf.local_addr().unwrap(), "deaf");
    let many = message.repeat(100);
    let full = async {
        while let Ok(written) =
            tokio::time::timeout(Duration::from_secs(1), deaf.write_all(many.as_bytes())).await
        {
            if written.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, full).await.unwrap();

    let udp = Udp::to(line.address()).await;
    assert_eq!(udp.ask(options(line.address(), udp.address(), "alive")).await, 200);
    until(&line, |connections| connections == 0).await;
    assert_eq!(udp.ask(options(line.address(), udp.address(), "still")).await, 200);
    let held = line.edge.holding();
    assert_eq!((held.transactions, held.remembered), (0, 0), "{held:?}");
}

async fn until(line: &Line, fits: impl Fn(usize) -> bool) {
    let waiting = async {
        while !fits(line.edge.holding().connections) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{:?}", line.edge.holding());
}

/// Reads to the end of the stream.
async fn rest(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
    assert!(end.is_ok(), "never closed");
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_hears_why_and_its_writer_is_not_left_hanging() {
    let line = Line::start(settings()).await;
    let mut stream = TcpStream::connect(line.address()).await.unwrap();
    let from = stream.local_addr().unwrap();
    // Its call keeps the socket open on our side.
    stream.write_all(invite(line.address(), from, "rings", &[]).as_bytes()).await.unwrap();
    line.call(0).await;
    let broken = options(line.address(), from, "broken").replace("Content-Length: 0", "Content-Length: -1");
    stream.write_all(broken.as_bytes()).await.unwrap();

    let heard = rest(&mut stream).await;
    let noise = vec![b'x'; 64 * 1024];
    let writing = async { while stream.write_all(&noise).await.is_ok() {} };

    assert!(heard.contains("SIP/2.0 400"), "{heard}");
    assert!(tokio::time::timeout(PATIENCE, writing).await.is_ok(), "it can write for ever");
    until(&line, |connections| connections == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_a_call_still_holds_counts_as_a_connection() {
    let limits = Limits { connections_per_source: 2, ..settings().limits };
    let line = Line::start(limited(limits)).await;
    let mut gone = TcpStream::connect(line.address()).await.unwrap();
    let from = gone.local_addr().unwrap();
    gone.write_all(invite(line.address(), from, "rings", &[]).as_bytes()).await.unwrap();
    line.call(0).await;
    drop(gone);
    until(&line, |connections| connections == 0).await;

    let mut second = TcpStream::connect(line.address()).await.unwrap();
    let message = options(line.address(), second.local_addr().unwrap(), "second");
    second.write_all(message.as_bytes()).await.unwrap();
    let mut first_bytes = [0; 11];
    second.read_exact(&mut first_bytes).await.unwrap();
    assert_eq!(&first_bytes, b"SIP/2.0 200");
    let mut third = TcpStream::connect(line.address()).await.unwrap();
    assert_eq!(rest(&mut third).await, "");
}
