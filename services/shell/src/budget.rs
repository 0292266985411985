//! Budgets: deadlines whose overrun is counted (design.md 8).

use std::time::Duration;

use metrics::{counter, histogram};

/// The steps that have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Budget {
    /// INVITE → the caller's phone hears us.
    CallerHearsUs,
    /// Telephony asks routing → offer.
    RoutingAnswers,
    /// The store takes an event.
    StoreTakesEvent,
    /// The caller hears a human.
    HumanAnswers,
}

impl Budget {
    pub const ALL: [Self; 4] =
        [Self::CallerHearsUs, Self::RoutingAnswers, Self::StoreTakesEvent, Self::HumanAnswers];

    /// The label in metrics.
    pub const fn step(self) -> &'static str {
        match self {
            Self::CallerHearsUs => "caller_hears_us",
            Self::RoutingAnswers => "routing_answers",
            Self::StoreTakesEvent => "store_takes_event",
            Self::HumanAnswers => "human_answers",
        }
    }

    /// Counts one overrun: `tomoshibi_budget_overrun_total{step}`.
    pub fn overrun(self) {
        counter!("tomoshibi_budget_overrun_total", "step" => self.step()).increment(1);
    }

    /// Notes how long the step took: `tomoshibi_step_seconds{step}`; counts it when it took too long.
    pub fn took(self, took: Duration, limit: Duration) {
        histogram!("tomoshibi_step_seconds", "step" => self.step()).record(took.as_secs_f64());
        if took > limit {
            self.overrun();
        }
    }
}
