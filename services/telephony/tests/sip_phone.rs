//! Ringing a phone: everything it may answer, and at the worst moment.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::sync::Arc;
use std::time::Duration;

use domain::ids::LegId;
use peers::{Line, PATIENCE, Shelf, Udp, desk, header, reply, sdp, settings};
use shell::clock::Clock;
use telephony::edge::{Cause, Edge, EdgeEvent, Ring, Target};

/// A line, and one phone of desk-1 that an earlier process had registered.
async fn line_and_phone() -> (Line, Udp) {
    let phone = Udp::to("127.0.0.1:9".parse().unwrap()).await;
    let shelf = Shelf::with(&[("desk-1", phone.address())]);
    let line = Line::start_with(settings(), Arc::new(shelf), Clock::system()).await.unwrap();
    (line, phone)
}

async fn rung() -> (Line, Udp, LegId, String) {
    let (line, phone) = line_and_phone().await;
    let leg = line.ring_desk("desk-1");
    let invite = phone.asked("INVITE").await;
    (line, phone, leg, invite)
}

#[tokio::test]
async fn a_phone_of_an_earlier_process_is_rung_and_talks_and_hangs_up() {
    let (line, phone, leg, invite) = rung().await;
    assert!(invite.contains("\"相談窓口\"") && invite.contains("m=audio"), "{invite}");
    phone.send(reply(&invite, 180, "p", &[], "")).await;
    line.ringing(leg).await;
    phone.accept(&invite, "p").await;
    let ack = phone.asked("ACK").await;
    line.answered(leg).await;

    let to = format!("From: {}", header(&ack, "To").unwrap());
    let from = format!("To: {}", header(&ack, "From").unwrap());
    let call_id = header(&ack, "Call-ID").unwrap();
    let uri = header(&invite, "Contact").unwrap();
    let bye =
        peers::request("BYE", uri.trim_matches(['<', '>']), phone.address(), &call_id, &[&to, &from], "");
    assert_eq!(phone.ask(bye).await, 200);
    assert_eq!(line.ended(leg).await, Cause::HungUp);
    line.is_clean().await;
}

#[tokio::test]
async fn a_phone_may_answer_without_ringing() {
    let (line, phone, leg, invite) = rung().await;

    phone.accept(&invite, "p").await;

    phone.asked("ACK").await;
    line.answered(leg).await;
    let events = line.events();
    assert!(!events.iter().any(|event| matches!(event, EdgeEvent::Ringing { .. })), "{events:?}");
}

#[tokio::test]
async fn early_sound_of_a_phone_is_ringing_and_nothing_more() {
    let (line, phone, leg, invite) = rung().await;

    let body = sdp(phone.address(), "");
    phone.send(reply(&invite, 183, "one", &["Content-Type: application/sdp"], &body)).await;
    phone.send(reply(&invite, 180, "two", &[], "")).await;
    line.ringing(leg).await;
    phone.accept(&invite, "two").await;

    phone.asked("ACK").await;
    line.answered(leg).await;
    let rings = line.events().iter().filter(|event| matches!(event, EdgeEvent::Ringing { .. })).count();
    assert_eq!(rings, 1);
}

#[tokio::test]
async fn a_phone_that_lost_the_hunt_stops_ringing_and_shows_no_missed_call() {
    let (line, phone, leg, invite) = rung().await;
    phone.send(reply(&invite, 180, "p", &[], "")).await;
    line.ringing(leg).await;

    line.edge.hang_up(leg, Cause::Released);

    let cancel = phone.asked("CANCEL").await;
    assert_eq!(header(&cancel, "Via"), header(&invite, "Via"));
    assert_eq!(
        header(&cancel, "Reason").as_deref(),
        Some(r#"SIP;cause=200;text="Call completed elsewhere""#)
    );
    phone.send(reply(&cancel, 200, "", &[], "")).await;
    phone.send(reply(&invite, 487, "p", &[], "")).await;
    phone.asked("ACK").await;
    assert_eq!(line.ended(leg).await, Cause::Released);
    line.is_clean().await;
}

#[tokio::test]
async fn a_call_is_taken_back_only_when_the_phone_has_been_heard() {
    let (line, phone, leg, invite) = rung().await;

    line.edge.hang_up(leg, Cause::Released);
    assert_eq!(line.ended(leg).await, Cause::Released);
    phone.hears_no("CANCEL").await;
    phone.send(reply(&invite, 180, "p", &[], "")).await;

    let cancel = phone.asked("CANCEL").await;
    phone.send(reply(&cancel, 200, "", &[], "")).await;
    phone.send(reply(&invite, 487, "p", &[], "")).await;
    phone.asked("ACK").await;
    line.is_clean().await;
}

#[tokio::test]
async fn a_phone_that_answers_while_it_is_taken_back_is_hung_up() {
    let (line, phone, leg, invite) = rung().await;
    phone.send(reply(&invite, 180, "p", &[], "")).await;
    line.ringing(leg).await;
    line.edge.hang_up(leg, Cause::Released);
    let cancel = phone.asked("CANCEL").await;

    phone.accept(&invite, "p").await;
    phone.send(reply(&cancel, 200, "", &[], "")).await;

    phone.asked("ACK").await;
    let bye = phone.asked("BYE").await;
    phone.send(reply(&bye, 200, "", &[], "")).await;
    line.is_clean().await;
    assert!(!line.events().iter().any(|event| matches!(event, EdgeEvent::Answered { .. })));
}

#[tokio::test]
async fn a_phone_that_nobody_picks_up_stops_at_its_limit() {
    let (line, phone) = line_and_phone().await;
    let leg = line.ring(Target::Desk(desk("desk-1")), Duration::from_millis(400));
    let invite = phone.asked("INVITE").await;
    phone.send(reply(&invite, 180, "p", &[], "")).await;

    let cancel = phone.asked("CANCEL").await;

    phone.send(reply(&cancel, 200, "", &[], "")).await;
    phone.send(reply(&invite, 487, "p", &[], "")).await;
    assert_eq!(line.ended(leg).await, Cause::NoAnswer);
    line.is_clean().await;
}

#[tokio::test]
async fn what_a_phone_says_is_told_in_the_words_of_the_line() {
    let (line, phone) = line_and_phone().await;
    let words = [(486, Cause::Busy), (603, Cause::Declined), (480, Cause::Unreachable), (488, Cause::Failed)];
    for (code, cause) in words {
        let leg = line.ring_desk("desk-1");
        let invite = phone.asked("INVITE").await;
        phone.send(reply(&invite, code, "p", &[], "")).await;
        phone.asked("ACK").await;

        assert_eq!(line.ended(leg).await, cause, "{code}");
    }
    line.is_clean().await;
}

#[tokio::test]
async fn two_phones_that_both_answer_leave_one_in_the_call() {
    let (line, phone, leg, invite) = rung().await;
    phone.accept(&invite, "one").await;
    phone.asked("ACK").await;
    line.answered(leg).await;

    phone.accept(&invite, "two").await;

    let ack = phone.asked("ACK").await;
    let bye = phone.asked("BYE").await;
    assert!(ack.contains("tag=two") && bye.contains("tag=two"), "{ack}{bye}");
    phone.send(reply(&bye, 200, "", &[], "")).await;
    assert_eq!(line.edge.holding().legs, 1);
}

#[tokio::test]
async fn an_answer_whose_ack_was_lost_is_acknowledged_again_and_only_then() {
    let (line, phone, leg, invite) = rung().await;
    phone.accept(&invite, "p").await;
    phone.asked("ACK").await;
    line.answered(leg).await;
    phone.hears_no("ACK").await;

    phone.accept(&invite, "p").await;

    phone.asked("ACK").await;
}

#[tokio::test]
async fn an_answer_without_usable_sound_is_hung_up() {
    let (line, phone, leg, invite) = rung().await;
    let contact = format!("Contact: <sip:phone@{}>", phone.address());

    phone.send(reply(&invite, 200, "p", &[&contact], "")).await;

    phone.asked("ACK").await;
    phone.asked("BYE").await;
    assert_eq!(line.ended(leg).await, Cause::Failed);
}

#[tokio::test]
async fn our_own_call_coming_back_is_a_loop() {
    let (line, phone, _leg, invite) = rung().await;
    let theirs = format!("Via: SIP/2.0/UDP {};branch=z9hG4bKback", phone.address());
    let ours = format!("Via: {}", header(&invite, "Via").unwrap());
    let call_id = header(&invite, "Call-ID").unwrap();

    // A proxy leaves our Via there; a PBX makes a call of its own, but may keep its name.
    let by_a_proxy = invite.replacen(&call_id, "other", 1).replacen(&ours, &format!("{theirs}\r\n{ours}"), 1);
    let by_a_pbx = invite.replacen(&ours, &theirs, 1);

    for back in [by_a_proxy, by_a_pbx] {
        phone.send(&back).await;
        let answer = phone.until("SIP/2.0 482").await;
        assert!(answer.contains("INVITE"));
    }
    assert!(!line.events().iter().any(|event| matches!(event, EdgeEvent::Incoming(_))));
}

#[tokio::test]
async fn a_target_that_is_ourselves_is_never_rung() {
    let port = peers::free_port();
    let own = format!("127.0.0.1:{port}").parse().unwrap();
    let shelf = Shelf::with(&[("desk-1", own)]);
    let settings = telephony::sip::SipSettings { listen: vec![own], ..settings() };
    let line = Line::start_with(settings, Arc::new(shelf), Clock::system()).await.unwrap();

    let leg = line.ring_desk("desk-1");

    assert_eq!(line.ended(leg).await, Cause::Unreachable);
    assert!(!line.events().iter().any(|event| matches!(event, EdgeEvent::Incoming(_))));
}

#[tokio::test]
async fn a_phone_is_asked_to_pick_up_by_itself() {
    let (line, phone) = line_and_phone().await;
    let leg = LegId(uuid::Uuid::now_v7());
    let shown_as = "a \"quoted\"\r\nEvil: name".to_owned();
    line.edge.ring(Ring {
        leg,
        target: Target::Desk(desk("desk-1")),
        shown_as,
        limit: PATIENCE,
        answer_by_itself: true,
    });

    let invite = phone.asked("INVITE").await;

    assert!(header(&invite, "Call-Info").unwrap().ends_with(";answer-after=0"));
    assert!(header(&invite, "Alert-Info").unwrap().ends_with(";info=alert-autoanswer"));
    assert_eq!(header(&invite, "Evil"), None);
}
