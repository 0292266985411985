//! The peers that services' own tests use too: sipp, Kamailio, bare sockets, a mail server.
#![allow(dead_code, unreachable_pub, reason = "shared with services, whose tests use more of it")]

#[path = "../../services/telephony/tests/peers/digest.rs"]
mod digest;
#[path = "../../services/telephony/tests/peers/kamailio.rs"]
mod kamailio;
#[path = "../../services/telephony/tests/peers/ports.rs"]
mod ports;
#[path = "../../services/telephony/tests/peers/raw.rs"]
mod raw;
#[path = "../../services/telephony/tests/peers/sipp.rs"]
mod sipp;
#[path = "../../services/escalation/tests/peers/smtp.rs"]
mod smtp;

use std::path::PathBuf;

pub use digest::{authorization, param};
pub use kamailio::Kamailio;
pub use ports::free_port;
pub use raw::{Caller, Udp, header, invite, reply, request, status};
pub use sipp::Sipp;
pub use smtp::SmtpSink;

pub use crate::wait::PATIENCE;

/// Where a program of Debian is.
pub fn program(name: &str, package: &str) -> PathBuf {
    let found =
        ["/usr/bin", "/usr/sbin", "/usr/local/bin"].iter().map(|folder| PathBuf::from(folder).join(name));
    found.into_iter().find(|path| path.exists()).unwrap_or_else(|| {
        panic!("{name} is needed for this test: apt-get install -y --no-install-recommends {package}")
    })
}

/// A folder of this crate.
pub fn beside(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}
