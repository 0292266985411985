//! Reading a protocol file: all that is wrong with it, each with its line.

use std::fmt;

use domain::triage::{Protocol, ProtocolFault, ProtocolFile};
use toml_edit::{Document, Item, Table, Value};

/// Characters of a file; beyond it nothing is read.
const MOST: usize = 256 * 1024;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) line: u32,
    pub(crate) path: String,
    pub(crate) fault: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.path, self.fault)
    }
}

pub(crate) fn read(text: &str) -> Result<Protocol, Vec<Found>> {
    if text.len() > MOST {
        return Err(vec![Found { line: 1, path: String::new(), fault: "is at most 256 kB".into() }]);
    }
    let file: ProtocolFile = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line(text, span.start));
        vec![Found { line, path: String::new(), fault: error.message().to_owned() }]
    })?;
    file.check().map_err(|faults| placed(text, faults))
}

fn placed(text: &str, faults: Vec<ProtocolFault>) -> Vec<Found> {
    let document = Document::parse(text).ok();
    let place = |fault: ProtocolFault| {
        let at = document.as_ref().map_or(0, |document| offset(document.as_table(), &fault.path));
        Found { line: line(text, at), path: fault.path, fault: fault.wrong }
    };
    let mut found: Vec<Found> = faults.into_iter().map(place).collect();
    found.sort_by_key(|fault| fault.line);
    found
}

/// Where the last part of the path stands that is there at all: what is missing has no place of its own.
fn offset(root: &Table, path: &str) -> usize {
    let mut here = Here::Table(root);
    let mut at = 0;
    for step in steps(path) {
        let Some((next, start)) = here.step(step) else { break };
        at = start.unwrap_or(at);
        here = next;
    }
    at
}

enum Step<'p> {
    Key(&'p str),
    Place(usize),
}

/// `rules[3].when` is three steps.
fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split('.').flat_map(|part| {
        let (key, places) = part.split_once('[').unwrap_or((part, ""));
        let places = places.split(['[', ']']).filter_map(|place| place.parse().ok());
        std::iter::once(Step::Key(key)).chain(places.map(Step::Place))
    })
}

enum Here<'d> {
    Table(&'d Table),
    Item(&'d Item),
    Value(&'d Value),
}

impl<'d> Here<'d> {
    fn step(&self, step: Step<'_>) -> Option<(Here<'d>, Option<usize>)> {
        match (self, step) {
            (Self::Table(table), Step::Key(key)) => {
                let (key, item) = table.get_key_value(key)?;
                Some((Here::Item(item), start(key.span()).or(start(item.span()))))
            }
            (Self::Item(Item::Table(table)), step) => Here::Table(table).step(step),
            (Self::Item(Item::Value(value)), step) => Here::Value(value).step(step),
            (Self::Item(Item::ArrayOfTables(tables)), Step::Place(place)) => {
                let table = tables.get(place)?;
                Some((Here::Table(table), start(table.span())))
            }
            (Self::Value(Value::InlineTable(table)), Step::Key(key)) => {
                let (key, value) = table.get_key_value(key)?;
                let at = start(key.span());
                match value {
                    Item::Value(value) => Some((Here::Value(value), at)),
                    Item::None | Item::Table(_) | Item::ArrayOfTables(_) => None,
                }
            }
            (Self::Value(Value::Array(array)), Step::Place(place)) => {
                let value = array.get(place)?;
                Some((Here::Value(value), start(value.span())))
            }
            (Self::Table(_) | Self::Item(_) | Self::Value(_), Step::Key(_) | Step::Place(_)) => None,
        }
    }
}

fn start(span: Option<std::ops::Range<usize>>) -> Option<usize> {
    span.map(|span| span.start)
}

fn line(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}
