//! What every service needs round the core.

pub mod access;
pub mod alarms;
pub mod audit;
pub mod budget;
pub mod bus;
pub mod call_trace;
pub mod clock;
pub mod config;
pub mod folder;
pub mod grpc;
pub mod ids;
pub mod process;
pub mod reconciler;
pub mod rota_file;
pub mod schema_guard;
pub mod seal;
pub mod shutdown;
pub mod store;
pub mod telemetry;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod tls;
pub mod webhook;
