//! What a change of the rota breaks and mends.

use std::collections::{BTreeMap, BTreeSet};

use crate::coverage::Gap;
use crate::ids::{GroupId, RuleId, StaffId, WindowId};
use crate::period::{Period, merged, without};
use crate::rota::Rota;
use crate::shift::Shift;

/// The difference between two rotas over one stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Diff {
    /// Gaps of the new rota where the old one lacked nothing, or fewer people.
    pub opened: Vec<Gap>,
    /// Gaps of the old rota where the new one lacks nothing, or fewer people.
    pub closed: Vec<Gap>,
    /// A gap that closes because its rule is gone is not mended.
    pub rules_removed: Vec<RuleId>,
    pub rules_added: Vec<RuleId>,
    /// Everybody whose shifts change, by id.
    pub people: Vec<PersonChange>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PersonChange {
    pub staff: StaffId,
    pub gone: Vec<Shift>,
    pub added: Vec<Shift>,
}

impl Diff {
    pub fn is_empty(&self) -> bool {
        self.opened.is_empty()
            && self.closed.is_empty()
            && self.rules_removed.is_empty()
            && self.rules_added.is_empty()
            && self.people.is_empty()
    }
}

pub fn diff(old: &Rota, new: &Rota, period: Period) -> Diff {
    let (before, after) = (old.coverage(period), new.coverage(period));
    let rules = |rota: &Rota| rota.rule_ids().cloned().collect::<BTreeSet<_>>();
    let (old_rules, new_rules) = (rules(old), rules(new));
    Diff {
        opened: beyond(&after, &before),
        closed: beyond(&before, &after),
        rules_removed: old_rules.difference(&new_rules).cloned().collect(),
        rules_added: new_rules.difference(&old_rules).cloned().collect(),
        people: people(old.shifts(period), new.shifts(period)),
    }
}

type Key<'a> = (&'a GroupId, &'a Option<WindowId>, &'a RuleId);

fn key(gap: &Gap) -> Key<'_> {
    (&gap.group, &gap.window, &gap.rule)
}

/// The parts of `gaps` in which `others` lack fewer people by the same rule.
fn beyond(gaps: &[Gap], others: &[Gap]) -> Vec<Gap> {
    let mut by_rule: BTreeMap<Key<'_>, Vec<&Gap>> = BTreeMap::new();
    for other in others {
        by_rule.entry(key(other)).or_default().push(other);
    }
    let mut parts = Vec::new();
    for gap in gaps {
        let same = by_rule.get(&key(gap)).map(Vec::as_slice).unwrap_or_default();
        let as_bad = same.iter().filter(|other| other.missing.shortage() >= gap.missing.shortage());
        let as_bad = merged(as_bad.map(|other| other.time).collect());
        parts.extend(without(&[gap.time], &as_bad).into_iter().map(|time| Gap { time, ..gap.clone() }));
    }
    parts
}

fn people(old: Vec<Shift>, new: Vec<Shift>) -> Vec<PersonChange> {
    let (mut before, mut after) = (by_person(old), by_person(new));
    let staff: BTreeSet<StaffId> = before.keys().chain(after.keys()).cloned().collect();
    let change = |staff: StaffId| {
        let (old, new) =
            (before.remove(&staff).unwrap_or_default(), after.remove(&staff).unwrap_or_default());
        let only = |these: &[Shift], others: &[Shift]| {
            let known: BTreeSet<_> = others.iter().map(what_matters).collect();
            these.iter().filter(|shift| !known.contains(&what_matters(shift))).cloned().collect::<Vec<_>>()
        };
        let (gone, added) = (only(&old, &new), only(&new, &old));
        (!gone.is_empty() || !added.is_empty()).then_some(PersonChange { staff, gone, added })
    };
    staff.into_iter().filter_map(change).collect()
}

fn by_person(shifts: Vec<Shift>) -> BTreeMap<StaffId, Vec<Shift>> {
    let mut people: BTreeMap<StaffId, Vec<Shift>> = BTreeMap::new();
    for shift in shifts {
        people.entry(shift.staff.clone()).or_default().push(shift);
    }
    people
}

/// To the person it is the same shift whichever entry of the file it comes from.
fn what_matters(shift: &Shift) -> (Period, crate::Role, &[WindowId]) {
    (shift.time, shift.role, &shift.windows)
}
