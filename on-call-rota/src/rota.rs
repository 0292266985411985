//! The rota as it holds after its file was checked: every reference in it
//! leads somewhere, so nothing here can fail.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::Calendar;
use crate::contact::{CalledNumber, ContactPoint, E164};
use crate::cover::Cover;
use crate::coverage::Rule;
use crate::day::Day;
use crate::hospital::{Hospital, HospitalTurn};
use crate::hours::{TimeRange, WeekHours};
use crate::ids::{CentreId, GroupId, HospitalId, OperatorId, StaffId, WindowId};
use crate::ladder::{Ladder, Rung};
use crate::outline::{Outline, days_of, open_hours, within_known_dates};
use crate::period::Period;
use crate::public::{PublicOperator, PublicWindow};
use crate::roster::{NotInRoster, OnDuty, Roster};
use crate::shift::{Duty, Shift, slots_of};
use crate::staff::{Language, Staff};

/// A place in one of the lists of a `Rota`.
pub(crate) type Ix = usize;

/// Who runs windows, and by which calendar.
#[derive(Clone, Debug)]
pub struct Operator {
    pub id: OperatorId,
    pub name: String,
    pub calendar: Calendar,
    pub public: PublicOperator,
}

/// Windows that together give one service.
#[derive(Clone, Debug)]
pub struct Group {
    pub id: GroupId,
    pub operator: OperatorId,
    /// Promises that one of its windows is open at every minute.
    pub all_day: bool,
    pub(crate) operator_ix: Ix,
    pub(crate) windows: Vec<Ix>,
}

/// 相談窓口
#[derive(Clone, Debug)]
pub struct Window {
    pub id: WindowId,
    pub operator: OperatorId,
    pub group: GroupId,
    pub name: String,
    /// At least one; no other window has any of them.
    pub numbers: Vec<CalledNumber>,
    /// At least one, in order of preference.
    pub languages: Vec<Language>,
    /// Where a caller is sent when nothing of ours can answer.
    pub fallback: Option<E164>,
    /// A line for police, fire brigade or hospitals: answered before others.
    pub priority: bool,
    pub public: PublicWindow,
    pub(crate) operator_ix: Ix,
    pub(crate) group_ix: Ix,
    pub(crate) hours: WeekHours,
    /// Windows that take over when this one is closed, in order, without itself.
    pub(crate) takeover: Vec<Ix>,
}

/// 精神科救急情報センター that receives referrals.
#[derive(Clone, Debug)]
pub struct Centre {
    pub id: CentreId,
    pub operator: OperatorId,
    pub name: String,
    pub contacts: Vec<ContactPoint>,
}

#[derive(Clone, Debug)]
pub struct Rota {
    pub(crate) revision: u32,
    pub(crate) operators: Vec<Operator>,
    pub(crate) groups: Vec<Group>,
    pub(crate) windows: Vec<Window>,
    pub(crate) staff: Vec<Staff>,
    pub(crate) centres: Vec<Centre>,
    pub(crate) hospitals: Vec<Hospital>,
    pub(crate) hospital_turns: Vec<HospitalTurn>,
    pub(crate) duties: Vec<Duty>,
    /// In the order in which they are laid over the shifts.
    pub(crate) covers: Vec<Cover>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) ladders: Vec<Ladder>,
}

impl Rota {
    /// Counts up with every change of the file that is sent out.
    pub fn revision(&self) -> u32 {
        self.revision
    }

    pub fn operators(&self) -> &[Operator] {
        &self.operators
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    pub fn staff(&self) -> &[Staff] {
        &self.staff
    }

    pub fn centres(&self) -> &[Centre] {
        &self.centres
    }

    pub fn hospitals(&self) -> &[Hospital] {
        &self.hospitals
    }

    pub fn hospital(&self, id: &HospitalId) -> Option<&Hospital> {
        self.hospitals.iter().find(|hospital| hospital.id == *id)
    }

    pub fn operator(&self, id: &OperatorId) -> Option<&Operator> {
        self.operators.iter().find(|operator| operator.id == *id)
    }

    pub fn window(&self, id: &WindowId) -> Option<&Window> {
        self.windows.iter().find(|window| window.id == *id)
    }

    /// The window that a dialled number belongs to.
    pub fn window_called(&self, number: &str) -> Option<&Window> {
        self.windows.iter().find(|window| window.numbers.iter().any(|one| one.as_str() == number))
    }

    pub fn person(&self, id: &StaffId) -> Option<&Staff> {
        self.staff.iter().find(|person| person.id == *id)
    }

    /// The calendar that a window's hours and bands go by.
    pub fn calendar(&self, window: &Window) -> &Calendar {
        &self.operators[window.operator_ix].calendar
    }

    /// A date as the window's operator has it, and the window's hours that begin on it. None outside 1980 to 2099.
    pub fn hours_on<'a>(&'a self, window: &'a Window, date: Date) -> Option<(Day, &'a [TimeRange])> {
        let day = self.calendar(window).day(date)?;
        Some((day, window.hours.on(&day)))
    }

    /// When a window is open in a stretch of time: sorted, apart, clipped to 1980-2099.
    pub fn open_hours(&self, window: &Window, period: Period) -> Vec<Period> {
        let period = within_known_dates(self, period);
        let days = days_of(self, window.operator_ix, period);
        open_hours(&window.hours, &days, period)
    }

    /// The contact points of a person that work at `at`, in order.
    pub fn contacts(&self, id: &StaffId, at: Timestamp) -> Vec<ContactPoint> {
        self.ways(id, at).into_iter().map(|(point, _)| point).collect()
    }

    /// The same, each with how long after the person's rung is reached it is
    /// used, where the rota says so.
    pub fn ways(&self, id: &StaffId, at: Timestamp) -> Vec<(ContactPoint, Option<Duration>)> {
        let Some(person) = self.person(id) else { return Vec::new() };
        let Some(operator) = self.operator(&person.operator) else { return Vec::new() };
        let today = operator.calendar.zone.to_datetime(at).date();
        person.contacts_on(today).map(|contact| (contact.point.clone(), contact.after)).collect()
    }

    /// Local days, the last one included, of all operators together.
    pub fn days(&self, first: Date, last: Date) -> Period {
        let days = self.operators.iter().map(|one| Period::days(first, last, &one.calendar.zone));
        let all = |a: Period, b: Period| Period { from: a.from.min(b.from), until: a.until.max(b.until) };
        days.reduce(all).unwrap_or(Period { from: Timestamp::MIN, until: Timestamp::MIN })
    }

    /// Everything that can be asked about a stretch of time, worked out once.
    /// A server compiles some days ahead and again before they run out.
    pub fn compile(&self, period: Period) -> Roster {
        Roster::new(self, period)
    }

    /// The shifts that touch a stretch of time, covers laid over them, by date.
    pub fn shifts(&self, period: Period) -> Vec<Shift> {
        let slots = slots_of(self, &Outline::new(self, period));
        slots.iter().map(|slot| slot.shift(self)).collect()
    }

    /// Who is on duty at one instant. For many questions, `compile`.
    pub fn on_duty(&self, window: &WindowId, at: Timestamp) -> Result<Vec<OnDuty>, NotInRoster> {
        self.moment(at).on_duty(window, at).map(<[OnDuty]>::to_vec)
    }

    /// Whom to page, in order, at one instant. For many questions, `compile`.
    pub fn ladder(&self, window: &WindowId, at: Timestamp) -> Result<Vec<Rung>, NotInRoster> {
        self.moment(at).ladder(window, at)
    }

    /// The window that answers for `window` at one instant. For many questions, `compile`.
    pub fn answering(&self, window: &WindowId, at: Timestamp) -> Result<Option<WindowId>, NotInRoster> {
        self.moment(at).answering(window, at).map(Option::<&WindowId>::cloned)
    }

    fn moment(&self, at: Timestamp) -> Roster {
        let until = at.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        self.compile(Period { from: at, until })
    }
}
