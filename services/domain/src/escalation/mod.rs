//! One escalation: somebody with the right to decide is on the call within
//! minutes, whatever fails.
//!
//! A ladder of people is climbed rung by rung; each person is paged by their
//! ways in order; whoever says yes first has it and must act within a set time,
//! or the climb goes on. It ends only by a person's act, a withdrawal with a
//! reason, or, for a drill, when nobody was reached.
//!
//! Pure: the caller brings the time, carries the effects out, and comes back no
//! later than `deadline`. A page is owed from the moment its effect is stored;
//! its own `due` says when it goes out, so no page waits for this machine.

mod case;
mod climb;
mod ladder;
mod page;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::ids::StaffId;
use crate::time::Instant;

pub use crate::codes::UnknownCode;
pub use case::{Act, AgeBand, Case, Channel, Priority, Reason, TriageCode, Withdrawal};
pub use ladder::{Ladder, Pace, Person, Rung, Way};
pub use page::{Page, PageNumber, PageOutcome, PageState};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Climbing,
    /// They said yes and must act by `until`.
    Accepted {
        by: StaffId,
        until: Instant,
    },
    Acted {
        by: StaffId,
        act: Act,
    },
    Withdrawn {
        reason: Withdrawal,
    },
    /// A drill that nobody answered.
    Unreached,
}

impl State {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Climbing => "climbing",
            Self::Accepted { .. } => "accepted",
            Self::Acted { .. } => "acted",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Unreached => "unreached",
        }
    }
}

/// What people must look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationAlarm {
    /// The ladder was climbed to its end and begins anew.
    Exhausted,
    /// The rota has nobody on a rung.
    RungEmpty,
    /// Somebody on the ladder has no contact point that works.
    NoContact,
    /// Somebody accepted and did nothing.
    AcceptanceLapsed,
}

/// The story of an escalation, kept with its times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Happened {
    Started { priority: Priority, case: Case },
    RungReached { round: u32, rung: usize },
    RungEmpty { rung: usize },
    NoContact { staff: StaffId },
    Exhausted { round: u32 },
    Paged { page: PageNumber, staff: StaffId, channel: Channel },
    PageEnded { page: PageNumber, outcome: PageOutcome },
    Declined { staff: StaffId },
    Accepted { staff: StaffId },
    AcceptanceLapsed { staff: StaffId },
    Acted { staff: StaffId, act: Act },
    PriorityRaised { priority: Priority },
    Withdrawn { reason: Withdrawal },
    Unreached,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// For the story, before anything that follows.
    Record(Happened),
    /// This page is owed from now on, at its `due`.
    Owe {
        page: PageNumber,
    },
    /// This page is due earlier than it was.
    Hasten {
        page: PageNumber,
    },
    /// This page must not go out; a telephone that rings for it is told why.
    Cancel {
        page: PageNumber,
    },
    Alarm(EscalationAlarm),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("staff_id is not on the ladder of this escalation")]
    NotOnLadder,
    #[error("escalation was taken over by {by}")]
    TakenOver { by: StaffId },
    #[error("escalation was withdrawn")]
    Withdrawn,
    #[error("priority can only be raised")]
    NotRaised,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    case: Case,
    priority: Priority,
    ladder: Ladder,
    pace: Pace,
    state: State,
    /// From 0; counts how often the ladder was begun anew.
    round: u32,
    rung: usize,
    next_rung: Instant,
    /// Pages before this moment do not hold new ones back: the priority rose.
    raised: Option<Instant>,
    pages: Vec<Page>,
}

impl Escalation {
    pub fn start(
        case: Case,
        priority: Priority,
        ladder: Ladder,
        pace: Pace,
        now: Instant,
    ) -> (Self, Vec<Effect>) {
        let mut effects = vec![Effect::Record(Happened::Started { priority, case: case.clone() })];
        let mut escalation = Self {
            case,
            priority,
            ladder,
            pace,
            state: State::Climbing,
            round: 0,
            rung: 0,
            next_rung: now,
            raised: None,
            pages: Vec::new(),
        };
        escalation.climb_from(0, now, now, &mut effects);
        (escalation, effects)
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn case(&self) -> &Case {
        &self.case
    }

    pub fn priority(&self) -> Priority {
        self.priority
    }

    pub fn ladder(&self) -> &Ladder {
        &self.ladder
    }

    /// How often the ladder was begun anew, and where on it we are.
    pub fn place(&self) -> (u32, usize) {
        (self.round, self.rung)
    }

    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    pub fn is_open(&self) -> bool {
        match self.state {
            State::Climbing | State::Accepted { .. } => true,
            State::Acted { .. } | State::Withdrawn { .. } | State::Unreached => false,
        }
    }

    /// When `wake` is next due. Always there while it is open.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Climbing => Some(self.next_rung),
            State::Accepted { until, .. } => Some(until),
            State::Acted { .. } | State::Withdrawn { .. } | State::Unreached => None,
        }
    }

    /// Early and repeated calls change nothing. After a long absence the rungs that were due are
    /// paged at once, to the end of the ladder.
    pub fn wake(&mut self, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(due) = self.deadline().filter(|due| *due <= now) {
            match self.state.clone() {
                State::Climbing => self.climb_on(due, now, &mut effects),
                State::Accepted { by, .. } => self.lapse(by, now, &mut effects),
                State::Acted { .. } | State::Withdrawn { .. } | State::Unreached => {}
            }
        }
        effects
    }

    fn lapse(&mut self, staff: StaffId, now: Instant, effects: &mut Vec<Effect>) {
        effects.push(Effect::Record(Happened::AcceptanceLapsed { staff }));
        effects.push(Effect::Alarm(EscalationAlarm::AcceptanceLapsed));
        self.state = State::Climbing;
        self.climb_on(now, now, effects);
    }

    /// A telephone rings, a message is under way.
    pub fn page_out(&mut self, number: PageNumber) -> Vec<Effect> {
        let Some(page) = self.pages.get_mut(number).filter(|page| page.state == PageState::Owed) else {
            return Vec::new();
        };
        page.state = PageState::Out;
        let (staff, channel) = (page.staff.clone(), page.channel);
        vec![Effect::Record(Happened::Paged { page: number, staff, channel })]
    }

    /// An attempt is over without a yes or a no. Repeated and late news change nothing.
    pub fn page_ended(&mut self, number: PageNumber, outcome: PageOutcome, now: Instant) -> Vec<Effect> {
        let Some(page) = self.pages.get_mut(number).filter(|page| page.state.is_open()) else {
            return Vec::new();
        };
        page.state = match outcome {
            PageOutcome::Delivered => PageState::Delivered,
            PageOutcome::Unanswered => PageState::Unanswered,
            PageOutcome::Failed => PageState::Failed,
        };
        let mut effects = vec![Effect::Record(Happened::PageEnded { page: number, outcome })];
        if outcome != PageOutcome::Delivered {
            self.hasten_next_way(number, now, &mut effects);
            self.climb_if_spent(now, &mut effects);
        }
        effects
    }

    /// Yes, from this page or by another way. Anyone on the ladder may say it, however late: a late
    /// yes beats no one. Everything that was still to come is called off in the same push.
    ///
    /// # Errors
    /// When another was faster, or it is not theirs to accept.
    pub fn accept(
        &mut self,
        by: StaffId,
        from: Option<PageNumber>,
        now: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        match &self.state {
            State::Accepted { by: already, .. } | State::Acted { by: already, .. } if *already == by => {
                return Ok(Vec::new());
            }
            State::Accepted { by, .. } | State::Acted { by, .. } => {
                return Err(Refusal::TakenOver { by: by.clone() });
            }
            State::Withdrawn { .. } => return Err(Refusal::Withdrawn),
            State::Climbing | State::Unreached => {}
        }
        if self.ladder.person(&by).is_none() {
            return Err(Refusal::NotOnLadder);
        }
        let theirs = |page: &&mut Page| page.staff == by;
        if let Some(page) = from.and_then(|number| self.pages.get_mut(number)).filter(theirs) {
            page.state = PageState::Accepted;
        }
        let mut effects = vec![Effect::Record(Happened::Accepted { staff: by.clone() })];
        self.call_off(&mut effects);
        match self.case.is_drill() {
            true => self.settle(by, Act::Confirmed, &mut effects),
            false => self.state = State::Accepted { by, until: now + self.pace.act_within },
        }
        Ok(effects)
    }

    /// No. The rest of their pages is called off; when nobody else is asked, the next rung is paged at once.
    ///
    /// # Errors
    /// When it is not theirs to decline.
    pub fn decline(&mut self, by: &StaffId, now: Instant) -> Result<Vec<Effect>, Refusal> {
        if !self.is_open() {
            return Ok(Vec::new());
        }
        if self.ladder.person(by).is_none() {
            return Err(Refusal::NotOnLadder);
        }
        let mut effects = vec![Effect::Record(Happened::Declined { staff: by.clone() })];
        let asked_now =
            |page: &Page| page.round == self.round && page.rung.is_none_or(|rung| rung == self.rung);
        for (number, page) in self.pages.iter_mut().enumerate().filter(|(_, page)| page.staff == *by) {
            if page.state.is_open() {
                effects.push(Effect::Cancel { page: number });
                page.state = PageState::Cancelled;
            }
            if asked_now(page) && page.state != PageState::Failed {
                page.state = PageState::Declined;
            }
        }
        match &self.state {
            State::Accepted { by: other, .. } if other == by => {
                self.state = State::Climbing;
                self.climb_on(now, now, &mut effects);
            }
            State::Climbing => self.climb_if_spent(now, &mut effects),
            State::Accepted { .. } | State::Acted { .. } | State::Withdrawn { .. } | State::Unreached => {}
        }
        Ok(effects)
    }

    /// What was asked of them is done: in the call, called back, or advice is written. Without a yes
    /// before it counts as one.
    ///
    /// # Errors
    /// When another has it, or it is not theirs.
    pub fn act(&mut self, by: StaffId, act: Act, now: Instant) -> Result<Vec<Effect>, Refusal> {
        let mut effects = self.accept(by.clone(), None, now)?;
        if let State::Accepted { .. } = self.state {
            self.settle(by, act, &mut effects);
        }
        Ok(effects)
    }

    /// # Errors
    /// When it is not raised by this.
    pub fn raise(&mut self, priority: Priority, pace: Pace, now: Instant) -> Result<Vec<Effect>, Refusal> {
        if priority >= self.priority || !self.is_open() {
            return Err(Refusal::NotRaised);
        }
        (self.priority, self.pace, self.raised) = (priority, pace, Some(now));
        let mut effects = vec![Effect::Record(Happened::PriorityRaised { priority })];
        if self.state == State::Climbing {
            self.climb_from(self.rung, now, now, &mut effects);
        }
        Ok(effects)
    }

    /// Given up with a reason. Repeated calls change nothing.
    ///
    /// # Errors
    /// When somebody has acted already.
    pub fn withdraw(&mut self, reason: Withdrawal) -> Result<Vec<Effect>, Refusal> {
        match &self.state {
            State::Withdrawn { .. } => Ok(Vec::new()),
            State::Acted { by, .. } => Err(Refusal::TakenOver { by: by.clone() }),
            State::Climbing | State::Accepted { .. } | State::Unreached => {
                self.state = State::Withdrawn { reason };
                let mut effects = vec![Effect::Record(Happened::Withdrawn { reason })];
                self.call_off(&mut effects);
                Ok(effects)
            }
        }
    }

    fn settle(&mut self, by: StaffId, act: Act, effects: &mut Vec<Effect>) {
        effects.push(Effect::Record(Happened::Acted { staff: by.clone(), act }));
        self.state = State::Acted { by, act };
    }

    fn call_off(&mut self, effects: &mut Vec<Effect>) {
        for (number, page) in self.pages.iter_mut().enumerate() {
            if page.state.is_open() {
                page.state = PageState::Cancelled;
                effects.push(Effect::Cancel { page: number });
            }
        }
    }
}
