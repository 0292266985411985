//! Nobody who waits for a doctor's call-back is left alone: whose call has ended while nobody has acted
//! is rung by a desk. Here they are found; the streams of `voice` hand them to telephony.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use domain::time::Instant;
use shell::reconciler::{Left, Reconcile};

use crate::config::Settings;
use crate::keeper::Keeper;

#[derive(Debug)]
pub(crate) struct Safety {
    pub(crate) keeper: Keeper,
    pub(crate) settings: Arc<Settings>,
}

#[async_trait]
impl Reconcile for Safety {
    fn name(&self) -> &'static str {
        "escalation_safety"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        let new = self.keeper.store.watch_over(now, now + self.settings.safety_within).await?;
        if new > 0 {
            self.keeper.nudge("safety_caller");
        }
        Ok(Left { next: self.keeper.store.next_safety(now).await?, ..Left::default() })
    }
}
