//! Records: opened, changed, signed, shown.

mod assessment;
pub(crate) mod body;
mod change;
mod ends;
mod form;
mod hold;
mod link;
mod list;
mod load;
mod moves;
mod open;
mod show;
mod write;

use std::sync::Arc;

use domain::triage::{Protocol, Record};
use tokio::sync::watch;

pub(crate) use assessment::Moments;
pub(crate) use change::Change;
pub(crate) use list::line;
pub(crate) use open::Day;
pub(crate) use show::Shown;
pub(crate) use write::{Saved, record_id};

use crate::asker::Asker;
use crate::error::TriageError;
use crate::keeper::Keeper;
use crate::store::{CallFacts, RecordRow};
use body::History;

/// Who wrote a record of a call that nobody with a name answered; a supervisor takes it over.
pub(crate) const NOBODY: &str = "nobody";

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    pub(crate) keeper: Keeper,
    /// Counts pages that were started.
    pub(crate) paid: watch::Receiver<u64>,
}

/// A record as it was found, opened.
pub(crate) struct Loaded {
    pub(crate) row: RecordRow,
    pub(crate) machine: Record,
    pub(crate) history: History,
    pub(crate) protocol: Arc<Protocol>,
}

impl Records {
    /// Its author, or somebody who is in the call at this moment.
    pub(crate) async fn has_part(&self, asker: &Asker, row: &RecordRow) -> Result<bool, TriageError> {
        let Some(staff) = asker.staff() else { return Ok(false) };
        if row.author_staff == staff.as_str() {
            return Ok(true);
        }
        let call = row.call_id.parse().map_err(|_| crate::store::unreadable("call"))?;
        match self.keeper.store.call(&asker.operator, call).await? {
            Some(facts) => self.is_in(asker, &facts).await,
            None => Ok(false),
        }
    }

    /// At a desk, or as the psychiatrist who joined.
    pub(crate) async fn is_in(&self, asker: &Asker, facts: &CallFacts) -> Result<bool, TriageError> {
        let Some(staff) = asker.staff() else { return Ok(false) };
        if facts.ended.is_none() && facts.joined.contains(&staff) {
            return Ok(true);
        }
        Ok(self.keeper.store.talks(&asker.operator, facts.call, &staff).await?)
    }
}
