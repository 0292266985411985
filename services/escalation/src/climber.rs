//! Wakes escalations when their ladder goes on or an acceptance lapses.

use std::error::Error;

use async_trait::async_trait;
use domain::time::Instant;
use shell::reconciler::{Left, Reconcile};

use crate::keeper::Keeper;

/// Woken in one run; what is left comes at once after it.
const AT_ONCE: u32 = 200;

#[derive(Debug)]
pub(crate) struct Climber {
    pub(crate) keeper: Keeper,
}

#[async_trait]
impl Reconcile for Climber {
    fn name(&self) -> &'static str {
        "escalation_climber"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        let due = self.keeper.store.due(now, AT_ONCE).await?;
        let mut failed = None;
        for id in &due {
            // One that cannot be woken must not hold up the others.
            if let Err(error) = self.keeper.push(*id, |machine, now| Ok((machine.wake(now), ()))).await {
                tracing::error!(%error, escalation = %id, "an escalation could not go on");
                failed = Some(error);
            }
        }
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(Left { next: self.keeper.store.next_wake(now).await?, ..Left::default() }),
        }
    }
}
