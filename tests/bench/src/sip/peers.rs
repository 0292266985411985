//! Messages, proofs and a proxy as telephony's own stories have them.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "shared with telephony, whose stories use more of it and end where they cannot go on"
)]

pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

#[path = "../../../../services/telephony/tests/peers/digest.rs"]
pub mod digest;
#[path = "../../../../services/telephony/tests/peers/kamailio.rs"]
pub mod kamailio;
#[path = "../../../../services/telephony/tests/peers/ports.rs"]
pub mod ports;
#[path = "../../../../services/telephony/tests/peers/raw.rs"]
pub mod raw;

pub use ports::free_port;

/// Where Debian puts it.
pub fn program(name: &str, package: &str) -> std::path::PathBuf {
    let found = ["/usr/bin", "/usr/sbin"].map(|folder| std::path::Path::new(folder).join(name));
    let found = found.into_iter().find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{name} is missing: apt-get install -y --no-install-recommends {package}"))
}
