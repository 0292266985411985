//! A counsellor's telephone.

use std::fs;
use std::path::Path;

use crate::baresip::Baresip;
use crate::line::TestLine;
use crate::sounds::Voice;
use tokio::net::UdpSocket;

use crate::peers::{Sipp, authorization, free_port, header, param, request, status};
use crate::wait::{PATIENCE, eventually};

/// A registered baresip that does what its counsellor wants.
pub struct TestDesk {
    pub phone: Baresip,
    pub name: String,
}

impl TestDesk {
    /// Switches the telephone of that account on and waits until it is signed in.
    pub async fn registers(line: &TestLine, name: &str) -> Self {
        Self::registers_by(line, name, "", "").await
    }

    /// Lifts by itself whenever it rings.
    pub async fn that_lifts(line: &TestLine, name: &str) -> Self {
        Self::registers_by(line, name, "", ";answermode=auto").await
    }

    /// With parameters for its URI, such as `;transport=tcp`, and for its account.
    pub async fn registers_by(line: &TestLine, name: &str, uri_params: &str, params: &str) -> Self {
        let desk = Self::is_switched_on(line, name, uri_params, params).await;
        line.desk_is(name, "available").await;
        desk
    }

    /// Does not wait for what the line makes of it.
    pub async fn is_switched_on(line: &TestLine, name: &str, uri_params: &str, params: &str) -> Self {
        Self { phone: telephone(line, name, uri_params, params, Voice::Desk).await, name: name.to_owned() }
    }

    /// Waits until it rings for the `nth` time, from 1.
    pub async fn is_ringing(&self, nth: usize) {
        self.phone.has("CALL_INCOMING", nth).await;
    }

    /// Waits until it rings for the `nth` time and lifts.
    pub async fn answers(&self, nth: usize) {
        self.is_ringing(nth).await;
        let lifted = self.phone.count("CALL_ESTABLISHED");
        self.phone.tell("accept", "").await;
        self.phone.has("CALL_ESTABLISHED", lifted + 1).await;
    }

    pub async fn hangs_up(&self) {
        self.phone.tell("hangup", "").await;
    }

    /// Waits until its `nth` call is over, answered or not.
    pub async fn is_quiet(&self, nth: usize) {
        self.phone.has("CALL_CLOSED", nth).await;
    }

    pub fn rang(&self) -> usize {
        self.phone.count("CALL_INCOMING")
    }

    /// Waits until a second of somebody's voice has come in since `before`.
    pub async fn hears(&self, before: usize) {
        eventually("the desk hears something", async || (self.phone.heard() > before + 4000).then_some(()))
            .await;
    }
}

/// A baresip that signs in with that account of the line and speaks with that voice.
pub(crate) async fn telephone(
    line: &TestLine,
    name: &str,
    uri_params: &str,
    params: &str,
    voice: Voice,
) -> Baresip {
    let password = password_of(&line.phones_file(), name);
    let account = format!(
        "<sip:{name}@{sip}{uri_params}>;auth_user={name};auth_pass={password};regint=60{params}",
        sip = line.sip
    );
    Baresip::start(&account, line.sip.ip(), voice).await
}

/// A file of `[[phone]]`.
pub fn password_of(file: &Path, name: &str) -> String {
    let phones: toml::Table = fs::read_to_string(file).unwrap().parse().unwrap();
    let of = |phone: &toml::Value| Some(phone.get("password")?.as_str()?.to_owned());
    let phones = phones["phone"].as_array().unwrap();
    let phone = phones.iter().find(|phone| phone["desk"].as_str() == Some(name));
    phone.and_then(of).unwrap_or_else(|| panic!("no account {name} in {}", file.display()))
}

/// A sipp with that scenario as the telephone of a desk. The registration is sent from its port
/// before it starts, so that it is rung there.
pub async fn sipp_desk(line: &TestLine, name: &str, scenario: &str, more: &[&str]) -> Sipp {
    let port = free_port();
    sipp_desks_at(line, &[name], port).await;
    Sipp::start_at(scenario, "127.0.0.1", port, more)
}

/// The same for a telephone that is nobody's: people sit down at it on the page.
pub async fn sipp_free_desk(line: &TestLine, name: &str, scenario: &str, more: &[&str]) -> Sipp {
    let port = free_port();
    let socket = UdpSocket::bind(("127.0.0.1", port)).await.unwrap();
    register(line, name, &socket).await;
    drop(socket);
    line.knows_phone(name).await;
    Sipp::start_at(scenario, "127.0.0.1", port, more)
}

/// Registers several desks from one port: one sipp there is the telephone of all of them.
pub async fn sipp_desks_at(line: &TestLine, names: &[&str], port: u16) {
    let socket = UdpSocket::bind(("127.0.0.1", port)).await.unwrap();
    for name in names {
        register(line, name, &socket).await;
    }
    for name in names {
        line.desk_is(name, "available").await;
    }
}

pub(crate) async fn register(line: &TestLine, name: &str, socket: &UdpSocket) {
    let (from, uri) = (socket.local_addr().unwrap(), format!("sip:{}", line.sip));
    let account = format!("<sip:{name}@{}>", line.sip);
    let ask = async |number: u32, proof: Option<&str>| {
        let who = [
            format!("From: {account};tag=r"),
            format!("To: {account}"),
            format!("Contact: <sip:{name}@{from}>"),
            "Expires: 600".to_owned(),
            format!("CSeq: {number} REGISTER"),
            format!("Via: SIP/2.0/UDP {from};branch=z9hG4bK{name}{number};rport"),
        ];
        let lines: Vec<&str> = who.iter().map(String::as_str).chain(proof).collect();
        let message = request("REGISTER", &uri, from, &format!("r{name}{from}"), &lines, "");
        socket.send_to(message.as_bytes(), line.sip).await.unwrap();
        let mut buffer = vec![0; 4096];
        let read = tokio::time::timeout(PATIENCE, socket.recv_from(&mut buffer)).await;
        let (length, _) = read.expect("an answer to REGISTER").unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let challenge = ask(1, None).await;
    let nonce = param(&header(&challenge, "WWW-Authenticate").unwrap(), "nonce").unwrap();
    let password = password_of(&line.phones_file(), name);
    let proof = authorization(&nonce, name, &password, "REGISTER", &uri, 1);
    let answer = ask(2, Some(&proof)).await;
    assert_eq!(status(&answer), 200, "the telephone of {name} registers: {answer}");
}
