//! From rows to a record.

use domain::ids::OperatorId;
use domain::triage::ProtocolId;
use shell::store::Tx;

use super::body::{History, restored};
use super::{Loaded, Records};
use crate::error::TriageError;
use crate::store::{FieldRow, RecordRow, Store, unreadable};

impl Records {
    pub(super) async fn load(&self, row: RecordRow) -> Result<Loaded, TriageError> {
        let fields = self.keeper.store.fields(&row.record_id).await?;
        self.opened(row, fields).await
    }

    /// The row is held by the transaction.
    pub(super) async fn load_in(&self, tx: &mut Tx, row: RecordRow) -> Result<Loaded, TriageError> {
        let fields = Store::fields_in(tx, &row.record_id).await?;
        self.opened(row, fields).await
    }

    pub(super) async fn opened(&self, row: RecordRow, fields: Vec<FieldRow>) -> Result<Loaded, TriageError> {
        if row.seal_year == 0 {
            return Err(TriageError::Deleted("record"));
        }
        let operator: OperatorId = row.operator_id.parse().map_err(|_| unreadable("operator"))?;
        let mut history = History::default();
        for field in fields {
            let place = FieldRow::row(&row.record_id, field.revision);
            let place = FieldRow::place(&place, &field.name);
            let opened = self.keeper.store.sealing.open(place, &field.sealed).await?;
            // The cause would quote what was said.
            let values = serde_json::from_str(opened.reveal()).map_err(|_| unreadable("a field"))?;
            history.add(field.name, field.revision, values);
        }
        let machine = restored(&row.body, row.revision, &history)?;
        let id = ProtocolId { id: row.protocol_id.clone(), version: row.protocol_version.clone() };
        let protocol = self.keeper.protocols.of(&operator, &id).await?;
        Ok(Loaded { row, machine, history, protocol })
    }
}
