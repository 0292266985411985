//! Records of consultations, the protocol they follow, the people they are about.

mod asker;
mod case;
mod config;
mod drafter;
mod error;
mod keeper;
mod payer;
mod people;
mod protocols;
mod records;
mod retention;
mod server;
mod start;
mod store;
mod wire;

pub use config::{Figure, Settings};
pub use keeper::{TOPIC, reason_place};
pub use protocols::ProtocolUnusable;
pub use server::TriageServer;
pub use start::{Deps, StartFault, Triage, start};
