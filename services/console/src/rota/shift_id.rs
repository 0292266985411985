//! The name of one person's shift: `duty/date/nth/piece/staff`.
//!
//! It stays the same as long as the rota plans the shift, so that a proposal
//! can say which one it means.

use jiff::ToSpan;
use jiff::civil::Date;
use on_call_rota::{Rota, Shift};

pub(crate) fn of(shift: &Shift) -> String {
    format!("{}/{}/{}/{}/{}", shift.duty, shift.date, shift.nth, shift.piece, shift.staff)
}

/// The shift of that name, if the rota still has it.
pub(crate) fn find(rota: &Rota, id: &str) -> Option<Shift> {
    let date: Date = id.split('/').nth(1)?.parse().ok()?;
    // No shift is longer than a day.
    let period = rota.days(date, date.saturating_add(1.day()));
    rota.shifts(period).into_iter().find(|shift| of(shift) == id)
}
