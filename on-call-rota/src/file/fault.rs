//! What is wrong with a rota file, where, and what would be right.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;

/// One fault of a file. Says nothing personal: names and private numbers are
/// not repeated in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct RotaFault {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Where in the file's structure, such as `window[2].next`.
    pub path: String,
    pub what: String,
    pub right: String,
}

impl fmt::Display for RotaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}; {}", self.what, self.right)
    }
}

impl std::error::Error for RotaFault {}

/// A place in the text and in the structure.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) offset: usize,
    pub(super) path: String,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// More faults than this are not told: the file is not a rota.
const FAULTS_MAX: usize = 1000;

/// Collects the faults of one text.
pub(super) struct Faults<'a> {
    text: &'a str,
    line_starts: Vec<usize>,
    found: RefCell<Vec<RotaFault>>,
    /// Lines that are not TOML: what else is wrong with them follows from that.
    torn: RefCell<BTreeSet<usize>>,
    /// Something of the file could not be taken over at all, so what is
    /// missing from the rota is not a fault of its own.
    incomplete: Cell<bool>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let (found, torn) = (RefCell::default(), RefCell::default());
        Self { text, line_starts, found, torn, incomplete: Cell::new(false) }
    }

    pub(super) fn not_toml(&self, place: &Place, message: &str) {
        self.add(place, format!("not TOML: {message}"), "see https://toml.io for the syntax");
        self.torn.borrow_mut().insert(self.line(place));
        self.incomplete();
    }

    /// Whether parts of the text may be missing from what is read.
    pub(super) fn is_torn(&self) -> bool {
        !self.torn.borrow().is_empty()
    }

    pub(super) fn add(&self, place: &Place, what: impl Into<String>, right: impl Into<String>) {
        let (line, column) = self.position(place.offset);
        if self.torn.borrow().contains(&line) || self.found.borrow().len() >= FAULTS_MAX {
            return;
        }
        let (path, what, right) = (place.path.clone(), what.into(), right.into());
        self.found.borrow_mut().push(RotaFault { line, column, path, what, right });
    }

    pub(super) fn incomplete(&self) {
        self.incomplete.set(true);
    }

    pub(super) fn is_incomplete(&self) -> bool {
        self.incomplete.get()
    }

    pub(super) fn line(&self, place: &Place) -> usize {
        self.position(place.offset).0
    }

    fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1];
        (line, self.text[start..offset].chars().count() + 1)
    }

    /// By place, each once.
    pub(super) fn into_sorted(self) -> Vec<RotaFault> {
        let mut found = self.found.into_inner();
        found.sort();
        found.dedup();
        found
    }
}

/// The known word that was probably meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|one| (distance(word, one), one));
    near.filter(|(distance, one)| *distance <= 1 + one.len() / 4).min().map(|(_, one)| one)
}

/// Insertions, deletions and replacements between two short words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_is_recognised() {
        assert_eq!(nearest("hous", ["hours", "numbers"]), Some("hours"));
        assert_eq!(nearest("colour", ["hours", "numbers"]), None);
    }

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let faults = Faults::new("a\n名前 = 1\n");
        assert_eq!(faults.position(2), (2, 1));
        assert_eq!(faults.position("a\n名前".len()), (2, 3));
        assert_eq!(faults.position(9999), (3, 1));
    }
}
