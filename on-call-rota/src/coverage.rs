//! Coverage: every stretch in which a window group has not the people that
//! its rules ask for. A sweep over the edges of shifts, not over minutes.

use std::fmt;

use crate::days::Days;
use crate::hours::{DayFilter, TimeRange};
use crate::ids::{GroupId, RuleId, WindowId};
use crate::outline::Outline;
use crate::period::{Period, merged, without};
use crate::presence::Muster;
use crate::rota::{Group, Ix, Rota};
use crate::staff::{Language, Qualification, Role, Staff};
use crate::sweep::Sweep;

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
        let outline = Outline::new(self, period);
        let (mut muster, mut gaps) = (Muster::new(self, &outline), Vec::new());
        for (ix, group) in self.groups.iter().enumerate() {
            gaps.extend(closed(&outline, group));
            let crew = muster.crew(ix);
            let own = self.rules.iter().filter(|rule| rule.group == ix);
            for rule in own.chain([&Rule::staffed(ix)]) {
                gaps.extend(Sweep::new(self, &outline, rule).gaps(crew));
            }
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
fn closed(outline: &Outline<'_>, group: &Group) -> Vec<Gap> {
    if !group.all_day {
        return Vec::new();
    }
    let gap = |time| Gap {
        time,
        group: group.id.clone(),
        window: None,
        rule: RuleId::built_in(RULE_OPEN),
        missing: Missing::Window,
    };
    without(&[outline.period], &outline.open_any(&group.windows)).into_iter().map(gap).collect()
}

impl Rule {
    fn staffed(group: Ix) -> Self {
        Self {
            id: RuleId::built_in(RULE_STAFFED),
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

    pub(crate) fn counts(&self, person: &Staff) -> bool {
        let qualified = self.qualifications.is_empty()
            || person.qualifications.iter().any(|one| self.qualifications.contains(one));
        let experienced = person.psychiatric_experience || !self.psychiatric_experience;
        qualified && experienced && self.language.is_none_or(|language| person.speaks(language))
    }

    /// The hours and days for which the rule is made.
    pub(crate) fn hours(&self, days: &Days<'_>, period: Period) -> Vec<Period> {
        if self.time.is_none() && self.days.0.is_empty() {
            return merged(vec![period]);
        }
        let range = self.time.unwrap_or(TimeRange::WHOLE_DAY);
        let on = days.iter().filter(|laid| self.days.matches(&laid.day)).map(|laid| laid.hours(range));
        merged(on.map(|time| time.overlap(&period)).collect())
    }
}
