//! The days of a stretch of time, worked out once: what each is, and where its
//! hours lie in time.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::calendar::{Calendar, known_dates};
use crate::day::Day;
use crate::hours::TimeRange;
use crate::period::Period;
use crate::zone::instant_at;

pub(crate) struct Days<'a>(Vec<LaidDay<'a>>);

/// One day of a stretch.
pub(crate) struct LaidDay<'a> {
    pub(crate) day: Day,
    calendar: &'a Calendar,
    midnight: Timestamp,
    /// The clocks change neither on this day nor on the next.
    steady: bool,
}

impl LaidDay<'_> {
    /// The instants, for hours that begin on this day. Empty only where the
    /// clocks jump over all of them.
    pub(crate) fn hours(&self, range: TimeRange) -> Period {
        Period { from: self.at(range.start()), until: self.at(range.end()) }
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
        let mut laid = Vec::new();
        let start = instant_at(&calendar.zone, first, 0) - SignedDuration::from_secs(1);
        let mut jump = calendar.zone.following(start).next().map(|change| change.timestamp());
        let mut date = first;
        while date <= last {
            let midnight = instant_at(&calendar.zone, date, 0);
            // A midnight that the clocks jump over is not 00:00 on the wall.
            let jumped = jump == Some(midnight);
            if jump.is_some_and(|jump| jump <= midnight) {
                jump = calendar.zone.following(midnight).next().map(|change| change.timestamp());
            }
            let two_days = midnight + SignedDuration::from_hours(48);
            let steady = !jumped && jump.is_none_or(|jump| two_days < jump);
            let day = calendar.day(date);
            laid.extend(day.map(|day| LaidDay { day, calendar, midnight, steady }));
            date = date.saturating_add(1.day());
        }
        Self(laid)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &LaidDay<'a>> {
        self.0.iter()
    }
}
