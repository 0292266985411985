//! The contract's words and ours.

use std::str::FromStr;

use domain::daily_log::{KeptOpen, Row};
use domain::time::Instant;
use jiff::civil::Date;
use proto::daily_log::v1 as pb;
use shell::grpc::timestamp;

use crate::asker::Asker;
use crate::error::LogError;
use crate::gather::DayOf;

pub(crate) const SHORT_WORD: &str = "1 to 32 characters of a-z, 0-9 and hyphen";
const DATE: &str = "a date such as 2026-11-20";
/// Days that one answer or file may be about.
const MOST_DAYS: i32 = 400;

/// A field that is an id or a short word.
pub(crate) fn word<T: FromStr>(text: &str, field: &'static str, reason: &'static str) -> Result<T, LogError> {
    text.parse().map_err(|_| LogError::invalid(field, reason))
}

pub(crate) fn date(text: &str, field: &'static str) -> Result<Date, LogError> {
    match text.parse::<Date>() {
        // Nothing is planned or counted outside the years of the holiday rule.
        Ok(date) if text.len() == 10 && (1980..=2099).contains(&date.year()) => Ok(date),
        Ok(_) | Err(_) => Err(LogError::invalid(field, DATE)),
    }
}

/// Dates in order, both included, no more than 400 days.
pub(crate) fn dates(from: &str, to: &str) -> Result<(Date, Date), LogError> {
    let (first, last) = (date(from, "from")?, date(to, "to")?);
    match (last - first).get_days() {
        ..0 => Err(LogError::invalid("to", "a date that is not before from")),
        0..MOST_DAYS => Ok((first, last)),
        MOST_DAYS.. => Err(LogError::invalid("to", "at most 400 days after from")),
    }
}

/// Empty where all windows may be meant.
pub(crate) fn window(text: &str) -> Result<String, LogError> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let window: domain::ids::WindowId = word(text, "window_id", SHORT_WORD)?;
    Ok(window.to_string())
}

pub(crate) fn day_of(asker: &Asker, window: &str, service_date: &str) -> Result<DayOf, LogError> {
    Ok(DayOf {
        operator: asker.operator.clone(),
        window: word(window, "window_id", SHORT_WORD)?,
        date: date(service_date, "service_date")?,
    })
}

pub(crate) fn at(micros: i64) -> prost_types::Timestamp {
    timestamp(Instant::from_micros(micros))
}

pub(crate) fn kept_open(kept: KeptOpen) -> pb::KeptOpen {
    pb::KeptOpen {
        why: kept.why.code().to_owned(),
        id: kept.id,
        staff_id: kept.staff.map(|staff| staff.to_string()).unwrap_or_default(),
    }
}

pub(crate) fn row(row: Row) -> pb::Row {
    pb::Row {
        band: row.band,
        figures: row.figures.into_iter().collect(),
        counts: row.counts.into_iter().collect(),
        suppressed: row.suppressed.into_iter().collect(),
    }
}
