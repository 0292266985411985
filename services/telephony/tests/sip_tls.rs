//! SIP over TLS: carriers that are who they say, telephones, and what is not TLS.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::time::Duration;

use domain::ids::LegId;
use domain::private::Private;
use peers::{Line, PATIENCE, header, reply, sdp, settings};
use shell::testkit::{Authority, TlsFolder};
use shell::tls::{Door, DoorStream, Keeper, Source};
use telephony::edge::{Cause, Edge, EdgeEvent, Target};
use telephony::sip::{SipSettings, SipTls, Transport, Trunk, TrunkOut, TrunkSource};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A carrier's border, which takes one connection after the other.
struct Carrier {
    door: Door,
    authority: Authority,
    folder: tempfile::TempDir,
}

impl Carrier {
    async fn named(name: &str) -> Self {
        let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new("carriers"));
        let files = TlsFolder::new(folder.path(), &authority, &authority.signs(&[name]));
        let source = Source { authorities: None, ..files.source() };
        let acceptor = Keeper::default().accept(source, &[]).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { door: Door::new(listener, Some(acceptor)).unwrap(), authority, folder }
    }

    /// A line whose only trunk leads here, to `localhost`.
    async fn line(&self) -> Line {
        let out = TrunkOut {
            host: "localhost".to_owned(),
            port: self.door.address().port(),
            transport: Transport::Tls,
            login: None,
            shown_number: None,
        };
        let (from, name) = (TrunkSource::Nowhere, "carrier".to_owned());
        let believed = TlsFolder::new(self.folder.path(), &self.authority, &self.authority.signs(&["line"]));
        let source = Source { own: None, ..believed.source() };
        let dialler = Keeper::default().dial_carriers(source).unwrap();
        Line::start(SipSettings {
            tls: SipTls { listen: None, dialler: Some(dialler) },
            trunks: vec![Trunk { name, from, called: Vec::new(), out: Some(out) }],
            attempt_within: Duration::from_secs(8),
            trunk_check_every: Duration::from_secs(600),
            ..settings()
        })
        .await
    }

    /// The next peer that passes the handshake.
    async fn is_reached(&mut self) -> Wire {
        let entered = tokio::time::timeout(PATIENCE, self.door.enter()).await;
        Wire { stream: entered.unwrap().0, buffer: String::new() }
    }
}

/// One connection, a message at a time. Those read here have no body but SDP, which ends them.
struct Wire {
    stream: DoorStream,
    buffer: String,
}

impl Wire {
    /// The next message that begins so; others are passed over, OPTIONS are answered.
    async fn hears(&mut self, start: &str) -> String {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.next()).await.unwrap();
            if message.starts_with(start) {
                return message;
            }
            if message.starts_with("OPTIONS") {
                self.says(&reply(&message, 200, "c", &[], "")).await;
            }
        }
    }

    async fn next(&mut self) -> String {
        loop {
            if let Some(end) = self.buffer.find("\r\n\r\n") {
                let head = self.buffer[..end + 4].to_owned();
                let body: usize = header(&head, "Content-Length").map_or(0, |length| length.parse().unwrap());
                if self.buffer.len() >= end + 4 + body {
                    let rest = self.buffer.split_off(end + 4 + body);
                    return std::mem::replace(&mut self.buffer, rest);
                }
            }
            let mut chunk = [0; 4096];
            let length = self.stream.read(&mut chunk).await.unwrap();
            assert!(length > 0, "the line closed the connection");
            self.buffer.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
        }
    }

    async fn says(&mut self, message: &str) {
        self.stream.write_all(message.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }
}

fn dial(line: &Line) -> LegId {
    line.ring(Target::Outside(Private::new("+819012345678".to_owned())), PATIENCE)
}

async fn takes_a_call(mut carrier: Carrier) {
    let line = carrier.line().await;
    let mut wire = carrier.is_reached().await;
    let leg = dial(&line);

    let invite = wire.hears("INVITE").await;

    assert!(invite.contains("Via: SIP/2.0/TLS ") && invite.contains(";transport=tls>"), "{invite}");
    let sound = sdp("127.0.0.1:40000".parse().unwrap(), "");
    let more = ["Contact: <sip:carrier@127.0.0.1:9;transport=tls>", "Content-Type: application/sdp"];
    wire.says(&reply(&invite, 200, "c", &more, &sound)).await;
    wire.hears("ACK").await;
    line.answered(leg).await;
    line.edge.hang_up(leg, Cause::Released);
    let bye = wire.hears("BYE").await;
    wire.says(&reply(&bye, 200, "c", &[], "")).await;
    assert_eq!(line.ended(leg).await, Cause::Released);
}

#[tokio::test]
async fn a_carrier_whose_certificate_names_its_domain_takes_calls_and_is_hung_up_over_the_same_connection() {
    takes_a_call(Carrier::named("localhost").await).await;
}

#[tokio::test]
async fn a_carrier_may_be_named_by_its_sip_uri() {
    takes_a_call(Carrier::named("sip:localhost").await).await;
}

#[tokio::test]
async fn a_carrier_of_another_name_or_a_wildcard_hears_nothing() {
    for name in ["carrier.example", "*.localhost", "sip:carrier.example"] {
        let carrier = Carrier::named(name).await;
        let line = carrier.line().await;

        line.until("the trunk counts as down", |events| {
            events.iter().any(|event| matches!(event, EdgeEvent::TrunkDown { .. })).then_some(())
        })
        .await;
        let leg = dial(&line);

        assert_eq!(line.ended(leg).await, Cause::Unreachable, "{name}");
    }
}

#[tokio::test]
async fn what_speaks_no_tls_holds_nobody_up_and_counts_as_a_connection_of_its_address() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("house");
    let files = TlsFolder::new(folder.path(), &authority, &authority.signs(&["localhost"]));
    let source = Source { authorities: None, ..files.source() };
    let acceptor = Keeper::default().accept(source, &[]).unwrap();
    let mut settings = settings();
    settings.limits.connections_per_source = 3;
    settings.tls = SipTls { listen: Some((vec!["127.0.0.1:0".parse().unwrap()], acceptor)), dialler: None };
    let line = Line::start(settings).await;
    let at = line.edge.tls_addresses()[0];
    let believing = Source { own: None, ..files.source() };
    let dialler = Keeper::default().dial(believing, &[]).unwrap();
    let name = || shell::tls::server_name("localhost").unwrap();
    let silent = [TcpStream::connect(at).await.unwrap(), TcpStream::connect(at).await.unwrap()];

    let phone = dialler.dial(name(), TcpStream::connect(at).await.unwrap()).await.unwrap();

    let beyond = dialler.dial(name(), TcpStream::connect(at).await.unwrap()).await;
    assert!(beyond.is_err(), "a fourth connection of the address is not taken");
    drop((silent, phone));
}
