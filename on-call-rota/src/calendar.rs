//! What kind of day a date is for an operator, which service date and which
//! time band an instant belongs to.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::code::coded;
use crate::day::{CalendarRule, Day, DayKind, InvalidCalendar};
use crate::holiday::{HOLIDAY_YEARS, Years};
use crate::hours::{ClockTime, TimeRange};
use crate::ids::as_text;
use crate::zone::instant_at;

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
    pub(crate) years: Years,
    /// By `from`; the first holds for all time before it too.
    pub(crate) rules: Vec<CalendarRule>,
}

impl Calendar {
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The last year whose equinoxes are published.
    pub fn published_through(&self) -> i16 {
        self.years.published_through
    }

    /// `None` outside 1980 to 2099.
    pub fn day(&self, date: Date) -> Option<Day> {
        let year = self.years.of(date.year())?;
        self.rule(date).map(|rule| rule.day(year, date))
    }

    pub fn service_date(&self, at: Timestamp) -> Date {
        let local = self.zone.to_datetime(at);
        let minutes = local.hour() as u16 * 60 + local.minute() as u16;
        if minutes < self.service_day_starts.minutes() { before(local.date()) } else { local.date() }
    }

    /// The first instant after a service date.
    pub fn service_day_ends(&self, date: Date) -> Timestamp {
        instant_at(&self.zone, date.saturating_add(1.day()), self.service_day_starts.minutes())
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

    /// The name of a day that the operator fixed itself.
    pub fn own_day(&self, date: Date) -> Option<&str> {
        let own = self.rule(date)?.own_days.iter().find(|own| own.date == date)?;
        Some(&own.name)
    }

    pub(crate) fn office_hours(&self, date: Date) -> Option<TimeRange> {
        self.rule(date).map(|rule| rule.office_hours)
    }

    fn rule(&self, date: Date) -> Option<&CalendarRule> {
        let after = self.rules.partition_point(|rule| rule.from <= date);
        self.rules.get(after.saturating_sub(1))
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
    use crate::day::{OwnDay, Saturday, YearEnd};

    fn calendar() -> Calendar {
        Calendar {
            zone: TimeZone::get("Asia/Tokyo").unwrap(),
            service_day_starts: "08:30".parse().unwrap(),
            early_morning: EarlyMorning::Own,
            years: Years::new(2027),
            rules: vec![CalendarRule {
                from: Date::MIN,
                office_hours: "08:30-17:15".parse().unwrap(),
                saturday: Saturday::Closed,
                year_end: YearEnd::BY_LAW,
                own_days: vec![OwnDay { date: date(2026, 6, 15), name: "県民の日".into(), open: false }],
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
    fn a_service_day_ends_where_the_next_begins() {
        for zone in ["Asia/Tokyo", "Europe/Berlin"] {
            let calendar = Calendar { zone: TimeZone::get(zone).unwrap(), ..calendar() };
            for day in [date(2026, 3, 28), date(2026, 10, 24), date(2026, 12, 31)] {
                let end = calendar.service_day_ends(day);
                let before = end - jiff::SignedDuration::from_secs(1);
                assert_eq!(calendar.service_date(before), day, "{zone} {day}");
                assert_eq!(calendar.service_date(end), day.tomorrow().unwrap(), "{zone} {day}");
            }
        }
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
