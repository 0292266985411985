//! Rows side by side, with the same columns for all of them.

use std::collections::BTreeSet;

use domain::daily_log::{FIGURES, Row};

/// What stands in the place of a number that is not published.
pub(super) const HIDDEN: &str = "*";

/// What a row is of, and the row.
pub(crate) struct Line {
    pub(crate) keys: Vec<String>,
    pub(crate) row: Row,
}

pub(crate) struct Table {
    /// Names of the keys.
    pub(crate) keys: &'static [&'static str],
    pub(crate) lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Number(u64),
    Hidden,
    /// It cannot be told.
    Empty,
}

impl Table {
    /// Every figure of the log, a list with every code that is known and every one that was counted.
    pub(super) fn columns(&self) -> Vec<String> {
        let all = FIGURES.iter().flat_map(|figure| match figure.is_list() {
            false => vec![figure.name.to_owned()],
            true => {
                let known = figure.values();
                let mut names: Vec<String> =
                    known.iter().map(|(code, _)| format!("{}/{code}", figure.name)).collect();
                let counted = self.counted(figure.name);
                names.extend(counted.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
                names
            }
        });
        all.collect()
    }

    fn counted(&self, list: &str) -> BTreeSet<String> {
        let head = format!("{list}/");
        let names = self.lines.iter().flat_map(|line| line.row.counts.keys().chain(&line.row.suppressed));
        names.filter(|name| name.starts_with(&head)).cloned().collect()
    }

    pub(super) fn cells(&self, line: &Line, columns: &[String]) -> Vec<Cell> {
        let keys = line.keys.iter().cloned().map(Cell::Text);
        keys.chain(columns.iter().map(|name| cell(&line.row, name))).collect()
    }
}

fn cell(row: &Row, name: &str) -> Cell {
    if row.suppressed.contains(name) {
        return Cell::Hidden;
    }
    match (name.contains('/'), row.figure(name)) {
        (true, _) => Cell::Number(row.count(name)),
        (false, Some(number)) => Cell::Number(number),
        (false, None) => Cell::Empty,
    }
}
