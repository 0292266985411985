//! The psychiatrist on call is reached, whatever fails.

mod answer;
pub mod channels;
mod climber;
mod config;
mod drills;
mod error;
mod figures;
mod handing;
mod heartbeat;
mod keeper;
mod ladder;
mod pager;
mod safety;
mod server;
mod start;
mod store;
mod takers;
mod voice;
mod watching;
mod wire;

pub use config::{Paces, Settings};
pub use heartbeat::{Heartbeat, HeartbeatSettings};
pub use keeper::TOPIC;
pub use server::EscalationServer;
pub use start::{Deps, Escalations, StartFault, start};
