//! The budgets of design.md 8 that are felt here: measured where the caller
//! would feel them, counted when they are overrun.

use std::time::Duration;

use domain::call::Call;
use domain::ledger::{EndReason, OriginKind, Step};
use domain::time::Instant;
use shell::budget::Budget;

/// How long each step may take. Beyond it, it is counted as overrun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// INVITE → the caller's phone hears us.
    pub caller_hears_us: Duration,
    /// Routing is asked → its first word.
    pub routing_answers: Duration,
    /// The caller waits → a human is there.
    pub human_answers: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            caller_hears_us: Duration::from_millis(200),
            routing_answers: Duration::from_millis(300),
            human_answers: Duration::from_secs(20),
        }
    }
}

/// One call's questions to routing: from asking to the first word.
#[derive(Debug, Default)]
pub(super) struct Asked(Option<Instant>);

impl Asked {
    pub(super) fn begins(&mut self, now: Instant) {
        self.0 = Some(now);
    }

    pub(super) fn is_answered(&mut self, now: Instant, limits: &Limits) {
        if let Some(asked) = self.0.take() {
            Budget::RoutingAnswers.took(now.since(asked), limits.routing_answers);
        }
    }

    /// Whatever time it took to learn that nothing comes: the ring list is used.
    pub(super) fn is_lost(&mut self) {
        if self.0.take().is_some() {
            Budget::RoutingAnswers.overrun();
        }
    }
}

/// A person who waits to be rung back does not hold a telephone: only those who rang are measured.
pub(super) fn human(call: &Call, step: &Step, now: Instant, limits: &Limits) {
    if call.origin() != OriginKind::Incoming {
        return;
    }
    match step {
        Step::Answered { waited_micros, .. } => {
            Budget::HumanAnswers.took(Duration::from_micros(*waited_micros), limits.human_answers);
        }
        Step::Ended { reason: EndReason::AbandonedInQueue, .. }
            if now.since(call.waiting_since()) > limits.human_answers =>
        {
            Budget::HumanAnswers.overrun();
        }
        Step::Ended { .. }
        | Step::Begun(_)
        | Step::Sought { .. }
        | Step::NobodyFree { .. }
        | Step::Offered { .. }
        | Step::Ringing { .. }
        | Step::OfferEnded { .. }
        | Step::PickedUp
        | Step::Announced { .. }
        | Step::FallbackRung { .. }
        | Step::FallbackFailed { .. }
        | Step::CallerRung { .. }
        | Step::Held { .. }
        | Step::CounsellorLost { .. }
        | Step::Joined { .. }
        | Step::Consulting { .. }
        | Step::Left { .. }
        | Step::Accepted { .. }
        | Step::RungAgain { .. }
        | Step::CallerHeld { .. }
        | Step::CallerResumed { .. }
        | Step::TransferRung { .. }
        | Step::TransferFailed { .. }
        | Step::Transferred { .. }
        | Step::ListenRung { .. }
        | Step::Listened { .. }
        | Step::ListenEnded { .. }
        | Step::TakenOver { .. }
        | Step::Alarmed { .. } => {}
    }
}
