//! Calls to the outside: carriers in their order, proven by password, with a
//! dead one in the way.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::time::Duration;

use domain::ids::LegId;
use domain::private::Private;
use peers::{Caller, Line, PATIENCE, Sipp, Udp, header, proves, reply, settings};
use telephony::edge::{Cause, Edge, EdgeEvent, Target};
use telephony::sip::{Login, Password, SipSettings, Transport, Trunk, TrunkOut, TrunkSource};

async fn carrier() -> Udp {
    Udp::to("127.0.0.1:9".parse().unwrap()).await
}

fn trunk(name: &str, carrier: &Udp, login: Option<Login>) -> Trunk {
    let out = TrunkOut {
        host: "127.0.0.1".to_owned(),
        port: carrier.address().port(),
        transport: Transport::Udp,
        login,
        shown_number: Some("0312345678".to_owned()),
    };
    Trunk { name: name.to_owned(), from: TrunkSource::Nowhere, called: Vec::new(), out: Some(out) }
}

fn login() -> Option<Login> {
    Some(Login { user: "line".to_owned(), password: Password::new("pw") })
}

async fn line_over(trunks: Vec<Trunk>) -> Line {
    let attempt_within = Duration::from_millis(400);
    let trunk_check_every = Duration::from_secs(600);
    Line::start(SipSettings { trunks, attempt_within, trunk_check_every, ..settings() }).await
}

fn dial(line: &Line) -> LegId {
    line.ring(Target::Outside(Private::new("+819012345678".to_owned())), PATIENCE)
}

#[tokio::test]
async fn a_trunk_that_fails_is_followed_by_the_next() {
    let (first, second) = (carrier().await, carrier().await);
    let line = line_over(vec![trunk("first", &first, None), trunk("second", &second, None)]).await;
    for code in [503, 500, 408, 403] {
        let leg = dial(&line);
        let invite = first.asked("INVITE").await;
        assert!(invite.starts_with("INVITE sip:+819012345678@127.0.0.1:"), "{invite}");
        first.send(reply(&invite, code, "c", &[], "")).await;
        let invite = second.asked("INVITE").await;
        second.accept(&invite, "c").await;
        second.asked("ACK").await;
        line.answered(leg).await;
        line.edge.hang_up(leg, Cause::Released);
        let bye = second.asked("BYE").await;
        second.send(reply(&bye, 200, "", &[], "")).await;
    }
}

#[tokio::test]
async fn a_number_that_is_busy_is_not_tried_over_another_trunk() {
    let (first, second) = (carrier().await, carrier().await);
    let line = line_over(vec![trunk("first", &first, None), trunk("second", &second, None)]).await;
    for (code, cause) in [(486, Cause::Busy), (603, Cause::Declined), (404, Cause::Unreachable)] {
        let leg = dial(&line);
        let invite = first.asked("INVITE").await;
        first.send(reply(&invite, code, "c", &[], "")).await;

        assert_eq!(line.ended(leg).await, cause);
    }
    second.hears_no("INVITE").await;
}

#[tokio::test]
async fn a_dead_trunk_costs_little_and_is_tried_last_from_then_on() {
    let (dead, living) = (carrier().await, carrier().await);
    let line = line_over(vec![trunk("dead", &dead, None), trunk("living", &living, None)]).await;
    let ping = living.asked("OPTIONS").await;
    living.send(reply(&ping, 200, "c", &[], "")).await;
    let begun = std::time::Instant::now();
    let leg = dial(&line);

    let invite = living.asked("INVITE").await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    living.accept(&invite, "c").await;
    line.answered(leg).await;

    line.until("TrunkDown", |events| {
        let is_it = |event: &EdgeEvent| matches!(event, EdgeEvent::TrunkDown { trunk } if trunk == "dead");
        events.iter().any(is_it).then_some(())
    })
    .await;
    let first_call = header(&dead.asked("INVITE").await, "Call-ID");
    let leg = dial(&line);
    let invite = living.asked("INVITE").await;
    living.send(reply(&invite, 486, "c", &[], "")).await;
    assert_eq!(line.ended(leg).await, Cause::Busy);
    while let Some(message) = dead.read_within(Duration::from_millis(300)).await {
        assert!(!message.starts_with("INVITE") || header(&message, "Call-ID") == first_call, "{message}");
    }
}

#[tokio::test]
async fn every_trunk_failing_is_unreachable() {
    let dead = carrier().await;
    let line = line_over(vec![trunk("dead", &dead, None)]).await;

    assert_eq!(line.ended(dial(&line)).await, Cause::Unreachable);
}

#[tokio::test]
async fn a_carrier_that_asks_for_the_password_gets_its_proof() {
    let carrier = carrier().await;
    let line = line_over(vec![trunk("carrier", &carrier, login())]).await;
    for (code, ask, answer) in
        [(401, "WWW-Authenticate", "Authorization"), (407, "Proxy-Authenticate", "Proxy-Authorization")]
    {
        let leg = dial(&line);
        let invite = carrier.asked("INVITE").await;
        let challenge = format!(r#"{ask}: Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth""#);
        carrier.send(reply(&invite, code, "c", &[&challenge], "")).await;
        let proven = loop {
            let invite = carrier.asked("INVITE").await;
            if header(&invite, answer).is_some() {
                break invite;
            }
        };
        let proof = header(&proven, answer).unwrap();
        assert!(proves(&proof, "pw", "INVITE"), "{proof}");
        assert_eq!(header(&proven, "CSeq").as_deref(), Some("2 INVITE"));
        assert_eq!(header(&proven, "Call-ID"), header(&invite, "Call-ID"));
        carrier.accept(&proven, "c").await;
        carrier.asked("ACK").await;
        line.answered(leg).await;
        line.edge.hang_up(leg, Cause::Released);
        let bye = carrier.asked("BYE").await;
        carrier.send(reply(&bye, 200, "", &[], "")).await;
    }
}

#[tokio::test]
async fn a_carrier_that_asks_for_ever_is_left() {
    let carrier = carrier().await;
    let line = line_over(vec![trunk("carrier", &carrier, login())]).await;
    let leg = dial(&line);

    let asker = tokio::spawn(async move {
        let mut asked = 0;
        while let Some(message) = carrier.read_within(Duration::from_secs(2)).await {
            if message.starts_with("INVITE") {
                asked += 1;
                let challenge = r#"WWW-Authenticate: Digest realm="c", nonce="n", stale=true, qop="auth""#;
                carrier.send(reply(&message, 401, "c", &[challenge], "")).await;
            }
        }
        asked
    });

    assert_eq!(line.ended(leg).await, Cause::Failed);
    assert!(asker.await.unwrap() <= 4);
}

#[tokio::test]
async fn a_trunk_that_answers_is_up_and_one_that_stops_is_down() {
    let carrier = carrier().await;
    let (attempt_within, trunk_check_every) = (Duration::from_millis(300), Duration::from_millis(300));
    let trunks = vec![trunk("carrier", &carrier, None)];
    let line = Line::start(SipSettings { trunks, attempt_within, trunk_check_every, ..settings() }).await;
    let is = |wanted: bool| {
        move |events: &[EdgeEvent]| match events.last() {
            Some(EdgeEvent::TrunkUp { .. }) if wanted => Some(()),
            Some(EdgeEvent::TrunkDown { .. }) if !wanted => Some(()),
            _ => None,
        }
    };

    let ping = carrier.asked("OPTIONS").await;
    carrier.send(reply(&ping, 404, "c", &[], "")).await;

    line.until("up", is(true)).await;
    line.until("down", is(false)).await;
}

#[tokio::test]
async fn nothing_but_a_ring_makes_a_call_out() {
    let carrier = carrier().await;
    let open = Trunk { from: TrunkSource::Anywhere, ..trunk("open", &carrier, None) };
    let line = line_over(vec![open]).await;
    let udp = Udp::to(line.address()).await;
    for (n, target) in ["sip:+3590000000@", "sip:00810000@", "tel:+3590000000"].iter().enumerate() {
        let uri = if target.starts_with("sip") {
            format!("{target}{}", line.address())
        } else {
            (*target).to_owned()
        };
        let elsewhere = ["Route: <sip:203.0.113.5;lr>"];
        udp.send(peers::request("INVITE", &uri, udp.address(), &format!("fraud{n}"), &elsewhere, "")).await;
        line.call(n).await;
    }

    carrier.hears_no("INVITE").await;
}

/// A BYE of the line that is asked for its password, and the BYE that brings it.
async fn bye_is_proven(carrier: &Udp, code: u16, ask: &str, answer: &str) -> String {
    let bye = carrier.asked("BYE").await;
    assert_eq!(header(&bye, answer), None);
    let challenge = format!(r#"{ask}: Digest realm="carrier", nonce="n2", algorithm=MD5, qop="auth""#);
    carrier.send(reply(&bye, code, "", &[&challenge], "")).await;
    let proven = loop {
        let again = carrier.asked("BYE").await;
        if header(&again, answer).is_some() {
            break again;
        }
    };
    assert!(proves(&header(&proven, answer).unwrap(), "pw", "BYE"), "{proven}");
    assert_ne!(header(&proven, "CSeq"), header(&bye, "CSeq"));
    proven
}

#[tokio::test]
async fn a_carrier_that_asks_for_the_password_of_a_bye_gets_it_once() {
    let carrier = carrier().await;
    let line = line_over(vec![trunk("carrier", &carrier, login())]).await;
    for (code, ask, answer) in
        [(401, "WWW-Authenticate", "Authorization"), (407, "Proxy-Authenticate", "Proxy-Authorization")]
    {
        let leg = dial(&line);
        let invite = carrier.asked("INVITE").await;
        carrier.accept(&invite, "c").await;
        carrier.asked("ACK").await;
        line.answered(leg).await;
        line.edge.hang_up(leg, Cause::Released);

        let proven = bye_is_proven(&carrier, code, ask, answer).await;
        let challenge = format!(r#"{ask}: Digest realm="carrier", nonce="n3", stale=true, qop="auth""#);
        carrier.send(reply(&proven, code, "", &[&challenge], "")).await;

        line.is_clean().await;
        carrier.hears_no("BYE").await;
    }
}

#[tokio::test]
async fn a_call_that_a_carrier_brought_is_hung_up_with_its_password_too() {
    let carrier = carrier().await;
    let open = Trunk { from: TrunkSource::Anywhere, ..trunk("carrier", &carrier, login()) };
    let line = line_over(vec![open]).await;
    let mut caller = Caller::calls(line.address(), "brought", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;
    line.answered(call.leg).await;

    line.edge.hang_up(call.leg, Cause::Released);

    let proven = bye_is_proven(&caller.udp, 407, "Proxy-Authenticate", "Proxy-Authorization").await;
    caller.udp.send(reply(&proven, 200, "", &[], "")).await;
    line.is_clean().await;
}

#[tokio::test]
async fn the_acknowledgement_of_a_proven_call_carries_the_same_proof() {
    let carrier = carrier().await;
    let line = line_over(vec![trunk("carrier", &carrier, login())]).await;
    dial(&line);
    let invite = carrier.asked("INVITE").await;
    let challenge = r#"WWW-Authenticate: Digest realm="carrier", nonce="n1", qop="auth""#;
    carrier.send(reply(&invite, 401, "c", &[challenge], "")).await;
    let proven = loop {
        let invite = carrier.asked("INVITE").await;
        if header(&invite, "Authorization").is_some() {
            break invite;
        }
    };
    carrier.accept(&proven, "c").await;

    let ack = loop {
        let ack = carrier.asked("ACK").await;
        if header(&ack, "CSeq").as_deref() == Some("2 ACK") {
            break ack;
        }
    };
    assert_eq!(header(&ack, "Authorization"), header(&proven, "Authorization"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_over_tcp_takes_calls_and_is_hung_up_over_the_same_connection() {
    let carrier = Sipp::start("uas", &["-t", "t1"]);
    while tokio::net::TcpStream::connect(("127.0.0.1", carrier.port)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let out = TrunkOut {
        host: "127.0.0.1".to_owned(),
        port: carrier.port,
        transport: Transport::Tcp,
        login: None,
        shown_number: None,
    };
    let (from, name) = (TrunkSource::Nowhere, "tcp".to_owned());
    let line = line_over(vec![Trunk { name, from, called: Vec::new(), out: Some(out) }]).await;
    for _ in 0..3 {
        let leg = dial(&line);
        line.answered(leg).await;
        assert_eq!(line.edge.holding().connections, 1);

        line.edge.hang_up(leg, Cause::Released);

        assert_eq!(line.ended(leg).await, Cause::Released);
        line.is_clean().await;
    }
    assert!(carrier.messages().contains("SIP/2.0/TCP"));
}
