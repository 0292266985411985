//! Wakes referrals whose time has come.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use domain::time::Instant;
use shell::reconciler::{IN_NO_HURRY, Left, Reconcile};

use crate::error::ReferralError;
use crate::keeper::{By, Keeper};

/// Woken in one run; what is left comes at once after it.
const AT_ONCE: i64 = 200;

#[derive(Debug)]
pub(crate) struct Waker {
    pub(crate) keeper: Keeper,
}

#[async_trait]
impl Reconcile for Waker {
    fn name(&self) -> &'static str {
        "referral_waker"
    }

    fn gathers(&self) -> Duration {
        IN_NO_HURRY
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        // It is nudged at every change, and most of the time nothing is due.
        let next = self.keeper.store.next_due().await?;
        if next.is_none_or(|next| next > now) {
            return Ok(Left { next, ..Left::default() });
        }
        let mut woken = 0;
        for (operator, id) in self.keeper.store.due(now, AT_ONCE).await? {
            // One that cannot be woken must not hold up the others.
            match self.wake(&operator, &id).await {
                Ok(()) => woken += 1,
                Err(error) => tracing::error!(%error, referral = id, "a referral could not go on"),
            }
        }
        metrics::counter!("tomoshibi_referral_overdue_total").increment(woken);
        let (debt, oldest) = self.keeper.store.overdue(now).await?;
        let debt = u64::try_from(debt).unwrap_or(0);
        let next = self.keeper.store.next_due().await?.filter(|next| *next > now);
        Ok(Left { debt, oldest, late: 0, next })
    }
}

impl Waker {
    async fn wake(&self, operator: &str, id: &str) -> Result<(), ReferralError> {
        let operator = operator.parse().map_err(|_| crate::store::unreadable("operator"))?;
        let by = By { by_time: true, ..By::default() };
        self.keeper.push(&operator, id, by, |machine, now| Ok(machine.wake(now).into())).await.map(drop)
    }
}
