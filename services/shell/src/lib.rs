//! What every service needs round the core.

pub mod clock;
pub mod folder;
pub mod seal;
pub mod store;
#[cfg(feature = "testkit")]
pub mod testkit;
