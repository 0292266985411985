//! Records as their authors keep them.

use domain::access::Role;
use domain::ids::CallId;
use proto::triage::v1 as pb;
use proto::triage::v1::save_record_response::Outcome;

use super::{Line, OPERATOR, Records};

impl Line {
    pub async fn opens(&self, who: &mut Records, call: CallId) -> pb::Record {
        let asked = pb::OpenRecordRequest { operator_id: OPERATOR.into(), call_id: call.to_string() };
        who.open_record(asked).await.unwrap().into_inner().record.unwrap()
    }

    /// Opened, filled in and signed by who answered.
    pub async fn signs(&self, staff: &str, call: CallId, said: &[(&str, &str)]) -> pb::Record {
        let mut who = self.writes(staff, &[Role::Counsellor]);
        let record = self.opens(&mut who, call).await;
        let record = self.saves(&mut who, &record, "said", said).await;
        let record = self.completes(&mut who, record).await;
        let asked = pb::SignRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: record.record_id.clone(),
            seen_revision: record.revision,
        };
        let record = who.sign_record(asked).await.unwrap().into_inner().record.unwrap();
        self.sits(staff, None).await;
        record
    }

    pub async fn amends(&self, staff: &str, record: &pb::Record, changes: &[(&str, &str)]) -> pb::Record {
        let asked = pb::AmendRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: record.record_id.clone(),
            seen_revision: record.revision,
            reason: "聞き直したため".into(),
            changes: fields(changes),
        };
        let mut who = self.writes(staff, &[Role::Counsellor]);
        who.amend_record(asked).await.unwrap().into_inner().record.unwrap()
    }

    pub async fn saves(
        &self,
        who: &mut Records,
        record: &pb::Record,
        save_id: &str,
        changes: &[(&str, &str)],
    ) -> pb::Record {
        let asked = pb::SaveRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: record.record_id.clone(),
            seen_revision: record.revision,
            changes: fields(changes),
            save_id: save_id.into(),
        };
        match who.save_record(asked).await.unwrap().into_inner().outcome.unwrap() {
            Outcome::Saved(record) => record,
            Outcome::Stale(stale) => panic!("stale: {:?}", stale.conflicting),
        }
    }

    /// Nothing dangerous, and everything that is asked for.
    async fn completes(&self, who: &mut Records, mut record: pb::Record) -> pb::Record {
        let asked = pb::DescribeFormRequest { operator_id: OPERATOR.into(), ..Default::default() };
        let form = who.describe_form(asked).await.unwrap().into_inner();
        for round in 0..20 {
            if record.missing.is_empty() {
                return record;
            }
            let names = record.missing.iter().map(|missing| missing.field.clone());
            let said: Vec<(String, String)> = names.map(|name| (harmless(&form, &name), name)).collect();
            let changes: Vec<(&str, &str)> =
                said.iter().map(|(value, name)| (name.as_str(), value.as_str())).collect();
            record = self.saves(who, &record, &format!("complete-{round}"), &changes).await;
        }
        panic!("still missing: {:?}", record.missing);
    }
}

fn fields(changes: &[(&str, &str)]) -> Vec<pb::Field> {
    let field = |(name, value): &(&str, &str)| pb::Field {
        name: (*name).to_owned(),
        values: value.split_whitespace().map(str::to_owned).collect(),
    };
    changes.iter().map(field).collect()
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
        "consent" => "given",
        "consent_basis" => "consent",
        "own_code_reason" => "agreed with the supervisor",
        _ => "words",
    };
    known.to_owned()
}

impl Line {
    /// With a support contract between these dates; without one when they are empty.
    pub async fn keeps_person(&self, from: &str, until: &str) -> String {
        let contract = pb::SupportContract { from: from.into(), until: until.into() };
        let person =
            pb::Person { name: "花子".into(), support_contract: Some(contract), ..Default::default() };
        let asked = pb::SavePersonRequest { operator_id: OPERATOR.into(), person: Some(person) };
        let mut who = self.writes("ito", &[Role::Counsellor]);
        who.save_person(asked).await.unwrap().into_inner().person.unwrap().person_id
    }

    pub async fn is_about(&self, record: &str, person: &str) {
        let asked = pb::LinkPersonRequest {
            operator_id: OPERATOR.into(),
            record_id: record.into(),
            person_id: person.into(),
        };
        self.writes("ito", &[Role::Counsellor]).link_person(asked).await.unwrap();
    }
}
