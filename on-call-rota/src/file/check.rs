//! From the file as written to a rota that cannot be wrong. Whatever does not
//! fit becomes a fault; the rest is taken over, so that all faults come at once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZoneDatabase;

use super::fault::{At, Faults, Place};
use super::names::Names;
use super::raw::{
    RawCalendar, RawCentre, RawGroup, RawLadder, RawOperator, RawRota, RawRule, RawStaff, RawWindow,
};
use crate::calendar::{Calendar, CalendarRule, EarlyMorning, OwnDay, Saturday, YearEnd};
use crate::contact::CalledNumber;
use crate::coverage::{RULE_OPEN, RULE_STAFFED, Rule};
use crate::holiday::PUBLISHED_THROUGH;
use crate::hours::{ClockTime, DayFilter, TimeRange};
use crate::ids::{CentreId, DutyId, GroupId, OperatorId, RuleId, StaffId, WindowId};
use crate::ladder::{Ladder, RungPlan};
use crate::rota::{Centre, Group, Ix, Operator, Rota, Window};
use crate::staff::{Language, Staff};

/// What is built so far, and where each part stands in the file.
pub(super) struct Checked<'a> {
    pub(super) faults: &'a Faults<'a>,
    pub(super) rota: Rota,
    pub(super) windows: Vec<Place>,
    pub(super) duties: Vec<Place>,
    pub(super) covers: Vec<Place>,
    operator_names: Names<'a, OperatorId>,
    group_names: Names<'a, GroupId>,
    window_names: Names<'a, WindowId>,
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
            duties: Vec::new(),
            covers: Vec::new(),
            rules: Vec::new(),
            ladders: Vec::new(),
        };
        Self {
            faults,
            rota,
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
            let built = built.map(|((id, name), calendar)| Operator { id: id.value.clone(), name, calendar });
            let ix = built.is_some().then_some(self.rota.operators.len());
            keep(&mut self.operator_names, raw.id.as_ref(), ix, built, &mut self.rota.operators, self.faults);
        }
    }

    /// The one named, or the only one there is.
    fn operator(&self, named: Option<&At<OperatorId>>, place: &Place) -> Option<Ix> {
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

    fn groups(&mut self, raw: Vec<RawGroup>) {
        for raw in raw {
            let operator_ix = self.operator(raw.operator.as_ref(), &raw.place);
            let built = raw.id.as_ref().zip(operator_ix).map(|(id, operator_ix)| Group {
                id: id.value.clone(),
                operator: self.rota.operators[operator_ix].id.clone(),
                all_day: raw.all_day,
                operator_ix,
                windows: Vec::new(),
            });
            let ix = built.is_some().then_some(self.rota.groups.len());
            keep(&mut self.group_names, raw.id.as_ref(), ix, built, &mut self.rota.groups, self.faults);
        }
    }

    /// Returns for each window of the file its place in the rota.
    fn windows(&mut self, file: &Place, raw: Vec<RawWindow>) -> Vec<Option<Ix>> {
        if raw.is_empty() && !self.faults.is_torn() {
            self.faults.add(file, "no window", "add [[window]] with id, name, numbers and hours");
        }
        let mut numbers: BTreeMap<CalledNumber, Place> = BTreeMap::new();
        let kept = raw.into_iter().map(|raw| {
            self.unique_numbers(&raw, &mut numbers);
            let (id, place) = (raw.id.clone(), raw.place.clone());
            let built = self.build_window(raw);
            let ix = built.is_some().then_some(self.rota.windows.len());
            if let Some(window) = &built {
                self.rota.groups[window.group_ix].windows.push(self.rota.windows.len());
            }
            let kept =
                keep(&mut self.window_names, id.as_ref(), ix, built, &mut self.rota.windows, self.faults);
            if kept.is_some() {
                self.windows.push(place);
            }
            kept
        });
        kept.collect()
    }

    fn unique_numbers(&self, raw: &RawWindow, numbers: &mut BTreeMap<CalledNumber, Place>) {
        for number in &raw.numbers {
            if let Some(first) = numbers.get(&number.value) {
                let what =
                    format!("{} is already a number on line {}", number.value, self.faults.line(first));
                self.faults.add(&number.place, what, "give a number to one window only, once");
                continue;
            }
            numbers.insert(number.value.clone(), number.place.clone());
        }
    }

    fn build_window(&mut self, raw: RawWindow) -> Option<Window> {
        let operator_ix = self.operator(raw.operator.as_ref(), &raw.place);
        let group_ix = match &raw.group {
            Some(group) => self.group_names.find(group),
            None => self.own_group(raw.id.as_ref()?, operator_ix?),
        };
        let (operator_ix, group_ix) = (operator_ix?, group_ix?);
        if self.rota.groups[group_ix].operator_ix != operator_ix {
            let right = "keep the windows of a group with one operator";
            self.faults.add(&raw.place, "the group belongs to another operator", right);
        }
        let languages = if raw.languages.is_empty() { vec![Language::JAPANESE] } else { raw.languages };
        Some(Window {
            id: raw.id?.value,
            operator: self.rota.operators[operator_ix].id.clone(),
            group: self.rota.groups[group_ix].id.clone(),
            name: raw.name?,
            numbers: raw.numbers.into_iter().map(|number| number.value).collect(),
            languages,
            fallback: raw.fallback,
            priority: raw.priority,
            operator_ix,
            group_ix,
            hours: raw.hours?,
            takeover: Vec::new(),
        })
    }

    /// A window without a group is one by itself, and promises its own hours only.
    fn own_group(&mut self, window: &At<WindowId>, operator_ix: Ix) -> Option<Ix> {
        let id = At { value: window.value.as_str().parse().ok()?, place: window.place.clone() };
        if !self.group_names.add(&id, Some(self.rota.groups.len())) {
            return None;
        }
        let operator = self.rota.operators[operator_ix].id.clone();
        let group = Group { id: id.value, operator, all_day: false, operator_ix, windows: Vec::new() };
        self.rota.groups.push(group);
        Some(self.rota.groups.len() - 1)
    }

    /// A closed window is answered by `next` in order, each with its own
    /// `next`, then by the others of its group.
    fn take_over(&mut self, kept: &[Option<Ix>], next: &[Vec<At<WindowId>>]) {
        let mut follows = vec![Vec::new(); self.rota.windows.len()];
        for (ix, next) in kept.iter().zip(next).filter_map(|(ix, next)| Some(((*ix)?, next))) {
            for (id, to) in next.iter().filter_map(|id| Some((id, self.window_names.find(id)?))) {
                if to == ix {
                    self.faults.add(
                        &id.place,
                        "a window cannot take over from itself",
                        "name another window",
                    );
                } else {
                    follows[ix].push(to);
                }
            }
        }
        for ix in 0..self.rota.windows.len() {
            let mut order = vec![ix];
            visit(ix, &follows, &mut order);
            for &sibling in &self.rota.groups[self.rota.windows[ix].group_ix].windows {
                if !order.contains(&sibling) {
                    order.push(sibling);
                }
            }
            self.rota.windows[ix].takeover = order.split_off(1);
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

/// Depth first, each once.
fn visit(from: Ix, follows: &[Vec<Ix>], order: &mut Vec<Ix>) {
    for &next in &follows[from] {
        if !order.contains(&next) {
            order.push(next);
            visit(next, follows, order);
        }
    }
}

/// Takes over what could be built and registers its id either way.
fn keep<Id, T>(
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

fn calendar(raw: &RawOperator, faults: &Faults<'_>) -> Option<Calendar> {
    let zone = match &raw.zone {
        Some(zone) => zone.value.0.clone(),
        None => TimeZoneDatabase::bundled().get("Asia/Tokyo").ok()?,
    };
    let mut rules: Vec<CalendarRule> = raw.calendars.iter().map(calendar_rule).collect();
    if rules.is_empty() {
        rules.push(CalendarRule::default());
    }
    for (nth, calendar) in raw.calendars.iter().enumerate().skip(1) {
        let in_order = calendar.from.is_some() && rules[nth - 1].from < rules[nth].from;
        if !in_order {
            let place = calendar.from.as_ref().map_or(&calendar.place, |from| &from.place);
            let right = "give each [[operator.calendar]] after the first a later date from which it holds";
            faults.add(place, "calendars out of order", right);
        }
    }
    Some(Calendar {
        zone,
        service_day_starts: raw.service_day_starts.unwrap_or(ClockTime::MIDNIGHT),
        early_morning: raw.early_morning.unwrap_or(EarlyMorning::Own),
        published_through: raw.published_through.map_or(PUBLISHED_THROUGH, |year| year as i16),
        rules,
    })
}

fn calendar_rule(raw: &RawCalendar) -> CalendarRule {
    let usual = CalendarRule::default();
    let own_day = |(date, open): &(Option<At<super::raw::FileDate>>, bool)| {
        date.as_ref().map(|date| OwnDay { date: date.value.0, open: *open })
    };
    CalendarRule {
        from: raw.from.as_ref().map_or(usual.from, |from| from.value.0),
        office_hours: raw.office_hours.unwrap_or(usual.office_hours),
        saturday: raw.saturday.unwrap_or(usual.saturday),
        year_end: raw.year_end.unwrap_or(usual.year_end),
        own_days: raw.own_days.iter().filter_map(own_day).collect(),
    }
}

impl Default for CalendarRule {
    /// As national offices have it: 行政機関の休日に関する法律 1条1項.
    fn default() -> Self {
        Self {
            from: Date::MIN,
            office_hours: TimeRange::OFFICE,
            saturday: Saturday::Closed,
            year_end: YearEnd::BY_LAW,
            own_days: Vec::new(),
        }
    }
}
