//! Triage: what is asked of a caller, how urgent the answers make it, and the record of it.
//!
//! A protocol is data; `assess` is a function of protocol and answers; a record is a machine that
//! keeps what the counsellor wrote. Code lists and the data dictionary: domain.md 7.1 and 7.5.

pub mod legal;
pub mod lists;
