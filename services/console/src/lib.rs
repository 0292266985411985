//! Accounts, the night as people see it, and the page they see it on.

pub mod accounts;
mod config;
pub mod night;
pub mod page;
pub mod rota;
mod start;

pub use config::Settings;
pub use start::{Consoles, Deps, start};
