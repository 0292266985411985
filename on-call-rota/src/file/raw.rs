//! The file as it is written: each value read by itself, with its place, and
//! nothing yet compared with anything else. `None` stands for what is missing
//! or could not be read; the fault is told already.

use jiff::civil::Date;

use super::fault::{At, Place};
use super::value::{CoverKind, FileDate, FileWhen, Zone};
use crate::calendar::EarlyMorning;
use crate::contact::{CalledNumber, ContactPoint, E164};
use crate::day::{Saturday, YearEnd};
use crate::hospital::{Admission, HospitalKind};
use crate::hours::{ClockTime, DayToken, TimeRange, WeekHours};
use crate::ids::{CentreId, DutyId, GroupId, HospitalId, OperatorId, RegionId, RuleId, StaffId, WindowId};
use crate::public::{PageAddress, PublicNumber, PublicOperator};
use crate::staff::{Contact, Language, Qualification, Role, StaffName};

pub(super) struct RawRota {
    pub(super) place: Place,
    pub(super) revision: u32,
    pub(super) operators: Vec<RawOperator>,
    pub(super) groups: Vec<RawGroup>,
    pub(super) windows: Vec<RawWindow>,
    pub(super) staff: Vec<RawStaff>,
    pub(super) centres: Vec<RawCentre>,
    pub(super) hospitals: Vec<RawHospital>,
    pub(super) hospital_turns: Vec<RawHospitalTurn>,
    pub(super) duties: Vec<RawDuty>,
    pub(super) covers: Vec<RawCover>,
    pub(super) rules: Vec<RawRule>,
    pub(super) ladders: Vec<RawLadder>,
}

pub(super) struct RawOperator {
    pub(super) id: Option<At<OperatorId>>,
    pub(super) name: Option<String>,
    pub(super) zone: Option<At<Zone>>,
    pub(super) service_day_starts: Option<ClockTime>,
    pub(super) early_morning: Option<EarlyMorning>,
    pub(super) published_through: Option<i64>,
    pub(super) public: PublicOperator,
    pub(super) calendars: Vec<RawCalendar>,
}

pub(super) struct RawCalendar {
    pub(super) place: Place,
    pub(super) from: Option<At<FileDate>>,
    pub(super) office_hours: Option<TimeRange>,
    pub(super) saturday: Option<Saturday>,
    pub(super) year_end: Option<YearEnd>,
    pub(super) own_days: Vec<RawOwnDay>,
}

pub(super) struct RawOwnDay {
    pub(super) date: Option<At<FileDate>>,
    pub(super) name: Option<String>,
    pub(super) open: bool,
}

pub(super) struct RawGroup {
    pub(super) place: Place,
    pub(super) id: Option<At<GroupId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) all_day: bool,
}

pub(super) struct RawWindow {
    pub(super) place: Place,
    pub(super) id: Option<At<WindowId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) group: Option<At<GroupId>>,
    pub(super) name: Option<String>,
    pub(super) numbers: Vec<At<CalledNumber>>,
    pub(super) languages: Vec<Language>,
    pub(super) fallback: Option<E164>,
    pub(super) priority: bool,
    pub(super) next: Vec<At<WindowId>>,
    pub(super) hours: Option<WeekHours>,
    pub(super) public: RawPublic,
}

#[derive(Default)]
pub(super) struct RawPublic {
    pub(super) listed: Option<bool>,
    pub(super) number: Option<PublicNumber>,
    pub(super) name_en: Option<String>,
    pub(super) place: Option<String>,
    pub(super) place_en: Option<String>,
    pub(super) hours: Option<String>,
    pub(super) hours_en: Option<String>,
    pub(super) url: Option<PageAddress>,
}

pub(super) struct RawStaff {
    pub(super) place: Place,
    pub(super) id: Option<At<StaffId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) name: Option<StaffName>,
    pub(super) qualifications: Vec<Qualification>,
    pub(super) psychiatric_experience: bool,
    pub(super) languages: Vec<Language>,
    pub(super) region: Option<RegionId>,
    pub(super) contacts: Vec<(Place, Contact)>,
}

pub(super) struct RawCentre {
    pub(super) place: Place,
    pub(super) id: Option<At<CentreId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) name: Option<String>,
    pub(super) contacts: Vec<ContactPoint>,
}

pub(super) struct RawHospital {
    pub(super) place: Place,
    pub(super) id: Option<At<HospitalId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) name: Option<String>,
    pub(super) kind: Option<At<HospitalKind>>,
    pub(super) somatic: Option<bool>,
    pub(super) admissions: Vec<Admission>,
    pub(super) hours: Option<(Place, WeekHours)>,
    pub(super) latest_arrival: Option<ClockTime>,
    pub(super) regions: Vec<RegionId>,
    pub(super) municipalities: Vec<String>,
    pub(super) contacts: Vec<ContactPoint>,
    pub(super) checked: Option<FileDate>,
}

pub(super) struct RawHospitalTurn {
    pub(super) place: Place,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) area: Option<At<RegionId>>,
    pub(super) hospitals: Vec<At<HospitalId>>,
    pub(super) time: Option<TimeRange>,
    pub(super) dates: Vec<At<FileDate>>,
    /// Of a rotation.
    pub(super) starts: Option<FileDate>,
    /// Days each.
    pub(super) each: i64,
    pub(super) days: Vec<DayToken>,
    pub(super) from: Option<At<FileDate>>,
    pub(super) until: Option<At<FileDate>>,
}

pub(super) struct RawDuty {
    pub(super) place: Place,
    pub(super) id: Option<At<DutyId>>,
    pub(super) group: Option<At<GroupId>>,
    pub(super) windows: Vec<At<WindowId>>,
    pub(super) role: Role,
    pub(super) from: Option<At<FileDate>>,
    pub(super) until: Option<At<FileDate>>,
    pub(super) timing: Option<RawTiming>,
}

pub(super) enum RawTiming {
    Weekly(Vec<RawTurn>),
    Rotation(RawRotation),
    Dated { date: Date, turn: RawTurn },
}

pub(super) struct RawTurn {
    pub(super) days: Vec<DayToken>,
    pub(super) time: TimeRange,
    pub(super) staff: Vec<At<StaffId>>,
}

pub(super) struct RawRotation {
    pub(super) starts: Date,
    pub(super) cycle: Vec<Vec<TimeRange>>,
    pub(super) step: i64,
    pub(super) teams: Vec<Vec<At<StaffId>>>,
    pub(super) days: Vec<DayToken>,
}

pub(super) struct RawCover {
    pub(super) place: Place,
    pub(super) kind: Option<CoverKind>,
    pub(super) staff: Option<At<StaffId>>,
    /// Who stands in, or with whom the swap is.
    pub(super) other: Option<At<StaffId>>,
    pub(super) from: Option<At<FileWhen>>,
    pub(super) until: Option<At<FileWhen>>,
    pub(super) with_date: Option<At<FileDate>>,
    pub(super) duty: Option<At<DutyId>>,
}

pub(super) struct RawRule {
    pub(super) place: Place,
    pub(super) id: Option<At<RuleId>>,
    pub(super) group: Option<At<GroupId>>,
    pub(super) window: Option<At<WindowId>>,
    pub(super) days: Vec<DayToken>,
    pub(super) time: Option<TimeRange>,
    pub(super) at_least: u32,
    pub(super) roles: Vec<Role>,
    pub(super) qualifications: Vec<Qualification>,
    pub(super) psychiatric_experience: bool,
    pub(super) language: Option<Language>,
}

pub(super) struct RawLadder {
    pub(super) place: Place,
    pub(super) group: Option<At<GroupId>>,
    pub(super) window: Option<At<WindowId>>,
    pub(super) rungs: Vec<RawRung>,
}

pub(super) struct RawRung {
    pub(super) place: Place,
    pub(super) roles: Vec<Role>,
    pub(super) staff: Vec<At<StaffId>>,
    pub(super) patience_minutes: Option<u32>,
}
