//! A batch as rows: sealed, and fit for the store and for the spool alike.

use domain::ledger::{Entry, Step};
use domain::private::Private;
use serde::{Deserialize, Serialize};
use shell::process::ProcessId;
use shell::seal::{Place, SealFault, Sealer};

use super::{AppendFault, Batch};

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(super) struct Rows {
    pub(super) operator: String,
    pub(super) call: String,
    pub(super) events: Vec<EventRow>,
    pub(super) opens: Option<OpenRow>,
    pub(super) closes: bool,
    pub(super) owes: Option<OwedRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(super) struct EventRow {
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) kind: String,
    pub(super) leg: Option<String>,
    pub(super) body: String,
    pub(super) number: Option<NumberRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(super) struct NumberRow {
    #[serde(with = "in_base64")]
    pub(super) sealed: Vec<u8>,
    pub(super) index: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(super) struct OpenRow {
    pub(super) window: String,
    pub(super) process: String,
    pub(super) begun: i64,
}

/// A call owes at most one call-back, so the debt is named by the call.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(super) struct OwedRow {
    pub(super) window: String,
    pub(super) number: NumberRow,
    pub(super) reason: String,
    pub(super) at: i64,
}

impl Rows {
    pub(super) fn of(batch: &Batch, process: ProcessId, sealer: &Sealer) -> Result<Self, AppendFault> {
        let first = batch.entries.first().ok_or(AppendFault::Stopped)?;
        let mut rows = Self {
            operator: first.operator.to_string(),
            call: first.call.to_string(),
            events: Vec::with_capacity(batch.entries.len()),
            opens: None,
            closes: false,
            owes: None,
        };
        for entry in &batch.entries {
            rows.add(entry, batch, process, sealer)?;
        }
        Ok(rows)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only two steps have consequences in the tables")]
    fn add(
        &mut self,
        entry: &Entry,
        batch: &Batch,
        process: ProcessId,
        sealer: &Sealer,
    ) -> Result<(), AppendFault> {
        let at = entry.at.micros();
        let mut number = None;
        match &entry.step {
            Step::Begun(begun) => {
                number = self.number(entry, &event_row(&self.call, entry.seq), "call_event", sealer)?;
                let window = begun.window.to_string();
                self.opens = Some(OpenRow { window, process: process.to_string(), begun: at });
            }
            Step::Ended { reason, owes_call_back } => {
                self.closes = true;
                let owed =
                    if *owes_call_back { self.number(entry, &self.call, "callback", sealer)? } else { None };
                let reason = word(serde_json::to_value(reason)?);
                let window = batch.window.to_string();
                self.owes = owed.map(|number| OwedRow { window, number, reason, at });
            }
            _ => {}
        }
        let step = serde_json::to_value(&entry.step)?;
        self.events.push(EventRow {
            seq: i64::from(entry.seq),
            at,
            kind: step.get("step").cloned().map(word).unwrap_or_default(),
            leg: step.get("leg").cloned().map(word),
            body: step.to_string(),
            number,
        });
        Ok(())
    }

    fn number(
        &self,
        entry: &Entry,
        row: &str,
        table: &str,
        sealer: &Sealer,
    ) -> Result<Option<NumberRow>, SealFault> {
        let seal = |number: &Private<String>| {
            Ok(NumberRow {
                sealed: sealer.seal(number_at(table, row), number)?,
                index: sealer.blind_index(&entry.operator, number),
            })
        };
        entry.number.as_ref().map(seal).transpose()
    }
}

pub(super) fn event_row(call: &str, seq: impl std::fmt::Display) -> String {
    format!("{call}/{seq}")
}

pub(super) fn number_at<'a>(table: &'a str, row: &'a str) -> Place<'a> {
    Place { table, row, column: "number_sealed" }
}

fn word(value: serde_json::Value) -> String {
    value.as_str().map(str::to_owned).unwrap_or_default()
}

mod in_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD_NO_PAD.decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}
