//! Releases the draft of a record that was signed. The signature owes it in its own transaction, so that a
//! process that dies in between forgets nothing.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use domain::time::Instant;
use shell::call_trace;
use shell::reconciler::{Left, Reconcile};
use tracing::Instrument;

use crate::asker::Asker;
use crate::drafts::Drafts;
use crate::error::ReferralError;
use crate::store::{ReleaseRow, unreadable};

/// What records are called on the bus.
pub(crate) const RECORDS: &str = "record";
/// Released in one run; what is left comes at once after it.
const AT_ONCE: i64 = 100;
/// Between two attempts while the record cannot be read.
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Releaser {
    pub(crate) drafts: Drafts,
}

#[async_trait]
impl Reconcile for Releaser {
    fn name(&self) -> &'static str {
        "referral_releaser"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        let keeper = &self.drafts.keeper;
        for owed in keeper.store.releases_due(now, AT_ONCE).await? {
            // One that cannot be released must not hold up the others.
            match self.release(&owed).await {
                Ok(()) => keeper.store.pay_release(&owed, keeper.clock.now()).await?,
                Err(error) if must_wait_for_a_human(&error) => {
                    tracing::warn!(record = owed.record_id, %error, "a signature did not release the referral");
                    keeper.store.pay_release(&owed, keeper.clock.now()).await?;
                }
                Err(error) => {
                    tracing::warn!(record = owed.record_id, %error, "a release is tried again");
                    keeper.store.put_off_release(&owed, now + AGAIN).await?;
                }
            }
        }
        let (debt, oldest, next) = keeper.store.releases_left().await?;
        Ok(Left {
            debt: u64::try_from(debt).unwrap_or(0),
            oldest: oldest.map(Instant::from_micros),
            late: 0,
            next: next.map(Instant::from_micros),
        })
    }
}

impl Releaser {
    async fn release(&self, owed: &ReleaseRow) -> Result<(), ReferralError> {
        let operator = owed.operator_id.parse().map_err(|_| unreadable("operator"))?;
        let Some(draft) = self.drafts.keeper.store.draft_of(&operator, &owed.record_id).await? else {
            return Ok(());
        };
        let line = Asker::line(operator);
        let span = tracing::info_span!("release_referral", referral = draft.referral_id);
        let span = call_trace::joins(span, draft.call_id.parse().ok());
        self.drafts.release_by(&line, &draft.referral_id, &owed.by_staff).instrument(span).await.map(drop)
    }
}

/// Something is missing in it: the draft rests, its page names what, and at its deadline a supervisor is told.
fn must_wait_for_a_human(error: &ReferralError) -> bool {
    match error {
        ReferralError::Refused(_)
        | ReferralError::Invalid { .. }
        | ReferralError::NotFound(_)
        | ReferralError::Deleted => true,
        ReferralError::NotSignedIn
        | ReferralError::Contended
        | ReferralError::Record(_)
        | ReferralError::Seal(_)
        | ReferralError::Store(_) => false,
    }
}
