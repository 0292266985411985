//! A record as the store has it: the machine without personal values, and these values by revision.

use std::collections::BTreeMap;

use domain::triage::field::is_personal;
use domain::triage::{Fields, Record};
use serde_json::{Map, Value};

use crate::error::TriageError;
use crate::store::unreadable;

/// All values that personal fields ever had. Never printed: it has no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct History(BTreeMap<String, Vec<(i64, Vec<String>)>>);

impl History {
    /// In the order of the revisions.
    pub(crate) fn add(&mut self, name: String, revision: i64, values: Vec<String>) {
        self.0.entry(name).or_default().push((revision, values));
    }

    /// What held at a revision.
    pub(crate) fn at(&self, revision: i64) -> impl Iterator<Item = (&str, &Vec<String>)> {
        self.0.iter().filter_map(move |(name, values)| {
            let held = values.iter().rev().find(|(since, _)| *since <= revision);
            held.filter(|(_, values)| !values.is_empty()).map(|(_, values)| (name.as_str(), values))
        })
    }

    pub(crate) fn value(&self, name: &str, revision: i64) -> Option<&str> {
        self.at(revision).find(|(known, _)| *known == name)?.1.first().map(String::as_str)
    }
}

/// Codes only.
pub(crate) fn stripped(record: &Record) -> Result<String, TriageError> {
    let mut body = serde_json::to_value(record).map_err(|_| unreadable("a record"))?;
    each_fields(&mut body, |_, fields| fields.retain(|name, _| !is_personal(name)));
    Ok(body.to_string())
}

pub(crate) fn restored(body: &str, revision: i64, history: &History) -> Result<Record, TriageError> {
    let mut body: Value = serde_json::from_str(body).map_err(|_| unreadable("a record"))?;
    each_fields(&mut body, |of_version, fields| {
        for (name, values) in history.at(of_version.unwrap_or(revision)) {
            fields.insert(name.to_owned(), values.clone().into());
        }
    });
    // The cause would quote what was said.
    Ok(serde_json::from_value(body).map_err(|_| unreadable("a record"))?)
}

/// The fields as they are, and those of every version with its revision.
fn each_fields(body: &mut Value, change: impl Fn(Option<i64>, &mut Map<String, Value>)) {
    if let Some(Value::Object(fields)) = body.get_mut("fields") {
        change(None, fields);
    }
    let versions = body.get_mut("versions").and_then(Value::as_array_mut);
    for version in versions.into_iter().flatten() {
        let revision = version.get("revision").and_then(Value::as_i64);
        if let Some(Value::Object(fields)) = version.get_mut("fields") {
            change(revision, fields);
        }
    }
}

/// Names of fields that are not the same in both.
pub(crate) fn changed(before: &Fields, after: &Fields) -> Vec<String> {
    let mut names: Vec<String> = before.names().chain(after.names()).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| before.all(name) != after.all(name));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> History {
        let mut history = History::default();
        history.add("notes".into(), 1, vec!["first".into()]);
        history.add("notes".into(), 3, Vec::new());
        history.add("location".into(), 2, vec!["Sakae".into()]);
        history
    }

    #[test]
    fn the_value_at_a_revision_is_that_of_the_highest_revision_up_to_it() {
        let held = |revision| history().at(revision).map(|(name, _)| name.to_owned()).collect::<Vec<_>>();

        assert_eq!(
            (held(1), held(2), held(3)),
            (
                vec!["notes".to_owned()],
                vec!["location".to_owned(), "notes".to_owned()],
                vec!["location".to_owned()],
            )
        );
    }

    #[test]
    fn fields_that_went_and_fields_that_came_have_changed() {
        let before = Fields::default().with("notes", "a").with("topic", "home");
        let after = Fields::default().with("topic", "home").with("location", "b");

        assert_eq!(changed(&before, &after), ["location", "notes"]);
    }
}
