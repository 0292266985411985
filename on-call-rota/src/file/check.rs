//! From the file as written to a rota that cannot be wrong. Whatever does not
//! fit becomes a fault; the rest is taken over, so that all faults come at once.

use std::collections::BTreeSet;

use super::calendars::calendar;
use super::fault::{At, Faults, Place};
use super::names::Names;
use super::raw::{RawCentre, RawLadder, RawOperator, RawRota, RawRule, RawStaff};
use crate::coverage::{RULE_OPEN, RULE_STAFFED, Rule};
use crate::hours::DayFilter;
use crate::ids::{CentreId, DutyId, GroupId, OperatorId, RuleId, StaffId, WindowId};
use crate::ladder::{Ladder, RungPlan};
use crate::rota::{Centre, Ix, Operator, Rota};
use crate::staff::{Language, Staff};

/// What is built so far, and where each part stands in the file.
pub(super) struct Checked<'a> {
    pub(super) faults: &'a Faults<'a>,
    pub(super) rota: Rota,
    /// Of the groups that the file declares; they come first in the rota.
    pub(super) groups: Vec<Place>,
    pub(super) windows: Vec<Place>,
    pub(super) duties: Vec<Place>,
    pub(super) covers: Vec<Place>,
    operator_names: Names<'a, OperatorId>,
    pub(super) group_names: Names<'a, GroupId>,
    pub(super) window_names: Names<'a, WindowId>,
    pub(super) staff_names: Names<'a, StaffId>,
    pub(super) duty_names: Names<'a, DutyId>,
}

pub(super) fn rota<'a>(raw: RawRota, faults: &'a Faults<'a>) -> Checked<'a> {
    let mut checked = Checked::new(raw.revision, faults);
    checked.operators(&raw.place, raw.operators);
    checked.groups(raw.groups);
    let next: Vec<_> = raw.windows.iter().map(|window| window.next.clone()).collect();
    let kept = checked.windows(&raw.place, raw.windows);
    checked.take_over(&kept, &next);
    checked.staff(raw.staff);
    checked.centres(raw.centres);
    checked.hospitals(raw.hospitals, raw.hospital_turns);
    raw.duties.into_iter().for_each(|duty| checked.duty(duty));
    raw.covers.into_iter().for_each(|cover| checked.cover(cover));
    checked.rules(raw.rules);
    raw.ladders.into_iter().for_each(|ladder| checked.ladder(ladder));
    checked
}

impl<'a> Checked<'a> {
    fn new(revision: u32, faults: &'a Faults<'a>) -> Self {
        let rota = Rota {
            revision,
            operators: Vec::new(),
            groups: Vec::new(),
            windows: Vec::new(),
            staff: Vec::new(),
            centres: Vec::new(),
            hospitals: Vec::new(),
            hospital_turns: Vec::new(),
            duties: Vec::new(),
            covers: Vec::new(),
            rules: Vec::new(),
            ladders: Vec::new(),
        };
        Self {
            faults,
            rota,
            groups: Vec::new(),
            windows: Vec::new(),
            duties: Vec::new(),
            covers: Vec::new(),
            operator_names: Names::new("operator", faults),
            group_names: Names::new("group", faults),
            window_names: Names::new("window", faults),
            staff_names: Names::new("staff", faults),
            duty_names: Names::new("duty", faults),
        }
    }

    fn operators(&mut self, file: &Place, raw: Vec<RawOperator>) {
        if raw.is_empty() && !self.faults.is_torn() {
            self.faults.add(file, "no operator", "add [[operator]] with id, name and calendar");
        }
        for raw in raw {
            let calendar = calendar(&raw, self.faults);
            let built = raw.id.as_ref().zip(raw.name).zip(calendar);
            let public = raw.public;
            let built =
                built.map(|((id, name), calendar)| Operator { id: id.value.clone(), name, calendar, public });
            let ix = built.is_some().then_some(self.rota.operators.len());
            keep(&mut self.operator_names, raw.id.as_ref(), ix, built, &mut self.rota.operators, self.faults);
        }
    }

    /// The one named, or the only one there is.
    pub(super) fn operator(&self, named: Option<&At<OperatorId>>, place: &Place) -> Option<Ix> {
        match (named, self.rota.operators.len()) {
            (Some(id), _) => self.operator_names.find(id),
            (None, 1) => Some(0),
            (None, 0) => None,
            (None, _) => {
                self.faults.add(place, "operator is missing", "the file has several, so say which one");
                None
            }
        }
    }

    fn staff(&mut self, raw: Vec<RawStaff>) {
        for raw in raw {
            let id = raw.id.clone();
            let built = self.build_person(raw);
            let ix = built.is_some().then_some(self.rota.staff.len());
            keep(&mut self.staff_names, id.as_ref(), ix, built, &mut self.rota.staff, self.faults);
        }
    }

    fn build_person(&self, raw: RawStaff) -> Option<Staff> {
        let mut points = BTreeSet::new();
        for (place, contact) in &raw.contacts {
            if contact.from.zip(contact.until).is_some_and(|(from, until)| until < from) {
                self.faults.add(place, "the contact point ends before it begins", "put from before until");
            }
            if !points.insert((contact.point.clone(), contact.from)) {
                self.faults.add(place, "the same contact point twice", "write it once");
            }
        }
        let operator = self.operator(raw.operator.as_ref(), &raw.place)?;
        let languages = if raw.languages.is_empty() { vec![Language::JAPANESE] } else { raw.languages };
        Some(Staff {
            id: raw.id?.value,
            operator: self.rota.operators[operator].id.clone(),
            name: raw.name?,
            qualifications: raw.qualifications,
            psychiatric_experience: raw.psychiatric_experience,
            languages,
            region: raw.region,
            contacts: raw.contacts.into_iter().map(|(_, contact)| contact).collect(),
        })
    }

    fn centres(&mut self, raw: Vec<RawCentre>) {
        let mut names: Names<'_, CentreId> = Names::new("centre", self.faults);
        for raw in raw {
            let operator = self.operator(raw.operator.as_ref(), &raw.place);
            let built = raw.id.as_ref().zip(raw.name).zip(operator).map(|((id, name), operator)| Centre {
                id: id.value.clone(),
                operator: self.rota.operators[operator].id.clone(),
                name,
                contacts: raw.contacts,
            });
            let ix = built.is_some().then_some(self.rota.centres.len());
            keep(&mut names, raw.id.as_ref(), ix, built, &mut self.rota.centres, self.faults);
        }
    }

    fn rules(&mut self, raw: Vec<RawRule>) {
        let mut names: Names<'_, RuleId> = Names::new("rule", self.faults);
        for raw in raw {
            let place = raw.place.clone();
            if let Some(id) =
                raw.id.as_ref().filter(|id| [RULE_OPEN, RULE_STAFFED].contains(&id.value.as_str()))
            {
                self.faults.add(&id.place, "a built-in rule has this id", "give the rule another id");
            }
            let id = raw.id.clone();
            let built = self.build_rule(raw, &place);
            let ix = built.is_some().then_some(self.rota.rules.len());
            keep(&mut names, id.as_ref(), ix, built, &mut self.rota.rules, self.faults);
        }
    }

    fn build_rule(&self, raw: RawRule, place: &Place) -> Option<Rule> {
        let window = raw.window.as_ref().map(|window| self.window_names.find(window));
        let group = match (&raw.group, window) {
            (Some(group), None) => self.group_names.find(group)?,
            (None, Some(window)) => self.rota.windows[window?].group_ix,
            (Some(_), Some(_)) | (None, None) => {
                self.faults.add(place, "it is not clear what the rule is for", "give either group or window");
                return None;
            }
        };
        Some(Rule {
            id: raw.id?.value,
            group,
            window: window.flatten(),
            days: DayFilter(raw.days),
            time: raw.time,
            at_least: raw.at_least,
            roles: raw.roles,
            qualifications: raw.qualifications,
            psychiatric_experience: raw.psychiatric_experience,
            language: raw.language,
        })
    }

    fn ladder(&mut self, raw: RawLadder) {
        if raw.rungs.is_empty() {
            self.faults.add(&raw.place, "a ladder without rungs", "add [[ladder.rung]] with roles or staff");
        }
        let rungs = raw.rungs.into_iter().map(|rung| {
            if rung.roles.is_empty() && rung.staff.is_empty() {
                self.faults.add(&rung.place, "an empty rung", "name roles or staff, or take the rung out");
            }
            let staff = self.staff_names.find_all(&rung.staff);
            RungPlan { roles: rung.roles, staff, patience_minutes: rung.patience_minutes }
        });
        let rungs = rungs.collect();
        let windows = self.serving(&raw.place, raw.group.as_ref(), raw.window.as_slice());
        let taken = |ladder: &&Ladder| ladder.windows == windows;
        if !windows.is_empty() && self.rota.ladders.iter().any(|ladder| taken(&ladder)) {
            self.faults.add(
                &raw.place,
                "a second ladder for the same windows",
                "put all rungs into one ladder",
            );
        }
        self.rota.ladders.push(Ladder { windows, rungs });
    }

    /// The windows that a group and a list name; empty where there is a fault.
    pub(super) fn serving(
        &self,
        place: &Place,
        group: Option<&At<GroupId>>,
        windows: &[At<WindowId>],
    ) -> Vec<Ix> {
        if group.is_none() && windows.is_empty() {
            self.faults.add(place, "it is not clear which windows it serves", "give group, or name windows");
            self.faults.incomplete();
            return Vec::new();
        }
        let mut all = self.window_names.find_all(windows);
        if let Some(group) = group.and_then(|group| self.group_names.find(group)) {
            all.extend(&self.rota.groups[group].windows);
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Takes over what could be built and registers its id either way.
pub(super) fn keep<Id, T>(
    names: &mut Names<'_, Id>,
    id: Option<&At<Id>>,
    ix: Option<Ix>,
    built: Option<T>,
    into: &mut Vec<T>,
    faults: &Faults<'_>,
) -> Option<Ix>
where
    Id: Ord + Clone + std::fmt::Display + std::borrow::Borrow<str>,
{
    if let Some(id) = id {
        names.add(id, ix);
    }
    match built {
        Some(built) => into.push(built),
        None => faults.incomplete(),
    }
    ix
}
