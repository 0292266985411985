//! Who is there for a group of windows, and when: the shifts of its duties,
//! laid out once for all rules about it.

use crate::cover::Covers;
use crate::days::LaidDay;
use crate::outline::Outline;
use crate::rota::{Ix, Rota};
use crate::shift::{Planned, Slot};
use crate::span::Span;

/// A shift, or what covers left of one, as small as a sweep over many needs it.
#[derive(Clone, Copy)]
pub(crate) struct Presence {
    pub(crate) span: Span,
    /// Places in the lists of the crew.
    pub(crate) person: u32,
    pub(crate) duty: u32,
}

/// More minutes than any shift has: a day on the wall, and clocks that change by no more than another.
const LONGEST: u16 = 3 * 24 * 60;
/// How far a presence is put back at most when it is added.
const STEPS: usize = 8;

/// Everybody who serves a group.
#[derive(Default)]
pub(crate) struct Crew {
    pub(crate) duties: Vec<Ix>,
    pub(crate) people: Vec<Ix>,
    /// By their beginning.
    pub(crate) presences: Vec<Presence>,
}

/// What is known of a person while a crew is laid out.
#[derive(Clone, Copy)]
enum Known {
    Nothing,
    /// No cover is about this person of the crew.
    Free(u32),
    MaybeCovered(u32),
}

/// Lays out one group after the other.
pub(crate) struct Muster<'a> {
    rota: &'a Rota,
    outline: &'a Outline<'a>,
    covers: Covers<'a>,
    /// For each group, the duties that serve any of its windows.
    serving: Vec<Vec<Ix>>,
    /// For each person of the rota.
    known: Vec<Known>,
    crew: Crew,
}

impl<'a> Muster<'a> {
    pub(crate) fn new(rota: &'a Rota, outline: &'a Outline<'a>) -> Self {
        Self {
            rota,
            outline,
            covers: Covers::new(rota),
            serving: serving(rota),
            known: vec![Known::Nothing; rota.staff.len()],
            crew: Crew::default(),
        }
    }

    pub(crate) fn crew(&mut self, group: Ix) -> &Crew {
        self.crew.people.drain(..).for_each(|person| self.known[person] = Known::Nothing);
        self.crew.presences.clear();
        self.crew.duties = std::mem::take(&mut self.serving[group]);
        for place in 0..self.crew.duties.len() {
            let (rota, outline) = (self.rota, self.outline);
            let duty = &rota.duties[self.crew.duties[place]];
            let days = duty.days(&outline.days[duty.operator]);
            duty.timing.lay_out(days, |laid, planned| self.add(place, laid, planned));
        }
        if !self.crew.presences.is_sorted_by_key(|one| one.span.from) {
            self.crew.presences.sort_by_key(|one| one.span.from);
        }
        &self.crew
    }

    fn add(&mut self, duty: usize, laid: &LaidDay<'_>, planned: &[Planned]) {
        for one in planned {
            match self.known[one.person] {
                Known::Free(person) => {
                    self.crew.add(Presence { span: laid.span(one.time), person, duty: duty as u32 });
                }
                Known::Nothing | Known::MaybeCovered(_) => self.add_with_covers(duty, laid, one),
            }
        }
    }

    #[inline(never)]
    fn add_with_covers(&mut self, duty: usize, laid: &LaidDay<'_>, planned: &Planned) {
        let &Planned { nth, time, person: staff } = planned;
        if !self.covers.touch(staff, laid.day.date) {
            let person = self.person(staff);
            return self.crew.add(Presence { span: laid.span(time), person, duty: duty as u32 });
        }
        let slot = Slot::planned(laid.day.date, laid.hours(time), staff, self.crew.duties[duty], nth);
        let mut left = Vec::new();
        self.covers.lay_over(slot, |_, _| {}, |slot| left.push(slot));
        for slot in left {
            let person = self.person(slot.staff);
            self.crew.add(Presence { span: slot.time.into(), person, duty: duty as u32 });
        }
    }

    /// The place in the crew, which the person joins.
    fn person(&mut self, staff: Ix) -> u32 {
        match self.known[staff] {
            Known::Free(person) | Known::MaybeCovered(person) => person,
            Known::Nothing => {
                let person = self.crew.people.len() as u32;
                self.crew.people.push(staff);
                let covered = self.covers.are_about(staff);
                self.known[staff] = if covered { Known::MaybeCovered(person) } else { Known::Free(person) };
                person
            }
        }
    }
}

impl Crew {
    /// The shifts of one day come in the order of teams; a step or two puts
    /// them in that of time, so that there is rarely anything left to sort.
    #[inline]
    fn add(&mut self, one: Presence) {
        let Span { from, until } = one.span;
        let in_order = self.presences.last().is_none_or(|last| last.span.from <= from);
        if from < until {
            self.presences.push(one);
            if !in_order {
                self.put_back();
            }
        }
    }

    #[inline(never)]
    fn put_back(&mut self) {
        let low = self.presences.len().saturating_sub(STEPS);
        if let Some((one, others)) = self.presences[low..].split_last() {
            let earlier = others.iter().rposition(|other| other.span.from <= one.span.from);
            let place = earlier.map_or(0, |place| place + 1);
            self.presences[low + place..].rotate_right(1);
        }
    }

    /// Those that may matter in some stretches, which are in order.
    pub(crate) fn about(&self, stretches: &[Span]) -> &[Presence] {
        let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return &[] };
        let low = self.presences.partition_point(|one| one.span.from.after_minutes(LONGEST) <= first.from);
        let high = self.presences.partition_point(|one| one.span.from < last.until);
        &self.presences[low..high.max(low)]
    }
}

fn serving(rota: &Rota) -> Vec<Vec<Ix>> {
    let mut serving: Vec<Vec<Ix>> = vec![Vec::new(); rota.groups.len()];
    for (ix, duty) in rota.duties.iter().enumerate() {
        for &window in &duty.windows {
            let duties = &mut serving[rota.windows[window].group_ix];
            if duties.last() != Some(&ix) {
                duties.push(ix);
            }
        }
    }
    serving
}
