//! The psychiatrist on call is reached, whatever fails.

pub mod channels;
mod heartbeat;

pub use heartbeat::{Heartbeat, HeartbeatSettings};
