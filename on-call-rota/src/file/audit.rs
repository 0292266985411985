//! Faults that only show when the rota is laid out in time: one person in two
//! places, cover for nobody, callers whom no window takes.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::check::Checked;
use super::fault::Place;
use crate::calendar::known_dates;
use crate::days::Days;
use crate::outline::Outline;
use crate::period::{Period, without};
use crate::rota::Ix;
use crate::shift::{Slot, Timing, slots};

/// How far recurring shifts are laid out. Longer cycles are held to the same
/// rules by `coverage`, which counts a person once.
const DAYS_AHEAD: i64 = 3 * 366;

/// What was told already: a fault recurs with its duty, once is enough.
#[derive(Default)]
struct Told {
    /// Person and duty.
    unfit: BTreeSet<(Ix, Ix)>,
    /// Person and two duties.
    twice: BTreeSet<(Ix, (Ix, Ix))>,
}

impl Checked<'_> {
    pub(super) fn audit(&self) {
        if self.rota.operators.is_empty() {
            return;
        }
        let mut told = Told::default();
        let mut found: Vec<Vec<bool>> =
            self.rota.covers.iter().map(|one| vec![false; one.moves.len()]).collect();
        for (first, last) in self.stretches() {
            let mut slots = self.lay_out(first, last, &mut found);
            self.physicians(&slots, &mut told);
            self.overlaps(&mut slots, &mut told);
        }
        if !self.faults.is_incomplete() {
            self.groups_of_nothing();
            self.covers_for_nobody(&found);
            self.callers_whom_nobody_takes();
        }
    }

    fn lay_out(&self, first: Date, last: Date, found: &mut [Vec<bool>]) -> Vec<Slot> {
        let operators = self.rota.operators.iter();
        let days: Vec<Days<'_>> = operators.map(|one| Days::new(&one.calendar, first, last)).collect();
        slots(&self.rota, &days, |cover, nth| found[cover][nth] = true)
    }

    /// Dates that the file itself names.
    fn named_dates(&self) -> BTreeSet<Date> {
        let mut dates = BTreeSet::new();
        for duty in &self.rota.duties {
            dates.extend(duty.from);
            match &duty.timing {
                Timing::Rotation(rotation) => dates.extend([rotation.starts]),
                Timing::Dated { date, .. } => dates.extend([*date]),
                Timing::Weekly(_) => {}
            }
        }
        let moves = self.rota.covers.iter().flat_map(|cover| &cover.moves);
        moves.for_each(|one| dates.extend([one.when.dates().0, one.when.dates().1]));
        dates
    }

    /// Some years from the first date named, and a few days about every other.
    fn stretches(&self) -> Vec<(Date, Date)> {
        let named = self.named_dates();
        let first = named.first().copied().unwrap_or(date(2026, 1, 1));
        let mut stretches = vec![(first.saturating_sub(3.days()), first.saturating_add(DAYS_AHEAD.days()))];
        for &day in &named {
            let (from, until) = (day.saturating_sub(3.days()), day.saturating_add(3.days()));
            match stretches.last_mut().filter(|last| from <= last.1) {
                Some(last) => last.1 = last.1.max(until),
                None => stretches.push((from, until)),
            }
        }
        stretches
    }

    fn place_of(&self, slot: &Slot) -> &Place {
        match slot.cover {
            Some(cover) => &self.covers[cover],
            None => &self.duties[slot.duty],
        }
    }

    fn physicians(&self, slots: &[Slot], told: &mut Told) {
        for slot in slots {
            let (duty, person) = (&self.rota.duties[slot.duty], &self.rota.staff[slot.staff]);
            let unfit = duty.role.needs_physician() && !person.is_physician();
            if unfit && told.unfit.insert((slot.staff, slot.duty)) {
                let what =
                    format!("{} is not a physician and cannot be {} ({})", person.id, duty.role, duty.id);
                let right = "name a physician, or correct the person's qualifications";
                self.faults.add(self.place_of(slot), what, right);
            }
        }
    }

    /// Each shift against the one of the same person that lasts longest so far.
    fn overlaps(&self, slots: &mut [Slot], told: &mut Told) {
        slots.sort_by_key(|slot| (slot.staff, slot.time.from, slot.duty));
        for shifts in slots.chunk_by(|one, two| one.staff == two.staff) {
            let mut longest = &shifts[0];
            for shift in &shifts[1..] {
                let pair = (longest.duty.min(shift.duty), longest.duty.max(shift.duty));
                if shift.time.from < longest.time.until && told.twice.insert((shift.staff, pair)) {
                    self.overlap(longest, shift);
                }
                if longest.time.until < shift.time.until {
                    longest = shift;
                }
            }
        }
    }

    /// Told at the entry that stands later in the file, where the change was probably made.
    fn overlap(&self, one: &Slot, two: &Slot) {
        let (first, second) = (self.place_of(one), self.place_of(two));
        let (earlier, later) = if first.offset <= second.offset { (first, second) } else { (second, first) };
        let what = format!(
            "{} has two shifts at once: {} of {} and {} of {} (see line {})",
            self.rota.staff[one.staff].id,
            self.rota.duties[one.duty].id,
            one.date,
            self.rota.duties[two.duty].id,
            two.date,
            self.faults.line(earlier),
        );
        self.faults.add(later, what, "move or shorten one of them, or let somebody stand in");
    }

    fn groups_of_nothing(&self) {
        for (group, place) in self.rota.groups.iter().zip(&self.groups) {
            if group.windows.is_empty() {
                let right = format!("add group = \"{}\" to its windows, or take the group out", group.id);
                self.faults.add(place, "a group without windows", right);
            }
        }
    }

    fn covers_for_nobody(&self, found: &[Vec<bool>]) {
        for (ix, cover) in self.rota.covers.iter().enumerate() {
            for (one, found) in cover.moves.iter().zip(&found[ix]) {
                if !found {
                    let (first, last) = one.when.dates();
                    let what = format!(
                        "{} has no such shift between {first} and {last}",
                        self.rota.staff[one.staff].id
                    );
                    self.faults.add(&self.covers[ix], what, "give the dates on which the shift begins");
                }
            }
        }
    }

    /// A year is laid out: hours repeat with the calendar.
    fn callers_whom_nobody_takes(&self) {
        let first = self.named_dates().first().copied().unwrap_or(date(2026, 1, 1));
        let (earliest, latest) = known_dates();
        let first = first.clamp(earliest, latest.saturating_sub(366.days()));
        let outline = Outline::new(&self.rota, self.rota.days(first, first.saturating_add(365.days())));
        for (ix, window) in self.rota.windows.iter().enumerate() {
            let chain: Vec<Ix> = std::iter::once(ix).chain(window.takeover.iter().copied()).collect();
            let gap = without(&[outline.period], &outline.open_any(&chain)).into_iter().next();
            if let Some(gap) = gap.filter(|_| window.fallback.is_none()) {
                self.dead_end(ix, gap);
            }
        }
    }

    fn dead_end(&self, ix: Ix, gap: Period) {
        let window = &self.rota.windows[ix];
        let zone = &self.rota.operators[window.operator_ix].calendar.zone;
        let local = zone.to_datetime(gap.from);
        let circle = window.takeover.iter().any(|&next| self.rota.windows[next].takeover.contains(&ix));
        let how =
            if circle { "the windows that take over lead round in a circle" } else { "no window takes over" };
        let what = format!("callers reach nobody at {local}: {} is closed and {how}", window.id);
        let right = "add an open window to next, longer hours, or a fallback number (E.164)";
        self.faults.add(&self.windows[ix], what, right);
    }
}
