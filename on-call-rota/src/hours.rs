//! Hours of a day as a file writes them: `08:30`, `17:00-08:30`, and the days
//! on which they hold.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;

use crate::code::coded;
use crate::day::{Day, DayKind};
use crate::ids::as_text;

const DAY: u16 = 24 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHours {
    #[error("a time is HH:MM from 00:00 to 23:59")]
    Time,
    #[error(
        "hours are HH:MM-HH:MM; an end at or before the start means the next day; the whole day is 00:00-24:00"
    )]
    Range,
    #[error("days are one or more of {}", DayToken::CODES)]
    Days,
}

/// Minutes past midnight, 0 to 1439.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime(u16);

impl ClockTime {
    pub const MIDNIGHT: Self = Self(0);

    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for ClockTime {
    type Err = InvalidHours;
    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        match minutes(text) {
            Some(minutes) if minutes < DAY => Ok(Self(minutes)),
            Some(_) | None => Err(InvalidHours::Time),
        }
    }
}

/// `HH:MM` up to `24:00`.
fn minutes(text: &str) -> Option<u16> {
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let (hours, minutes) = (digit(h1)? * 10 + digit(h2)?, digit(m1)? * 10 + digit(m2)?);
    (minutes < 60 && hours * 60 + minutes <= DAY).then_some(hours * 60 + minutes)
}

/// Half-open hours that begin on one date; 1 minute to 24 hours on the wall.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimeRange {
    start: u16,
    length: u16,
}

impl TimeRange {
    pub const WHOLE_DAY: Self = Self { start: 0, length: DAY };
    /// 08:30-17:15, what prefectural offices keep.
    pub const OFFICE: Self = Self { start: 510, length: 525 };

    /// From the first to the second on the wall clock, past midnight where
    /// that is not later.
    pub fn new(start: ClockTime, end: ClockTime) -> Self {
        let past_midnight = if end.0 <= start.0 { DAY } else { 0 };
        Self { start: start.0, length: end.0 + past_midnight - start.0 }
    }

    /// Minutes past midnight of the date on which the hours begin.
    pub fn start(self) -> u16 {
        self.start
    }

    /// Minutes past the same midnight; more than 1440 where the hours end on the next date.
    pub fn end(self) -> u16 {
        self.start + self.length
    }
}

impl FromStr for TimeRange {
    type Err = InvalidHours;
    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        let (start, end) = text.split_once('-').ok_or(InvalidHours::Range)?;
        let start: ClockTime = start.parse().map_err(|_| InvalidHours::Range)?;
        match minutes(end) {
            Some(DAY) => Ok(Self { start: start.0, length: DAY - start.0 }),
            Some(end) => Ok(Self::new(start, ClockTime(end))),
            None => Err(InvalidHours::Range),
        }
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end() > DAY { self.end() - DAY } else { self.end() };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.start / 60, self.start % 60, end / 60, end % 60)
    }
}

impl fmt::Debug for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A word for days. `mon` to `sun` are days of the week whatever else they
/// are; the others go by the operator's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayToken {
    Daily,
    Open,
    Closed,
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
    Weekday,
    Saturday,
    Sunday,
    Holiday,
    YearEnd,
    Local,
}

impl DayToken {
    pub(crate) const CODES: &'static str = "daily, open, closed, mon, tue, wed, thu, fri, sat, sun, weekday, saturday, sunday, holiday, year_end, local";

    fn matches(self, day: &Day) -> bool {
        let falls_on = |weekday| day.date.weekday() == weekday;
        match self {
            Self::Daily => true,
            Self::Open => !day.closed,
            Self::Closed => day.closed,
            Self::Mon => falls_on(Weekday::Monday),
            Self::Tue => falls_on(Weekday::Tuesday),
            Self::Wed => falls_on(Weekday::Wednesday),
            Self::Thu => falls_on(Weekday::Thursday),
            Self::Fri => falls_on(Weekday::Friday),
            Self::Sat => falls_on(Weekday::Saturday),
            Self::Sun => falls_on(Weekday::Sunday),
            Self::Weekday => day.kind == DayKind::Weekday,
            Self::Saturday => day.kind == DayKind::Saturday,
            Self::Sunday => day.kind == DayKind::Sunday,
            Self::Holiday => day.kind.is_public_holiday(),
            Self::YearEnd => day.kind == DayKind::YearEnd,
            Self::Local => day.kind == DayKind::Local,
        }
    }
}

coded!(pub(crate) DayToken, InvalidHours, InvalidHours::Days, {
    Daily = "daily", Open = "open", Closed = "closed",
    Mon = "mon", Tue = "tue", Wed = "wed", Thu = "thu", Fri = "fri", Sat = "sat", Sun = "sun",
    Weekday = "weekday", Saturday = "saturday", Sunday = "sunday", Holiday = "holiday",
    YearEnd = "year_end", Local = "local",
});

/// Days named by one or more words; none means every day.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct DayFilter(pub(crate) Vec<DayToken>);

impl DayFilter {
    #[inline]
    pub(crate) fn matches(&self, day: &Day) -> bool {
        self.0.is_empty() || self.0.iter().any(|token| token.matches(day))
    }
}

/// A window's hours by kind of day. The more exact word wins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct WeekHours {
    pub(crate) weekday: Vec<TimeRange>,
    /// Monday to Friday, where one differs from `weekday`.
    pub(crate) own: [Option<Vec<TimeRange>>; 5],
    pub(crate) saturday: Option<Vec<TimeRange>>,
    pub(crate) sunday: Option<Vec<TimeRange>>,
    pub(crate) holiday: Vec<TimeRange>,
    pub(crate) year_end: Option<Vec<TimeRange>>,
    pub(crate) local: Option<Vec<TimeRange>>,
}

impl WeekHours {
    pub(crate) fn on(&self, day: &Day) -> &[TimeRange] {
        let saturday_like = if day.closed { &self.holiday } else { &self.weekday };
        match day.kind {
            DayKind::Weekday => self.on_weekday(day.date.weekday()),
            DayKind::Saturday => self.saturday.as_ref().unwrap_or(saturday_like),
            DayKind::Sunday => self.sunday.as_ref().unwrap_or(&self.holiday),
            DayKind::Holiday | DayKind::Substitute | DayKind::Citizens => &self.holiday,
            DayKind::YearEnd => self.year_end.as_ref().unwrap_or(&self.holiday),
            DayKind::Local => self.local.as_ref().unwrap_or(&self.holiday),
        }
    }

    fn on_weekday(&self, weekday: Weekday) -> &[TimeRange] {
        let own = self.own.get(weekday.to_monday_zero_offset() as usize);
        own.and_then(Option::as_ref).unwrap_or(&self.weekday)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> TimeRange {
        text.parse().unwrap()
    }

    #[test]
    fn hours_that_end_before_they_start_end_the_next_day() {
        assert_eq!((range("17:00-08:30").start(), range("17:00-08:30").end()), (1020, 1950));
        assert_eq!(range("08:30-08:30").end() - range("08:30-08:30").start(), 1440);
        assert_eq!(range("00:00-24:00"), TimeRange::WHOLE_DAY);
        assert_eq!(range("18:00-24:00").end(), 1440);
    }

    #[test]
    fn hours_are_written_as_they_are_read() {
        for text in ["17:00-08:30", "08:30-08:30", "00:00-24:00", "18:00-24:00", "22:00-00:00"] {
            let read = range(text);
            assert_eq!(range(&read.to_string()), read);
        }
    }

    #[test]
    fn a_time_that_no_clock_shows_is_refused() {
        for bad in ["24:01-01:00", "8:30-17:00", "08:60-09:00", "08:30", "", "08:30–17:00", "24:00-01:00"] {
            assert!(bad.parse::<TimeRange>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_word_for_days_is_listed() {
        let listed: Vec<_> = DayToken::CODES.split(", ").collect();
        let known: Vec<_> = DayToken::ALL.iter().map(|token| token.code()).collect();
        assert_eq!(listed, known);
    }
}
