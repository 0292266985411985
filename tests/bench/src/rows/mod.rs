//! The rows of the table of goals.

pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod nation;
pub(crate) mod on_duty;
pub(crate) mod page;
pub(crate) mod records;
pub(crate) mod referral;
pub(crate) mod sip;
pub(crate) mod triage;
mod year;

use std::time::Duration;

use crate::options::How;
use crate::peers::Peers;

pub(crate) use on_duty::OnDutyAnswers;

/// When the second rung of a ladder is due in row 2b.
pub(crate) const PATIENCE: Duration = Duration::from_millis(20);

/// What every row is given.
pub(crate) struct Run<'r> {
    pub(crate) peers: &'r Peers,
    pub(crate) how: &'r How,
}

impl Run<'_> {
    /// Shorter where it is only to be seen that it works.
    pub(crate) fn many(&self, whole: usize, quick: usize) -> usize {
        if self.how.quick { quick } else { whole }
    }

    pub(crate) fn time(&self, whole: Duration, quick: Duration) -> Duration {
        if self.how.quick { quick } else { whole }
    }
}
