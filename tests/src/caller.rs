//! Somebody who rings the line.

use crate::baresip::Baresip;
use crate::line::TestLine;
use crate::sounds::Voice;
use crate::wait::eventually;

/// A baresip that dials and listens.
pub struct TestCaller {
    pub phone: Baresip,
    dial: String,
}

impl TestCaller {
    /// With that number; rings the window `100`.
    pub async fn with_number(line: &TestLine, number: &str) -> Self {
        Self::by(line, number, "").await
    }

    /// With parameters for the URI that is dialled, such as `;transport=tcp`.
    pub async fn by(line: &TestLine, number: &str, params: &str) -> Self {
        Self::through(line.sip, number, params).await
    }

    /// In the network behind a trunk that leads to `port`: can be rung back.
    pub async fn on_trunk(line: &TestLine, number: &str, port: u16) -> Self {
        let account = format!("<sip:{number}@{}>;regint=0", line.sip);
        let phone = Baresip::start_at(&account, (line.sip.ip(), port).into(), Voice::Caller).await;
        Self { phone, dial: format!("sip:100@{}", line.sip) }
    }

    /// By way of whoever listens there.
    pub async fn through(at: std::net::SocketAddr, number: &str, params: &str) -> Self {
        let account = format!("<sip:{number}@{at}{params}>;regint=0");
        let phone = Baresip::start(&account, at.ip(), Voice::Caller).await;
        Self { phone, dial: format!("sip:100@{at}{params}") }
    }

    pub async fn rings(&self) {
        self.phone.tell("dial", &self.dial).await;
    }

    /// Waits until the `nth` call is connected, to a human or to an announcement.
    pub async fn is_connected(&self, nth: usize) {
        self.phone.has("CALL_ESTABLISHED", nth).await;
    }

    /// Waits until the line says that it rings.
    pub async fn hears_ringing(&self, nth: usize) {
        self.phone.has("CALL_RINGING", nth).await;
    }

    /// Waits until it is rung for the `nth` time, from 1, and lifts.
    pub async fn answers(&self, nth: usize) {
        self.phone.has("CALL_INCOMING", nth).await;
        let lifted = self.phone.count("CALL_ESTABLISHED");
        self.phone.tell("accept", "").await;
        self.phone.has("CALL_ESTABLISHED", lifted + 1).await;
    }

    pub async fn hangs_up(&self) {
        self.phone.tell("hangup", "").await;
    }

    pub async fn is_over(&self, nth: usize) {
        self.phone.has("CALL_CLOSED", nth).await;
    }

    /// Waits until half a second of voice or tone has come in beyond `before`.
    pub async fn hears(&self, before: usize) {
        eventually("the caller hears something", async || (self.phone.heard() > before + 2000).then_some(()))
            .await;
    }
}
