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

    /// A family that can go on no longer and agrees that the case is handed on: with this triage code, not complete yet.
    pub async fn writes_of_a_family(&self, call: &str, triage_code: &str) -> pb::Record {
        let facts = [
            ("caller_kind", "311"),
            ("presenting", "三日眠れず、家で見守れない"),
            ("triage_code", triage_code),
            ("own_code_reason", "家族が限界と話す"),
            ("consent", "given"),
            ("consent_basis", "consent"),
        ];
        let record = self.opens(call).await;
        self.saves(&record, "facts", &facts).await
    }

    /// Everything that a signature asks for, with nothing dangerous in it.
    pub async fn completes(&self, mut record: pb::Record) -> pb::Record {
        let asked = pb::DescribeFormRequest {
            operator_id: self.operator.clone(),
            ..pb::DescribeFormRequest::default()
        };
        let form = self.triage().describe_form(asked).await.unwrap().into_inner();
        for round in 0..20 {
            if record.missing.is_empty() {
                return record;
            }
            let names = record.missing.iter().map(|missing| missing.field.clone());
            let said: Vec<(String, String)> = names.map(|name| (harmless(&form, &name), name)).collect();
            let changes: Vec<(&str, &str)> =
                said.iter().map(|(value, name)| (name.as_str(), value.as_str())).collect();
            record = self.saves(&record, &format!("complete-{round}"), &changes).await;
        }
        panic!("still missing: {:?}", record.missing);
    }

    pub async fn signs(&self, record: &pb::Record) -> Result<pb::Record, Status> {
        let asked = pb::SignRecordRequest {
            operator_id: self.operator.clone(),
            record_id: record.record_id.clone(),
            seen_revision: record.revision,
        };
        Ok(self.triage().sign_record(asked).await?.into_inner().record.unwrap())
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

/// The least that can be said to a question of the protocol or in a field of the form.
fn harmless(form: &pb::DescribeFormResponse, name: &str) -> String {
    if let Some(id) = name.strip_prefix("q:") {
        let sections = &form.protocol.as_ref().unwrap().sections;
        let mut questions = sections.iter().flat_map(|section| &section.questions);
        let question = questions.find(|question| question.question_id == id).unwrap();
        let first = question.options.first();
        return first.map_or_else(|| question.least.to_string(), |option| option.code.clone());
    }
    let known = match name {
        "end_kind" => "completed",
        "caller_kind" => "300",
        "anonymity" => "anonymous",
        "topic" => "home",
        "attending_contacted" => "not_tried",
        "somatic_problem" | "suicide_level" | "harm_to_others" => "none",
        "triage_code" => "G",
        "jaep_class" => "J9",
        "disposition" => "D01",
        "not_referred_reason" => "calmed",
        "subject_aware" => "unknown",
        "channel" => "voice",
        _ => "words",
    };
    known.to_owned()
}

/// What a field of a record says.
pub fn value<'r>(record: &'r pb::Record, name: &str) -> Option<&'r str> {
    let field = record.fields.iter().find(|field| field.name == name)?;
    field.values.first().map(String::as_str)
}
