//! Holds one staffing rule against the crew of a group, in one pass over the
//! instants at which somebody comes, goes or can be reached no longer.

use std::collections::VecDeque;

use crate::coverage::{Gap, Missing, Rule};
use crate::nanos::Nanos;
use crate::outline::Outline;
use crate::period::{Period, common, merged};
use crate::presence::{Crew, Presence};
use crate::rota::{Group, Ix, Rota};
use crate::span::{Span, join};
use crate::staff::Staff;
use crate::zone::instant_at;

pub(crate) struct Sweep<'a> {
    rota: &'a Rota,
    outline: &'a Outline<'a>,
    rule: &'a Rule,
    group: &'a Group,
    windows: &'a [Ix],
}

/// What somebody adds: to the people on duty, to those who can be reached.
#[derive(Clone, Copy, Default)]
struct Count {
    on_duty: u32,
    reachable: u32,
}

const ON_DUTY: Count = Count { on_duty: 1, reachable: 0 };
const REACHABLE: Count = Count { on_duty: 0, reachable: 1 };
const BOTH: Count = Count { on_duty: 1, reachable: 1 };

/// Somebody who counts, while it is so.
#[derive(Clone, Copy)]
struct Stay {
    span: Span,
    /// Two stays of the same counter at once count once: nobody is two people.
    counter: u32,
    adds: Count,
}

/// When a person counts as what.
enum Standing {
    NotAsked,
    OnDuty,
    Both,
    ReachableDuring(Vec<Span>),
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(rota: &'a Rota, outline: &'a Outline<'a>, rule: &'a Rule) -> Self {
        let group = &rota.groups[rule.group];
        let windows = rule.window.as_ref().map_or(group.windows.as_slice(), std::slice::from_ref);
        Self { rota, outline, rule, group, windows }
    }

    pub(crate) fn gaps(&self, crew: &Crew) -> Vec<Gap> {
        let serving = Serving {
            standings: crew.people.iter().map(|&ix| self.standing(&self.rota.staff[ix])).collect(),
            open: crew.duties.iter().map(|&ix| self.open_for(ix)).collect(),
        };
        let doubtful = self.doubtful(crew, &serving);
        let stays = serving.stays(crew.about(&doubtful));
        let (mut desk, mut gaps) = (Desk::new(&stays, crew.people.len() * 2), Vec::new());
        for Span { from, until } in doubtful {
            let mut at = from;
            while at < until {
                desk.advance(at);
                let next = desk.next_change().min(until);
                if let Some(missing) = self.missing(desk.now) {
                    self.add(&mut gaps, Span { from: at, until: next }, missing);
                }
                at = next;
            }
        }
        gaps
    }

    /// When the rule holds, but for what is plainly covered: where one person
    /// is enough, whoever can always be reached is that one.
    fn doubtful(&self, crew: &Crew, serving: &Serving) -> Vec<Span> {
        let active = spans(&self.active());
        if self.rule.at_least != 1 {
            return active;
        }
        let mut covered = Vec::new();
        for one in &crew.presences {
            if let Standing::Both = serving.standings[one.person as usize] {
                one.span.within(&serving.open[one.duty as usize], |part| join(&mut covered, part));
            }
        }
        let mut doubtful = Vec::new();
        active.into_iter().for_each(|span| span.beyond(&covered, |part| doubtful.push(part)));
        doubtful
    }

    fn missing(&self, now: Count) -> Option<Missing> {
        let need = self.rule.at_least;
        let Count { on_duty, reachable } = now;
        match () {
            () if reachable >= need => None,
            () if on_duty >= need => Some(Missing::Contact { need, on_duty, reachable }),
            () => Some(Missing::People { need, on_duty, reachable }),
        }
    }

    fn add(&self, gaps: &mut Vec<Gap>, span: Span, missing: Missing) {
        let time = Period::from(span);
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

    /// A group that promises the whole day owes its people even when no window is open.
    fn active(&self) -> Vec<Period> {
        let hours = self.rule.hours(&self.outline.days[self.group.operator_ix], self.outline.period);
        match self.group.all_day && self.rule.window.is_none() {
            true => hours,
            false => common(&hours, &self.outline.open_any(self.windows)),
        }
    }

    /// When a duty serves an open window that the rule is about, in a role that it counts.
    fn open_for(&self, duty: Ix) -> Vec<Span> {
        let duty = &self.rota.duties[duty];
        let about = self.windows.iter().copied().filter(|window| duty.windows.contains(window));
        let windows: Vec<Ix> = about.filter(|_| self.rule.roles.contains(&duty.role)).collect();
        if windows.is_empty() { Vec::new() } else { spans(&self.outline.open_any(&windows)) }
    }

    fn standing(&self, person: &Staff) -> Standing {
        let voice = || person.contacts.iter().filter(|contact| contact.point.is_voice());
        if !self.rule.counts(person) {
            return Standing::NotAsked;
        }
        if voice().any(|contact| contact.from.is_none() && contact.until.is_none()) {
            return Standing::Both;
        }
        if voice().next().is_none() {
            return Standing::OnDuty;
        }
        let zone = &self.rota.operators[self.group.operator_ix].calendar.zone;
        let whole = self.outline.period;
        let times = voice().map(|contact| Period {
            from: contact.from.map_or(whole.from, |date| instant_at(zone, date, 0)),
            until: contact.until.map_or(whole.until, |date| instant_at(zone, date, 24 * 60)),
        });
        Standing::ReachableDuring(spans(&merged(times.collect())))
    }
}

/// How the crew counts for the rule.
struct Serving {
    /// For each person.
    standings: Vec<Standing>,
    /// For each duty, when it counts.
    open: Vec<Vec<Span>>,
}

impl Serving {
    /// When people who count are on duty for an open window, by the beginning.
    fn stays(&self, presences: &[Presence]) -> Vec<Stay> {
        let mut stays = Vec::with_capacity(presences.len());
        for one in presences {
            let (open, counter) = (&self.open[one.duty as usize], one.person * 2);
            let mut stay = |counter, span, adds| stays.push(Stay { span, counter, adds });
            match &self.standings[one.person as usize] {
                Standing::NotAsked => {}
                Standing::OnDuty => one.span.within(open, |part| stay(counter, part, ON_DUTY)),
                Standing::Both => one.span.within(open, |part| stay(counter, part, BOTH)),
                Standing::ReachableDuring(times) => one.span.within(open, |part| {
                    stay(counter, part, ON_DUTY);
                    part.within(times, |part| stay(counter + 1, part, REACHABLE));
                }),
            }
        }
        if !stays.is_sorted_by_key(|stay| stay.span.from) {
            stays.sort_by_key(|stay| stay.span.from);
        }
        stays
    }
}

/// Who is there while time goes on.
struct Desk<'a> {
    coming: &'a [Stay],
    /// By when they go.
    leaving: VecDeque<Stay>,
    /// For each counter, how many of its stays are running.
    running: Vec<u32>,
    now: Count,
}

impl<'a> Desk<'a> {
    fn new(coming: &'a [Stay], counters: usize) -> Self {
        Self { coming, leaving: VecDeque::new(), running: vec![0; counters], now: Count::default() }
    }

    /// Everybody who has come by then and is not gone.
    fn advance(&mut self, at: Nanos) {
        while let Some(stay) = self.leaving.pop_front_if(|stay| stay.span.until <= at) {
            self.goes(stay);
        }
        while let Some((stay, rest)) = self.coming.split_first().filter(|(stay, _)| stay.span.from <= at) {
            self.coming = rest;
            if at < stay.span.until {
                self.comes(*stay);
            }
        }
    }

    fn next_change(&self) -> Nanos {
        let (coming, leaving) = (self.coming.first(), self.leaving.front());
        let comes = coming.map_or(Nanos::NEVER, |stay| stay.span.from);
        leaving.map_or(comes, |stay| stay.span.until.min(comes))
    }

    fn comes(&mut self, stay: Stay) {
        let running = &mut self.running[stay.counter as usize];
        *running += 1;
        if *running == 1 {
            self.now.on_duty += stay.adds.on_duty;
            self.now.reachable += stay.adds.reachable;
        }
        match self.leaving.back() {
            Some(last) if stay.span.until < last.span.until => {
                let place = self.leaving.partition_point(|other| other.span.until <= stay.span.until);
                self.leaving.insert(place, stay);
            }
            Some(_) | None => self.leaving.push_back(stay),
        }
    }

    fn goes(&mut self, stay: Stay) {
        let running = &mut self.running[stay.counter as usize];
        *running -= 1;
        if *running == 0 {
            self.now.on_duty -= stay.adds.on_duty;
            self.now.reachable -= stay.adds.reachable;
        }
    }
}

fn spans(periods: &[Period]) -> Vec<Span> {
    periods.iter().map(|&time| time.into()).collect()
}
