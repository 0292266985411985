//! The core of the line: facts and time in, effects out.
//!
//! No I/O, no clock, no randomness, no await. Shells bring what happened and
//! carry out what is answered.

pub mod access;
pub mod call;
pub mod codes;
pub mod daily_log;
pub mod desk;
pub mod escalation;
pub mod ids;
pub mod invariant;
pub mod ledger;
pub mod private;
pub mod referral;
pub mod routing;
pub mod time;
pub mod triage;
