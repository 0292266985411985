//! Shifts: the patterns, rotations and dated shifts of a rota, and what comes
//! of them between two dates.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::calendar::known_dates;
use crate::cover::Covers;
use crate::day::Day;
use crate::days::Days;
use crate::hours::{DayFilter, TimeRange};
use crate::ids::{DutyId, StaffId, WindowId};
use crate::period::{Period, merged};
use crate::rota::{Ix, Rota, Window};
use crate::staff::Role;

/// Where shifts come from: a weekly pattern, a rotation or dated shifts.
#[derive(Clone, Debug)]
pub(crate) struct Duty {
    pub(crate) id: DutyId,
    pub(crate) operator: Ix,
    /// The windows it serves: at least one, all of that operator.
    pub(crate) windows: Vec<Ix>,
    pub(crate) role: Role,
    pub(crate) from: Option<Date>,
    /// The last date on which a shift begins.
    pub(crate) until: Option<Date>,
    pub(crate) timing: Timing,
}

#[derive(Clone, Debug)]
pub(crate) enum Timing {
    Weekly(Vec<Turn>),
    Rotation(Rotation),
    Dated { date: Date, turn: Turn },
}

/// The same people at the same hours on each of some days.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) days: DayFilter,
    pub(crate) time: TimeRange,
    pub(crate) staff: Vec<Ix>,
}

/// A cycle of days that every team runs through, each `step` days behind the
/// team before it.
#[derive(Clone, Debug)]
pub(crate) struct Rotation {
    /// The date on which the first team begins the cycle.
    pub(crate) starts: Date,
    /// What a team works on each day of the cycle; at least one day.
    pub(crate) cycle: Vec<Vec<TimeRange>>,
    pub(crate) step: i64,
    pub(crate) teams: Vec<Vec<Ix>>,
    pub(crate) days: DayFilter,
}

impl Rotation {
    fn on(&self, date: Date, mut emit: impl FnMut(usize, TimeRange, Ix)) {
        let run = date.duration_since(self.starts).as_hours() / 24;
        if run < 0 {
            return;
        }
        let length = self.cycle.len() as i64;
        for (team, people) in self.teams.iter().enumerate() {
            let day = (run - team as i64 * self.step).rem_euclid(length);
            for (nth, &time) in self.cycle[day as usize].iter().enumerate() {
                people.iter().for_each(|&person| emit(nth, time, person));
            }
        }
    }
}

impl Timing {
    pub(crate) fn on(&self, day: &Day, mut emit: impl FnMut(usize, TimeRange, Ix)) {
        match self {
            Self::Weekly(turns) => {
                for (nth, turn) in turns.iter().enumerate().filter(|(_, turn)| turn.days.matches(day)) {
                    turn.staff.iter().for_each(|&person| emit(nth, turn.time, person));
                }
            }
            Self::Rotation(rotation) if rotation.days.matches(day) => rotation.on(day.date, emit),
            Self::Rotation(_) => {}
            Self::Dated { date, turn } if *date == day.date => {
                turn.staff.iter().for_each(|&person| emit(0, turn.time, person));
            }
            Self::Dated { .. } => {}
        }
    }
}

impl Duty {
    fn on(&self, day: &Day, emit: impl FnMut(usize, TimeRange, Ix)) {
        let begun = self.from.is_none_or(|from| from <= day.date);
        let over = self.until.is_some_and(|until| until < day.date);
        if begun && !over {
            self.timing.on(day, emit);
        }
    }

    /// The date of a dated shift; nothing for what recurs.
    pub(crate) fn dated(&self) -> Option<Date> {
        match &self.timing {
            Timing::Dated { date, .. } => Some(*date),
            Timing::Weekly(_) | Timing::Rotation(_) => None,
        }
    }
}

/// One person's shift, by places in the rota's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The date on which the planned shift begins.
    pub(crate) date: Date,
    pub(crate) time: Period,
    pub(crate) staff: Ix,
    pub(crate) duty: Ix,
    pub(crate) nth: usize,
    /// Counts what covers left to the person of one shift.
    pub(crate) piece: usize,
    pub(crate) planned: Ix,
    /// The cover that was laid over it last.
    pub(crate) cover: Option<Ix>,
    /// Whether a cover touched the shift that it is part of.
    pub(crate) cut: bool,
}

impl Slot {
    fn planned(date: Date, time: Period, staff: Ix, duty: Ix, nth: usize) -> Self {
        Self { date, time, staff, duty, nth, piece: 0, planned: staff, cover: None, cut: false }
    }

    pub(crate) fn shift(&self, rota: &Rota) -> Shift {
        let duty = &rota.duties[self.duty];
        let planned = &rota.staff[self.planned].id;
        Shift {
            staff: rota.staff[self.staff].id.clone(),
            role: duty.role,
            duty: duty.id.clone(),
            windows: duty.windows.iter().map(|&window| rota.windows[window].id.clone()).collect(),
            date: self.date,
            time: self.time,
            instead_of: (self.planned != self.staff).then(|| planned.clone()),
            nth: self.nth,
            piece: self.piece,
        }
    }
}

/// One person's shift 勤務.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Shift {
    pub staff: StaffId,
    pub role: Role,
    /// The pattern, rotation or dated shift that it comes from.
    pub duty: DutyId,
    pub windows: Vec<WindowId>,
    /// The date on which it begins; a night counts whole for that date.
    pub date: Date,
    #[serde(flatten)]
    pub time: Period,
    /// The person who was planned, where someone stands in.
    pub instead_of: Option<StaffId>,
    /// Which of the shifts that the duty gives the person on the date, from 0.
    pub nth: usize,
    /// Which part of it, where covers cut it up, from 0.
    pub piece: usize,
}

/// The shifts of a stretch of time and the hours of every window in it.
pub(crate) struct Plan<'a> {
    pub(crate) period: Period,
    /// By date, then in the order of the file.
    pub(crate) slots: Vec<Slot>,
    /// For each group of the rota, the duties that serve any of its windows,
    /// each with the places of its slots.
    pub(crate) serving: Vec<Vec<(Ix, Vec<Ix>)>>,
    /// For each window of the rota, sorted and apart.
    pub(crate) open: Vec<Vec<Period>>,
    /// For each operator of the rota.
    pub(crate) days: Vec<Days<'a>>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(rota: &'a Rota, period: Period) -> Self {
        let period = within_known_dates(rota, period);
        let days: Vec<Days<'_>> = (0..rota.operators.len()).map(|ix| days_of(rota, ix, period)).collect();
        let mut slots = slots(rota, &days, |_, _| {});
        number_pieces(&mut slots);
        slots.retain(|slot| !slot.time.overlap(&period).is_empty());
        let serving = serving(rota, &slots);
        let open = rota.windows.iter().map(|window| open_hours(window, &days[window.operator_ix], period));
        let open = open.collect();
        Self { period, slots, serving, open, days }
    }
}

/// When a window is open, by the days of its operator.
pub(crate) fn open_hours(window: &Window, days: &Days<'_>, period: Period) -> Vec<Period> {
    let laid = days.iter();
    let open = laid.flat_map(|laid| window.hours.on(&laid.day).iter().map(move |&range| laid.hours(range)));
    merged(open.map(|open| open.overlap(&period)).collect())
}

fn serving(rota: &Rota, slots: &[Slot]) -> Vec<Vec<(Ix, Vec<Ix>)>> {
    let mut of_duty = vec![Vec::new(); rota.duties.len()];
    slots.iter().enumerate().for_each(|(place, slot)| of_duty[slot.duty].push(place));
    let mut serving = vec![Vec::new(); rota.groups.len()];
    for (ix, slots) in of_duty.into_iter().enumerate() {
        let mut groups: Vec<Ix> =
            rota.duties[ix].windows.iter().map(|&window| rota.windows[window].group_ix).collect();
        groups.sort_unstable();
        groups.dedup();
        groups.into_iter().for_each(|group| serving[group].push((ix, slots.clone())));
    }
    serving
}

/// Tells apart what covers left to one person of one shift.
fn number_pieces(slots: &mut [Slot]) {
    let mut pieces = HashMap::new();
    for slot in slots.iter_mut().filter(|slot| slot.cut) {
        let piece = pieces.entry((slot.date, slot.duty, slot.nth, slot.staff)).or_insert(0);
        slot.piece = *piece;
        *piece += 1;
    }
}

/// What the rota plans on the days of each operator and the covers leave of
/// it. Tells each cover that finds a shift, and which of its moves that was.
pub(crate) fn slots(rota: &Rota, days: &[Days<'_>], mut found: impl FnMut(Ix, usize)) -> Vec<Slot> {
    let (covers, mut slots) = (Covers::new(rota), Vec::new());
    for (operator, days) in days.iter().enumerate() {
        let (recurring, dated) = duties_of(rota, operator);
        for laid in days.iter() {
            let date = laid.day.date;
            let first = dated.partition_point(|(other, _)| *other < date);
            let today = dated[first..].iter().take_while(|(other, _)| *other == date).map(|(_, duty)| duty);
            for &duty in recurring.iter().chain(today) {
                rota.duties[duty].on(&laid.day, |nth, time, staff| {
                    let slot = Slot::planned(date, laid.hours(time), staff, duty, nth);
                    covers.lay_over(slot, &mut found, |slot| slots.push(slot));
                });
            }
        }
    }
    // One operator's days are in order already.
    slots.sort_by_key(|slot| slot.date);
    slots
}

/// The operator's duties: those that recur, and the dated ones by date.
fn duties_of(rota: &Rota, operator: Ix) -> (Vec<Ix>, Vec<(Date, Ix)>) {
    let (mut recurring, mut dated) = (Vec::new(), Vec::new());
    for (ix, duty) in rota.duties.iter().enumerate().filter(|(_, duty)| duty.operator == operator) {
        match duty.dated() {
            Some(date) => dated.push((date, ix)),
            None => recurring.push(ix),
        }
    }
    dated.sort();
    (recurring, dated)
}

/// With two days before: no shift is longer than a day, and a day than 25 hours.
pub(crate) fn days_of(rota: &Rota, operator: Ix, period: Period) -> Days<'_> {
    let calendar = &rota.operators[operator].calendar;
    let local = |at: Timestamp| calendar.zone.to_datetime(at).date();
    Days::new(calendar, local(period.from).saturating_sub(2.days()), local(period.until))
}

pub(crate) fn within_known_dates(rota: &Rota, period: Period) -> Period {
    let (first, last) = known_dates();
    period.overlap(&rota.days(first, last))
}
