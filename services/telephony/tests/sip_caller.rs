//! What a caller may ask of the line, message by message.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use peers::{Caller, Line, Udp, account, header, invite, request, sdp, settings, status};
use telephony::edge::{Cause, Edge, EdgeEvent, Source, Target};
use telephony::sip::{Limits, SipSettings};

#[tokio::test]
async fn a_caller_hears_ringing_even_if_nobody_says_so() {
    let line = Line::start(settings()).await;
    let caller = Caller::calls(line.address(), "ring", &[]).await;

    let begun = std::time::Instant::now();
    caller.udp.until("SIP/2.0 180").await;

    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let call = line.call(0).await;
    assert_eq!(call.caller.unwrap().reveal(), "09012345678");
    assert_eq!((call.called.as_str(), call.source), ("0312345678", Source::Trunk("anybody".to_owned())));
}

#[tokio::test]
async fn a_caller_who_gives_up_is_let_go() {
    let line = Line::start(settings()).await;
    let caller = Caller::calls(line.address(), "cancel", &[]).await;
    caller.udp.until("SIP/2.0 180").await;

    caller.cancels().await;

    let answers = [caller.udp.answer().await, caller.udp.answer().await];
    let said = |code: &str, method: &str| {
        answers
            .iter()
            .any(|answer| answer.starts_with(code) && header(answer, "CSeq").unwrap().ends_with(method))
    };
    assert!(said("SIP/2.0 200", "CANCEL") && said("SIP/2.0 487", "INVITE"), "{answers:?}");
    let call = line.call(0).await;
    assert_eq!(line.ended(call.leg).await, Cause::HungUp);
}

#[tokio::test]
async fn an_answered_call_is_ended_by_the_line_with_bye() {
    let line = Line::start(settings()).await;
    let mut caller = Caller::calls(line.address(), "bye", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;
    line.answered(call.leg).await;

    line.edge.hang_up(call.leg, Cause::Released);

    let bye = caller.udp.asked("BYE").await;
    caller.udp.send(peers::reply(&bye, 200, "", &[], "")).await;
    assert_eq!(line.ended(call.leg).await, Cause::Released);
    line.edge.answer(call.leg);
    line.edge.hang_up(call.leg, Cause::Busy);
    line.is_clean().await;
}

#[tokio::test]
async fn a_refused_caller_is_told_why() {
    let line = Line::start(settings()).await;
    for (n, (cause, code)) in
        [(Cause::Busy, 486), (Cause::Declined, 603), (Cause::Unreachable, 404)].iter().enumerate()
    {
        let caller = Caller::calls(line.address(), &format!("refused{n}"), &[]).await;
        let call = line.call(n).await;
        line.edge.hang_up(call.leg, *cause);

        assert_eq!(status(&caller.udp.answer().await), *code);
        assert_eq!(line.ended(call.leg).await, *cause);
    }
}

#[tokio::test]
async fn an_offer_may_come_with_the_ack() {
    let line = Line::start(settings()).await;
    let udp = Udp::to(line.address()).await;
    let mut caller = Caller::calls(line.address(), "delayed", &[]).await;
    // The same call again, this time without its offer, from a caller of its own.
    drop(std::mem::replace(&mut caller.udp, udp));
    let bare = request("INVITE", &format!("sip:1@{}", line.address()), caller.udp.address(), "bare", &[], "");
    caller.call_id = "bare".to_owned();
    caller.udp.send(bare).await;
    let call = line.call(1).await;
    line.edge.answer(call.leg);

    let answer = caller.is_answered(&sdp(caller.udp.address(), "")).await;

    assert!(answer.contains("m=audio"), "{answer}");
    line.answered(call.leg).await;
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 200);
    assert_eq!(line.ended(call.leg).await, Cause::HungUp);
}

#[tokio::test]
async fn hold_and_resume_are_answered_here_and_told() {
    let line = Line::start(settings()).await;
    let mut caller = Caller::calls(line.address(), "hold", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;
    line.answered(call.leg).await;
    let at = caller.udp.address();

    let wishes = [("a=sendonly\r\n", "a=recvonly", true), ("a=sendrecv\r\n", "a=sendrecv", false)];
    for (wish, answered, held) in wishes.into_iter().chain([("a=inactive\r\n", "a=inactive", true)]) {
        let answer = caller.asks("INVITE", &[], &sdp(at, wish)).await;
        assert!(answer.starts_with("SIP/2.0 200") && answer.contains(answered), "{wish}: {answer}");
        caller.ack("").await;
        line.until("hold", |events| match events.last() {
            Some(EdgeEvent::Held { held: now, .. }) if *now == held => Some(()),
            _ => None,
        })
        .await;
    }
    let answer = caller.asks("UPDATE", &[], &sdp(at, "a=sendrecv\r\n")).await;
    assert!(answer.starts_with("SIP/2.0 200") && answer.contains("a=sendrecv"), "{answer}");
    let zero = sdp(at, "").replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0");
    assert!(caller.asks("INVITE", &[], &zero).await.starts_with("SIP/2.0 200"));
    caller.ack("").await;
    assert_eq!(status(&caller.asks("INVITE", &[], "v=0\r\nnonsense").await), 400);
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 200);
}

#[tokio::test]
async fn keys_told_by_info_are_digits() {
    let line = Line::start(settings()).await;
    let mut caller = Caller::calls(line.address(), "info", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;

    let relay =
        caller.asks("INFO", &["Content-Type: application/dtmf-relay"], "Signal=5\r\nDuration=160\r\n").await;
    let bare = caller.asks("INFO", &["Content-Type: application/dtmf"], "#").await;
    let other = caller.asks("INFO", &["Content-Type: text/plain"], "hello").await;

    assert_eq!([status(&relay), status(&bare), status(&other)], [200, 200, 415]);
    let digits: Vec<char> = line
        .events()
        .iter()
        .filter_map(|event| match event {
            EdgeEvent::Digit { digit, .. } => Some(*digit),
            _ => None,
        })
        .collect();
    assert_eq!(digits, ['5', '#']);
}

#[tokio::test]
async fn requests_of_a_dialog_come_in_order_and_only_those_we_know() {
    let line = Line::start(settings()).await;
    let mut caller = Caller::calls(line.address(), "order", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;

    assert_eq!(status(&caller.asks("OPTIONS", &[], "").await), 200);
    for method in ["REFER", "MESSAGE", "PRACK", "SUBSCRIBE", "NOTIFY"] {
        let answer = caller.asks(method, &[], "").await;
        assert_eq!((status(&answer), header(&answer, "Allow").is_some()), (405, true), "{method}");
    }
    let old = caller.message("INFO", "CSeq: 1 INFO", &[], "");
    assert_eq!(caller.udp.ask(old).await, 500);
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 200);
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 481);
}

#[tokio::test]
async fn what_no_call_may_be_is_refused_with_the_right_code() {
    let line = Line::start(settings()).await;
    let at = line.address();
    let udp = Udp::to(at).await;
    let from = udp.address();
    let own = format!("sip:1@{at}");

    udp.send(invite(at, from, "rel", &["Require: 100rel"])).await;
    let rel = udp.answer().await;
    assert_eq!((status(&rel), header(&rel, "Unsupported").as_deref()), (420, Some("100rel")));
    assert_eq!(udp.ask(invite(at, from, "hops", &["Max-Forwards: 0"])).await, 483);
    assert_eq!(udp.ask(invite(at, from, "encoded", &["Content-Encoding: gzip"])).await, 415);
    assert_eq!(udp.ask(invite(at, from, "kind", &["Content-Type: text/plain"])).await, 415);
    assert_eq!(udp.ask(request("INVITE", "http://a/", from, "scheme", &[], "")).await, 416);
    assert_eq!(udp.ask(request("BYE", &own, from, "nodialog", &[], "")).await, 481);
    assert_eq!(
        udp.ask(request("BYE", &own, from, "nodialog2", &[&format!("To: <{own}>;tag=x")], "")).await,
        481
    );
    for method in ["SUBSCRIBE", "MESSAGE", "REFER", "PUBLISH", "NOTIFY", "PRACK", "NEWMETHOD"] {
        udp.send(request(method, &own, from, &format!("m{method}"), &[], "")).await;
        let answer = udp.answer().await;
        assert_eq!((status(&answer), header(&answer, "Allow").is_some()), (405, true), "{method}");
    }
    udp.send(request("OPTIONS", &own, from, "options", &[], "")).await;
    let options = udp.answer().await;
    assert_eq!(status(&options), 200);
    assert!(header(&options, "Allow").is_some() && header(&options, "Accept").is_some(), "{options}");
    assert!(line.events().is_empty(), "{:?}", line.events());
}

#[tokio::test]
async fn one_invite_is_one_call_however_often_and_by_which_way_it_comes() {
    let line = Line::start(settings()).await;
    let udp = Udp::to(line.address()).await;
    let message = invite(line.address(), udp.address(), "once", &[]);

    for _ in 0..5 {
        udp.send(&message).await;
    }
    udp.until("SIP/2.0 180").await;
    let other_way = message.replace("z9hG4bKonce", "z9hG4bKother");

    assert_eq!(udp.ask(other_way).await, 482);
    assert_eq!(line.edge.holding().legs, 1);
}

#[tokio::test]
async fn a_stranger_gets_nothing_and_nothing_goes_out() {
    let carrier = Udp::to("127.0.0.1:9".parse().unwrap()).await;
    let out = telephony::sip::TrunkOut {
        host: "127.0.0.1".to_owned(),
        port: carrier.address().port(),
        transport: telephony::sip::Transport::Udp,
        login: None,
        shown_number: None,
    };
    let trunk = telephony::sip::Trunk {
        name: "carrier".to_owned(),
        from: telephony::sip::TrunkSource::Networks(vec!["203.0.113.0/24".parse().unwrap()]),
        called: Vec::new(),
        out: Some(out),
    };
    let line = Line::start(SipSettings { trunks: vec![trunk], ..settings() }).await;
    let udp = Udp::to(line.address()).await;

    assert_eq!(udp.ask(invite(line.address(), udp.address(), "fraud", &[])).await, 403);
    let as_desk = ["From: <sip:desk-1@x>;tag=1"];
    assert_eq!(udp.ask(invite(line.address(), udp.address(), "desk", &as_desk)).await, 401);

    carrier.hears_no("INVITE").await;
    let calls = line.events().into_iter().filter(|event| matches!(event, EdgeEvent::Incoming(_))).count();
    assert_eq!(calls, 0);
}

#[tokio::test]
async fn withheld_numbers_and_asserted_ones() {
    let trunk = telephony::sip::Trunk {
        name: "carrier".to_owned(),
        from: telephony::sip::TrunkSource::Networks(vec!["127.0.0.0/8".parse().unwrap()]),
        called: vec!["0312345678".to_owned()],
        out: None,
    };
    let line = Line::start(SipSettings { trunks: vec![trunk], ..settings() }).await;
    let asserted = "P-Asserted-Identity: <tel:+81311112222>";
    let said = [
        vec![asserted],
        vec![asserted, "Privacy: id"],
        vec!["From: <sip:anonymous@anonymous.invalid>;tag=q"],
    ];

    let mut heard = Vec::new();
    for (n, lines) in said.iter().enumerate() {
        let _caller = Caller::calls(line.address(), &format!("number{n}"), lines).await;
        let call = line.call(n).await;
        assert!(!format!("{call:?}").contains("3111"), "printed");
        heard.push(call.caller.map(|number| number.into_inner()));
    }

    assert_eq!(heard, [Some("+81311112222".to_owned()), None, None]);
    let udp = Udp::to(line.address()).await;
    let elsewhere =
        request("INVITE", &format!("sip:0300000000@{}", line.address()), udp.address(), "else", &[], "");
    assert_eq!(udp.ask(elsewhere).await, 404);
}

#[tokio::test]
async fn calls_beyond_the_limit_are_told_to_come_again() {
    let limits = Limits { calls: 2, ..settings().limits };
    let line = Line::start(SipSettings { limits, ..settings() }).await;
    let _first = Caller::calls(line.address(), "one", &[]).await;
    let _second = Caller::calls(line.address(), "two", &[]).await;
    line.call(1).await;

    let third = Caller::calls(line.address(), "three", &[]).await;

    let answer = third.udp.answer().await;
    assert_eq!((status(&answer), header(&answer, "Retry-After").as_deref()), (503, Some("10")));
}

#[tokio::test]
async fn a_stopping_line_takes_no_calls_and_lets_the_live_ones_end() {
    let line = Line::start(settings()).await;
    let mut caller = Caller::calls(line.address(), "live", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;
    line.answered(call.leg).await;
    let stopping = tokio::spawn({
        let edge = line.edge.clone();
        async move { edge.stop(peers::PATIENCE).await }
    });

    let late = Caller::calls(line.address(), "late", &[]).await;
    let refused = loop {
        let answer = late.udp.answer().await;
        if status(&answer) == 503 {
            break answer;
        }
    };

    assert!(header(&refused, "Retry-After").is_some());
    assert!(!stopping.is_finished());
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 200);
    stopping.await.unwrap();
    assert!(std::net::UdpSocket::bind(line.address()).is_ok() || line.edge.holding().legs == 0);
}

#[tokio::test]
async fn a_silent_party_that_answers_is_kept_and_one_that_is_gone_is_ended() {
    let line = Line::start_impatient(settings()).await;
    let mut caller = Caller::calls(line.address(), "silent", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;
    line.answered(call.leg).await;

    let check = caller.udp.asked("OPTIONS").await;
    caller.udp.send(peers::reply(&check, 200, "", &[], "")).await;
    caller.udp.hears_no("BYE").await;
    assert_eq!(line.edge.holding().legs, 1);
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 200);

    let mut other = Caller::calls(line.address(), "gone", &[]).await;
    let call = line.call(1).await;
    line.edge.answer(call.leg);
    other.is_answered("").await;
    let check = other.udp.asked("OPTIONS").await;
    other.udp.send(peers::reply(&check, 481, "", &[], "")).await;
    other.udp.asked("BYE").await;
    assert_eq!(line.ended(call.leg).await, Cause::Dead);
}

#[tokio::test]
async fn a_caller_who_never_acknowledges_the_answer_is_gone() {
    let settings = SipSettings { round_trip: Duration::from_millis(20), ..settings() };
    let line = Line::start(settings).await;
    let caller = Caller::calls(line.address(), "mute", &[]).await;
    let call = line.call(0).await;

    line.edge.answer(call.leg);

    caller.udp.asked("BYE").await;
    assert_eq!(line.ended(call.leg).await, Cause::Dead);
    assert!(!line.events().iter().any(|event| matches!(event, EdgeEvent::Answered { .. })));
    line.is_clean().await;
}

/// An address of this machine that is not loopback.
fn own_address() -> Option<IpAddr> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("198.51.100.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| !ip.is_loopback())
}

#[tokio::test]
async fn peers_are_told_the_address_that_is_advertised() {
    // Peers on loopback are told the real one, so this needs a machine with a network.
    let Some(here) = own_address() else { return };
    let advertised: IpAddr = [203, 0, 113, 9].into();
    let listen = vec![SocketAddr::new(here, 0)];
    let line = Line::start(SipSettings { listen, advertised: Some(advertised), ..settings() }).await;
    let told = format!("{advertised}:{}", line.port());
    let mut caller = Caller::calls(line.address(), "told", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);

    let answer = caller.is_answered("").await;
    line.answered(call.leg).await;
    line.edge.hang_up(call.leg, Cause::Released);

    let bye = caller.udp.asked("BYE").await;
    assert!(header(&answer, "Contact").unwrap().contains(&told), "{answer}");
    assert!(answer.contains(&format!("c=IN IP4 {advertised}")), "{answer}");
    assert!(header(&bye, "Via").unwrap().contains(&told), "{bye}");
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let line = Line::start(settings()).await;
    let same = SipSettings { listen: vec![line.address()], ..settings() };

    let refused =
        Line::start_with(same, std::sync::Arc::new(telephony::sip::Forgetful), shell::clock::Clock::system());

    let error = refused.await.err().unwrap().to_string();
    assert!(error.contains(&line.address().to_string()) && error.contains("choose another port"), "{error}");
    let twice = SipSettings { accounts: vec![account("desk-1"), account("desk-1")], ..settings() };
    assert!(format!("{twice:?}").contains("▇▇▇") && !format!("{twice:?}").contains("secret"));
}

#[tokio::test]
async fn a_desk_that_no_phone_registered_for_is_unreachable_at_once() {
    let line = Line::start(settings()).await;

    let leg = line.ring(Target::Desk(peers::desk("desk-1")), peers::PATIENCE);
    let nowhere =
        line.ring(Target::Outside(domain::private::Private::new("110".to_owned())), peers::PATIENCE);

    assert_eq!(line.ended(leg).await, Cause::Unreachable);
    assert_eq!(line.ended(nowhere).await, Cause::Unreachable);
}
