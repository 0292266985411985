//! The rota from outside: a file goes in, answers come out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod coverage;
mod diff;
mod dst;
mod duty;
mod example;
mod faults;
mod garbage;
mod holidays;
mod hospital;
mod ics;
mod layout;
