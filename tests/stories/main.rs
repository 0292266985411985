//! Stories of the line, told from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod call_back;
mod fallback;
mod first_call;
mod hunting;
mod killed;
mod private;
mod race;
mod services;
mod stop;
mod store_away;
mod ways;
mod wrong;

/// A caller's number that no other text has by chance.
pub(crate) const NUMBER: &str = "09012345678";
