//! The line with something broken, told from outside: real processes, real faults, while people ring and doctors are
//! paged. `tests/run faults` plays it; each story prints what it measured.
//!
//! | what fails | how | story |
//! | --- | --- | --- |
//! | the store | each answer 400 ms late · half-open · refused · vanished without a word | `store` |
//! | | stopped · frozen · SQLite locked by another | `../stories/store_away.rs` |
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "figures are told, and they are measured by a clock of their own"
)]

mod escalation;
mod night;
mod redis;
mod routing;
mod store;
mod telephony;
