//! Days added up: a month, a fiscal year from April to March, a quarter.
//!
//! Tallies are added, not rows: a mean is that of all calls, a centile that of all waits, and a person on duty
//! on twenty days is one.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use on_call_rota::Band;

use super::body::Body;
use super::count::rows;
use super::row::Row;
use super::tally::Tally;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportPeriod {
    Month {
        year: i16,
        month: i8,
    },
    /// From April on.
    FiscalYear(i16),
    /// Of the calendar year, 1 to 4.
    Quarter {
        year: i16,
        quarter: i8,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("period is a month such as 2026-11, a fiscal year such as 2026 or a quarter such as 2026-Q3")]
pub struct InvalidPeriod;

impl FromStr for ReportPeriod {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
        let digits = |text: &str, many| text.len() == many && text.bytes().all(|one| one.is_ascii_digit());
        let year = digits(year, 4).then(|| year.parse().ok()).flatten().ok_or(InvalidPeriod)?;
        let place = |text: &str, most| text.parse().ok().filter(|one| (1..=most).contains(one));
        match rest {
            None => Ok(Self::FiscalYear(year)),
            Some(rest) => match rest.strip_prefix('Q') {
                Some(rest) if digits(rest, 1) => {
                    place(rest, 4).map(|quarter| Self::Quarter { year, quarter })
                }
                None if digits(rest, 2) => place(rest, 12).map(|month| Self::Month { year, month }),
                Some(_) | None => None,
            }
            .ok_or(InvalidPeriod),
        }
    }
}

impl fmt::Display for ReportPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
            Self::FiscalYear(year) => write!(f, "{year:04}"),
            Self::Quarter { year, quarter } => write!(f, "{year:04}-Q{quarter}"),
        }
    }
}

impl ReportPeriod {
    pub fn first(self) -> Date {
        let (year, month) = match self {
            Self::Month { year, month } => (year, month),
            Self::FiscalYear(year) => (year, 4),
            Self::Quarter { year, quarter } => (year, 3 * quarter - 2),
        };
        jiff::civil::date(year, month, 1)
    }

    /// The last date in it.
    pub fn last(self) -> Date {
        let months = match self {
            Self::Month { .. } => 0,
            Self::FiscalYear(_) => 11,
            Self::Quarter { .. } => 2,
        };
        self.first().saturating_add(jiff::Span::new().months(months)).last_of_month()
    }

    pub fn contains(self, date: Date) -> bool {
        self.first() <= date && date <= self.last()
    }

    /// A month is told by its days, what is longer by its months.
    pub fn part(self, date: Date) -> String {
        match self {
            Self::Month { .. } => date.to_string(),
            Self::FiscalYear(_) | Self::Quarter { .. } => format!("{:04}-{:02}", date.year(), date.month()),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The whole first, then its bands.
    pub rows: Vec<Row>,
    pub parts: Vec<Part>,
    /// For the region's meeting.
    pub region: Row,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub name: String,
    pub row: Row,
}

/// Of those days that lie in the period; of one window or of several together.
pub fn report<'a>(period: ReportPeriod, days: impl IntoIterator<Item = &'a Body>) -> Report {
    let mut bands: BTreeMap<Band, Tally> = BTreeMap::new();
    let mut parts: BTreeMap<String, Tally> = BTreeMap::new();
    for day in days.into_iter().filter(|day| period.contains(day.service_date)) {
        let part = parts.entry(period.part(day.service_date)).or_default();
        for (band, tally) in &day.tallies {
            bands.entry(*band).or_default().add(tally);
            part.add(tally);
        }
    }
    let rows = rows(&bands);
    let region = rows.first().map(region).unwrap_or_default();
    let parts = parts.into_iter().map(|(name, tally)| Part { row: tally.row(&name), name });
    Report { rows, parts: parts.collect(), region }
}

/// What the region's meeting is told: who is asked again and again, what about, and where nobody takes people.
const REGION: &[&str] = &[
    "offered",
    "redials",
    "repeat_callers",
    "records",
    "frequent_caller_calls",
    "by_topic",
    "referrals",
    "referrals_accepted",
    "referrals_rejected",
    "declines",
    "by_decline",
    "by_area_decline",
    "hours_without_acceptance",
];

pub(super) fn region(whole: &Row) -> Row {
    let is_told = |name: &&String| name.split('/').next().is_some_and(|head| REGION.contains(&head));
    let told = |all: &BTreeMap<String, u64>| {
        all.iter().filter(|(name, _)| is_told(name)).map(|(name, count)| (name.clone(), *count)).collect()
    };
    Row {
        band: "region".to_owned(),
        figures: told(&whole.figures),
        counts: told(&whole.counts),
        suppressed: whole.suppressed.iter().filter(is_told).cloned().collect(),
    }
}
