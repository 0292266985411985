//! Whatever is logged at the finest level, no number and no message is in it.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::io::Write;
use std::sync::{Arc, Mutex};

use domain::private::Private;
use peers::{Caller, Line, PATIENCE, Udp, reply, settings, status};
use telephony::edge::{Cause, Edge, Target};
use telephony::sip::{SipSettings, Transport, Trunk, TrunkOut, TrunkSource};

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_number_is_in_any_log_line() {
    let heard = Heard::default();
    let writer = heard.clone();
    let all =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(all.finish()).unwrap();
    let carrier = Udp::to("127.0.0.1:9".parse().unwrap()).await;
    let (host, port) = ("127.0.0.1".to_owned(), carrier.address().port());
    let out = TrunkOut { host, port, transport: Transport::Udp, login: None, shown_number: None };
    let trunk =
        Trunk { name: "carrier".to_owned(), from: TrunkSource::Anywhere, called: Vec::new(), out: Some(out) };
    let line = Line::start(SipSettings { trunks: vec![trunk], ..settings() }).await;

    let mut caller =
        Caller::calls(line.address(), "secretcallid", &["P-Asserted-Identity: <tel:+818011112222>"]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;
    let leg = line.ring(Target::Outside(Private::new("+817033334444".to_owned())), PATIENCE);
    let invite = carrier.asked("INVITE").await;
    carrier.send(reply(&invite, 486, "c", &[], "")).await;
    assert_eq!(line.ended(leg).await, Cause::Busy);
    caller.udp.send("INVITE sip:09012345678 garbage\r\n\r\n").await;
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 200);
    line.is_clean().await;

    let log = String::from_utf8_lossy(&heard.0.lock().unwrap()).into_owned();
    assert!(log.contains(&leg.to_string()), "our own lines are there: {log}");
    for word in ["09012345678", "8011112222", "7033334444", "secretcallid", "INVITE", "0312345678"] {
        assert!(!log.contains(word), "{word} is logged: {log}");
    }
}
