//! Reads one table of the file leniently: what cannot be read becomes a fault
//! with its place, and reading goes on.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{At, Faults, Place, nearest};

pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    place: Place,
    faults: &'a Faults<'a>,
    asked: RefCell<Vec<&'static str>>,
}

type Value<'a> = At<&'a DeValue<'a>>;

impl<'a> Section<'a> {
    pub(super) fn new(table: &'a DeTable<'a>, place: Place, faults: &'a Faults<'a>) -> Self {
        Self { table, place, faults, asked: RefCell::default() }
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Call last: whatever was not asked for is not a key of this table.
    pub(super) fn finish(self) {
        let asked = self.asked.into_inner();
        for (key, _) in self.table.iter() {
            let word = key.get_ref().as_ref();
            if asked.contains(&word) {
                continue;
            }
            let place = Place { offset: key.span().start, path: join(&self.place.path, word) };
            let right = match nearest(word, asked.iter().copied()) {
                Some(near) => format!("write {near}"),
                None => format!("known keys are {}", asked.join(", ")),
            };
            self.faults.add(&place, "unknown key", right);
        }
    }

    pub(super) fn is_present(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    fn value(&self, key: &'static str) -> Option<Value<'a>> {
        if !self.asked.borrow().contains(&key) {
            self.asked.borrow_mut().push(key);
        }
        let (_, value) = self.table.iter().find(|(known, _)| known.get_ref() == key)?;
        Some(at(value, join(&self.place.path, key)))
    }

    /// A value that may be missing; written as a string, a date or a number.
    pub(super) fn optional<T: FromStr<Err: Display>>(&self, key: &'static str) -> Option<At<T>> {
        self.parsed(self.value(key)?, Echo::Shown)
    }

    pub(super) fn required<T: FromStr<Err: Display>>(&self, key: &'static str, right: &str) -> Option<At<T>> {
        self.need(key, right)?;
        self.optional(key)
    }

    /// Free text, not empty, that is never repeated in a fault.
    pub(super) fn name(&self, key: &'static str) -> Option<String> {
        self.need(key, "give a name")?;
        self.text(key)
    }

    /// The same where it may be missing.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        let value = self.value(key)?;
        match value.value {
            DeValue::String(text) if !text.trim().is_empty() && text.len() <= 200 => Some(text.to_string()),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.faults.add(&value.place, "not a name", "write text of 1 to 200 bytes in quotes");
                None
            }
        }
    }

    fn need(&self, key: &'static str, right: &str) -> Option<()> {
        if self.is_present(key) {
            return Some(());
        }
        if !self.faults.is_torn() {
            self.faults.add(&self.place, format!("{key} is missing"), right);
        }
        None
    }

    /// A list, or a single value for a list of one. Values that cannot be read are left out.
    pub(super) fn list<T: FromStr<Err: Display>>(&self, key: &'static str) -> Option<Vec<At<T>>> {
        let values = elements(self.value(key)?);
        Some(values.into_iter().filter_map(|value| self.parsed(value, Echo::Shown)).collect())
    }

    pub(super) fn required_list<T: FromStr<Err: Display>>(
        &self,
        key: &'static str,
        right: &str,
    ) -> Option<Vec<At<T>>> {
        self.need(key, right)?;
        if self.value(key).is_some_and(|value| elements(value).is_empty()) {
            self.faults.add(&self.value(key)?.place, format!("{key} is empty"), right);
            return None;
        }
        self.list(key)
    }

    /// A list that must be there but may be empty.
    pub(super) fn stated_list<T: FromStr<Err: Display>>(
        &self,
        key: &'static str,
        right: &str,
    ) -> Option<Vec<At<T>>> {
        self.need(key, right)?;
        self.list(key)
    }

    /// A list whose elements may be lists themselves.
    pub(super) fn lists<T: FromStr<Err: Display>>(&self, key: &'static str) -> Vec<Vec<At<T>>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let read =
            |value| elements(value).into_iter().filter_map(|one| self.parsed(one, Echo::Shown)).collect();
        elements(value).into_iter().map(read).collect()
    }

    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        match value.value {
            DeValue::Boolean(flag) => Some(*flag),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.faults.add(&value.place, "neither true nor false", "write true or false without quotes");
                None
            }
        }
    }

    pub(super) fn count(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(key)?;
        let right = format!("write a whole number from {} to {} without quotes", range.start(), range.end());
        let number = match value.value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            DeValue::String(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.faults.add(&value.place, "not a number in range", right);
        }
        number
    }

    /// Values of which some are written as strings and some as tables.
    pub(super) fn mixed<T: FromStr<Err: Display>>(&self, key: &'static str) -> Vec<Mixed<'a, T>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let read = |value: Value<'a>| match value.value {
            DeValue::Table(table) => Some(Mixed::Table(Section::new(table, value.place, self.faults))),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => self.parsed(value, Echo::Masked).map(Mixed::Plain),
        };
        elements(value).into_iter().filter_map(read).collect()
    }

    /// As `required`, for what must not be repeated in a fault.
    pub(super) fn required_private<T: FromStr<Err: Display>>(
        &self,
        key: &'static str,
        right: &str,
    ) -> Option<At<T>> {
        self.need(key, right)?;
        self.parsed(self.value(key)?, Echo::Masked)
    }

    /// `[[key]]` tables.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Section<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        elements(value).into_iter().filter_map(|value| self.as_section(value, "[[", "]]")).collect()
    }

    /// A `[key]` table.
    pub(super) fn section(&self, key: &'static str) -> Option<Section<'a>> {
        self.as_section(self.value(key)?, "[", "]")
    }

    /// Every key of this table with its value.
    pub(super) fn entries<T: FromStr<Err: Display>>(&self) -> Vec<(At<&'a str>, Option<At<T>>)> {
        let read = |(key, value): (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>)| {
            let word: &'a str = key.get_ref().as_ref();
            let path = join(&self.place.path, word);
            let name = At { value: word, place: Place { offset: key.span().start, path: path.clone() } };
            (name, self.parsed(at(value, path), Echo::Shown))
        };
        self.table.iter().map(read).collect()
    }

    fn as_section(&self, value: Value<'a>, open: &str, close: &str) -> Option<Section<'a>> {
        match value.value {
            DeValue::Table(table) => Some(Section::new(table, value.place, self.faults)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                let right = format!("write a table: {open}{}{close}", value.place.path);
                self.faults.add(&value.place, "not a table", right);
                self.faults.incomplete();
                None
            }
        }
    }

    fn parsed<T: FromStr<Err: Display>>(&self, value: Value<'a>, echo: Echo) -> Option<At<T>> {
        let Some(text) = plain_text(value.value) else {
            self.faults.incomplete();
            self.faults.add(&value.place, "not a single value", "write one value in quotes");
            return None;
        };
        match text.parse() {
            Ok(parsed) => Some(At { value: parsed, place: value.place }),
            Err(error) => {
                let what = match echo {
                    Echo::Shown => format!("{:?} cannot be read", shortened(&text)),
                    Echo::Masked => "cannot be read".into(),
                };
                self.faults.incomplete();
                self.faults.add(&value.place, what, T::Err::to_string(&error));
                None
            }
        }
    }
}

/// One element of a list that allows both.
pub(super) enum Mixed<'a, T> {
    Plain(At<T>),
    Table(Section<'a>),
}

/// Whether a fault may repeat what is written.
#[derive(Clone, Copy)]
enum Echo {
    Shown,
    Masked,
}

fn at<'a>(value: &'a Spanned<DeValue<'a>>, path: String) -> Value<'a> {
    At { value: value.get_ref(), place: Place { offset: value.span().start, path } }
}

fn elements<'a>(value: Value<'a>) -> Vec<Value<'a>> {
    match value.value {
        DeValue::Array(array) => {
            let path = &value.place.path;
            array.iter().enumerate().map(|(nth, one)| at(one, format!("{path}[{}]", nth + 1))).collect()
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Table(_) => vec![value],
    }
}

/// Dates may be written without quotes, as TOML has them.
fn plain_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Float(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn join(path: &str, key: &str) -> String {
    let key = shortened(key);
    if path.is_empty() { key } else { format!("{path}.{key}") }
}
