//! Calls between real peers: sipp, baresip and Kamailio around the line.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::private::Private;
use peers::{Baresip, Kamailio, Line, PATIENCE, Shelf, Sipp, Udp, account, desk, free_port, reply, settings};
use shell::clock::Clock;
use telephony::edge::{Cause, Edge, EdgeEvent, Source, Target};
use telephony::sip::{Network, SipSettings, Transport, Trunk, TrunkOut, TrunkSource};

/// A line whose calls all ring a phone that is sipp with that scenario.
async fn line_with_phone(settings: SipSettings, scenario: &str, ip: &str, more: &[&str]) -> (Line, Sipp) {
    let phone = Sipp::start_at(scenario, ip, free_port(), more);
    let address = SocketAddr::new(ip.parse().unwrap(), phone.port);
    let shelf = Shelf::with(&[("desk-1", address)]);
    let line = Line::start_with(settings, Arc::new(shelf), Clock::system()).await.unwrap();
    line.bridge_all_to(Target::Desk(desk("desk-1")));
    (line, phone)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_reaches_a_registered_phone_and_hangs_up() {
    let line = Line::start(settings()).await;
    let _phone = Baresip::start("desk-1", "secret", line.address(), "", ";answermode=auto");
    line.registered("desk-1").await;
    line.bridge_all_to(Target::Desk(desk("desk-1")));

    Sipp::call("uac", line.address(), 1, &["-d", "500"]).succeeds().await;

    let call = line.call(0).await;
    assert_eq!(line.ended(call.leg).await, Cause::HungUp);
    assert_eq!(call.source, Source::Trunk("anybody".to_owned()));
    line.is_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_desk_calls_the_line_and_proves_who_it_is() {
    let line = Line::start(settings()).await;
    let _phone = Baresip::start("desk-1", "secret", line.address(), "", ";answermode=auto");
    let caller = Baresip::start("desk-2", "secret", line.address(), "", "");
    line.registered("desk-1").await;
    line.registered("desk-2").await;
    line.bridge_all_to(Target::Desk(desk("desk-1")));

    caller.tell("dial", &format!("sip:0312345678@{}", line.address())).await;

    let call = line.call(0).await;
    assert_eq!(call.source, Source::Desk(desk("desk-2")));
    line.answered(call.leg).await;
    let heard = async {
        while line.media.stats(call.leg).is_none_or(|stats| stats.packets_in < 25) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, heard).await.is_ok(), "no sound came");
    caller.tell("hangup", "").await;
    assert_eq!(line.ended(call.leg).await, Cause::HungUp);
    line.is_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_callers_at_once_are_all_answered() {
    let (line, _phone) = line_with_phone(settings(), "uas", "127.0.0.1", &["-m", "100"]).await;

    Sipp::call("uac", line.address(), 100, &["-l", "100", "-r", "100", "-d", "1500"]).succeeds().await;

    let calls = line.events().iter().filter(|event| matches!(event, EdgeEvent::Incoming(_))).count();
    assert_eq!(calls, 100);
    line.is_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_come_through_when_every_tenth_packet_is_lost() {
    // sipp's own loss makes its phone stumble over the repeated INVITE, so the way to it is lossy instead.
    let phone = Sipp::start_at("uas", "127.0.0.1", free_port(), &[]);
    let way = lossy(SocketAddr::from(([127, 0, 0, 1], phone.port))).await;
    let shelf = Shelf::with(&[("desk-1", way)]);
    // sipp takes our repeated answer for the one to a BYE of its own that it lost, and is gone: such
    // a call is dead after 64 round trips.
    let settings = SipSettings { round_trip: Duration::from_millis(100), ..settings() };
    let line = Line::start_with(settings, Arc::new(shelf), Clock::system()).await.unwrap();
    line.bridge_all_to(Target::Desk(desk("desk-1")));

    let more = ["-l", "40", "-r", "20", "-d", "300", "-lost", "10"];
    Sipp::call("uac", line.address(), 40, &more).succeeds().await;

    line.is_clean().await;
}

/// An address that leads to `there` and back, and loses every tenth packet each way.
async fn lossy(there: SocketAddr) -> SocketAddr {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut line, mut buffer) = (there, vec![0; 65_536]);
        for n in 0_u64.. {
            let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
            let to = if from == there { line } else { there };
            if from != there {
                line = from;
            }
            // Spread without a pattern that a retransmission could fall into.
            if n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 & 0xff >= 26 {
                let _ = socket.send_to(&buffer[..length], to).await;
            }
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_over_tcp_reach_a_phone_over_udp() {
    let (line, _phone) = line_with_phone(settings(), "uas", "127.0.0.1", &["-m", "10"]).await;

    Sipp::call("uac", line.address(), 10, &["-l", "10", "-r", "10", "-d", "300", "-t", "t1"])
        .succeeds()
        .await;

    line.is_clean().await;
    assert_eq!(line.edge.holding().connections, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_over_ipv6_reach_a_phone_over_ipv6() {
    let settings = SipSettings { listen: vec!["[::1]:0".parse().unwrap()], ..settings() };
    let (line, _phone) = line_with_phone(settings, "uas", "::1", &["-m", "5"]).await;

    Sipp::call("uac", line.address(), 5, &["-l", "5", "-r", "5", "-d", "300"]).succeeds().await;

    line.is_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_gives_up_stops_the_phone() {
    let (line, phone) = line_with_phone(settings(), "phone_is_cancelled", "127.0.0.1", &["-m", "3"]).await;

    Sipp::call("caller_cancels", line.address(), 3, &["-r", "3"]).succeeds().await;

    phone.succeeds().await;
    line.is_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_hangs_up_ends_the_call() {
    let (line, phone) = line_with_phone(settings(), "phone_hangs_up", "127.0.0.1", &["-m", "3"]).await;

    Sipp::call("caller_hears_bye", line.address(), 3, &["-r", "3"]).succeeds().await;

    phone.succeeds().await;
    line.is_clean().await;
}

/// A line between Kamailio and itself: calls come over it and go out over it, and it stays in the way.
async fn line_behind_kamailio(phone: u16) -> (Line, Kamailio) {
    let port = free_port();
    let line_at = SocketAddr::from(([127, 0, 0, 1], port));
    let kamailio = Kamailio::start(line_at, SocketAddr::from(([127, 0, 0, 1], phone))).await;
    let out = TrunkOut {
        host: "127.0.0.1".to_owned(),
        port: kamailio.port,
        transport: Transport::Udp,
        login: None,
        shown_number: None,
    };
    let loopback: Network = "127.0.0.0/8".parse().unwrap();
    let from = TrunkSource::Networks(vec![loopback]);
    let trunk = Trunk { name: "proxy".to_owned(), from, called: Vec::new(), out: Some(out) };
    let line = Line::start(SipSettings { listen: vec![line_at], trunks: vec![trunk], ..settings() }).await;
    line.bridge_all_to(Target::Outside(Private::new("+81398765432".to_owned())));
    (line, kamailio)
}

/// Three calls of that caller to that phone, each through the proxy on both of its sides.
async fn through_kamailio(caller: &str, phone: &str) -> String {
    let phone = Sipp::start_at(phone, "127.0.0.1", free_port(), &["-m", "3"]);
    let (line, kamailio) = line_behind_kamailio(phone.port).await;

    let messages = Sipp::call(caller, kamailio.address(), 3, &["-r", "3"]).succeeds().await;

    phone.succeeds().await;
    line.is_clean().await;
    messages
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_holds_and_hangs_up_through_a_proxy_that_records_its_route() {
    let messages = through_kamailio("caller_holds", "phone_answers").await;

    assert!(messages.contains("Record-Route"), "no route was recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_gives_up_through_a_proxy_that_records_its_route() {
    through_kamailio("caller_cancels", "phone_is_cancelled").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_hangs_up_through_a_proxy_that_records_its_route() {
    let messages = through_kamailio("caller_hears_bye", "phone_hangs_up").await;

    assert!(messages.contains("Record-Route"), "no route was recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_phones_that_answer_in_the_same_moment_one_keeps_the_call() {
    let mut phones = Vec::new();
    for _ in 0..20 {
        phones.push(Udp::to("127.0.0.1:9".parse().unwrap()).await);
    }
    let words: Vec<String> = (0..20).map(|n| format!("desk-{n}")).collect();
    let places: Vec<(&str, SocketAddr)> =
        words.iter().zip(&phones).map(|(word, phone)| (word.as_str(), phone.address())).collect();
    let accounts = words.iter().map(|word| account(word)).collect();
    let shelf = Arc::new(Shelf::with(&places));
    let line =
        Line::start_with(SipSettings { accounts, ..settings() }, shelf, Clock::system()).await.unwrap();
    let legs: Vec<_> = words.iter().map(|word| line.ring_desk(word)).collect();
    let mut invites = Vec::new();
    for phone in &phones {
        let invite = phone.asked("INVITE").await;
        phone.send(reply(&invite, 180, "p", &[], "")).await;
        invites.push(invite);
    }
    for leg in &legs {
        line.ringing(*leg).await;
    }

    let answering = phones.iter().zip(&invites).map(|(phone, invite)| phone.accept(invite, "p"));
    futures::future::join_all(answering).await;
    let winner = line
        .until("a winner", |events| {
            events.iter().find_map(|event| match event {
                EdgeEvent::Answered { leg } => Some(*leg),
                _ => None,
            })
        })
        .await;
    for leg in legs.iter().filter(|leg| **leg != winner) {
        line.edge.hang_up(*leg, Cause::Released);
    }

    let mut kept = 0;
    for (phone, leg) in phones.iter().zip(&legs) {
        let mut acknowledged = false;
        while let Some(message) = phone.read_within(Duration::from_millis(700)).await {
            acknowledged |= message.starts_with("ACK");
            if message.starts_with("BYE") || message.starts_with("CANCEL") || message.starts_with("OPTIONS") {
                phone.send(reply(&message, 200, "", &[], "")).await;
            }
            if message.starts_with("BYE") {
                break;
            }
        }
        assert!(acknowledged, "a phone that answered was never acknowledged");
        kept += usize::from(*leg == winner);
    }
    assert_eq!((kept, line.edge.holding().legs), (1, 1));
    line.each_leg_ended_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_after_two_hundred_calls() {
    let settings = SipSettings { round_trip: Duration::from_millis(100), ..settings() };
    let (line, _phone) = line_with_phone(settings, "uas", "127.0.0.1", &["-m", "200"]).await;

    Sipp::call("uac", line.address(), 200, &["-l", "50", "-r", "50", "-d", "200"]).succeeds().await;

    line.is_clean().await;
    // The transactions of RFC 3261 rest for 64 T1, and then nothing of them remains.
    let begun = Instant::now();
    loop {
        let held = line.edge.holding();
        if held.transactions + held.remembered == 0 {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "left: {held:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
