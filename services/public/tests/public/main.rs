//! What the public is told, by a clock that is moved by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod asking;
mod by_hand;
mod oracles;
mod told;
