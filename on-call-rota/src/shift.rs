//! Shifts: the patterns, rotations and dated shifts of a rota, and what comes
//! of them between two dates.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::cover::Covers;
use crate::day::Day;
use crate::days::{Days, LaidDay};
use crate::hours::{DayFilter, TimeRange};
use crate::ids::{DutyId, StaffId, WindowId};
use crate::outline::Outline;
use crate::period::Period;
use crate::rota::{Ix, Rota};
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

/// A person's hours on some day.
#[derive(Clone, Copy)]
pub(crate) struct Planned {
    /// Which of the shifts that the duty gives the person on the day.
    pub(crate) nth: usize,
    pub(crate) time: TimeRange,
    pub(crate) person: Ix,
}

impl Rotation {
    fn on(&self, date: Date, emit: impl FnMut(usize, TimeRange, Ix)) {
        if self.starts <= date {
            self.on_day(self.day_of_cycle(date), emit);
        }
    }

    /// The same on days that follow one another: what a day of the cycle gives
    /// is worked out once, and put in the order of time.
    fn lay_out<'d, 'a>(&self, days: &'d [LaidDay<'a>], mut emit: impl FnMut(&'d LaidDay<'a>, &[Planned])) {
        let begun = &days[days.partition_point(|laid| laid.day.date < self.starts)..];
        let mut day = begun.first().map_or(0, |first| self.day_of_cycle(first.day.date));
        let mut cycle: Vec<Option<Vec<Planned>>> = vec![None; self.cycle.len()];
        for laid in begun {
            debug_assert_eq!(day, self.day_of_cycle(laid.day.date));
            if self.days.matches(&laid.day) {
                emit(laid, cycle[day].get_or_insert_with(|| self.planned(day)));
            }
            day = if day + 1 == self.cycle.len() { 0 } else { day + 1 };
        }
    }

    fn planned(&self, day: usize) -> Vec<Planned> {
        let mut planned = Vec::new();
        self.on_day(day, |nth, time, person| planned.push(Planned { nth, time, person }));
        planned.sort_by_key(|one| one.time);
        planned
    }

    /// `day` is that of the first team.
    fn on_day(&self, mut day: usize, mut emit: impl FnMut(usize, TimeRange, Ix)) {
        let length = self.cycle.len();
        let step = self.step.rem_euclid(length as i64) as usize;
        for people in &self.teams {
            for (nth, &time) in self.cycle[day].iter().enumerate() {
                people.iter().for_each(|&person| emit(nth, time, person));
            }
            day = if day < step { day + length - step } else { day - step };
        }
    }

    fn day_of_cycle(&self, date: Date) -> usize {
        let run = date.duration_since(self.starts).as_hours() / 24;
        run.rem_euclid(self.cycle.len() as i64) as usize
    }
}

impl Timing {
    /// What it gives on each of some days that follow one another, as a whole.
    pub(crate) fn lay_out<'d, 'a>(
        &self,
        days: &'d [LaidDay<'a>],
        mut emit: impl FnMut(&'d LaidDay<'a>, &[Planned]),
    ) {
        match self {
            Self::Rotation(rotation) => rotation.lay_out(days, emit),
            Self::Weekly(_) | Self::Dated { .. } => {
                let mut planned = Vec::new();
                for laid in days {
                    planned.clear();
                    self.on(&laid.day, |nth, time, person| planned.push(Planned { nth, time, person }));
                    emit(laid, &planned);
                }
            }
        }
    }

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
    /// Of some days those on which it may begin a shift.
    pub(crate) fn days<'d, 'a>(&self, days: &'d Days<'a>) -> &'d [LaidDay<'a>] {
        let (first, last) =
            (self.from.into_iter().chain(self.dated()), self.until.into_iter().chain(self.dated()));
        days.between(first.max(), last.min())
    }

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
    pub(crate) fn planned(date: Date, time: Period, staff: Ix, duty: Ix, nth: usize) -> Self {
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

/// The shifts of a stretch of time, by date, then in the order of the file.
pub(crate) fn slots_of(rota: &Rota, outline: &Outline<'_>) -> Vec<Slot> {
    let mut slots = slots(rota, &outline.days, |_, _| {});
    number_pieces(&mut slots);
    slots.retain(|slot| !slot.time.overlap(&outline.period).is_empty());
    slots
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
