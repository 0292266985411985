//! Triage: what is asked of a caller, how urgent the answers make it, and the record of it.
//!
//! A protocol is data; `assess` is a function of protocol and answers; a record is a machine that
//! keeps what the counsellor wrote. Code lists and the data dictionary: domain.md 7.1 and 7.5.

mod assess;
mod check;
pub mod field;
mod fields;
pub mod legal;
pub mod lists;
pub mod protocol;
pub mod record;

pub use assess::{Assessment, assess};
pub use check::{Fault, Missing, check, missing_to_sign};
pub use field::{FIELDS, Field};
pub use fields::{ANSWER, Fields, STEP};
pub use protocol::{Protocol, ProtocolFault, ProtocolFile, ProtocolId};
pub use record::{Record, Revision};
#[cfg(test)]
mod tests;
