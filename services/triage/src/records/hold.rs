//! A legal hold: the record outlives its retention.

use proto::triage::v1 as pb;

use super::{Loaded, Records, record_id};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::keeper::TOPIC;
use crate::store::Store;

/// Characters of a reason.
const REASON: usize = 500;

impl Records {
    pub(crate) async fn hold(
        &self,
        asker: &Asker,
        asked: &pb::SetLegalHoldRequest,
    ) -> Result<Loaded, TriageError> {
        let id = record_id(&asked.record_id)?;
        let reason = asked.reason.trim();
        if !(1..=REASON).contains(&reason.chars().count()) {
            return Err(TriageError::invalid("reason", "1 to 500 characters: why it is held or let go"));
        }
        self.ready(asker, &id).await?;
        let mut tx = self.keeper.db().begin().await?;
        let mut record = self.held(&mut tx, asker, &id).await?;
        record.row.legal_hold = i64::from(asked.hold);
        Store::update_record(&mut tx, &record.row).await?;
        let action = if asked.hold { "record.held" } else { "record.let_go" };
        let entry = self.keeper.entry(asker, action, ("record", &id), reason)?;
        self.keeper.commit(tx, &entry).await?;
        self.keeper.bus.publish(TOPIC, &id);
        Ok(record)
    }
}
