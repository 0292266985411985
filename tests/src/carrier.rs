//! The telephone network behind a trunk.

use crate::peers::{Sipp, free_port};

/// A sipp that takes the calls that the line sends out.
pub struct TestCarrier {
    pub sipp: Sipp,
    pub port: u16,
}

impl TestCarrier {
    /// Answers whoever is rung, and stays until the line hangs up.
    pub fn answering() -> Self {
        let port = free_port();
        Self { sipp: Sipp::start_at("uas", "127.0.0.1", port, &["-aa"]), port }
    }

    /// Lets it ring some seconds first.
    pub fn answering_late() -> Self {
        let port = free_port();
        Self { sipp: Sipp::start_at("carrier_late", "127.0.0.1", port, &["-aa"]), port }
    }

    /// `[[trunk]]` of the settings.
    pub fn trunk(&self, name: &str) -> String {
        trunk_to(name, self.port)
    }

    /// Waits until it was asked to ring that number.
    pub async fn was_asked_for(&self, number: &str) {
        self.sipp.has_seen(&format!("INVITE sip:{number}@")).await;
    }

    pub fn seen(&self, text: &str) -> usize {
        self.sipp.messages().matches(text).count()
    }
}

/// `[[trunk]]` to that port of this machine, from which calls are taken too.
pub fn trunk_to(name: &str, port: u16) -> String {
    format!("[[trunk]]\nname = \"{name}\"\nfrom = [\"127.0.0.1\"]\nto = \"127.0.0.1:{port}\"\n\n")
}
