//! From wall-clock time to the instant, the same way everywhere, so that the
//! end of one shift and the start of the next can never come apart.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A time that occurs twice is the first of the two; a time that the clocks
/// jump over is the jump itself. So later on the wall is never earlier in fact.
pub(crate) fn instant(zone: &TimeZone, local: DateTime) -> Timestamp {
    let offset = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Fold { before, .. } => before,
        AmbiguousOffset::Gap { after, .. } => {
            let shortly_before = after.to_timestamp(local).unwrap_or(Timestamp::MAX);
            return zone.following(shortly_before).next().map_or(shortly_before, |jump| jump.timestamp());
        }
    };
    // Fails only within a day of the ends of jiff's range, years -9999 and 9999.
    offset.to_timestamp(local).unwrap_or(Timestamp::MAX)
}

/// The instant that is `minutes` (0 to 2880) past the midnight that begins `date`, on the wall.
pub(crate) fn instant_at(zone: &TimeZone, date: Date, minutes: u16) -> Timestamp {
    let day = date.saturating_add(i64::from(minutes / 1440).days());
    let minutes = minutes % 1440;
    instant(zone, day.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(zone: &str, local: DateTime) -> String {
        instant(&TimeZone::get(zone).unwrap(), local).to_string()
    }

    #[test]
    fn a_time_the_clocks_jump_over_is_the_jump() {
        let spring = date(2026, 3, 8);
        assert_eq!(at("America/New_York", spring.at(1, 59, 0, 0)), "2026-03-08T06:59:00Z");
        for minute in [0, 30, 59] {
            assert_eq!(at("America/New_York", spring.at(2, minute, 0, 0)), "2026-03-08T07:00:00Z");
        }
        assert_eq!(at("America/New_York", spring.at(3, 0, 0, 0)), "2026-03-08T07:00:00Z");
    }

    #[test]
    fn a_time_that_occurs_twice_is_the_first() {
        assert_eq!(at("Europe/London", date(2026, 10, 25).at(1, 30, 0, 0)), "2026-10-25T00:30:00Z");
        assert_eq!(at("Europe/London", date(2026, 10, 25).at(2, 0, 0, 0)), "2026-10-25T02:00:00Z");
    }
}
