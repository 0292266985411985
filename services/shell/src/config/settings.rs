//! Values by type. A fault is noted and the default goes on in its place, so
//! that the rest is looked at too; nothing starts while a fault stands.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use domain::private::Private;
use toml_edit::Value;

use super::layer::{Layers, Placed, PlacedRow};
use super::{Fault, Faults, Origin};

#[derive(Debug)]
pub struct Settings {
    layers: Layers,
    asked: RefCell<BTreeSet<String>>,
    faults: RefCell<Vec<Fault>>,
}

impl Settings {
    pub fn new(mut layers: Layers) -> Self {
        let faults = std::mem::take(&mut layers.faults);
        Self { layers, asked: RefCell::default(), faults: RefCell::new(faults) }
    }

    /// Text; empty where it is nothing.
    pub fn text(&self, key: &str) -> String {
        self.read(key, "a text in quotes", |value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// `None` where the text is empty.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        Some(self.text(key)).filter(|text| !text.is_empty()).map(PathBuf::from)
    }

    /// Anything that is written as text, such as an address. `right` says what would be.
    pub fn parsed<T: FromStr>(&self, key: &str, right: &str) -> Option<T> {
        self.read(key, right, |value| value.as_str()?.parse().ok())
    }

    /// As `parsed`; `None` without a fault where the text is empty.
    pub fn parsed_if_given<T: FromStr>(&self, key: &str, right: &str) -> Option<T> {
        match self.text(key).is_empty() {
            true => None,
            false => self.parsed(key, right),
        }
    }

    pub fn switch(&self, key: &str) -> bool {
        self.read(key, "true or false", Value::as_bool).unwrap_or_default()
    }

    pub fn list<T: FromStr>(&self, key: &str, right: &str) -> Vec<T> {
        let each = |value: &Value| value.as_array()?.iter().map(|one| one.as_str()?.parse().ok()).collect();
        self.read(key, &format!("a list such as [{right}]"), each).unwrap_or_default()
    }

    pub fn duration(&self, key: &str, range: RangeInclusive<Duration>) -> Duration {
        let right = format!(
            "a time from {} to {}, such as \"150ms\", \"15s\" or \"5m\"",
            say(*range.start()),
            say(*range.end())
        );
        let parse = |value: &Value| {
            humantime::parse_duration(value.as_str()?).ok().filter(|time| range.contains(time))
        };
        self.read(key, &right, parse).unwrap_or(*range.start())
    }

    pub fn integer<T: TryFrom<i64> + PartialOrd + Copy + std::fmt::Display>(
        &self,
        key: &str,
        range: RangeInclusive<T>,
    ) -> T {
        self.read(key, &whole(&range), |value| number(value, &range)).unwrap_or(*range.start())
    }

    /// A secret that is given as a file; `None` where none is named.
    pub fn secret_file(&self, key: &str) -> Option<Private<String>> {
        secret_of(&self.path(key)?).unwrap_or_else(|what| {
            self.fault(key, what);
            None
        })
    }

    /// The rows of `[[name]]`, each looked through by `read`.
    pub fn rows<T>(&self, name: &str, read: impl Fn(&Row<'_>) -> Option<T>) -> Vec<T> {
        self.asked.borrow_mut().insert(name.to_owned());
        let rows = self.layers.rows.get(name).map(Vec::as_slice).unwrap_or_default();
        rows.iter()
            .filter_map(|row| {
                let row = Row { settings: self, name, row, asked: RefCell::default() };
                let read = read(&row);
                row.note_unknown();
                read
            })
            .collect()
    }

    /// Notes something that only shows when several values are seen together.
    pub fn fault(&self, key: &str, what: impl Into<String>) {
        let origin = self.layers.values.get(key).map_or(Origin::Default, |placed| placed.origin.clone());
        self.note(origin, key, what.into());
    }

    /// Ends the reading: whatever nobody asked for is unknown.
    ///
    /// # Errors
    /// All faults, in the order of files and lines.
    pub fn finish(self) -> Result<Vec<(String, String, Origin)>, Faults> {
        let asked = self.asked.borrow().clone();
        let given = self.layers.values.iter().map(|(key, placed)| (key, &placed.origin));
        let rows =
            self.layers.rows.iter().filter_map(|(key, rows)| rows.first().map(|row| (key, &row.origin)));
        for (key, origin) in given.chain(rows).filter(|(key, _)| !asked.contains(*key)) {
            self.note(origin.clone(), key, unknown(key, asked.iter().map(String::as_str)));
        }
        let mut faults = self.faults.into_inner();
        if faults.is_empty() {
            let values = self.layers.values.into_iter();
            return Ok(values
                .map(|(key, placed)| (key, placed.value.to_string().trim().to_owned(), placed.origin))
                .collect());
        }
        faults.sort_by_key(|fault| match &fault.origin {
            Origin::File(file, line) => (file.clone(), *line),
            Origin::Default | Origin::Environment(_) | Origin::Flag(_) => (String::new(), 0),
        });
        // A key that two places ask for is wrong once.
        faults.dedup();
        Err(Faults(faults))
    }

    fn read<T>(&self, key: &str, right: &str, parse: impl Fn(&Value) -> Option<T>) -> Option<T> {
        self.asked.borrow_mut().insert(key.to_owned());
        let placed = self.layers.values.get(key)?;
        let parsed = parse(&placed.value);
        if parsed.is_none() {
            self.note(
                placed.origin.clone(),
                key,
                format!("{} is not {right}", placed.value.to_string().trim()),
            );
        }
        parsed
    }

    fn note(&self, origin: Origin, key: &str, what: String) {
        self.faults.borrow_mut().push(Fault { origin, key: key.to_owned(), what });
    }
}

/// One `[[name]]` of a file.
#[derive(Debug)]
pub struct Row<'s> {
    settings: &'s Settings,
    name: &'s str,
    row: &'s PlacedRow,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl Row<'_> {
    pub fn text(&self, key: &'static str) -> Option<String> {
        self.parsed(key, "a text in quotes")
    }

    pub fn parsed<T: FromStr>(&self, key: &'static str, right: &str) -> Option<T> {
        self.read(key, right, |value| value.as_str()?.parse().ok())
    }

    pub fn list<T: FromStr>(&self, key: &'static str, right: &str) -> Option<Vec<T>> {
        self.read(key, &format!("a list such as [{right}]"), |value| {
            value.as_array()?.iter().map(|one| one.as_str()?.parse().ok()).collect()
        })
    }

    pub fn integer<T: TryFrom<i64> + PartialOrd + Copy + std::fmt::Display>(
        &self,
        key: &'static str,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        self.read(key, &whole(&range), |value| number(value, &range))
    }

    /// `key`, or the first line of the file that `key_file` names.
    pub fn secret(&self, key: &'static str, key_file: &'static str) -> Option<Private<String>> {
        let file: Option<PathBuf> = self.parsed(key_file, "a path");
        if let Some(file) = file {
            return secret_of(&file).unwrap_or_else(|what| {
                self.fault(key_file, what);
                None
            });
        }
        self.asked.borrow_mut().insert(key);
        self.row
            .values
            .get(key)
            .and_then(|placed| placed.value.as_str())
            .map(|text| Private::new(text.to_owned()))
    }

    pub fn must(&self, key: &'static str, right: &str) -> Option<String> {
        let text = self.text(key).filter(|text| !text.is_empty());
        if text.is_none() && !self.row.values.contains_key(key) {
            self.fault(key, format!("is missing: it must be {right}"));
        }
        text
    }

    pub fn fault(&self, key: &str, what: impl Into<String>) {
        let origin = self.row.values.get(key).map_or(&self.row.origin, |placed| &placed.origin);
        self.settings.note(origin.clone(), &format!("{}.{key}", self.name), what.into());
    }

    fn read<T>(&self, key: &'static str, right: &str, parse: impl Fn(&Value) -> Option<T>) -> Option<T> {
        self.asked.borrow_mut().insert(key);
        let Placed { value, .. } = self.row.values.get(key)?;
        let parsed = parse(value);
        if parsed.is_none() {
            self.fault(key, format!("{} is not {right}", value.to_string().trim()));
        }
        parsed
    }

    fn note_unknown(&self) {
        let asked = self.asked.borrow();
        for key in self.row.values.keys().filter(|key| !asked.contains(key.as_str())) {
            self.fault(key, unknown(key, asked.iter().copied()));
        }
    }
}

/// The file's first line, or what is wrong.
fn secret_of(file: &Path) -> Result<Option<Private<String>>, String> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(text.lines().next().map(|line| Private::new(line.to_owned()))),
        Err(_) => {
            Err(format!("{} cannot be read: it must hold the secret in its first line", file.display()))
        }
    }
}

fn whole<T: std::fmt::Display>(range: &RangeInclusive<T>) -> String {
    format!("a whole number from {} to {}", range.start(), range.end())
}

fn number<T: TryFrom<i64> + PartialOrd>(value: &Value, range: &RangeInclusive<T>) -> Option<T> {
    T::try_from(value.as_integer()?).ok().filter(|number| range.contains(number))
}

fn unknown<'k>(key: &str, known: impl Iterator<Item = &'k str>) -> String {
    let alike = |other: &&str| {
        other.chars().filter(|c| key.contains(*c)).count() * 5 >= key.len().max(other.len()) * 4
    };
    let near = known.filter(alike).min_by_key(|other| other.len().abs_diff(key.len()));
    match near {
        Some(near) => format!("is no setting; perhaps {near} is meant"),
        None => "is no setting; see `tomoshibi check --defaults`".to_owned(),
    }
}

fn say(time: Duration) -> String {
    humantime::format_duration(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: &str =
        "data = \"d\"\n[sip]\nalert = \"200ms\"\nmost = 10\nlisten = [\"127.0.0.1:5060\"]\n";

    fn read(file: &str, environment: &[(&str, &str)]) -> (Duration, u16, Result<(), Vec<String>>) {
        let variables = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let layers = Layers::defaults(DEFAULTS).file("my.toml", file).environment("TOMOSHIBI_", variables);
        let settings = Settings::new(layers);
        let alert = settings.duration("sip.alert", Duration::ZERO..=Duration::from_secs(9));
        let most = settings.integer("sip.most", 1_u16..=100);
        let _: Vec<std::net::SocketAddr> = settings.list("sip.listen", "\"0.0.0.0:5060\"");
        settings.path("data");
        let trunk = |row: &Row<'_>| row.must("name", "the trunk's own name");
        settings.rows("trunk", trunk);
        let outcome = settings.finish().map(drop);
        (alert, most, outcome.map_err(|faults| faults.0.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn the_environment_lies_over_the_file_and_the_file_over_the_defaults() {
        let (alert, most, outcome) =
            read("[sip]\nalert = \"1s\"\nmost = 20\n", &[("TOMOSHIBI_SIP__MOST", "30")]);

        assert_eq!((alert, most, outcome), (Duration::from_secs(1), 30, Ok(())));
    }

    #[test]
    fn all_faults_are_told_at_once_with_their_lines_and_what_would_be_right() {
        let file =
            "[sip]\nalert = \"soon\"\nmost = 1000\nalrt = 1\nlisten = [\"x\"]\n[[trunk]]\nnam = \"a\"\n";

        let faults = read(file, &[]).2.unwrap_err();

        assert_eq!(faults.len(), 6, "{faults:#?}");
        assert!(
            faults[0].starts_with("my.toml line 2: sip.alert: \"soon\" is not a time from 0s to 9s"),
            "{faults:#?}"
        );
        assert!(
            faults[1].contains("line 3: sip.most: 1000 is not a whole number from 1 to 100"),
            "{faults:#?}"
        );
        assert!(faults[2].contains("line 4: sip.alrt: is no setting; perhaps sip.alert"), "{faults:#?}");
    }

    #[test]
    fn a_file_that_is_no_toml_says_in_which_line() {
        let faults = read("[sip]\nalert = \n", &[]).2.unwrap_err();

        assert!(faults[0].starts_with("my.toml line 2: this is no TOML"), "{faults:?}");
    }
}
