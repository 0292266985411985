//! Real peers for the telephone edge: sipp, baresip and Kamailio from Debian,
//! raw sockets, and a line of ours with a driver so small that it fits in a
//! test. Each starts on free ports and dies with its handle.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    clippy::iter_skip_next,
    reason = "each test file uses its own part, and what a helper of a test does not expect fails the test"
)]

mod baresip;
mod digest;
mod kamailio;
mod line;
mod ports;
mod raw;
mod shelf;
mod sipp;

pub use baresip::Baresip;
pub use digest::{authorization, param, proves};
pub use kamailio::Kamailio;
pub use line::{Line, account, desk, settings};
pub use ports::free_port;
pub use raw::{Caller, Udp, header, invite, reply, request, sdp, status};
pub use shelf::Shelf;
pub use sipp::Sipp;

use std::path::PathBuf;
use std::time::Duration;

/// Far above anything that is right, so that only what never comes fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where a program of Debian is.
pub fn program(name: &str, package: &str) -> PathBuf {
    let found =
        ["/usr/bin", "/usr/sbin", "/usr/local/bin"].iter().map(|folder| PathBuf::from(folder).join(name));
    found.into_iter().find(|path| path.exists()).unwrap_or_else(|| {
        panic!("{name} is needed for this test: apt-get install -y --no-install-recommends {package}")
    })
}

/// A file beside the tests.
pub fn beside(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}
