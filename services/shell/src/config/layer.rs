//! Values by dotted key, each layer over the one before.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, Table, TableLike, Value};

use super::{Fault, Origin};

#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// One `[[name]]` of a file.
#[derive(Clone, Debug)]
pub(super) struct PlacedRow {
    pub(super) values: BTreeMap<String, Placed>,
    pub(super) origin: Origin,
}

/// What was written where, still untyped.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    pub(super) values: BTreeMap<String, Placed>,
    pub(super) rows: BTreeMap<String, Vec<PlacedRow>>,
    pub(super) faults: Vec<Fault>,
}

impl Layers {
    /// The commented file that is compiled in.
    pub fn defaults(text: &str) -> Self {
        let mut layers = Self::default();
        layers.read(text, &|_| Origin::Default);
        layers
    }

    /// An operator's file; `name` is how faults call it. Its rows replace those below.
    #[must_use]
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.read(text, &|offset| Origin::File(name.to_owned(), line(text, offset)));
        self
    }

    /// Variables such as `TOMOSHIBI_SIP__LISTEN`: the prefix, then sections parted by two underscores.
    /// A value that is no TOML is taken as text.
    #[must_use]
    pub fn environment(mut self, prefix: &str, variables: impl Iterator<Item = (String, String)>) -> Self {
        for (name, text) in variables {
            let Some(key) = name.strip_prefix(prefix) else { continue };
            let key = key.to_ascii_lowercase().replace("__", ".");
            let value = text.parse::<Value>().unwrap_or_else(|_| Value::from(text));
            self.values.insert(key, Placed { value, origin: Origin::Environment(name) });
        }
        self
    }

    /// A flag of the command line.
    #[must_use]
    pub fn flag(mut self, name: &'static str, key: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.values.insert(key.to_owned(), Placed { value: value.into(), origin: Origin::Flag(name) });
        }
        self
    }

    fn read(&mut self, text: &str, origin: &dyn Fn(usize) -> Origin) {
        match Document::parse(text) {
            Ok(document) => self.gather("", document.as_table(), origin),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let what = format!("this is no TOML: {}", error.message().trim());
                self.faults.push(Fault { origin: origin(at), key: String::new(), what });
            }
        }
    }

    fn gather(&mut self, prefix: &str, table: &Table, origin: &dyn Fn(usize) -> Origin) {
        for (key, item) in table {
            let dotted = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
            match item {
                Item::Table(inner) => self.gather(&dotted, inner, origin),
                Item::ArrayOfTables(rows) => {
                    let rows = rows.iter().map(|row| placed_row(row, origin)).collect();
                    self.rows.insert(dotted, rows);
                }
                Item::Value(value) => {
                    let origin = origin(item.span().map_or(0, |span| span.start));
                    self.values.insert(dotted, Placed { value: value.clone(), origin });
                }
                Item::None => {}
            }
        }
    }
}

fn placed_row(row: &Table, origin: &dyn Fn(usize) -> Origin) -> PlacedRow {
    let values = TableLike::iter(row)
        .filter_map(|(key, item)| {
            let origin = origin(item.span().map_or(0, |span| span.start));
            item.as_value().map(|value| (key.to_owned(), Placed { value: value.clone(), origin }))
        })
        .collect();
    PlacedRow { values, origin: origin(row.span().map_or(0, |span| span.start)) }
}

fn line(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1)
}
