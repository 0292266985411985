//! The shipped protocol, and forms filled in by hand.

mod dictionary;
mod faults;
mod records;
mod rules;
mod screener;

use super::*;

/// Names with what stands in them.
type Form<'a> = &'a [(&'a str, &'a str)];

const SHIPPED: &str = include_str!("../../../../triage/protocols/default.toml");

fn shipped() -> Protocol {
    toml::from_str::<ProtocolFile>(SHIPPED).unwrap().check().unwrap()
}

fn answers(form: Form<'_>) -> Fields {
    form.iter().fold(Fields::default(), |fields, (question, answer)| {
        fields.with(&format!("{ANSWER}{question}"), answer)
    })
}

fn with(fields: Fields, more: Form<'_>) -> Fields {
    more.iter().fold(fields, |fields, (name, value)| fields.with(name, value))
}

/// Every question answered by its least dangerous answer.
fn harmless(protocol: &Protocol) -> Fields {
    let closed = protocol.questions.iter().filter(|question| question.required);
    closed.fold(Fields::default(), |fields, question| {
        let answer = question.choices().first().map_or("0", |choice| &choice.code);
        fields.with(&question.field(), answer)
    })
}
