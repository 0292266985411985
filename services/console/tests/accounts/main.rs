//! Who gets in, who does not, and what is told of it; on both stores, through the gate.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

mod admin;
mod centre;
mod command;
mod guessing;
mod oneself;
mod provider;
mod sessions;
mod town;
