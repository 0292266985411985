//! A psychiatrist's telephone.

use tokio::net::UdpSocket;

use crate::baresip::Baresip;
use crate::desk::{register, telephone};
use crate::line::TestLine;
use crate::peers::{Sipp, free_port};
use crate::sounds::Voice;
use crate::wait::eventually;

/// A registered baresip of somebody on the ladder.
pub struct TestDoctor {
    pub phone: Baresip,
    pub name: String,
}

impl TestDoctor {
    /// Waits until the line can ring it.
    pub async fn registers(line: &TestLine, name: &str) -> Self {
        Self::registers_with(line, name, "").await
    }

    /// Lifts by itself and talks on and on: a voicemail.
    pub async fn voicemail(line: &TestLine, name: &str) -> Self {
        Self::registers_with(line, name, ";answermode=auto").await
    }

    /// The telephone of that number, in the network behind a trunk that leads to `port`.
    pub async fn on_trunk(line: &TestLine, number: &str, port: u16) -> Self {
        let account = format!("<sip:{number}@{}>;regint=0", line.sip);
        let phone = Baresip::start_at(&account, (line.sip.ip(), port).into(), Voice::Doctor).await;
        Self { phone, name: number.to_owned() }
    }

    async fn registers_with(line: &TestLine, name: &str, params: &str) -> Self {
        let phone = telephone(line, name, "", params, Voice::Doctor).await;
        line.knows_phone(name).await;
        Self { phone, name: name.to_owned() }
    }

    /// Waits until it rings for the `nth` time, from 1.
    pub async fn is_rung(&self, nth: usize) {
        self.phone.has("CALL_INCOMING", nth).await;
    }

    pub fn rang(&self) -> usize {
        self.phone.count("CALL_INCOMING")
    }

    /// Waits until it rings for the `nth` time and lifts.
    pub async fn lifts(&self, nth: usize) {
        self.is_rung(nth).await;
        let lifted = self.phone.count("CALL_ESTABLISHED");
        self.phone.tell("accept", "").await;
        self.phone.has("CALL_ESTABLISHED", lifted + 1).await;
    }

    /// Waits until the line has begun to say something.
    pub async fn is_told_something(&self) {
        eventually("the doctor is told something", async || (self.phone.heard() > 4000).then_some(())).await;
    }

    /// Dials what the telephone showed when it rang last.
    pub async fn rings_back(&self) {
        let connected = self.phone.count("CALL_ESTABLISHED");
        self.phone.tell("dial", &self.phone.shown()).await;
        self.phone.has("CALL_ESTABLISHED", connected + 1).await;
    }

    /// As people do, once they have heard something.
    pub async fn presses(&self, key: &str) {
        self.is_told_something().await;
        self.phone.presses(key).await;
    }

    /// Waits until its `nth` call is over, answered or not.
    pub async fn is_let_go(&self, nth: usize) {
        self.phone.has("CALL_CLOSED", nth).await;
    }
}

/// A sipp with that scenario as the telephone of somebody on the ladder.
pub async fn sipp_doctor(line: &TestLine, name: &str, scenario: &str) -> Sipp {
    let port = free_port();
    let socket = UdpSocket::bind(("127.0.0.1", port)).await.unwrap();
    register(line, name, &socket).await;
    drop(socket);
    line.knows_phone(name).await;
    Sipp::start_at(scenario, "127.0.0.1", port, &[])
}
