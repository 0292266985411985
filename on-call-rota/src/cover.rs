//! Cover 交代: a swap, a stand-in or an absence laid over the planned shifts.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::period::Period;
use crate::rota::{Ix, Rota};
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

    /// Whether it may be about a shift that begins on the date.
    fn contains(&self, date: Date) -> bool {
        let (first, last) = self.dates();
        first <= date && date <= last
    }

    /// A period between two local times.
    pub(crate) fn times(period: Period, first: Date, last: Date) -> Self {
        Self::Times { period, first: first.saturating_sub(2.days()), last }
    }
}

impl Move {
    /// The part of the shift that changes hands.
    fn part(&self, slot: &Slot) -> Option<Period> {
        let duty = self.duty.is_none_or(|duty| duty == slot.duty);
        if self.staff != slot.staff || !duty || !self.when.contains(slot.date) {
            return None;
        }
        let part = match &self.when {
            When::Dates { .. } => slot.time,
            When::Times { period, .. } => slot.time.overlap(period),
        };
        (!part.is_empty()).then_some(part)
    }
}

/// One move of one entry of the file.
struct Entry<'a> {
    cover: Ix,
    /// Its place among the moves of the cover.
    nth: usize,
    one: &'a Move,
}

/// The moves of all covers by the person whom they take out of shifts, each
/// person's in the order of the file. What a cover does to a shift depends on
/// no other shift, so they are laid over one shift after the other.
pub(crate) struct Covers<'a>(Vec<Vec<Entry<'a>>>);

impl<'a> Covers<'a> {
    pub(crate) fn new(rota: &'a Rota) -> Self {
        let mut of = Vec::new();
        of.resize_with(rota.staff.len(), Vec::new);
        for (cover, entry) in rota.covers.iter().enumerate() {
            for (nth, one) in entry.moves.iter().enumerate() {
                of[one.staff].push(Entry { cover, nth, one });
            }
        }
        Self(of)
    }

    /// Whether any shift that is planned for the person may change.
    pub(crate) fn are_about(&self, staff: Ix) -> bool {
        !self.0[staff].is_empty()
    }

    /// Whether a shift that is planned for the person on the date may change.
    pub(crate) fn touch(&self, staff: Ix, date: Date) -> bool {
        self.0[staff].iter().any(|entry| entry.one.when.contains(date))
    }

    /// What all covers leave of a planned shift, in the order of time; nothing
    /// where the clocks jump over all of it. Tells each cover that finds it,
    /// and which of its moves that was.
    pub(crate) fn lay_over(&self, slot: Slot, mut found: impl FnMut(Ix, usize), mut emit: impl FnMut(Slot)) {
        if slot.time.is_empty() {
            return;
        }
        if !self.touch(slot.staff, slot.date) {
            return emit(slot);
        }
        let mut left = vec![(slot, 0)];
        while let Some((slot, next)) = left.pop() {
            let Some((entry, part)) = self.first_from(next, &slot) else {
                emit(slot);
                continue;
            };
            found(entry.cover, entry.nth);
            // A cover is laid once: its moves happen together. The piece put down last is taken up first.
            let pieces = cut(&slot, part, entry.one.by, entry.cover).into_iter().flatten();
            left.extend(pieces.rev().map(|piece| (piece, entry.cover + 1)));
        }
    }

    /// The first cover of those from `next` on that changes the shift, and what part of it.
    fn first_from(&self, next: Ix, slot: &Slot) -> Option<(&Entry<'a>, Period)> {
        let entries = &self.0[slot.staff];
        let first = entries.partition_point(|entry| entry.cover < next);
        entries[first..].iter().find_map(|entry| Some((entry, entry.one.part(slot)?)))
    }
}

/// The shift before the part, the part with whoever takes it, the shift after.
fn cut(slot: &Slot, part: Period, by: Option<Ix>, cover: Ix) -> [Option<Slot>; 3] {
    let before = Period { from: slot.time.from, until: part.from };
    let after = Period { from: part.until, until: slot.time.until };
    [(before, Some(slot.staff), slot.cover), (part, by, Some(cover)), (after, Some(slot.staff), slot.cover)]
        .map(|(time, staff, cover)| {
            let staff = staff.filter(|_| !time.is_empty())?;
            Some(Slot { time, staff, cover, cut: true, ..slot.clone() })
        })
}
