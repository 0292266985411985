//! What every service needs round the core.

pub mod clock;
pub mod folder;
pub mod process;
pub mod seal;
pub mod shutdown;
pub mod store;
#[cfg(feature = "testkit")]
pub mod testkit;
