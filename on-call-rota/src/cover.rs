//! Cover 交代: a swap, a stand-in or an absence laid over the planned shifts.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::period::Period;
use crate::rota::Ix;
use crate::shift::Slot;

/// One entry of the file. A swap is two moves that happen at once.
#[derive(Clone, Debug)]
pub(crate) struct Cover {
    pub(crate) moves: Vec<Move>,
}

/// Takes a person out of shifts, and puts another there if there is one.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) staff: Ix,
    pub(crate) by: Option<Ix>,
    pub(crate) when: When,
    /// Only shifts of this duty, or of any.
    pub(crate) duty: Option<Ix>,
}

#[derive(Clone, Debug)]
pub(crate) enum When {
    /// Whole shifts that begin on these dates, the last one included.
    Dates { first: Date, last: Date },
    /// The part of any shift inside the period. The dates are those on which
    /// such a shift may begin.
    Times { period: Period, first: Date, last: Date },
}

impl When {
    pub(crate) fn dates(&self) -> (Date, Date) {
        match self {
            Self::Dates { first, last } | Self::Times { first, last, .. } => (*first, *last),
        }
    }

    /// A period between two local times.
    pub(crate) fn times(period: Period, first: Date, last: Date) -> Self {
        Self::Times { period, first: first.saturating_sub(2.days()), last }
    }
}

impl Move {
    /// The part of the shift that changes hands.
    fn part(&self, slot: &Slot) -> Option<Period> {
        let (first, last) = self.when.dates();
        let duty = self.duty.is_none_or(|duty| duty == slot.duty);
        if self.staff != slot.staff || !duty || slot.date < first || last < slot.date {
            return None;
        }
        let part = match &self.when {
            When::Dates { .. } => slot.time,
            When::Times { period, .. } => slot.time.overlap(period),
        };
        (!part.is_empty()).then_some(part)
    }
}

impl Cover {
    /// Lays the cover over shifts sorted by date, which they stay. Returns
    /// for each move whether it found a shift.
    pub(crate) fn lay_over(&self, ix: Ix, slots: &mut Vec<Slot>) -> Vec<bool> {
        let mut found = vec![false; self.moves.len()];
        let Some(first) = self.moves.iter().map(|one| one.when.dates().0).min() else { return found };
        let Some(last) = self.moves.iter().map(|one| one.when.dates().1).max() else { return found };
        let low = slots.partition_point(|slot| slot.date < first);
        let high = slots.partition_point(|slot| slot.date <= last).max(low);
        let mut changed = Vec::with_capacity(high - low);
        for slot in &slots[low..high] {
            let moved =
                self.moves.iter().enumerate().find_map(|(nth, one)| Some((nth, one, one.part(slot)?)));
            match moved {
                Some((nth, one, part)) => {
                    found[nth] = true;
                    cut(slot, part, one.by, ix, &mut changed);
                }
                None => changed.push(slot.clone()),
            }
        }
        if found.contains(&true) {
            slots.splice(low..high, changed);
        }
        found
    }
}

/// The shift before the part, the part with whoever takes it, the shift after.
fn cut(slot: &Slot, part: Period, by: Option<Ix>, cover: Ix, into: &mut Vec<Slot>) {
    let before = Period { from: slot.time.from, until: part.from };
    let after = Period { from: part.until, until: slot.time.until };
    let pieces = [
        (before, Some(slot.staff), slot.cover),
        (part, by, Some(cover)),
        (after, Some(slot.staff), slot.cover),
    ];
    for (time, staff, cover) in pieces.into_iter().filter(|(time, _, _)| !time.is_empty()) {
        if let Some(staff) = staff {
            into.push(Slot { time, staff, cover, cut: true, ..slot.clone() });
        }
    }
}
