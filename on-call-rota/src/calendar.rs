//! What kind of day a date is for an operator, which service date and which
//! time band an instant belongs to.

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::code::coded;
use crate::holiday::{HOLIDAY_YEARS, Holiday, holidays};
use crate::hours::{ClockTime, TimeRange};
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

/// CL-BAND: the five bands of the ministry's survey and two of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Band {
    /// 開所時間内
    Open,
    /// 開所時間外（閉所〜22時）
    Evening,
    /// 開所時間外（22〜6時）
    Night,
    /// 閉所日（6〜22時）
    ClosedDay,
    /// 閉所日（22〜6時）
    ClosedNight,
    /// 開所日6時〜開所
    EarlyMorning,
    /// 不明
    Unknown,
}

coded!(pub Band, InvalidCalendar, InvalidCalendar::Band, {
    Open = "B1", Evening = "B2", Night = "B3", ClosedDay = "B4", ClosedNight = "B5",
    EarlyMorning = "B6", Unknown = "B9",
});

/// Where the hours from 06:00 to opening are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlyMorning {
    /// In their own band, B6.
    Own,
    /// With the night before them, B3.
    Night,
}

coded!(pub EarlyMorning, InvalidCalendar, InvalidCalendar::EarlyMorning, { Own = "own", Night = "night" });

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

/// A date as an operator sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Day {
    pub date: Date,
    pub kind: DayKind,
    /// 閉所日
    pub closed: bool,
}

/// Where an instant stands in an operator's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Moment {
    pub band: Band,
    pub calendar_date: Date,
    /// A night belongs to the date on which it began.
    pub service_date: Date,
    /// Of the calendar date. `None` outside the years of the holiday rule.
    pub day: Option<DayKind>,
}

/// An operator's days: zone, boundary, and rules by date.
#[derive(Clone, Debug)]
pub struct Calendar {
    pub(crate) zone: TimeZone,
    pub(crate) service_day_starts: ClockTime,
    pub(crate) early_morning: EarlyMorning,
    pub(crate) published_through: i16,
    /// By `from`; the first holds for all time before it too.
    pub(crate) rules: Vec<CalendarRule>,
}

impl Calendar {
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The last year whose equinoxes are published.
    pub fn published_through(&self) -> i16 {
        self.published_through
    }

    /// `None` outside 1980 to 2099.
    pub fn day(&self, date: Date) -> Option<Day> {
        let year = holidays(date.year(), self.published_through).ok()?;
        self.day_in(&year, date)
    }

    pub fn service_date(&self, at: Timestamp) -> Date {
        let local = self.zone.to_datetime(at);
        let minutes = local.hour() as u16 * 60 + local.minute() as u16;
        if minutes < self.service_day_starts.minutes() { before(local.date()) } else { local.date() }
    }

    /// Instants half-open: 22:00 sharp is night, opening time sharp is open.
    pub fn moment(&self, at: Timestamp) -> Moment {
        let local = self.zone.to_datetime(at);
        let minutes = local.hour() as u16 * 60 + local.minute() as u16;
        Moment {
            band: self.band(local.date(), minutes).unwrap_or(Band::Unknown),
            calendar_date: local.date(),
            service_date: self.service_date(at),
            day: self.day(local.date()).map(|day| day.kind),
        }
    }

    fn band(&self, date: Date, minutes: u16) -> Option<Band> {
        const SIX: u16 = 6 * 60;
        const TEN_PM: u16 = 22 * 60;
        let today = self.day(date)?;
        if self.is_office_open(&today, minutes) {
            return Some(Band::Open);
        }
        // The hours before six belong to the night that began the day before.
        let night_of = if minutes < SIX { self.day(before(date))? } else { today };
        let opening = self.rule(date)?.office_hours.start();
        Some(match minutes {
            SIX..TEN_PM if today.closed => Band::ClosedDay,
            SIX..TEN_PM if minutes >= opening => Band::Evening,
            SIX..TEN_PM => match self.early_morning {
                EarlyMorning::Own => Band::EarlyMorning,
                EarlyMorning::Night => Band::Night,
            },
            _ if night_of.closed => Band::ClosedNight,
            _ => Band::Night,
        })
    }

    /// Office hours that run past midnight belong to the day they began.
    fn is_office_open(&self, today: &Day, minutes: u16) -> bool {
        let open = |day: &Day, minutes: u16| {
            let hours = self.rule(day.date).map(|rule| rule.office_hours);
            !day.closed && hours.is_some_and(|hours| hours.start() <= minutes && minutes < hours.end())
        };
        open(today, minutes) || self.day(before(today.date)).is_some_and(|day| open(&day, minutes + 24 * 60))
    }

    fn rule(&self, date: Date) -> Option<&CalendarRule> {
        let after = self.rules.partition_point(|rule| rule.from <= date);
        self.rules.get(after.saturating_sub(1))
    }

    pub(crate) fn day_in(&self, year: &[Holiday], date: Date) -> Option<Day> {
        let rule = self.rule(date)?;
        let own = rule.own_days.iter().find(|own| own.date == date);
        let kind = match own {
            Some(own) if own.open => DayKind::Weekday,
            Some(_) | None => kind_by_law(rule, year, own.is_some(), date),
        };
        let closed = match kind {
            DayKind::Weekday => false,
            DayKind::Saturday => rule.saturday == Saturday::Closed,
            DayKind::Sunday | DayKind::Holiday | DayKind::Substitute | DayKind::Citizens => true,
            DayKind::YearEnd | DayKind::Local => true,
        };
        Some(Day { date, kind, closed })
    }
}

fn kind_by_law(rule: &CalendarRule, year: &[Holiday], own: bool, date: Date) -> DayKind {
    if let Some(holiday) = year.iter().find(|holiday| holiday.date == date) {
        return holiday.kind;
    }
    match date.weekday() {
        _ if own => DayKind::Local,
        _ if rule.year_end.contains(date) => DayKind::YearEnd,
        Weekday::Sunday => DayKind::Sunday,
        Weekday::Saturday => DayKind::Saturday,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => {
            DayKind::Weekday
        }
    }
}

fn before(date: Date) -> Date {
    date.saturating_sub(1.day())
}

/// The first and the last date of the holiday rule: nothing is planned outside.
pub(crate) fn known_dates() -> (Date, Date) {
    (date(*HOLIDAY_YEARS.start(), 1, 1), date(*HOLIDAY_YEARS.end(), 12, 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar {
            zone: TimeZone::get("Asia/Tokyo").unwrap(),
            service_day_starts: "08:30".parse().unwrap(),
            early_morning: EarlyMorning::Own,
            published_through: 2027,
            rules: vec![CalendarRule {
                from: Date::MIN,
                office_hours: "08:30-17:15".parse().unwrap(),
                saturday: Saturday::Closed,
                year_end: YearEnd::BY_LAW,
                own_days: vec![OwnDay { date: date(2026, 6, 15), open: false }],
            }],
        }
    }

    fn band(calendar: &Calendar, local: &str) -> Band {
        let local: jiff::civil::DateTime = local.parse().unwrap();
        calendar.moment(crate::zone::instant(&calendar.zone, local)).band
    }

    #[test]
    fn each_band_begins_and_ends_on_the_minute() {
        let calendar = calendar();
        // Friday 2026-11-20 is open, Saturday, Sunday and Monday 11-23 (a holiday) are closed.
        for (local, expected) in [
            ("2026-11-20T05:59", Band::Night),
            ("2026-11-20T06:00", Band::EarlyMorning),
            ("2026-11-20T08:29:59", Band::EarlyMorning),
            ("2026-11-20T08:30", Band::Open),
            ("2026-11-20T17:14:59", Band::Open),
            ("2026-11-20T17:15", Band::Evening),
            ("2026-11-20T21:59:59", Band::Evening),
            ("2026-11-20T22:00", Band::Night),
            ("2026-11-21T05:59", Band::Night),
            ("2026-11-21T06:00", Band::ClosedDay),
            ("2026-11-21T22:00", Band::ClosedNight),
            ("2026-11-24T05:59", Band::ClosedNight),
            ("2026-11-24T06:00", Band::EarlyMorning),
        ] {
            assert_eq!(band(&calendar, local), expected, "{local}");
        }
    }

    #[test]
    fn the_hours_before_opening_can_be_counted_with_the_night() {
        let folded = Calendar { early_morning: EarlyMorning::Night, ..calendar() };
        assert_eq!(band(&folded, "2026-11-20T07:00"), Band::Night);
        assert_eq!(band(&folded, "2026-11-20T08:30"), Band::Open);
    }

    #[test]
    fn an_instant_outside_the_years_of_the_law_has_an_unknown_band() {
        assert_eq!(band(&calendar(), "2100-06-01T12:00"), Band::Unknown);
    }

    #[test]
    fn a_night_belongs_to_the_date_on_which_it_began() {
        let calendar = calendar();
        let on = |local: &str| {
            let local: jiff::civil::DateTime = local.parse().unwrap();
            calendar.service_date(crate::zone::instant(&calendar.zone, local))
        };
        assert_eq!(on("2026-11-20T08:29"), date(2026, 11, 19));
        assert_eq!(on("2026-11-20T08:30"), date(2026, 11, 20));
        assert_eq!(on("2026-11-21T00:10"), date(2026, 11, 20));
    }

    #[test]
    fn days_have_the_kind_that_the_law_and_the_operator_give_them() {
        let calendar = calendar();
        for (date, kind) in [
            (date(2026, 1, 1), DayKind::Holiday),
            (date(2026, 1, 2), DayKind::YearEnd),
            (date(2027, 1, 3), DayKind::YearEnd),
            (date(2026, 5, 6), DayKind::Substitute),
            (date(2026, 6, 15), DayKind::Local),
            (date(2026, 6, 16), DayKind::Weekday),
            (date(2026, 9, 22), DayKind::Citizens),
            (date(2026, 11, 21), DayKind::Saturday),
            (date(2026, 12, 28), DayKind::Weekday),
            (date(2026, 12, 29), DayKind::YearEnd),
        ] {
            assert_eq!(calendar.day(date).unwrap().kind, kind, "{date}");
        }
    }

    #[test]
    fn the_calendar_changes_on_the_date_that_it_says() {
        let mut calendar = calendar();
        let open = CalendarRule {
            from: date(2027, 4, 1),
            saturday: Saturday::Open,
            year_end: YearEnd(None),
            ..calendar.rules[0].clone()
        };
        calendar.rules.push(open);
        assert!(calendar.day(date(2027, 3, 27)).unwrap().closed);
        assert!(!calendar.day(date(2027, 4, 3)).unwrap().closed);
        assert_eq!(calendar.day(date(2027, 12, 30)).unwrap().kind, DayKind::Weekday);
    }
}
