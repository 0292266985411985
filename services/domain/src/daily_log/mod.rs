//! 日報: a window's day as figures, counted from what was stored and from nothing else.

mod facts;
mod row;

pub use facts::{Call, Decision, Duty, Facts, Incident, OnDuty, Page, Record, Referral, Span, Stretch};
pub use row::Row;
