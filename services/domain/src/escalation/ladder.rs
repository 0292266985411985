//! The ladder 呼出順 as it was when the escalation began: who, in which order,
//! by which ways, how patiently. It does not change under a running page.

use std::time::Duration;

use on_call_rota::Language;
use serde::{Deserialize, Serialize};

use super::Channel;
use crate::ids::StaffId;

/// One way to reach a person, an entry of their contact points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    pub channel: Channel,
    /// Which of the escalation's contact points; the points themselves are sealed beside it.
    pub contact: usize,
    /// How long after the rung is reached, unless the way before fails sooner.
    pub after: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub staff: StaffId,
    pub language: Language,
    /// In their order. Empty: no contact point of theirs works.
    pub ways: Vec<Way>,
}

/// People who are paged together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// May be empty: such a rung costs nothing but an alarm.
    pub people: Vec<Person>,
    /// Where the rota says it; otherwise the priority does.
    pub patience: Option<Duration>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    pub rungs: Vec<Rung>,
    /// Supervisor and operator: paged beside the first rung each time the ladder is exhausted.
    pub backstop: Vec<Person>,
}

impl Ladder {
    pub fn person(&self, staff: &StaffId) -> Option<&Person> {
        let people = self.rungs.iter().flat_map(|rung| &rung.people).chain(&self.backstop);
        people.into_iter().find(|person| person.staff == *staff)
    }
}

/// How fast the ladder is climbed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// When each rung is paged, counted from the first; beyond the last the last step repeats.
    /// At least two, the first zero, rising.
    pub rungs_at: Vec<Duration>,
    /// Who accepted must join, call back or advise within this.
    pub act_within: Duration,
    /// A person is paged by one contact point at most this often, unless the priority rises.
    pub same_way_again: Duration,
    /// After so many rounds it is given up; none for ever. Only a drill gives up.
    pub rounds: Option<u32>,
}

impl Pace {
    /// How long the n-th rung is waited for.
    pub fn patience(&self, rung: usize) -> Duration {
        let step = |at: usize| Some(self.rungs_at.get(at + 1)?.saturating_sub(*self.rungs_at.get(at)?));
        let last = self.rungs_at.len().saturating_sub(2);
        step(rung).or_else(|| step(last)).unwrap_or(Duration::from_secs(120))
    }
}
