//! Makes a draft for every call that was answered, lets it follow the call to another desk, and tells it when
//! the call is over.

use std::error::Error;
use std::future::Future;

use async_trait::async_trait;
use domain::time::Instant;
use shell::call_trace;
use shell::reconciler::{Left, Reconcile};
use tracing::Instrument;

use crate::error::TriageError;
use crate::records::Records;

/// Of each kind in one run; what is left comes with the next.
const AT_ONCE: i64 = 200;

#[derive(Debug)]
pub(crate) struct Drafter {
    pub(crate) records: Records,
}

#[async_trait]
impl Reconcile for Drafter {
    fn name(&self) -> &'static str {
        "triage_drafter"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        let mut left = Left::default();
        let mut failed = None;
        let keeper = &self.records.keeper;
        for operator in keeper.operators() {
            let from = now - keeper.settings.drafts_within;
            for call in keeper.store.undrafted(&operator, from, AT_ONCE).await? {
                failed = one(&mut left, self.draft(&call)).await.or(failed);
            }
        }
        for moved in keeper.store.moved(AT_ONCE).await? {
            failed = one(&mut left, self.records.follow_call(&moved)).await.or(failed);
        }
        for ended in keeper.store.ended(AT_ONCE).await? {
            failed = one(&mut left, self.records.end(&ended)).await.or(failed);
        }
        failed.map_or(Ok(left), |error| Err(error.into()))
    }
}

impl Drafter {
    async fn draft(&self, of: &crate::store::Answered) -> Result<(), TriageError> {
        let Some(facts) = self.records.keeper.store.call(&of.operator, of.call).await? else { return Ok(()) };
        let span = call_trace::joins(tracing::info_span!("draft_record", call = %of.call), Some(of.call));
        self.records.draft(&facts).instrument(span).await.map(drop)
    }
}

/// One that cannot be done must not hold up the others.
async fn one(left: &mut Left, work: impl Future<Output = Result<(), TriageError>>) -> Option<TriageError> {
    let error = work.await.err()?;
    tracing::error!(%error, "a record could not follow its call");
    left.debt += 1;
    Some(error)
}
