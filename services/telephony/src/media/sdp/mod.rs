//! What is offered and agreed about sound (SDP, RFC 8866, by the rules of
//! RFC 3264): G.711, telephone keys, one audio stream each way.
//!
//! A `LocalSession` lives as long as its leg, because a later offer must keep
//! the origin, count the version up and repeat every line of the first one.

mod fault;
mod local;
mod read;
#[cfg(test)]
mod tests;

pub use fault::{SdpError, Transport};
pub use local::{Answer, LocalSession};
