//! A version of a log as it is sealed: one line of JSON with sorted names and no blanks, the same to the byte
//! whenever it is counted from the same facts.

use std::collections::BTreeMap;

use jiff::civil::Date;
use on_call_rota::{Band, DayKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::count::tallies;
use super::facts::{Duty, Facts, Incident};
use super::hours::{HourOfDay, hours};
use super::row::Row;
use super::tally::Tally;
use super::then::as_it_stood;
use crate::ids::WindowId;
use crate::time::Instant;

/// How the body is laid out; counts up when that changes.
const FORM: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub form: u32,
    pub window: WindowId,
    pub service_date: Date,
    pub as_of: Instant,
    pub duty: Duty,
    pub rows: Vec<Row>,
    pub hours: Vec<HourOfDay>,
    pub incidents: Vec<Incident>,
    /// What the rows were made of, so that days can be added up.
    pub tallies: BTreeMap<Band, Tally>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body of a daily log is JSON of form {FORM}")]
pub struct BodyFault;

/// What is sealed. `rows` are those of `count`.
pub fn body(facts: &Facts, rows: &[Row]) -> String {
    let then = as_it_stood(facts);
    Body {
        form: FORM,
        window: facts.window.clone(),
        service_date: facts.service_date,
        as_of: facts.as_of,
        duty: facts.duty.clone(),
        rows: rows.to_vec(),
        hours: hours(&then),
        incidents: then.incidents,
        tallies: tallies(facts),
    }
    .text()
}

impl Body {
    /// Counted from facts, without going through its text.
    pub fn of(facts: &Facts) -> Self {
        let then = as_it_stood(facts);
        let tallies = tallies(facts);
        Self {
            form: FORM,
            window: facts.window.clone(),
            service_date: facts.service_date,
            as_of: facts.as_of,
            duty: facts.duty.clone(),
            rows: super::count::rows(&tallies),
            hours: hours(&then),
            incidents: then.incidents,
            tallies,
        }
    }

    /// # Errors
    /// When it is not the body of a log, or of a form that is not known here.
    pub fn read(text: &str) -> Result<Self, BodyFault> {
        let body: Self = serde_json::from_str(text).map_err(|_| BodyFault)?;
        if body.form == FORM { Ok(body) } else { Err(BodyFault) }
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        // Fails for maps whose keys are no texts; here there are none.
        if let Ok(value) = serde_json::to_value(self) {
            write(&value, &mut text);
        }
        text
    }

    /// CL-DAY of the service date.
    pub fn day_kind(&self) -> Option<DayKind> {
        self.duty.stretches.first()?.day
    }
}

/// Sorted here, whatever order serde_json was built to keep.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => *text += &value.to_string(),
        Value::Array(items) => {
            let write_item = |item: &Value, text: &mut String| write(item, text);
            joined('[', items.iter(), ']', text, write_item);
        }
        Value::Object(members) => {
            let members: BTreeMap<&String, &Value> = members.iter().collect();
            joined('{', members.into_iter(), '}', text, |(name, value), text| {
                *text += &Value::String(name.clone()).to_string();
                text.push(':');
                write(value, text);
            });
        }
    }
}

fn joined<T>(
    open: char,
    items: impl Iterator<Item = T>,
    close: char,
    text: &mut String,
    write: impl Fn(T, &mut String),
) {
    text.push(open);
    for (place, item) in items.enumerate() {
        if place > 0 {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

/// What two versions do not have in common: `B3 answered`, `day by_triage/A`, and `duty`, `hours`,
/// `incidents`, `as_of`, `tallies` as wholes. `body` alone when one cannot be read.
pub fn differs(a: &str, b: &str) -> Vec<String> {
    let (Ok(a), Ok(b)) = (Body::read(a), Body::read(b)) else {
        return if a == b { Vec::new() } else { vec!["body".to_owned()] };
    };
    let mut names = rows_differ(&a, &b);
    let wholes = [
        ("window", a.window == b.window),
        ("service_date", a.service_date == b.service_date),
        ("as_of", a.as_of == b.as_of),
        ("duty", a.duty == b.duty),
        ("hours", a.hours == b.hours),
        ("incidents", a.incidents == b.incidents),
        ("tallies", a.tallies == b.tallies),
    ];
    names.extend(wholes.into_iter().filter(|(_, same)| !same).map(|(name, _)| name.to_owned()));
    names
}

fn rows_differ(a: &Body, b: &Body) -> Vec<String> {
    let figures = |body: &Body| -> BTreeMap<(String, String), u64> {
        let rows = body.rows.iter();
        rows.flat_map(|row| {
            let all = row.figures.iter().chain(&row.counts);
            all.map(|(name, number)| ((row.band.clone(), name.clone()), *number)).collect::<Vec<_>>()
        })
        .collect()
    };
    let (a, b) = (figures(a), figures(b));
    let mut names: Vec<&(String, String)> =
        a.keys().chain(b.keys()).filter(|name| a.get(name) != b.get(name)).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|(band, name)| format!("{band} {name}")).collect()
}
