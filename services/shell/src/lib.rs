//! What every service needs round the core.

pub mod clock;
