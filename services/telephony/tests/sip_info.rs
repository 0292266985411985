//! Keys that a real phone tells by SIP INFO.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::net::SocketAddr;
use std::sync::Arc;

use peers::{Caller, Line, Shelf, Sipp, free_port, header, settings, status};
use shell::clock::Clock;
use telephony::edge::{Cause, Edge, EdgeEvent};

fn digits(events: &[EdgeEvent]) -> String {
    let digit = |event: &EdgeEvent| match event {
        EdgeEvent::Digit { digit, .. } => Some(*digit),
        _ => None,
    };
    events.iter().filter_map(digit).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rung_phone_tells_its_keys_by_info_of_both_kinds() {
    let phone = Sipp::start_at("phone_tells_keys", "127.0.0.1", free_port(), &["-m", "1"]);
    let shelf = Shelf::with(&[("desk-1", SocketAddr::from(([127, 0, 0, 1], phone.port)))]);
    let line = Line::start_with(settings(), Arc::new(shelf), Clock::system()).await.unwrap();

    let leg = line.ring_desk("desk-1");

    assert_eq!(line.ended(leg).await, Cause::HungUp);
    let messages = phone.succeeds().await;
    assert_eq!(digits(&line.events()), "11*", "two presses by the same way are two");
    assert!(messages.contains("Accept: application/dtmf-relay, application/dtmf"), "{messages}");
    line.is_clean().await;
}

#[tokio::test]
async fn the_allow_of_the_line_names_info_and_an_info_of_no_call_is_refused() {
    let line = Line::start(settings()).await;
    let mut caller = Caller::calls(line.address(), "keys", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    let answer = caller.is_answered("").await;
    line.answered(call.leg).await;
    let key = ["Content-Type: application/dtmf"];

    assert!(header(&answer, "Allow").unwrap().split(", ").any(|method| method == "INFO"), "{answer}");
    assert_eq!(status(&caller.asks("INFO", &key, "7").await), 200);
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 200);
    assert_eq!(status(&caller.asks("INFO", &key, "8").await), 481);
    assert_eq!(digits(&line.events()), "7");
}

/// One press of `1` as a phone says it in its sound: telephone-event 101, its end three times.
async fn presses_1_in_sound(to: u16) {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for (number, flags, duration) in [(1_u8, 0, 160_u16), (2, 0x80, 320), (3, 0x80, 320), (4, 0x80, 320)] {
        let mut packet = vec![0x80, 101, 0, number, 0, 0, 0, 200, 0, 0, 0, 9, 1, flags | 10];
        packet.extend(duration.to_be_bytes());
        socket.send_to(&packet, ("127.0.0.1", to)).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_told_in_sound_and_by_info_is_one_press() {
    let clock = Clock::by_hand(domain::time::Instant::EPOCH);
    let line =
        Line::start_with(settings(), Arc::new(telephony::sip::Forgetful), clock.clone()).await.unwrap();
    let mut caller = Caller::calls(line.address(), "twice", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    let answer = caller.is_answered("").await;
    line.answered(call.leg).await;
    let media = answer.split("m=audio ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let key = ["Content-Type: application/dtmf-relay"];

    presses_1_in_sound(media).await;
    line.until("the key", |events| (digits(events) == "1").then_some(())).await;
    assert_eq!(status(&caller.asks("INFO", &key, "Signal=1\r\nDuration=160").await), 200);
    assert_eq!(status(&caller.asks("INFO", &key, "Signal=2\r\n").await), 200);
    line.until("the next key", |events| (digits(events) == "12").then_some(())).await;

    clock.advance(std::time::Duration::from_millis(401));
    assert_eq!(status(&caller.asks("INFO", &key, "Signal=1\r\n").await), 200);
    line.until("the key again", |events| (digits(events) == "121").then_some(())).await;
}
