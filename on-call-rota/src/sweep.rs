//! Holds one staffing rule against the shifts of a plan, in one pass over the
//! edges at which somebody comes, goes or can be reached no longer.

use jiff::Timestamp;

use crate::coverage::{Gap, Missing, Rule, open};
use crate::period::{Period, common, merged};
use crate::rota::{Group, Ix, Rota};
use crate::shift::Plan;
use crate::staff::{Role, Staff};
use crate::zone::instant_at;

pub(crate) struct Sweep<'a> {
    rota: &'a Rota,
    plan: &'a Plan<'a>,
    rule: &'a Rule,
    group: &'a Group,
    windows: &'a [Ix],
}

/// What changes at an instant: whether the rule holds, people on duty, people
/// who can be reached.
#[derive(Clone, Copy, Default)]
struct Change {
    active: i32,
    on_duty: i32,
    reachable: i32,
}

const ACTIVE: Change = Change { active: 1, on_duty: 0, reachable: 0 };
const ON_DUTY: Change = Change { active: 0, on_duty: 1, reachable: 0 };
const REACHABLE: Change = Change { active: 0, on_duty: 0, reachable: 1 };
const BOTH: Change = Change { active: 0, on_duty: 1, reachable: 1 };

type Edges = Vec<(Timestamp, Change)>;

impl<'a> Sweep<'a> {
    pub(crate) fn new(rota: &'a Rota, plan: &'a Plan<'a>, rule: &'a Rule) -> Self {
        let group = &rota.groups[rule.group];
        let windows = rule.window.as_ref().map_or(group.windows.as_slice(), std::slice::from_ref);
        Self { rota, plan, rule, group, windows }
    }

    pub(crate) fn gaps(&self) -> Vec<Gap> {
        let mut edges = self.edges();
        // Each person's edges are in order already; a stable sort merges such runs.
        edges.sort_by_key(|edge| edge.0);
        let (mut now, mut gaps) = (Change::default(), Vec::<Gap>::new());
        for (nth, &(at, change)) in edges.iter().enumerate() {
            now.active += change.active;
            now.on_duty += change.on_duty;
            now.reachable += change.reachable;
            let until = edges.get(nth + 1).map_or(at, |next| next.0);
            if let Some(missing) = self.missing(now).filter(|_| at < until) {
                self.add(&mut gaps, Period { from: at, until }, missing);
            }
        }
        gaps
    }

    fn missing(&self, now: Change) -> Option<Missing> {
        let need = self.rule.at_least;
        let (on_duty, reachable) = (now.on_duty.unsigned_abs(), now.reachable.unsigned_abs());
        match () {
            () if now.active == 0 || reachable >= need => None,
            () if on_duty >= need => Some(Missing::Contact { need, on_duty, reachable }),
            () => Some(Missing::People { need, on_duty, reachable }),
        }
    }

    fn add(&self, gaps: &mut Vec<Gap>, time: Period, missing: Missing) {
        match gaps.last_mut() {
            Some(last) if last.time.until == time.from && last.missing == missing => {
                last.time.until = time.until;
            }
            Some(_) | None => gaps.push(Gap {
                time,
                group: self.group.id.clone(),
                window: self.rule.window.map(|ix| self.rota.windows[ix].id.clone()),
                rule: self.rule.id.clone(),
                missing,
            }),
        }
    }

    fn edges(&self) -> Edges {
        let mut edges = Vec::with_capacity(self.plan.serving[self.rule.group].len() * 2 + 2);
        push(&mut edges, ACTIVE, &self.active());
        for person in self.people().chunk_by(|one, two| one.0 == two.0) {
            let on_duty = merged(person.iter().map(|(_, time)| *time).collect());
            match self.reachable(&self.rota.staff[person[0].0]) {
                Reach::Always => push(&mut edges, BOTH, &on_duty),
                Reach::Never => push(&mut edges, ON_DUTY, &on_duty),
                Reach::During(times) => {
                    push(&mut edges, ON_DUTY, &on_duty);
                    push(&mut edges, REACHABLE, &common(&on_duty, &times));
                }
            }
        }
        edges
    }

    /// A group that promises the whole day owes its people even when no window is open.
    fn active(&self) -> Vec<Period> {
        let hours = self.rule.hours(&self.plan.days[self.group.operator_ix], self.plan.period);
        match self.group.all_day && self.rule.window.is_none() {
            true => hours,
            false => common(&hours, &open(self.plan, self.windows)),
        }
    }

    /// When people who count are on duty for an open window, by person.
    fn people(&self) -> Vec<(Ix, Period)> {
        let mut times = Vec::new();
        for (duty, slots) in &self.plan.serving[self.rule.group] {
            let duty = &self.rota.duties[*duty];
            let open = self.open_for(&duty.windows, duty.role);
            for &slot in slots.iter().filter(|_| !open.is_empty()) {
                let slot = &self.plan.slots[slot];
                if self.rule.counts(&self.rota.staff[slot.staff]) {
                    let first = open.partition_point(|open| open.until <= slot.time.from);
                    let during = open[first..].iter().take_while(|open| open.from < slot.time.until);
                    times.extend(during.map(|open| (slot.staff, open.overlap(&slot.time))));
                }
            }
        }
        times.sort_unstable();
        times
    }

    /// When a duty serves an open window that the rule is about, in a role that it counts.
    fn open_for(&self, served: &[Ix], role: Role) -> Vec<Period> {
        let about = self.windows.iter().copied().filter(|window| served.contains(window));
        let windows: Vec<Ix> = about.filter(|_| self.rule.roles.contains(&role)).collect();
        if windows.is_empty() { Vec::new() } else { open(self.plan, &windows) }
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

fn push(edges: &mut Edges, up: Change, times: &[Period]) {
    let down = Change { active: -up.active, on_duty: -up.on_duty, reachable: -up.reachable };
    edges.extend(times.iter().flat_map(|time| [(time.from, up), (time.until, down)]));
}
