//! The psychiatrist as the third party: all together, counsellor and
//! psychiatrist alone, and whoever stays when one of them leaves.

use super::talk::end_of_talk;
use super::{Call, Effect, LegEnd, State};
use crate::ids::{LegId, StaffId};
use crate::ledger::{AnsweredBy, CallAlarm, EndReason, Party, Step};
use crate::time::Instant;

/// Why a psychiatrist cannot be let into a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unjoinable {
    #[error("call has ended")]
    Ended,
    /// The caller is being rung back: in a moment they are there.
    #[error("caller is not on the line yet")]
    NotYet,
    #[error("another psychiatrist is in the call")]
    Taken,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Third {
    doctor: Option<(StaffId, LegId)>,
    /// The caller is on hold, or will be when the psychiatrist comes.
    privately: bool,
    /// The caller left while the two others go on.
    caller_end: Option<EndReason>,
}

impl Third {
    pub(super) fn is_in(&self) -> bool {
        self.doctor.is_some()
    }

    pub(super) fn leg(&self) -> Option<LegId> {
        self.doctor.as_ref().map(|(_, leg)| *leg)
    }
}

impl Call {
    /// A psychiatrist who accepted is on the line. Whoever still waits for a counsellor is answered by them.
    ///
    /// # Errors
    /// When there is nobody to talk to, or not yet.
    pub fn doctor_joins(
        &mut self,
        staff: StaffId,
        leg: LegId,
        now: Instant,
    ) -> Result<Vec<Effect>, Unjoinable> {
        match &self.state {
            State::Ended { .. } => Err(Unjoinable::Ended),
            State::Talking { with: AnsweredBy::Doctor(_), .. } => Err(Unjoinable::Taken),
            State::Talking { .. } if self.third.is_in() => Err(Unjoinable::Taken),
            State::Reaching { .. } => Err(Unjoinable::NotYet),
            State::Seeking if self.caller.is_none() => Err(Unjoinable::NotYet),
            State::Seeking => {
                let mut effects = vec![Effect::Record(Step::Joined { staff: staff.clone(), leg })];
                self.talk(AnsweredBy::Doctor(staff), None, leg, now, &mut effects);
                effects.push(Effect::Release);
                Ok(effects)
            }
            State::Talking { .. } => {
                let was_apart = self.is_apart();
                self.third.doctor = Some((staff.clone(), leg));
                // A caller who is on hold stays so: the two talk alone.
                self.third.privately |= std::mem::take(&mut self.held);
                let mut effects = vec![Effect::Record(Step::Joined { staff, leg })];
                if self.third.privately {
                    effects.push(Effect::Record(Step::Consulting { privately: true }));
                }
                self.move_caller(was_apart, &mut effects);
                effects.push(Effect::Join { leg });
                Ok(effects)
            }
        }
    }

    /// The counsellor wants to talk to the psychiatrist alone: the caller is on hold, now or as soon as
    /// the psychiatrist comes. Repeated calls change nothing.
    pub fn consult_privately(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if matches!(self.state, State::Talking { with: AnsweredBy::Desk(_), .. }) && !self.third.privately {
            let was_apart = self.is_apart();
            self.third.privately = true;
            if self.third.is_in() {
                effects.push(Effect::Record(Step::Consulting { privately: true }));
                self.move_caller(was_apart, &mut effects);
            }
        }
        effects
    }

    /// All three hear each other. Repeated calls change nothing.
    pub fn bring_together(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let was_apart = self.is_apart();
        self.end_private_word(&mut effects);
        self.move_caller(was_apart, &mut effects);
        effects
    }

    pub(super) fn end_private_word(&mut self, effects: &mut Vec<Effect>) {
        if std::mem::take(&mut self.third.privately) && self.third.is_in() {
            effects.push(Effect::Record(Step::Consulting { privately: false }));
        }
    }

    /// Whether the caller is on hold while the others talk, or will be.
    pub fn is_private(&self) -> bool {
        self.third.privately
    }

    pub fn doctor_is_in(&self) -> bool {
        self.third.is_in()
    }

    /// The other two go on, whoever they are. A line that broke is no reason to end what helps.
    pub(super) fn one_of_three_left(
        &mut self,
        leg: LegId,
        end: LegEnd,
        now: Instant,
        effects: &mut Vec<Effect>,
    ) {
        let State::Talking { leg: counsellor, .. } = self.state else { return };
        if self.caller == Some(leg) {
            self.caller = None;
            self.third.caller_end = Some(end_of_talk(end));
            self.drop_transfer(effects);
            effects.push(Effect::Record(Step::Left { party: Party::Caller }));
        } else if counsellor == leg {
            self.counsellor_left(end, now, effects);
        } else if self.third.leg() == Some(leg) {
            self.doctor_left(counsellor, now, effects);
        }
    }

    fn counsellor_left(&mut self, end: LegEnd, now: Instant, effects: &mut Vec<Effect>) {
        let was_apart = self.is_apart();
        let Some((staff, doctor)) = self.third.doctor.take() else { return };
        effects.push(Effect::Record(Step::Left { party: Party::Counsellor }));
        if end_of_talk(end) == EndReason::CutOff {
            self.alarm(CallAlarm::CounsellorLost, effects);
        }
        if let Some(reason) = self.third.caller_end {
            effects.push(Effect::HangUp { leg: doctor });
            return self.end(reason, now, effects);
        }
        if std::mem::take(&mut self.third.privately) {
            effects.push(Effect::Record(Step::Consulting { privately: false }));
        }
        self.drop_transfer(effects);
        self.move_caller(was_apart, effects);
        self.state = State::Talking { with: AnsweredBy::Doctor(staff), offer: None, leg: doctor };
        effects.push(Effect::Release);
    }

    fn doctor_left(&mut self, counsellor: LegId, now: Instant, effects: &mut Vec<Effect>) {
        let was_apart = self.is_apart();
        self.third.doctor = None;
        effects.push(Effect::Record(Step::Left { party: Party::Doctor }));
        if let Some(reason) = self.third.caller_end {
            effects.push(Effect::HangUp { leg: counsellor });
            return self.end(reason, now, effects);
        }
        if std::mem::take(&mut self.third.privately) {
            effects.push(Effect::Record(Step::Consulting { privately: false }));
        }
        self.move_caller(was_apart, effects);
    }
}
