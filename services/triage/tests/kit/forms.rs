//! Filling in the form.

use proto::triage::v1 as pb;
use proto::triage::v1::save_record_response::Outcome;
use tonic::Status;

use super::{Client, OPERATOR};

pub fn field(name: &str, value: &str) -> pb::Field {
    pb::Field { name: name.into(), values: if value.is_empty() { Vec::new() } else { vec![value.into()] } }
}

pub fn value<'r>(record: &'r pb::Record, name: &str) -> Option<&'r str> {
    let field = record.fields.iter().find(|field| field.name == name)?;
    field.values.first().map(String::as_str)
}

pub async fn try_save(
    who: &mut Client,
    record: &pb::Record,
    save_id: &str,
    changes: Vec<pb::Field>,
) -> Result<pb::SaveRecordResponse, Status> {
    let asked = pb::SaveRecordRequest {
        operator_id: OPERATOR.into(),
        record_id: record.record_id.clone(),
        seen_revision: record.revision,
        changes,
        save_id: save_id.into(),
    };
    who.save_record(asked).await.map(tonic::Response::into_inner)
}

/// The record, and the page that it started.
pub async fn saves(
    who: &mut Client,
    record: &pb::Record,
    save_id: &str,
    changes: &[(&str, &str)],
) -> (pb::Record, String) {
    let changes = changes.iter().map(|(name, value)| field(name, value)).collect();
    let answer = try_save(who, record, save_id, changes).await.unwrap();
    match answer.outcome.unwrap() {
        Outcome::Saved(record) => (record, answer.escalation_id),
        Outcome::Stale(stale) => panic!("stale: {:?}", stale.conflicting),
    }
}

/// Nothing dangerous, and everything that is asked for.
pub async fn completes(who: &mut Client, mut record: pb::Record) -> pb::Record {
    for round in 0..20 {
        let form = who
            .describe_form(pb::DescribeFormRequest { operator_id: OPERATOR.into(), ..Default::default() })
            .await
            .unwrap()
            .into_inner();
        if record.missing.is_empty() {
            return record;
        }
        let changes: Vec<(String, String)> = record
            .missing
            .iter()
            .map(|missing| (missing.field.clone(), harmless(&form, &missing.field)))
            .collect();
        let changes: Vec<(&str, &str)> =
            changes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        record = saves(who, &record, &format!("complete-{round}"), &changes).await.0;
    }
    panic!("still missing: {:?}", record.missing);
}

fn harmless(form: &pb::DescribeFormResponse, name: &str) -> String {
    if let Some(id) = name.strip_prefix("q:") {
        let protocol = form.protocol.as_ref().unwrap();
        let question =
            protocol.sections.iter().flat_map(|one| &one.questions).find(|one| one.question_id == id);
        let question = question.unwrap();
        return question
            .options
            .first()
            .map_or_else(|| question.least.to_string(), |option| option.code.clone());
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
        "own_code_reason" => "agreed with the supervisor",
        _ => "words",
    };
    known.to_owned()
}
