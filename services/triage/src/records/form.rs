//! The form: the dictionary, the lists, the protocol, and what it makes of answers.

use domain::triage::field::{Field, Kind, Required};
use domain::triage::protocol::{Choice, Question, QuestionKind};
use domain::triage::{FIELDS, Protocol, assess, missing_to_sign};
use proto::triage::v1 as pb;

use super::{Moments, Records};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::wire::{changes, label, missing};

impl Records {
    pub(crate) async fn form(
        &self,
        asker: &Asker,
        version: &str,
    ) -> Result<pb::DescribeFormResponse, TriageError> {
        let now = self.keeper.clock.now();
        let protocol = self.keeper.protocols.called(&asker.operator, version, now).await?;
        Ok(pb::DescribeFormResponse {
            fields: FIELDS.iter().map(kind).collect(),
            lists: lists(),
            protocol: Some(described(&protocol)),
        })
    }

    pub(crate) async fn assess(
        &self,
        asker: &Asker,
        asked: &pb::AssessRequest,
    ) -> Result<pb::AssessResponse, TriageError> {
        let now = self.keeper.clock.now();
        let protocol = self.keeper.protocols.called(&asker.operator, &asked.protocol_version, now).await?;
        let mut fields = domain::triage::Fields::default();
        for (name, values) in changes(&asked.fields)?.iter() {
            fields.set(name, values.to_vec());
        }
        let faults = domain::triage::check(&fields, &protocol);
        if !faults.is_empty() {
            return Err(super::write::refused(domain::triage::record::Refusal::Invalid(faults)));
        }
        let rota = self.keeper.rota.borrow().clone();
        let calendar = rota.operator(&asker.operator).map(|operator| &operator.calendar);
        let moments = Moments { rota: &rota, calendar, window: None, author: None, from: now };
        Ok(pb::AssessResponse {
            assessment: Some(moments.said(&assess(&protocol, &fields), &protocol)),
            missing: missing(missing_to_sign(&fields, &protocol)),
        })
    }
}

fn kind(field: &Field) -> pb::FieldKind {
    let (kind, list, max) = match field.kind {
        Kind::Code(list) => ("code", list.name, 1),
        Kind::Codes(list, most) => ("codes", list.name, most),
        Kind::Text(most) => ("text", "", most),
        Kind::Bool => ("bool", "", 0),
        Kind::Date => ("date", "", 0),
        Kind::Instant => ("instant", "", 0),
        Kind::Staff => ("staff", "", 0),
    };
    let required = match field.required {
        Required::Always => "always",
        Required::When { .. } => "sometimes",
        Required::Optional => "optional",
    };
    pb::FieldKind {
        name: field.name.to_owned(),
        label: Some(label(&field.label)),
        kind: kind.to_owned(),
        list: list.to_owned(),
        max: u32::try_from(max).unwrap_or(u32::MAX),
        required: required.to_owned(),
        personal: field.personal,
    }
}

/// Each list once, in the order of the form.
fn lists() -> Vec<pb::CodeList> {
    let mut lists: Vec<pb::CodeList> = Vec::new();
    for field in FIELDS {
        let list = match field.kind {
            Kind::Code(list) | Kind::Codes(list, _) => list,
            Kind::Text(_) | Kind::Bool | Kind::Date | Kind::Instant | Kind::Staff => continue,
        };
        if lists.iter().all(|known| known.list != list.name) {
            let code = |one: &domain::codes::Coded| pb::Code {
                code: one.code.to_owned(),
                label: Some(label(&one.label)),
            };
            let codes = list.values.iter().map(code).collect();
            lists.push(pb::CodeList { list: list.name.to_owned(), codes });
        }
    }
    lists
}

fn described(protocol: &Protocol) -> pb::Protocol {
    let section = |(section, name): &(domain::triage::protocol::Section, domain::codes::Label)| pb::Section {
        section: section.code().to_owned(),
        label: Some(label(name)),
        questions: protocol.questions.iter().filter(|one| one.section == *section).map(question).collect(),
    };
    pb::Protocol {
        protocol_id: protocol.id.id.clone(),
        version: protocol.id.version.clone(),
        sections: protocol.sections.iter().map(section).collect(),
    }
}

fn question(question: &Question) -> pb::Question {
    let (kind, least, most) = match &question.kind {
        QuestionKind::YesNo(_) => ("yes_no", 0, 0),
        QuestionKind::Choice(_) => ("choice", 0, 0),
        QuestionKind::Number { least, most } => ("number", *least, *most),
        QuestionKind::Text { most } => ("text", 0, i64::try_from(*most).unwrap_or(i64::MAX)),
    };
    let option = |choice: &Choice| pb::Code { code: choice.code.clone(), label: Some(label(&choice.label)) };
    pb::Question {
        question_id: question.id.clone(),
        label: Some(label(&question.label)),
        kind: kind.to_owned(),
        options: question.choices().iter().map(option).collect(),
        hint: question.help.as_ref().map(label),
        least,
        most,
    }
}
