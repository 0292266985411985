//! Whether what was written may be kept, and whether it is enough to be signed.

use jiff::Timestamp;
use jiff::civil::Date;

use super::assess::assess;
use super::field::{FIELDS, Field, Kind, LONG, Required, Situation, field};
use super::fields::{ANSWER, Fields, STEP};
use super::legal::LegalRoute;
use super::lists::{ContactChannel, Flag};
use super::protocol::{Protocol, Question, QuestionKind};
use crate::codes::{CodeList, Label};
use crate::ids::StaffId;

/// A field that cannot be kept as it is, and what would be right. It never repeats what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} {right}")]
pub struct Fault {
    pub name: String,
    pub right: String,
}

/// What is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub name: String,
    pub label: Label,
    pub why: Label,
}

/// A name that is in no dictionary is itself shown no further than this.
const NAME: usize = 64;
const ALWAYS: Label = Label::fixed("必須です", "is always needed");
const ASKED: Label = Label::fixed("この流れでは必ず尋ねます", "is asked in this situation");

/// All faults, in the order of the names.
pub fn check(fields: &Fields, protocol: &Protocol) -> Vec<Fault> {
    let wrong = |(name, values): (&str, &[String])| {
        let right = judge(name, values, protocol).err()?;
        Some(Fault { name: name.chars().filter(|c| !c.is_control()).take(NAME).collect(), right })
    };
    let mut faults: Vec<Fault> = fields.iter().filter_map(wrong).collect();
    faults.extend(route_out_of_time(fields).into_iter().chain(hoax_by_relay(fields)));
    faults
}

/// All that must still be filled in or asked before the record can be signed.
pub fn missing_to_sign(fields: &Fields, protocol: &Protocol) -> Vec<Missing> {
    let assessment = assess(protocol, fields);
    let now = Situation { fields, assessment: &assessment };
    let mut missing: Vec<Missing> = FIELDS
        .iter()
        .filter(|field| !fields.has(field.name) && !is_computed(field, &now))
        .filter_map(|field| needed(field, &now))
        .collect();
    if now.had_time() {
        missing.extend(assessment.unanswered.iter().filter_map(|id| protocol.question(id)).map(unasked));
    }
    missing
}

fn needed(field: &Field, now: &Situation<'_>) -> Option<Missing> {
    let why = match &field.required {
        Required::Always => ALWAYS,
        Required::When { why, holds } if holds(now) => why.clone(),
        Required::When { .. } | Required::Optional => return None,
    };
    Some(Missing { name: field.name.to_owned(), label: field.label.clone(), why })
}

/// What the answers say already need not be written a second time.
fn is_computed(field: &Field, now: &Situation<'_>) -> bool {
    match field.name {
        "suicide_level" => now.assessment.suicide_level.is_some(),
        "somatic_problem" => now.assessment.somatic_problem.is_some(),
        "harm_to_others" => now.assessment.harm_to_others.is_some(),
        "jaep_class" => now.assessment.jaep_class.is_some(),
        _ => false,
    }
}

fn unasked(question: &Question) -> Missing {
    Missing { name: question.field(), label: question.label.clone(), why: ASKED }
}

fn judge(name: &str, values: &[String], protocol: &Protocol) -> Result<(), String> {
    if let Some(id) = name.strip_prefix(ANSWER) {
        let question = protocol.question(id).ok_or("is no question of this protocol")?;
        return single(values).and_then(|answer| judge_answer(question, answer));
    }
    if let Some(path) = name.strip_prefix(STEP) {
        let step = path.split_once('.').is_some_and(|(advice, step)| {
            protocol.advice(advice).is_some_and(|advice| advice.steps.iter().any(|one| one.id == step))
        });
        return if step {
            single(values).and_then(moment)
        } else {
            Err("is no step of this protocol".into())
        };
    }
    let field = field(name).ok_or("is no field of the record")?;
    judge_field(field.kind, values)
}

fn judge_field(kind: Kind, values: &[String]) -> Result<(), String> {
    match kind {
        Kind::Codes(list, most) => several(list, most, values),
        Kind::Code(list) => single(values).and_then(|value| one_of(list, value)),
        Kind::Text(most) => single(values).and_then(|value| text(value, most)),
        Kind::Bool => single(values).and_then(|value| match value {
            "true" | "false" => Ok(()),
            _ => Err("is true or false".into()),
        }),
        Kind::Date => single(values).and_then(|value| match value.parse::<Date>() {
            Ok(_) if value.len() == 10 => Ok(()),
            Ok(_) | Err(_) => Err("is a date such as 2026-11-21".into()),
        }),
        Kind::Instant => single(values).and_then(moment),
        Kind::Staff => single(values).and_then(|value| match value.parse::<StaffId>() {
            Ok(_) => Ok(()),
            Err(_) => Err("is a staff id".into()),
        }),
    }
}

fn judge_answer(question: &Question, answer: &str) -> Result<(), String> {
    match &question.kind {
        QuestionKind::YesNo(choices) | QuestionKind::Choice(choices) => {
            let words: Vec<&str> = choices.iter().map(|choice| choice.code.as_str()).collect();
            match words.contains(&answer) {
                true => Ok(()),
                false => Err(format!("is one of {}", words.join(", "))),
            }
        }
        QuestionKind::Number { least, most } => match answer.parse::<i64>() {
            Ok(number) if (*least..=*most).contains(&number) => Ok(()),
            Ok(_) | Err(_) => Err(format!("is a number from {least} to {most}")),
        },
        QuestionKind::Text { most } => text(answer, (*most).min(LONG)),
    }
}

/// An empty list says that the field is taken away.
fn single(values: &[String]) -> Result<&str, String> {
    match values {
        [] => Err("has one value".into()),
        [value] => Ok(value),
        [_, _, ..] => Err("has one value only".into()),
    }
}

fn several(list: &CodeList, most: usize, values: &[String]) -> Result<(), String> {
    values.iter().try_for_each(|value| one_of(list, value))?;
    if values.len() > most {
        return Err(format!("has at most {most} values"));
    }
    let twice = values.iter().enumerate().any(|(place, value)| values[..place].contains(value));
    if twice { Err("has each value once".into()) } else { Ok(()) }
}

fn one_of(list: &CodeList, value: &str) -> Result<(), String> {
    match list.find(value) {
        Some(_) => Ok(()),
        None => Err(format!("is one of {}", list.codes)),
    }
}

fn moment(value: &str) -> Result<(), String> {
    match value.parse::<Timestamp>() {
        Ok(_) => Ok(()),
        Err(_) => Err("is a moment such as 2026-11-21T15:00:00+09:00".into()),
    }
}

/// Any script and any direction; but nothing that a screen or a printer would obey.
fn text(value: &str, most: usize) -> Result<(), String> {
    if value.chars().count() > most {
        return Err(format!("has at most {most} characters"));
    }
    match value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        true => Err("has no control characters other than line ends and tabs".into()),
        false => Ok(()),
    }
}

/// A route stands under its code on some days only.
fn route_out_of_time(fields: &Fields) -> Option<Fault> {
    let (route, day) = (fields.code::<LegalRoute>("legal_route")?, fields.code::<Date>("legal_route_date")?);
    let right = "stood under another code on this date: the act was renumbered on 2014-04-01".to_owned();
    (!route.is_valid_on(day)).then(|| Fault { name: "legal_route".to_owned(), right })
}

/// A third voice and long pauses are how a relay call sounds (domain.md 5).
fn hoax_by_relay(fields: &Fields) -> Option<Fault> {
    let marked = |flag: Flag| fields.is("special_flags", flag.code());
    let by_relay = marked(Flag::Relay) || fields.is("channel", ContactChannel::Relay.code());
    let right = "leave hoax out: this is a relay call".to_owned();
    (by_relay && marked(Flag::Hoax)).then(|| Fault { name: "special_flags".to_owned(), right })
}
