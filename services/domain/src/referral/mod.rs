//! One referral 紹介: a case reaches somebody who takes it, and nobody has to remember it.
//!
//! A frozen list of targets is asked one after another: who declines or stays silent is followed by
//! the next at once. Whoever says yes first has it; then the arrival and the outcome are waited for.
//! Every wait has an end, and at each end somebody is told. What was sent can be corrected and
//! recalled, and whoever has it must see that.
//!
//! Pure: the caller brings the time, carries the effects out, and comes back no later than
//! `deadline`. Nothing personal is in here: contents, questions and answers are kept beside it.

mod answers;
mod changes;
mod content;
pub mod lists;
mod pace;
mod send;
mod story;
mod target;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::escalation::TriageCode;
use crate::ids::{ReferralId, TargetId};
use crate::time::Instant;
use crate::triage::record::Revision;

pub use content::{Content, Journey};
pub use lists::{
    Accompanying, Alarm, Arrival, Decision, DueKind, MessageKind, Outcome, Purpose, RecallReason,
    RefusalReason, TargetKind, Transport,
};
pub use pace::{Limit, Pace};
pub use story::{Effect, Happened, QuestionNumber, Refusal};
use target::Question;
pub use target::{Message, MessageNumber, Offer, OfferState, Place, Target};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nobody has heard of it. Somebody is told when it rests.
    Drafted {
        until: Instant,
    },
    /// On its way to a target, who decides by `until`.
    Offered {
        target: Place,
        until: Instant,
    },
    /// They have it and decide by `until`.
    Received {
        target: Place,
        until: Instant,
    },
    /// They asked back; until the answer their time stands still.
    Asked {
        target: Place,
        question: QuestionNumber,
    },
    /// Nobody is left: a supervisor is told, and again, until a human has found a way.
    Exhausted {
        until: Instant,
    },
    /// The person is expected by `until`.
    Accepted {
        target: Place,
        until: Instant,
    },
    Arrived {
        target: Place,
        until: Instant,
    },
    NotArrived {
        target: Place,
        until: Instant,
    },
    /// Open until everybody who had it has seen that.
    Recalled {
        reason: RecallReason,
    },
    Closed {
        outcome: Outcome,
        /// None: settled by a human without a receiver.
        target: Option<Place>,
    },
}

impl State {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "drafted",
            Self::Offered { .. } => "offered",
            Self::Received { .. } => "received",
            Self::Asked { .. } => "asked",
            Self::Exhausted { .. } => "exhausted",
            Self::Accepted { .. } => "accepted",
            Self::Arrived { .. } => "arrived",
            Self::NotArrived { .. } => "not_arrived",
            Self::Recalled { .. } => "recalled",
            Self::Closed { .. } => "closed",
        }
    }

    const fn due(&self) -> Option<(DueKind, Instant)> {
        match self {
            Self::Drafted { until } => Some((DueKind::Release, *until)),
            Self::Offered { until, .. } | Self::Received { until, .. } => Some((DueKind::Decision, *until)),
            Self::Exhausted { until } => Some((DueKind::Hand, *until)),
            Self::Accepted { until, .. } => Some((DueKind::Arrival, *until)),
            Self::Arrived { until, .. } | Self::NotArrived { until, .. } => Some((DueKind::Outcome, *until)),
            // The question itself is due.
            Self::Asked { .. } | Self::Recalled { .. } | Self::Closed { .. } => None,
        }
    }
}

/// What a referral is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub code: TriageCode,
    /// In the order in which they are asked; it does not change by itself.
    pub targets: Vec<Target>,
    pub pace: Pace,
}

/// By what it goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Of the record.
    pub revision: Revision,
    /// In the transaction of the signature, or after it. Only A and B go out before.
    pub signed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    id: ReferralId,
    code: TriageCode,
    pace: Pace,
    /// Told last.
    revision: Revision,
    state: State,
    targets: Vec<Target>,
    offers: Vec<Offer>,
    messages: Vec<Message>,
    questions: Vec<Question>,
}

impl Referral {
    /// # Errors
    /// When a target is in the list twice.
    pub fn start(id: ReferralId, draft: Draft, now: Instant) -> Result<(Self, Vec<Effect>), Refusal> {
        let Draft { code, targets, pace } = draft;
        for (place, target) in targets.iter().enumerate() {
            if targets[..place].iter().any(|other| other.id == target.id) {
                return Err(Refusal::TargetTwice(target.id.clone()));
            }
        }
        let state = State::Drafted { until: pace.until(Limit::Within(pace.release), now) };
        let referral = Self {
            id,
            code,
            pace,
            revision: 0,
            state,
            targets,
            offers: Vec::new(),
            messages: Vec::new(),
            questions: Vec::new(),
        };
        Ok((referral, vec![Effect::Record(Happened::Drafted { code })]))
    }

    /// It goes out: the first target is asked.
    ///
    /// # Errors
    /// Names the fields without which nobody may be told, and the signature where it must come first.
    pub fn release(
        &mut self,
        content: &Content,
        release: Release,
        now: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        match self.state {
            State::Drafted { .. } => {}
            State::Recalled { .. } => return Err(Refusal::Recalled),
            State::Offered { .. }
            | State::Received { .. }
            | State::Asked { .. }
            | State::Exhausted { .. }
            | State::Accepted { .. }
            | State::Arrived { .. }
            | State::NotArrived { .. }
            | State::Closed { .. } => return Err(Refusal::Released),
        }
        content.check()?;
        if !release.signed && self.code > TriageCode::B {
            return Err(Refusal::NotSigned);
        }
        let Release { revision, signed } = release;
        self.revision = revision;
        let purpose = content.purpose();
        let mut effects = vec![Effect::Record(Happened::Released { revision, purpose, signed })];
        self.offer_next(now, &mut effects);
        Ok(effects)
    }

    pub fn id(&self) -> ReferralId {
        self.id
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn code(&self) -> TriageCode {
        self.code
    }

    pub fn revision(&self) -> Revision {
        self.revision
    }

    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The nth is to the nth target.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Which questions are still to be answered, and whose they are.
    pub fn open_questions(&self) -> impl Iterator<Item = (QuestionNumber, &TargetId)> {
        let open = self.questions.iter().enumerate().filter(|(_, question)| question.open_until.is_some());
        open.map(|(number, question)| (number, &self.targets[question.from].id))
    }

    /// By which a receiver recognises a message that comes twice.
    pub fn key(&self, message: MessageNumber) -> String {
        format!("{}/{message}", self.id)
    }

    /// Who said yes and was not given back.
    pub fn accepted_by(&self) -> Option<&Target> {
        let place = self.offers.iter().position(|offer| offer.state == OfferState::Accepted)?;
        self.targets.get(place)
    }

    /// Whose decision is waited for.
    pub fn asked(&self) -> Option<&Target> {
        self.current().and_then(|place| self.targets.get(place))
    }

    fn current(&self) -> Option<Place> {
        match self.state {
            State::Offered { target, .. } | State::Received { target, .. } | State::Asked { target, .. } => {
                Some(target)
            }
            State::Drafted { .. }
            | State::Exhausted { .. }
            | State::Accepted { .. }
            | State::Arrived { .. }
            | State::NotArrived { .. }
            | State::Recalled { .. }
            | State::Closed { .. } => None,
        }
    }

    pub fn is_released(&self) -> bool {
        self.revision > 0
    }

    /// Nothing is waited for any more.
    pub fn is_settled(&self) -> bool {
        self.due().is_none()
    }

    /// What is waited for next, and until when.
    pub fn due(&self) -> Option<(DueKind, Instant)> {
        let unseen = self.offers.iter().filter_map(|offer| offer.unseen);
        let receipts = unseen.map(|watch| (DueKind::Receipt, watch.until));
        let questions = self.questions.iter().filter_map(|question| question.open_until);
        let answers = questions.map(|until| (DueKind::Answer, until));
        receipts.chain(answers).chain(self.state.due()).min_by_key(|(_, at)| *at)
    }

    /// When `wake` is next due. Always there while it is not settled.
    pub fn deadline(&self) -> Option<Instant> {
        self.due().map(|(_, at)| at)
    }

    /// Early and repeated calls change nothing. After a long absence the next target is asked now and
    /// has its whole time.
    pub fn wake(&mut self, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        for place in 0..self.offers.len() {
            self.unseen_until(place, now, &mut effects);
        }
        for question in 0..self.questions.len() {
            self.unanswered_until(question, now, &mut effects);
        }
        if self.state.due().is_some_and(|(_, at)| at <= now) {
            self.overdue(now, &mut effects);
        }
        effects
    }

    /// Somebody is told that a receiver does not see what they were sent.
    fn unseen_until(&mut self, place: Place, now: Instant, effects: &mut Vec<Effect>) {
        let Some(watch) = self.offers[place].unseen.filter(|watch| watch.until <= now) else { return };
        let kind = self.messages[watch.message].kind;
        let target = self.targets[place].id.clone();
        self.raise(Alarm::NotReceived, Some(target.clone()), effects);
        effects.push(Effect::PrintSheet { target: Some(target), kind });
        // A referral that nobody sees goes on at its decision's end; all else is told until it is seen.
        self.offers[place].unseen = match kind {
            MessageKind::Referral => None,
            MessageKind::Correction | MessageKind::Recall | MessageKind::Answer | MessageKind::StandDown => {
                Some(target::Watch { until: self.pace.again(now), ..watch })
            }
        };
    }

    fn overdue(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        let again = self.pace.again(now);
        match &mut self.state {
            State::Drafted { until } => {
                *until = again;
                self.raise(Alarm::DraftRests, None, effects);
            }
            State::Offered { target, .. } | State::Received { target, .. } => {
                let target = *target;
                self.silent(target, now, effects);
            }
            State::Exhausted { until } => {
                *until = again;
                self.raise(Alarm::Exhausted, None, effects);
            }
            State::Accepted { until, target } => {
                *until = again;
                let target = self.targets[*target].id.clone();
                self.raise(Alarm::ArrivalOverdue, Some(target), effects);
            }
            State::Arrived { until, target } | State::NotArrived { until, target } => {
                *until = again;
                let target = self.targets[*target].id.clone();
                self.raise(Alarm::OutcomeOverdue, Some(target), effects);
            }
            State::Asked { .. } | State::Recalled { .. } | State::Closed { .. } => {}
        }
    }

    /// It is we who are silent: a human is told until the answer is there, and the receiver's time
    /// runs again, so that the next is asked some day.
    fn unanswered_until(&mut self, question: QuestionNumber, now: Instant, effects: &mut Vec<Effect>) {
        let Question { from, open_until } = self.questions[question];
        if open_until.is_none_or(|until| now < until) {
            return;
        }
        self.questions[question].open_until = Some(self.pace.again(now));
        let target = self.targets[from].id.clone();
        self.raise(Alarm::QuestionUnanswered, Some(target), effects);
        self.go_on_after(question, now);
    }

    /// Whoever waited for the answer has their whole time to decide.
    fn go_on_after(&mut self, question: QuestionNumber, now: Instant) {
        if let State::Asked { target, question: asked } = self.state
            && asked == question
        {
            self.state = State::Received { target, until: self.pace.until(self.pace.decide, now) };
        }
    }

    fn raise(&self, alarm: Alarm, target: Option<TargetId>, effects: &mut Vec<Effect>) {
        effects.push(Effect::Record(Happened::Raised { alarm }));
        effects.push(Effect::RaiseSupervisor { alarm, target });
    }

    fn place_of(&self, target: &TargetId) -> Option<Place> {
        let place = self.targets.iter().position(|one| one.id == *target)?;
        (place < self.offers.len()).then_some(place)
    }
}
