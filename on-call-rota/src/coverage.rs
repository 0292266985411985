//! Coverage: every stretch in which a window group has not the people that
//! its rules ask for. A sweep over the edges of shifts, not over minutes.

use std::fmt;

use jiff::Timestamp;

use crate::calendar::Days;
use crate::hours::{DayFilter, TimeRange};
use crate::ids::{GroupId, RuleId, WindowId};
use crate::period::{Period, common, merged, without};
use crate::rota::{Group, Ix, Rota};
use crate::shift::Plan;
use crate::staff::{Language, Qualification, Role, Staff};
use crate::zone::instant_at;

/// At least so many such people while a window of the group is open.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    pub(crate) group: Ix,
    /// Only this window of the group, or all of them.
    pub(crate) window: Option<Ix>,
    pub(crate) days: DayFilter,
    pub(crate) time: Option<TimeRange>,
    pub(crate) at_least: u32,
    /// Any of them; at least one.
    pub(crate) roles: Vec<Role>,
    /// Any of them; none means any qualification.
    pub(crate) qualifications: Vec<Qualification>,
    pub(crate) psychiatric_experience: bool,
    pub(crate) language: Option<Language>,
}

/// Built in: in a group that promises the whole day, a window is open.
pub const RULE_OPEN: &str = "open";
/// Built in: while a window is open, a counsellor can be reached.
pub const RULE_STAFFED: &str = "staffed";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Missing {
    /// No window of the group is open.
    Window,
    /// Too few people on duty.
    People { need: u32, on_duty: u32, reachable: u32 },
    /// Enough on duty, but too few with a working telephone.
    Contact { need: u32, on_duty: u32, reachable: u32 },
}

impl Missing {
    /// How many people short.
    pub(crate) fn shortage(self) -> u32 {
        match self {
            Self::Window => u32::MAX,
            Self::People { need, reachable, .. } | Self::Contact { need, reachable, .. } => need - reachable,
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window => write!(f, "no window is open"),
            Self::People { need, on_duty, .. } => write!(f, "{on_duty} of {need} on duty"),
            Self::Contact { need, on_duty, reachable } => {
                write!(f, "{on_duty} on duty, but only {reachable} of {need} with a working telephone")
            }
        }
    }
}

/// A stretch that is not covered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Gap {
    #[serde(flatten)]
    pub time: Period,
    pub group: GroupId,
    /// For a rule about one window only.
    pub window: Option<WindowId>,
    pub rule: RuleId,
    pub missing: Missing,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {} {} {}: {}", self.time.from, self.time.until, self.group, self.rule, self.missing)
    }
}

impl Rota {
    /// Every gap of the stretch, by time, group and rule. Gaps of one rule
    /// that touch and lack the same are one.
    pub fn coverage(&self, period: Period) -> Vec<Gap> {
        let plan = Plan::new(self, period);
        let mut gaps = Vec::new();
        for (ix, group) in self.groups.iter().enumerate() {
            gaps.extend(closed(&plan, group));
            gaps.extend(Audit::new(self, &plan, &Rule::staffed(ix)).gaps());
        }
        for rule in &self.rules {
            gaps.extend(Audit::new(self, &plan, rule).gaps());
        }
        gaps.sort();
        gaps
    }

    /// The rules that the file adds to the built-in ones.
    pub fn rule_ids(&self) -> impl Iterator<Item = &RuleId> {
        self.rules.iter().map(|rule| &rule.id)
    }
}

/// When no window of a group that promises the whole day is open.
fn closed(plan: &Plan, group: &Group) -> Vec<Gap> {
    if !group.all_day {
        return Vec::new();
    }
    let gap = |time| Gap {
        time,
        group: group.id.clone(),
        window: None,
        rule: RuleId::fixed(RULE_OPEN),
        missing: Missing::Window,
    };
    without(&[plan.period], &open(plan, &group.windows)).into_iter().map(gap).collect()
}

fn open(plan: &Plan, windows: &[Ix]) -> Vec<Period> {
    match windows {
        [one] => plan.open[*one].clone(),
        _ => merged(windows.iter().flat_map(|&window| plan.open[window].iter().copied()).collect()),
    }
}

impl Rule {
    fn staffed(group: Ix) -> Self {
        Self {
            id: RuleId::fixed(RULE_STAFFED),
            group,
            window: None,
            days: DayFilter::default(),
            time: None,
            at_least: 1,
            roles: vec![Role::Counsellor],
            qualifications: Vec::new(),
            psychiatric_experience: false,
            language: None,
        }
    }

    fn counts(&self, person: &Staff) -> bool {
        let qualified = self.qualifications.is_empty()
            || person.qualifications.iter().any(|one| self.qualifications.contains(one));
        let experienced = person.psychiatric_experience || !self.psychiatric_experience;
        qualified && experienced && self.language.is_none_or(|language| person.speaks(language))
    }

    /// The hours and days for which the rule is made.
    fn hours(&self, rota: &Rota, days: &Days, period: Period) -> Vec<Period> {
        if self.time.is_none() && self.days.0.is_empty() {
            return vec![period];
        }
        let zone = &rota.operators[rota.groups[self.group].operator_ix].calendar.zone;
        let range = self.time.unwrap_or(TimeRange::WHOLE_DAY);
        let on = days.iter().filter(|day| self.days.matches(day)).map(|day| range.on(day.date, zone));
        merged(on.map(|time| time.overlap(&period)).collect())
    }
}

/// One rule held against one plan.
struct Audit<'a> {
    rota: &'a Rota,
    plan: &'a Plan,
    rule: &'a Rule,
    group: &'a Group,
    windows: &'a [Ix],
}

/// What changes at an edge of the sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Count {
    Active,
    OnDuty,
    Reachable,
}

impl<'a> Audit<'a> {
    fn new(rota: &'a Rota, plan: &'a Plan, rule: &'a Rule) -> Self {
        let group = &rota.groups[rule.group];
        let windows = rule.window.as_ref().map_or(group.windows.as_slice(), std::slice::from_ref);
        Self { rota, plan, rule, group, windows }
    }

    fn gaps(&self) -> Vec<Gap> {
        let mut edges = self.edges();
        edges.sort_unstable();
        let (mut counts, mut gaps) = ([0i32; 3], Vec::<Gap>::new());
        let mut next = 0;
        while let Some(&(at, _, _)) = edges.get(next) {
            while let Some(&(_, count, change)) = edges.get(next).filter(|edge| edge.0 == at) {
                counts[count as usize] += change;
                next += 1;
            }
            let Some(&(until, _, _)) = edges.get(next) else { break };
            if let Some(missing) = self.missing(counts) {
                self.add(&mut gaps, Period { from: at, until }, missing);
            }
        }
        gaps
    }

    fn missing(&self, [active, on_duty, reachable]: [i32; 3]) -> Option<Missing> {
        let (need, on_duty, reachable) = (self.rule.at_least, on_duty.max(0) as u32, reachable.max(0) as u32);
        match () {
            () if active <= 0 || reachable >= need => None,
            () if on_duty >= need => Some(Missing::Contact { need, on_duty, reachable }),
            () => Some(Missing::People { need, on_duty, reachable }),
        }
    }

    fn add(&self, gaps: &mut Vec<Gap>, time: Period, missing: Missing) {
        if let Some(last) =
            gaps.last_mut().filter(|last| last.time.until == time.from && last.missing == missing)
        {
            last.time.until = time.until;
            return;
        }
        let window = self.rule.window.map(|ix| self.rota.windows[ix].id.clone());
        let (group, rule) = (self.group.id.clone(), self.rule.id.clone());
        gaps.push(Gap { time, group, window, rule, missing });
    }

    fn edges(&self) -> Vec<(Timestamp, Count, i32)> {
        let mut edges = Vec::with_capacity(self.plan.slots.len() * 4);
        push(&mut edges, Count::Active, &self.active());
        for (person, on_duty) in self.people() {
            push(&mut edges, Count::OnDuty, &on_duty);
            let reachable = self.reachable(&self.rota.staff[person]);
            match reachable {
                Reach::Always => push(&mut edges, Count::Reachable, &on_duty),
                Reach::Never => {}
                Reach::During(times) => push(&mut edges, Count::Reachable, &common(&on_duty, &times)),
            }
        }
        edges
    }

    /// A group that promises the whole day owes its people even when no window is open.
    fn active(&self) -> Vec<Period> {
        let days = &self.plan.days[self.group.operator_ix];
        let hours = self.rule.hours(self.rota, days, self.plan.period);
        match self.group.all_day && self.rule.window.is_none() {
            true => hours,
            false => common(&hours, &open(self.plan, self.windows)),
        }
    }

    /// When each person who counts is on duty for an open window; each once,
    /// whatever shifts they have at the same time.
    fn people(&self) -> Vec<(Ix, Vec<Period>)> {
        let mut times: Vec<Vec<Period>> = vec![Vec::new(); self.rota.staff.len()];
        let serving: Vec<Vec<Period>> =
            self.rota.duties.iter().map(|duty| self.open_for(&duty.windows, duty.role)).collect();
        let counts: Vec<bool> = self.rota.staff.iter().map(|person| self.rule.counts(person)).collect();
        for slot in self.plan.slots.iter().filter(|slot| counts[slot.staff]) {
            let open = &serving[slot.duty];
            let first = open.partition_point(|open| open.until <= slot.time.from);
            let during = open[first..].iter().take_while(|open| open.from < slot.time.until);
            times[slot.staff].extend(during.map(|open| open.overlap(&slot.time)));
        }
        let times = times.into_iter().map(merged).enumerate();
        times.filter(|(_, times)| !times.is_empty()).collect()
    }

    /// When a duty serves an open window that the rule is about, in a role that it counts.
    fn open_for(&self, served: &[Ix], role: Role) -> Vec<Period> {
        let windows: Vec<Ix> =
            self.windows.iter().copied().filter(|window| served.contains(window)).collect();
        match self.rule.roles.contains(&role) && !windows.is_empty() {
            true => open(self.plan, &windows),
            false => Vec::new(),
        }
    }

    fn reachable(&self, person: &Staff) -> Reach {
        let voice = || person.contacts.iter().filter(|contact| contact.point.is_voice());
        if voice().any(|contact| contact.from.is_none() && contact.until.is_none()) {
            return Reach::Always;
        }
        if voice().next().is_none() {
            return Reach::Never;
        }
        let zone = &self.rota.operators[self.group.operator_ix].calendar.zone;
        let whole = self.plan.period;
        let times = voice().map(|contact| Period {
            from: contact.from.map_or(whole.from, |date| instant_at(zone, date, 0)),
            until: contact.until.map_or(whole.until, |date| instant_at(zone, date, 24 * 60)),
        });
        Reach::During(merged(times.collect()))
    }
}

/// When one can talk with a person.
enum Reach {
    Always,
    Never,
    During(Vec<Period>),
}

fn push(edges: &mut Vec<(Timestamp, Count, i32)>, count: Count, times: &[Period]) {
    edges.extend(times.iter().flat_map(|time| [(time.from, count, 1), (time.until, count, -1)]));
}
