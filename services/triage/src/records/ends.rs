//! The call is over: the record learns when and how.

use domain::ids::OperatorId;
use domain::triage::Fields;
use domain::triage::record::State;

use super::open::end_kind;
use super::write::refused;
use super::{Change, Records};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::{CallFacts, Concerned, unreadable};

impl Records {
    pub(crate) async fn end(&self, of: &Concerned) -> Result<(), TriageError> {
        let operator: OperatorId = of.operator_id.parse().map_err(|_| unreadable("operator"))?;
        let call = of.call_id.parse().map_err(|_| unreadable("call"))?;
        let Some(facts) = self.keeper.store.call(&operator, call).await? else { return Ok(()) };
        let line = Asker { operator, who: domain::access::Principal::Service };
        let change = Change { by_line: true, ..Change::by(&line, "saved", "record.call_ended") };
        self.ready(&line, &of.record_id).await?;
        let mut tx = self.keeper.db().begin().await?;
        let mut record = self.held(&mut tx, &line, &of.record_id).await?;
        let before = record.machine.clone();
        record.row.ended_us = facts.ended.map(|(at, _)| at.micros());
        let effects = match self.told(&record.machine, &facts) {
            Some(told) => {
                let (author, seen) = (record.machine.author().clone(), record.machine.revision());
                let protocol = record.protocol.clone();
                record.machine.save(&author, seen, &told, &protocol).map_err(refused)?
            }
            None => Vec::new(),
        };
        match effects.is_empty() {
            true => crate::store::Store::update_record(&mut tx, &record.row).await?,
            false => drop(self.keep(&mut tx, &before, &mut record, &effects, &change).await?),
        }
        self.done(tx, &record.row, &change).await
    }

    /// How it ended, unless the counsellor has said so already.
    fn told(&self, record: &domain::triage::Record, facts: &CallFacts) -> Option<Fields> {
        let is_draft = match record.state() {
            State::Draft => true,
            State::Signed { .. } | State::Amended { .. } => false,
        };
        let kind = facts.ended.and_then(|(_, reason)| end_kind(reason))?;
        (is_draft && !record.fields().has("end_kind"))
            .then(|| Fields::default().with("end_kind", kind.code()))
    }
}
