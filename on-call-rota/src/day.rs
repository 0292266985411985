//! What kind of day a date is, by the law and by an operator's own rule.

use jiff::civil::{Date, Weekday};

use crate::code::coded;
use crate::holiday::Holiday;
use crate::hours::TimeRange;
use crate::ids::as_text;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCalendar {
    #[error("a day kind is one of weekday, saturday, sunday, holiday, substitute, citizens, year_end, local")]
    DayKind,
    #[error("a band is one of B1, B2, B3, B4, B5, B6, B9")]
    Band,
    #[error("a saturday is open or closed")]
    Saturday,
    #[error("the hours from 06:00 to opening are own (band B6) or night (counted with B3)")]
    EarlyMorning,
    #[error("year end is MM-DD..MM-DD such as 12-29..01-03, or none")]
    YearEnd,
}

/// CL-DAY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DayKind {
    Weekday,
    Saturday,
    Sunday,
    /// 祝日
    Holiday,
    /// 振替休日
    Substitute,
    /// 国民の休日
    Citizens,
    /// 年末年始
    YearEnd,
    /// A day of the operator's own.
    Local,
}

impl DayKind {
    pub fn is_public_holiday(self) -> bool {
        match self {
            Self::Holiday | Self::Substitute | Self::Citizens => true,
            Self::Weekday | Self::Saturday | Self::Sunday | Self::YearEnd | Self::Local => false,
        }
    }
}

coded!(pub DayKind, InvalidCalendar, InvalidCalendar::DayKind, {
    Weekday = "weekday", Saturday = "saturday", Sunday = "sunday", Holiday = "holiday",
    Substitute = "substitute", Citizens = "citizens", YearEnd = "year_end", Local = "local",
});

/// A date as an operator sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Day {
    pub date: Date,
    pub kind: DayKind,
    /// 閉所日
    pub closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saturday {
    Open,
    Closed,
}

coded!(pub(crate) Saturday, InvalidCalendar, InvalidCalendar::Saturday, { Open = "open", Closed = "closed" });

/// First and last (month, day), possibly across New Year; `None` for no such days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct YearEnd(pub(crate) Option<((i8, i8), (i8, i8))>);

impl YearEnd {
    /// 行政機関の休日に関する法律 1条1項3号
    pub(crate) const BY_LAW: Self = Self(Some(((12, 29), (1, 3))));

    fn contains(self, date: Date) -> bool {
        let day = (date.month(), date.day());
        match self.0 {
            Some((first, last)) if first <= last => first <= day && day <= last,
            Some((first, last)) => first <= day || day <= last,
            None => false,
        }
    }
}

impl std::str::FromStr for YearEnd {
    type Err = InvalidCalendar;
    fn from_str(text: &str) -> Result<Self, InvalidCalendar> {
        if text == "none" {
            return Ok(Self(None));
        }
        let ends =
            text.split_once("..").and_then(|(first, last)| Some((month_day(first)?, month_day(last)?)));
        ends.map(|ends| Self(Some(ends))).ok_or(InvalidCalendar::YearEnd)
    }
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    // A leap year, so that 02-29 may be written.
    let date: Date = format!("2000-{text}").parse().ok()?;
    (text.len() == 5).then(|| (date.month(), date.day()))
}

/// A day the operator fixed itself: closed beyond the law, or open in spite of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnDay {
    pub(crate) date: Date,
    pub(crate) name: String,
    pub(crate) open: bool,
}

/// An operator's rule for days, in force from a date until the next one's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CalendarRule {
    pub(crate) from: Date,
    pub(crate) office_hours: TimeRange,
    pub(crate) saturday: Saturday,
    pub(crate) year_end: YearEnd,
    pub(crate) own_days: Vec<OwnDay>,
}

impl Default for CalendarRule {
    /// As national offices have it: 行政機関の休日に関する法律 1条1項.
    fn default() -> Self {
        Self {
            from: Date::MIN,
            office_hours: TimeRange::OFFICE,
            saturday: Saturday::Closed,
            year_end: YearEnd::BY_LAW,
            own_days: Vec::new(),
        }
    }
}

impl CalendarRule {
    /// `year` has the holidays of the date's year.
    pub(crate) fn day(&self, year: &[Holiday], date: Date) -> Day {
        let kind = self.kind(year, date);
        let closed = match kind {
            DayKind::Weekday => false,
            DayKind::Saturday => self.saturday == Saturday::Closed,
            DayKind::Sunday | DayKind::Holiday | DayKind::Substitute | DayKind::Citizens => true,
            DayKind::YearEnd | DayKind::Local => true,
        };
        Day { date, kind, closed }
    }

    /// A public holiday is one whatever else the day is; then come the
    /// operator's own days, then year end, then the day of the week.
    fn kind(&self, year: &[Holiday], date: Date) -> DayKind {
        let own = self.own_days.iter().find(|own| own.date == date);
        let holiday = year.iter().find(|holiday| holiday.date == date);
        match (own, holiday) {
            (Some(own), _) if own.open => DayKind::Weekday,
            (_, Some(holiday)) => holiday.kind,
            (Some(_), None) => DayKind::Local,
            (None, None) if self.year_end.contains(date) => DayKind::YearEnd,
            (None, None) => by_weekday(date.weekday()),
        }
    }
}

fn by_weekday(weekday: Weekday) -> DayKind {
    match weekday {
        Weekday::Sunday => DayKind::Sunday,
        Weekday::Saturday => DayKind::Saturday,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => {
            DayKind::Weekday
        }
    }
}
