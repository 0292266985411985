//! The contract's words and ours.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::codes::Label;
use domain::time::Instant;
use domain::triage::{Fields, Missing};
use proto::triage::v1 as pb;
use shell::grpc::timestamp;

use crate::error::TriageError;

pub(crate) const SHORT_WORD: &str = "1 to 32 characters of a-z, 0-9 and hyphen";
pub(crate) const UUID: &str = "a UUID such as 0192d3c4-7b1a-7000-8000-000000000001";
/// Fields of one change.
const FIELDS: usize = 500;
/// Characters of a field's name as a message repeats it.
const NAME: usize = 64;

/// A field that is an id or a short word.
pub(crate) fn word<T: FromStr>(
    text: &str,
    field: &'static str,
    reason: &'static str,
) -> Result<T, TriageError> {
    text.parse().map_err(|_| TriageError::invalid(field, reason))
}

pub(crate) fn at(micros: i64) -> prost_types::Timestamp {
    timestamp(Instant::from_micros(micros))
}

pub(crate) fn label(label: &Label) -> pb::Label {
    pb::Label { ja: label.ja.to_string(), en: label.en.to_string() }
}

pub(crate) fn missing(missing: Vec<Missing>) -> Vec<pb::Missing> {
    let said = |one: Missing| pb::Missing { field: one.name, why: Some(label(&one.why)) };
    missing.into_iter().map(said).collect()
}

/// No values: the field is to be taken away.
pub(crate) fn changes(fields: &[pb::Field]) -> Result<Fields, TriageError> {
    if fields.len() > FIELDS {
        return Err(TriageError::invalid("changes", "at most 500 fields"));
    }
    let mut changes = BTreeMap::new();
    for field in fields {
        if changes.insert(field.name.clone(), field.values.clone()).is_some() {
            let name: String = field.name.chars().filter(|c| !c.is_control()).take(NAME).collect();
            return Err(TriageError::invalid(name, "is there once"));
        }
    }
    Ok(changes.into_iter().collect())
}

pub(crate) fn fields<'a>(fields: impl Iterator<Item = (&'a str, &'a [String])>) -> Vec<pb::Field> {
    fields.map(|(name, values)| pb::Field { name: name.to_owned(), values: values.to_vec() }).collect()
}
