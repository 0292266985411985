//! Desks, presence and offers: which counsellor is rung for which caller.
//!
//! The rules are `domain::routing` and `domain::desk`; here they meet the rota,
//! the store and the other replicas. See `dispatcher` for how a round goes.

mod alarms;
mod at_once;
mod board;
mod circles;
mod config;
mod deliver;
mod dispatcher;
mod doubt;
mod error;
mod gauges;
#[cfg(test)]
mod nights;
mod nudges;
mod plan;
mod request;
mod round;
mod row;
mod seeker;
mod server;
mod start;
mod store;
mod streams;
mod turn;
mod view;
mod wire;

pub use config::{CircleRule, Settings};
pub use nudges::TOPIC;
pub use server::RoutingServer;
pub use shell::rota_file::RotaUnusable;
pub use start::{Deps, Routing, StartFault, start};
