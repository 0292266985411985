//! The case in ten lines, for the psychiatrist who was paged.
//!
//! Codes first, as the page said them; then what the record says, for whoever
//! was really paged. Looking is audited by triage, which answers the record.

use proto::console::v1 as pb;
use proto::escalation::v1 as escalation;
use proto::triage::v1 as triage;

/// The record's fields that help to decide, in the order of the ten lines.
const FIELDS: [&str; 9] = [
    "presenting",
    "suicide_level",
    "harm_to_others",
    "somatic_problem",
    "age_band",
    "sex",
    "location",
    "medication",
    "attending_hospital",
];
const LINES: usize = 10;

/// What the form calls things, to say codes as words.
pub(crate) struct Words<'w>(pub(crate) &'w triage::DescribeFormResponse);

impl Words<'_> {
    fn line(&self, field: &triage::Field) -> pb::CaseLine {
        let kind = self.0.fields.iter().find(|kind| kind.name == field.name);
        let list = kind.map(|kind| kind.list.as_str()).unwrap_or_default();
        let say = |english: bool| {
            let label = kind.and_then(|kind| kind.label.as_ref()).map(|label| pick(label, english));
            let values: Vec<String> =
                field.values.iter().map(|value| self.value(list, value, english)).collect();
            format!("{}: {}", label.unwrap_or_else(|| field.name.clone()), values.join("、"))
        };
        pb::CaseLine { field: field.name.clone(), ja: say(false), en: say(true) }
    }

    fn value(&self, list: &str, value: &str, english: bool) -> String {
        let codes = self.0.lists.iter().find(|one| one.list == list);
        let code = codes.and_then(|one| one.codes.iter().find(|code| code.code == value));
        code.and_then(|code| code.label.as_ref())
            .map_or_else(|| value.to_owned(), |label| pick(label, english))
    }
}

fn pick(label: &triage::Label, english: bool) -> String {
    match english {
        true => label.en.clone(),
        false => label.ja.clone(),
    }
}

pub(crate) fn lines(
    case: &escalation::Escalation,
    record: Option<&triage::Record>,
    words: &Words<'_>,
) -> Vec<pb::CaseLine> {
    let mut lines = vec![code_line("priority", &case.priority)];
    if !case.triage_code.is_empty() {
        lines.push(code_line("triage_code", &case.triage_code));
    }
    if let Some(record) = record {
        let said = FIELDS.iter().filter_map(|name| record.fields.iter().find(|field| field.name == *name));
        lines.extend(said.filter(|field| !field.values.is_empty()).map(|field| words.line(field)));
        lines.extend(record.assessment.iter().flat_map(|found| &found.reasons).map(reason));
    }
    lines.truncate(LINES);
    lines
}

fn code_line(field: &str, code: &str) -> pb::CaseLine {
    let (ja, en) = match field {
        "priority" => ("緊急度", "Priority"),
        _ => ("トリアージ", "Triage code"),
    };
    pb::CaseLine { field: field.to_owned(), ja: format!("{ja}: {code}"), en: format!("{en}: {code}") }
}

fn reason(label: &triage::Label) -> pb::CaseLine {
    pb::CaseLine { field: "reason".to_owned(), ja: label.ja.clone(), en: label.en.clone() }
}
