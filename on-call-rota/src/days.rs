//! The days of a stretch of time, worked out once: what each is, and where its
//! hours lie in time.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::{Calendar, known_dates};
use crate::day::Day;
use crate::hours::TimeRange;
use crate::nanos::Nanos;
use crate::period::Period;
use crate::span::Span;
use crate::zone::instant_at;

pub(crate) struct Days<'a>(Vec<LaidDay<'a>>);

/// One day of a stretch.
pub(crate) struct LaidDay<'a> {
    pub(crate) day: Day,
    calendar: &'a Calendar,
    midnight: Timestamp,
    /// The same instant.
    begins: Nanos,
    /// The clocks change neither on this day nor on the next.
    steady: bool,
}

impl LaidDay<'_> {
    /// The instants, for hours that begin on this day. Empty only where the
    /// clocks jump over all of them.
    pub(crate) fn hours(&self, range: TimeRange) -> Period {
        Period { from: self.at(range.start()), until: self.at(range.end()) }
    }

    /// The same hours as numbers.
    #[inline]
    pub(crate) fn span(&self, range: TimeRange) -> Span {
        Span { from: self.nanos_at(range.start()), until: self.nanos_at(range.end()) }
    }

    #[inline]
    fn nanos_at(&self, minutes: u16) -> Nanos {
        match self.steady {
            true => self.begins.after_minutes(minutes),
            false => Nanos::of(self.at(minutes)),
        }
    }

    /// Minutes past the midnight that begins the day, 0 to 2880.
    pub(crate) fn at(&self, minutes: u16) -> Timestamp {
        match self.steady {
            true => self.midnight + SignedDuration::from_mins(i64::from(minutes)),
            false => instant_at(&self.calendar.zone, self.day.date, minutes),
        }
    }
}

impl<'a> Days<'a> {
    /// Both ends included; clipped to the years of the holiday rule.
    pub(crate) fn new(calendar: &'a Calendar, first: Date, last: Date) -> Self {
        let (earliest, latest) = known_dates();
        let (first, last) = (first.max(earliest), last.min(latest));
        let mut clock = Clock::new(calendar, first);
        let mut laid = Vec::new();
        let mut next = Some(first).filter(|first| *first <= last);
        while let Some(date) = next {
            laid.extend(calendar.day(date).map(|day| clock.lay(day)));
            next = date.tomorrow().ok().filter(|date| *date <= last);
        }
        Self(laid)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, LaidDay<'a>> {
        self.0.iter()
    }

    /// Those from one date to another, both included; none of them is no limit.
    pub(crate) fn between(&self, first: Option<Date>, last: Option<Date>) -> &[LaidDay<'a>] {
        let low = first.map_or(0, |first| self.0.partition_point(|laid| laid.day.date < first));
        let high = last.map_or(self.0.len(), |last| self.0.partition_point(|laid| laid.day.date <= last));
        &self.0[low..high.max(low)]
    }
}

/// Goes from midnight to midnight and asks the zone only about those where the clocks may change.
struct Clock<'a> {
    calendar: &'a Calendar,
    /// The next change of the clocks, or the one at the midnight reached.
    jump: Option<Timestamp>,
    /// The midnight that follows a steady day.
    next: Option<Timestamp>,
}

impl<'a> Clock<'a> {
    fn new(calendar: &'a Calendar, first: Date) -> Self {
        let before = instant_at(&calendar.zone, first, 0) - SignedDuration::from_secs(1);
        Self { calendar, jump: jump_after(calendar, before), next: None }
    }

    /// Called for one date after the other.
    fn lay(&mut self, day: Day) -> LaidDay<'a> {
        let midnight = self.next.unwrap_or_else(|| instant_at(&self.calendar.zone, day.date, 0));
        // A midnight that the clocks jump over is not 00:00 on the wall.
        let jumped = self.jump == Some(midnight);
        if self.jump.is_some_and(|jump| jump <= midnight) {
            self.jump = jump_after(self.calendar, midnight);
        }
        let two_days = midnight + SignedDuration::from_hours(48);
        let steady = !jumped && self.jump.is_none_or(|jump| two_days < jump);
        self.next = steady.then(|| midnight + SignedDuration::from_hours(24));
        LaidDay { day, calendar: self.calendar, midnight, begins: Nanos::of(midnight), steady }
    }
}

fn jump_after(calendar: &Calendar, at: Timestamp) -> Option<Timestamp> {
    calendar.zone.following(at).next().map(|change| change.timestamp())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::calendar::EarlyMorning;
    use crate::day::CalendarRule;
    use crate::holiday::{PUBLISHED_THROUGH, Years};
    use crate::hours::ClockTime;

    /// Jumps and folds at midnight, of half an hour, of a whole day, twice a year and not at all.
    const ZONES: [&str; 14] = [
        "Asia/Tokyo",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "America/Havana",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "Africa/Cairo",
        "Asia/Beirut",
        "Asia/Kathmandu",
        "Asia/Tehran",
        "Pacific/Apia",
        "Pacific/Kwajalein",
    ];

    fn calendar(zone: &str) -> Calendar {
        Calendar {
            zone: TimeZone::get(zone).unwrap(),
            service_day_starts: ClockTime::MIDNIGHT,
            early_morning: EarlyMorning::Own,
            years: Years::new(PUBLISHED_THROUGH),
            rules: vec![CalendarRule::default()],
        }
    }

    /// Local dates at most three days from a change of the clocks, and some that are not.
    fn about_changes(zone: &TimeZone) -> BTreeSet<Date> {
        let start = date(1980, 1, 1).to_zoned(zone.clone()).unwrap().timestamp();
        let changes = zone.following(start).map(|change| zone.to_datetime(change.timestamp()).date());
        let near = changes.take_while(|day| day.year() < 2100).flat_map(|day| {
            (-3..=3).map(move |off| day.saturating_add(SignedDuration::from_hours(off * 24)))
        });
        near.chain([date(1995, 6, 15), date(2027, 7, 1), date(2099, 12, 31)]).collect()
    }

    #[test]
    fn every_time_about_every_change_of_the_clocks_is_the_one_that_the_zone_gives() {
        for name in ZONES {
            let calendar = calendar(name);
            let days = Days::new(&calendar, date(1980, 1, 1), date(2099, 12, 31));
            let near = about_changes(&calendar.zone);
            let mut compared = 0;
            for laid in days.iter().filter(|laid| near.contains(&laid.day.date)) {
                for minutes in (0..=2880).step_by(15) {
                    let asked = instant_at(&calendar.zone, laid.day.date, minutes);
                    assert_eq!(laid.at(minutes), asked, "{name} {} {minutes}", laid.day.date);
                    assert_eq!(
                        laid.nanos_at(minutes),
                        Nanos::of(asked),
                        "{name} {} {minutes}",
                        laid.day.date
                    );
                }
                compared += 1;
            }
            assert_eq!(compared, near.range(date(1980, 1, 1)..=date(2099, 12, 31)).count(), "{name}");
        }
    }
}
