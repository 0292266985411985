//! 日報: a window's day as figures, counted from what was stored and from nothing else.
//!
//! `duty` and `call_of` make facts of a rota and of ledgers, `count` makes rows of facts, `body` is what is
//! sealed. Bodies of days add up to a `report`; `suppress` hides what would point to few people.

mod body;
mod call;
mod count;
mod duty;
mod facts;
mod figure;
mod hours;
mod open;
mod report;
mod row;
mod suppress;
mod tally;
#[cfg(test)]
mod tests;
mod then;
mod told;

pub use body::{Body, BodyFault, body, differs};
pub use call::{call_of, window_of};
pub use count::{count, tallies};
pub use duty::{duty, stretches, whole};
pub use facts::{
    Call, ClockHour, Decision, Duty, Facts, Incident, OnDuty, Page, Record, Referral, Span, Stretch,
};
pub use figure::{FIGURES, Figure, FigureGroup, Measure, UNKNOWN, Unit};
pub use hours::HourOfDay;
pub use open::{KeptBy, KeptOpen, kept_open};
pub use report::{InvalidPeriod, Part, Report, ReportPeriod, report};
pub use row::Row;
pub use suppress::{publish, suppress, suppress_rows};
pub use tally::{Spread, Tally};
pub use told::told;
