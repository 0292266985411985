//! 日報: a window's days as figures, sealed, and what the centre says of them.

mod asker;
mod closer;
mod config;
mod days;
mod error;
mod export;
mod gather;
mod keeper;
mod names;
mod night;
mod raw;
mod report;
mod review;
mod sealed;
mod server;
mod start;
mod store;
mod verify;
mod wire;

pub use config::Settings;
pub use keeper::TOPIC;
pub use server::LogServer;
pub use start::{DailyLog, Deps, start};
