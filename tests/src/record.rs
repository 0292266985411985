//! Records as their authors keep them.

use proto::triage::v1 as pb;
use proto::triage::v1::save_record_response::Outcome;
use tonic::Status;

use crate::person::Session;
use crate::wait::eventually;

pub(crate) fn field(name: &str, value: &str) -> pb::Field {
    pb::Field { name: name.to_owned(), values: vec![value.to_owned()] }
}

impl Session {
    /// The record of a call they talk in.
    pub async fn opens(&self, call: &str) -> pb::Record {
        eventually("the record opens", async || {
            let asked =
                pb::OpenRecordRequest { operator_id: self.operator.clone(), call_id: call.to_owned() };
            self.triage().open_record(asked).await.ok()?.into_inner().record
        })
        .await
    }

    /// As they saw it last.
    pub async fn tries_to_save(
        &self,
        record: &pb::Record,
        save_id: &str,
        changes: &[(&str, &str)],
    ) -> Result<pb::SaveRecordResponse, Status> {
        let asked = pb::SaveRecordRequest {
            operator_id: self.operator.clone(),
            record_id: record.record_id.clone(),
            seen_revision: record.revision,
            changes: changes.iter().map(|(name, value)| field(name, value)).collect(),
            save_id: save_id.to_owned(),
        };
        self.triage().save_record(asked).await.map(tonic::Response::into_inner)
    }

    pub async fn saves(&self, record: &pb::Record, save_id: &str, changes: &[(&str, &str)]) -> pb::Record {
        match self.tries_to_save(record, save_id, changes).await.unwrap().outcome.unwrap() {
            Outcome::Saved(record) => record,
            Outcome::Stale(stale) => panic!("stale: {:?}", stale.conflicting),
        }
    }

    /// As it is now; `reason` for who is not its author.
    pub async fn reads(&self, record: &str, reason: &str) -> Result<pb::Record, Status> {
        let asked = pb::GetRecordRequest {
            operator_id: self.operator.clone(),
            record_id: record.to_owned(),
            reason: reason.to_owned(),
            ..pb::GetRecordRequest::default()
        };
        Ok(self.triage().get_record(asked).await?.into_inner().record.unwrap())
    }
}

/// What a field of a record says.
pub fn value<'r>(record: &'r pb::Record, name: &str) -> Option<&'r str> {
    let field = record.fields.iter().find(|field| field.name == name)?;
    field.values.first().map(String::as_str)
}
