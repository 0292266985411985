//! Who is on duty at a moment. Pure: no I/O, no clock.
//!
//! A file of TOML becomes a [`Rota`] or a list of [`RotaFault`]s. A rota has
//! operators with their calendars, windows with hours, staff, duties (weekly
//! patterns, rotations, dated shifts), covers laid over them, ladders and
//! staffing rules, hospitals and their turns. Ask it for the [`Gap`]s of a stretch of time, for the
//! [`Shift`]s of it, or compile it into a [`Roster`] that answers in tens of
//! nanoseconds. `rotas/example.toml` shows and explains every part of a file.
//!
//! ```
//! use on_call_rota::Rota;
//!
//! let rota = Rota::read(include_str!("../rotas/example.toml")).expect("a rota without faults");
//! let night = "2026-11-21T22:10:00+09:00".parse()?;
//! let people = rota.on_duty(&"main".parse()?, night)?;
//! assert_eq!(people[0].role.code(), "counsellor");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calendar;
mod code;
mod contact;
mod cover;
mod coverage;
mod day;
mod days;
mod diff;
mod file;
mod holiday;
mod hospital;
mod hours;
mod ics;
mod ids;
mod ladder;
mod nanos;
mod outline;
mod period;
mod presence;
mod public;
mod roster;
mod rota;
mod shift;
mod span;
mod staff;
mod sweep;
mod zone;

pub use calendar::{Band, Calendar, EarlyMorning, Moment};
pub use contact::{CalledNumber, ContactPoint, E164, InvalidContact};
pub use coverage::{Gap, Missing, RULE_OPEN, RULE_STAFFED};
pub use day::{Day, DayKind, InvalidCalendar};
pub use diff::{Diff, PersonChange, diff};
pub use file::{FILE_MAX, RotaFault};
pub use holiday::{HOLIDAY_YEARS, Holiday, PUBLISHED_THROUGH, YearUnknown, holidays};
pub use hospital::{
    Admission, Choice, Exclusion, Hospital, HospitalGap, HospitalKind, InvalidHospital, Need, Places, Suits,
};
pub use hours::{ClockTime, InvalidHours, TimeRange};
pub use ics::{DayEvent, day_calendar};
pub use ids::{
    CentreId, DutyId, GroupId, HospitalId, ID_MAX, InvalidId, OperatorId, RegionId, RuleId, StaffId,
    TargetId, WindowId,
};
pub use ladder::Rung;
pub use period::Period;
pub use public::{InvalidPublic, PageAddress, PublicNumber, PublicOperator, PublicWindow};
pub use roster::{Handover, NotInRoster, OnDuty, Roster};
pub use rota::{Centre, Group, Operator, Rota, Window};
pub use shift::Shift;
pub use staff::{Contact, InvalidStaff, Language, Qualification, Role, Staff, StaffName};
