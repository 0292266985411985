//! What a record says: names with their words, as they are on the wire and in the store.
//!
//! Codes are their words, yes and no are `true` and `false`, days and moments are ISO. Answers to a
//! protocol's questions stand beside the fields as `q:<question>`, steps confirmed as `a:<advice>.<step>`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Before the name of a question.
pub const ANSWER: &str = "q:";
/// Before the name of a step of an advice.
pub const STEP: &str = "a:";

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    /// All of a field's values; empty when it is not filled in.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn one(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    /// Something is there that a person can read.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).iter().any(|value| !value.trim().is_empty())
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|one| one == value)
    }

    /// The value of a coded field, when it is one of the list.
    pub fn code<T: FromStr>(&self, name: &str) -> Option<T> {
        self.one(name)?.parse().ok()
    }

    pub fn codes<T: FromStr>(&self, name: &str) -> impl Iterator<Item = T> {
        self.all(name).iter().filter_map(|value| value.parse().ok())
    }

    pub fn answer(&self, question: &str) -> Option<&str> {
        self.one(&format!("{ANSWER}{question}"))
    }

    /// Nothing, or nothing but empty texts, takes the field away.
    pub fn set(&mut self, name: &str, values: Vec<String>) {
        match values.iter().all(String::is_empty) {
            true => drop(self.0.remove(name)),
            false => drop(self.0.insert(name.to_owned(), values)),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, vec![value.to_owned()]);
        self
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As they came: an empty list is kept, for it says that a field is to be taken away.
impl FromIterator<(String, Vec<String>)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, Vec<String>)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// Names only: what was said is nobody's to print.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_not_printed() {
        let fields = Fields::default().with("notes", "secret words").with("location", "Sakae 3");

        assert_eq!(format!("{fields:?}"), r#"{"location", "notes"}"#);
    }

    #[test]
    fn an_empty_text_takes_the_field_away() {
        let mut fields = Fields::default().with("notes", "words");
        fields.set("notes", vec![String::new()]);

        assert!(fields.is_empty());
    }
}
