//! The registrar, asked by phones that behave and by some that do not.

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
use peers::{Baresip, Line, Shelf, Udp, authorization, header, param, settings, status};
use shell::clock::Clock;
use telephony::edge::{Cause, Edge, EdgeEvent};
use telephony::sip::{Digest, Forgetful, Limits, SipSettings};

/// A phone's REGISTERs, one after another.
struct Phone {
    udp: Udp,
    call_id: String,
    cseq: u32,
    nonce: String,
    count: u32,
    password: &'static str,
}

impl Phone {
    async fn of(line: &Line, call_id: &str) -> Self {
        Self::at(line.address(), call_id).await
    }

    async fn at(line: SocketAddr, call_id: &str) -> Self {
        let udp = Udp::to(line).await;
        Self { udp, call_id: call_id.to_owned(), cseq: 0, nonce: String::new(), count: 0, password: "secret" }
    }

    fn contact(&self) -> String {
        format!("Contact: <sip:desk-1@{}>", self.udp.address())
    }

    /// One REGISTER, proven with the nonce there is.
    fn register(&mut self, more: &[&str]) -> String {
        self.cseq += 1;
        self.count += 1;
        let uri = "sip:127.0.0.1";
        let proof = authorization(&self.nonce, "desk-1", self.password, "REGISTER", uri, self.count);
        let via =
            format!("Via: SIP/2.0/UDP {};branch=z9hG4bK{}{}", self.udp.address(), self.call_id, self.cseq);
        let cseq = format!("CSeq: {} REGISTER", self.cseq);
        let contact = self.contact();
        let mut lines = vec![
            "To: <sip:desk-1@x>",
            "From: <sip:desk-1@x>;tag=r",
            via.as_str(),
            cseq.as_str(),
            contact.as_str(),
        ];
        if !self.nonce.is_empty() {
            lines.push(&proof);
        }
        lines.extend_from_slice(more);
        peers::request("REGISTER", uri, self.udp.address(), &self.call_id, &lines, "")
    }

    async fn registers(&mut self, more: &[&str]) -> String {
        let message = self.register(more);
        self.udp.send(message).await;
        let answer = self.udp.answer().await;
        if status(&answer) != 401 {
            return answer;
        }
        self.nonce = param(&header(&answer, "WWW-Authenticate").unwrap(), "nonce").unwrap();
        self.count = 0;
        let message = self.register(more);
        self.udp.send(message).await;
        self.udp.answer().await
    }
}

#[tokio::test]
async fn a_phone_registers_and_takes_its_leave() {
    let shelf = Shelf::default();
    let line = Line::start_with(settings(), Arc::new(shelf.clone()), Clock::system()).await.unwrap();
    let mut phone = Phone::of(&line, "leave").await;

    let answer = phone.registers(&["Expires: 60"]).await;
    assert_eq!(status(&answer), 200);
    assert!(answer.contains(";expires=60"), "{answer}");
    line.registered("desk-1").await;
    assert_eq!(shelf.contacts(), [format!("sip:desk-1@{}", phone.udp.address())]);
    line.ring_desk("desk-1");
    phone.udp.asked("INVITE").await;

    assert_eq!(status(&phone.registers(&["Contact: *", "Expires: 0"]).await), 200);
    line.gone("desk-1").await;
    line.until("the shelf to be empty", |_| shelf.contacts().is_empty().then_some(())).await;
}

#[tokio::test]
async fn a_phone_that_registers_with_one_replica_is_rung_by_the_other_at_once() {
    let shelf = Shelf::default();
    let (store, clock) = (Arc::new(shelf.clone()), Clock::system());
    let here = Line::start_with(settings(), store.clone(), clock.clone()).await.unwrap();
    let there = Line::start_with(settings(), store, clock).await.unwrap();
    let mut phone = Phone::of(&here, "shared").await;
    assert_eq!(status(&phone.registers(&[]).await), 200);
    here.registered("desk-1").await;

    there.ring_desk("desk-1");

    let invite = phone.udp.asked("INVITE").await;
    assert!(invite.contains(&there.address().to_string()), "{invite}");
}

#[tokio::test]
async fn an_answer_heard_on_the_wire_is_good_once() {
    let line = Line::start(settings()).await;
    let mut phone = Phone::of(&line, "replay").await;
    assert_eq!(status(&phone.registers(&[]).await), 200);
    let thief = Udp::to(line.address()).await;
    phone.cseq += 1;
    let heard = phone.register(&[]);
    assert_eq!(phone.udp.ask(&heard).await, 200);

    let again = heard.replace("z9hG4bKreplay", "z9hG4bKthief").replace("Call-ID: replay", "Call-ID: thief");
    thief.send(again).await;
    let refused = thief.answer().await;

    assert_eq!(status(&refused), 401);
    assert!(header(&refused, "WWW-Authenticate").unwrap().contains("stale=true"), "{refused}");
}

#[tokio::test]
async fn a_nonce_that_is_too_old_is_asked_for_anew() {
    let clock = Clock::by_hand(Instant::from_micros(1_800_000_000_000_000));
    let line = Line::start_with(settings(), Arc::new(Forgetful), clock.clone()).await.unwrap();
    let mut phone = Phone::of(&line, "old").await;
    assert_eq!(status(&phone.registers(&["Expires: 3600"]).await), 200);

    clock.advance(Duration::from_secs(301));
    let message = phone.register(&["Expires: 3600"]);
    phone.udp.send(message).await;
    let asked = phone.udp.answer().await;

    assert!(header(&asked, "WWW-Authenticate").unwrap().contains("stale=true"), "{asked}");
    phone.nonce = param(&header(&asked, "WWW-Authenticate").unwrap(), "nonce").unwrap();
    phone.count = 0;
    assert_eq!(status(&phone.registers(&[]).await), 200);
}

#[tokio::test]
async fn a_registration_ends_at_its_hour() {
    let clock = Clock::by_hand(Instant::from_micros(1_800_000_000_000_000));
    let line = Line::start_with(settings(), Arc::new(Forgetful), clock.clone()).await.unwrap();
    let mut phone = Phone::of(&line, "hour").await;
    assert_eq!(status(&phone.registers(&["Expires: 60"]).await), 200);
    line.registered("desk-1").await;

    clock.advance(Duration::from_secs(59));
    assert_eq!(line.edge.bindings().len(), 1);
    clock.advance(Duration::from_secs(2));

    line.gone("desk-1").await;
    assert!(line.edge.bindings().is_empty());
}

#[tokio::test]
async fn too_short_a_time_is_refused_with_the_shortest() {
    let limits = Limits { expires_min: Duration::from_secs(30), ..settings().limits };
    let line = Line::start(SipSettings { limits, ..settings() }).await;
    let mut phone = Phone::of(&line, "brief").await;

    let answer = phone.registers(&["Expires: 5"]).await;

    assert_eq!((status(&answer), header(&answer, "Min-Expires").as_deref()), (423, Some("30")));
    assert_eq!(status(&phone.registers(&["Contact: <mailto:a@b>"]).await), 400);
}

#[tokio::test]
async fn a_guesser_is_shut_out_and_the_phone_that_is_in_is_not() {
    let limits = Limits { failures_per_minute: 5, ..settings().limits };
    let line = Line::start(SipSettings { limits, ..settings() }).await;
    let mut phone = Phone::of(&line, "in").await;
    assert_eq!(status(&phone.registers(&[]).await), 200);
    let mut guesser = Phone::of(&line, "guess").await;
    guesser.password = "wrong";

    let mut codes = Vec::new();
    for _ in 0..8 {
        codes.push(status(&guesser.registers(&[]).await));
    }

    assert_eq!(codes.first(), Some(&401));
    assert_eq!(codes.last(), Some(&403), "{codes:?}");
    guesser.password = "secret";
    assert_eq!(status(&guesser.registers(&[]).await), 403);
    assert_eq!(status(&phone.registers(&[]).await), 200);
}

#[tokio::test]
async fn a_phone_cannot_register_for_another_desk() {
    let line = Line::start(settings()).await;
    let mut phone = Phone::of(&line, "other").await;

    assert_eq!(status(&phone.registers(&["To: <sip:desk-2@x>"]).await), 403);
}

#[tokio::test]
async fn the_newest_phone_of_a_desk_rings_and_a_phone_replaces_itself() {
    let line = Line::start(settings()).await;
    let mut old = Phone::of(&line, "old-phone").await;
    let mut new = Phone::of(&line, "new-phone").await;
    assert_eq!(status(&old.registers(&[]).await), 200);
    assert_eq!(status(&new.registers(&[]).await), 200);

    line.ring_desk("desk-1");
    new.udp.asked("INVITE").await;
    old.udp.hears_no("INVITE").await;
    assert_eq!(status(&old.registers(&[]).await), 200);
    line.ring_desk("desk-1");
    old.udp.asked("INVITE").await;
    assert_eq!(line.edge.bindings().len(), 2);
}

#[tokio::test]
async fn a_phone_behind_a_nat_is_rung_where_it_was_heard() {
    let line = Line::start(settings()).await;
    let mut phone = Phone::of(&line, "nat").await;
    assert_eq!(status(&phone.registers(&["Contact: <sip:desk-1@10.11.12.13:5060>"]).await), 200);

    line.ring_desk("desk-1");

    let invite = phone.udp.asked("INVITE").await;
    assert!(invite.starts_with("INVITE sip:desk-1@10.11.12.13:5060 SIP/2.0"), "{invite}");
    phone.udp.accept(&invite, "p").await;
    phone.udp.asked("ACK").await;
}

#[tokio::test]
async fn a_phone_is_rung_from_the_socket_that_it_registered_at() {
    let listen = ["127.0.0.1:0", "[::1]:0", "127.0.0.1:0"].map(|address| address.parse().unwrap());
    let line = Line::start(SipSettings { listen: listen.to_vec(), ..settings() }).await;
    for (n, address) in line.edge.addresses().into_iter().enumerate() {
        let mut phone = Phone::at(address, &format!("phone-{n}")).await;
        assert_eq!(status(&phone.registers(&[]).await), 200);

        let leg = line.ring_desk("desk-1");

        let invite = phone.udp.asked("INVITE").await;
        assert_eq!(phone.udp.heard(), address, "rung from another socket than it spoke to");
        assert!(header(&invite, "Via").unwrap().contains(&address.to_string()), "{invite}");
        phone.udp.accept(&invite, "p").await;
        phone.udp.asked("ACK").await;
        line.edge.hang_up(leg, Cause::Released);
        let bye = phone.udp.asked("BYE").await;
        assert_eq!(phone.udp.heard(), address);
        phone.udp.send(peers::reply(&bye, 200, "", &[], "")).await;
    }
}

#[tokio::test]
async fn sha_256_is_offered_first_where_it_is_wanted() {
    let line = Line::start(SipSettings { digests: vec![Digest::Sha256, Digest::Md5], ..settings() }).await;
    let mut phone = Phone::of(&line, "sha").await;
    let message = phone.register(&[]);
    phone.udp.send(message).await;

    let asked = phone.udp.answer().await;

    let lines: Vec<&str> = asked.lines().filter(|line| line.starts_with("WWW-Authenticate")).collect();
    assert!(lines[0].contains("SHA-256") && lines[1].contains("MD5"), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_registers_over_tcp_and_is_rung_over_its_own_connection() {
    let line = Line::start(settings()).await;
    let phone = Baresip::start("desk-1", "secret", line.address(), ";transport=tcp", ";answermode=auto");
    line.registered("desk-1").await;
    assert!(line.edge.bindings()[0].tcp);
    let before = line.edge.holding().connections;

    let leg = line.ring_desk("desk-1");

    line.answered(leg).await;
    assert_eq!(line.edge.holding().connections, before);
    line.edge.hang_up(leg, telephony::edge::Cause::Released);
    line.is_clean().await;
    drop(phone);
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_with_a_wrong_password_stays_outside() {
    let line = Line::start(settings()).await;
    let phone = Baresip::start("desk-1", "wrong", line.address(), "", "");

    phone.says("401 Unauthorized").await;

    assert!(line.edge.bindings().is_empty());
    assert!(!line.events().iter().any(|event| matches!(event, EdgeEvent::PhoneRegistered { .. })));
}
