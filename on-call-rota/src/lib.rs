//! Who is on duty at a moment. Pure: no I/O, no clock.

mod calendar;
mod code;
mod contact;
mod cover;
mod coverage;
mod days;
mod diff;
mod file;
mod holiday;
mod hours;
mod ics;
mod ids;
mod ladder;
mod period;
mod roster;
mod rota;
mod shift;
mod staff;
mod sweep;
mod zone;

pub use calendar::{Band, Calendar, Day, DayKind, EarlyMorning, InvalidCalendar, Moment};
pub use contact::{CalledNumber, ContactPoint, E164, InvalidContact};
pub use coverage::{Gap, Missing, RULE_OPEN, RULE_STAFFED};
pub use diff::{Diff, PersonChange, diff};
pub use file::{FILE_MAX, RotaFault};
pub use holiday::{HOLIDAY_YEARS, Holiday, PUBLISHED_THROUGH, YearUnknown, holidays};
pub use hours::{ClockTime, InvalidHours, TimeRange};
pub use ids::{
    CentreId, DutyId, GroupId, ID_MAX, InvalidId, OperatorId, RegionId, RuleId, StaffId, WindowId,
};
pub use ladder::Rung;
pub use period::Period;
pub use roster::{Handover, NotInRoster, OnDuty, Roster};
pub use rota::{Centre, Group, Operator, Rota, Window};
pub use shift::Shift;
pub use staff::{Contact, InvalidStaff, Language, Qualification, Role, Staff, StaffName};
