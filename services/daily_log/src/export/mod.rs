//! Rows as files: CSV, XLSX, JSON.

mod csv;
mod json;
mod table;
mod xlsx;

use std::str::FromStr;

use domain::daily_log::{Row, suppress_rows};
use proto::daily_log::v1 as pb;
use shell::audit::Entry;

use crate::asker::Asker;
use crate::days::Days;
use crate::error::LogError;
use crate::wire::{dates, window};
pub(crate) use table::{Line, Table};

/// A file as it is handed out.
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) name: String,
    pub(crate) content_type: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Xlsx,
    Json,
    /// What days are counted from, line by line.
    Raw,
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Raw => "jsonl",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::Raw => "application/jsonl",
        }
    }

    pub(crate) fn file(self, name: &str, bytes: Vec<u8>) -> File {
        File { bytes, name: format!("{name}.{}", self.ending()), content_type: self.content_type() }
    }
}

impl FromStr for Format {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        match text {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            "json" => Ok(Self::Json),
            "raw" => Ok(Self::Raw),
            _ => Err(LogError::invalid("format", "csv, xlsx, json or raw")),
        }
    }
}

impl Table {
    pub(crate) fn file(&self, format: Format, name: &str) -> Result<File, LogError> {
        let bytes = match format {
            Format::Csv => csv::write(self),
            Format::Xlsx => xlsx::write(self)?,
            Format::Json => json::write(self),
            Format::Raw => return Err(LogError::invalid("format", "csv, xlsx or json")),
        };
        Ok(format.file(name, bytes))
    }
}

impl Days {
    /// Day by day; in the audit before it is handed out.
    pub(crate) async fn export(
        &self,
        asker: &Asker,
        asked: &pb::ExportDaysRequest,
    ) -> Result<File, LogError> {
        let format: Format = asked.format.parse()?;
        let (from, to) = dates(&asked.from, &asked.to)?;
        let window = window(&asked.window_id)?;
        let name = match window.is_empty() {
            true => format!("daily-log-{from}-{to}"),
            false => format!("daily-log-{window}-{from}-{to}"),
        };
        if format == Format::Raw && asked.publish {
            return Err(LogError::invalid("publish", "false: what days are counted from is not published"));
        }
        let file = match format {
            Format::Raw => self.raw(asker, &window, (from, to)).await.map(|raw| format.file(&name, raw))?,
            Format::Csv | Format::Xlsx | Format::Json => {
                self.table(asker, &window, (from, to), asked.publish).await?.file(format, &name)?
            }
        };
        let entry = Entry::of(&asker.who, &asker.operator, "daily_log.exported").about("days", &name);
        let entry = entry.with("format", asked.format.clone()).with("publish", asked.publish);
        self.keeper.noted(&entry).await?;
        Ok(file)
    }

    async fn table(
        &self,
        asker: &Asker,
        window: &str,
        span: (jiff::civil::Date, jiff::civil::Date),
        publish: bool,
    ) -> Result<Table, LogError> {
        let mut lines = Vec::new();
        for found in self.found(&asker.operator, window, span).await?.into_iter().rev() {
            let rows = found.sealed.rows();
            let rows = if publish { suppress_rows(rows.to_vec()) } else { rows.to_vec() };
            let name = self.keeper.window_name(&asker.operator, &found.day.window_id);
            lines.extend(rows.into_iter().map(|row| line(&found.day, &name, row)));
        }
        Ok(Table { keys: DAY_KEYS, lines })
    }
}

const DAY_KEYS: &[&str] =
    &["window_id", "window_name", "service_date", "day_kind", "state", "version", "hash", "time_band"];

fn line(day: &pb::Day, window: &str, row: Row) -> Line {
    let keys = [
        day.window_id.clone(),
        window.to_owned(),
        day.service_date.clone(),
        day.day_kind.clone(),
        day.state.clone(),
        day.version.to_string(),
        day.hash.clone(),
        row.band.clone(),
    ];
    Line { keys: keys.to_vec(), row }
}
