//! What a call asks of the ledger and the debts.
//!
//! Reading has a short limit and a safe answer when the store is away: a call
//! never waits for it longer.

use std::time::Duration;

use domain::call::State;
use domain::ids::{CallId, OperatorId, WindowId};
use domain::ledger::{EndReason, Entry, Step};
use shell::budget::Budget;
use shell::store::StoreError;
use tokio::time::timeout;
use tracing::{debug, error, warn};

use super::Deps;
use super::call_task::CallTask;
use super::paging;
use crate::edge::Number;
use crate::ledger::callbacks::CallBacks;
use crate::ledger::calls::Calls;
use crate::ledger::{Batch, Durable};

/// Between two attempts to settle a debt while the store is away.
const AGAIN: Duration = Duration::from_secs(5);

impl Deps {
    /// Returns when the entries are durable; then those who watch are told.
    pub async fn keep(&self, window: &WindowId, entries: Vec<Entry>) {
        let batch = Batch { window: window.clone(), entries };
        match self.ledger.append(&batch).await {
            Ok(Durable::Stored) => {}
            Ok(Durable::Spooled | Durable::Held) => Budget::StoreTakesEvent.overrun(),
            Err(fault) => error!(%fault, "events of a call are lost: neither store nor disk took them"),
        }
        for entry in batch.entries {
            // Nobody may be watching.
            let _ = self.entries.send(entry);
        }
    }

    pub fn call_backs(&self, operator: &OperatorId) -> CallBacks {
        CallBacks::of(operator.clone(), self.db.clone(), self.sealer.clone())
    }

    pub async fn rang_in_vain(&self, operator: &OperatorId, number: &Number) -> bool {
        let calls = Calls::of(operator.clone(), self.db.clone(), self.sealer.clone());
        let from = self.clock.now() - self.settings.repeat_within;
        matches!(timeout(self.settings.glance, calls.went_unanswered(number, from)).await, Ok(Ok(true)))
    }

    /// In doubt the person is rung: better twice than never.
    pub async fn is_still_owed(&self, operator: &OperatorId, debt: CallId) -> bool {
        !matches!(timeout(self.settings.glance, self.call_backs(operator).is_owed(debt)).await, Ok(Ok(false)))
    }

    /// What is owed to this number is withdrawn.
    pub async fn has_reached_us(&self, operator: &OperatorId, number: &Number) {
        let call_backs = self.call_backs(operator);
        self.insist(|| call_backs.withdraw(number, "rang_again", self.clock.now())).await;
    }

    /// What the end of a call-back means for its debt.
    pub(super) async fn settle(&self, task: &CallTask) {
        let (Some(debt), State::Ended { reason }) = (task.pays, task.call.state()) else { return };
        let call_backs = self.call_backs(&task.window.operator);
        match reason {
            EndReason::Completed => {
                self.insist(|| call_backs.settle(debt.call, "reached", self.clock.now())).await;
                paging::reached(self, &task.window.operator, debt.call);
                // They may have rung in vain more than once.
                if let Some(number) = &task.number {
                    self.insist(|| call_backs.withdraw(number, "reached", self.clock.now())).await;
                }
            }
            EndReason::AbandonedInQueue | EndReason::CutOff | EndReason::NotReached
                if debt.attempts >= self.settings.call_back_attempts =>
            {
                warn!(call = %debt.call, "a person who is owed a call was not reached in any attempt");
                self.insist(|| call_backs.settle(debt.call, "not_reached", self.clock.now())).await;
            }
            EndReason::AbandonedInQueue | EndReason::CutOff | EndReason::NotReached => {
                let doubled =
                    self.settings.call_back_again * 2_u32.saturating_pow(debt.attempts.saturating_sub(1));
                let next = self.clock.now() + doubled;
                self.insist(|| call_backs.put_back(debt.call, self.process.id, next)).await;
            }
        }
    }

    /// The store may be away: it is asked again until it takes what must not be forgotten.
    async fn insist<T, Asked>(&self, ask: impl Fn() -> Asked)
    where
        Asked: Future<Output = Result<T, StoreError>>,
    {
        while let Err(fault) = ask().await {
            if !fault.passing {
                error!(%fault, "the store refuses to settle a debt for good");
                return;
            }
            // The ledger raises the alarm of a store that is away; each debt need not.
            debug!(%fault, "a debt cannot be settled yet");
            self.clock.sleep_until(self.clock.now() + AGAIN).await;
        }
    }
}

/// Only these entries carry the number: the first, and an end that leaves a debt.
pub(super) fn carries_number(step: &Step) -> bool {
    matches!(step, Step::Begun(_) | Step::Ended { owes_call_back: true, .. })
}
