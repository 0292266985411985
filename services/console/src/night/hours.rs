//! Calls of the day by the hour in which they began. Pure.

use std::collections::HashMap;

use domain::ledger::{EndReason, Step};
use domain::time::Instant;
use jiff::tz::TimeZone;
use proto::console::v1 as pb;

use super::store::Mark;

/// The first moment of the day that holds `now`.
pub(crate) fn midnight(now: Instant, zone: &TimeZone) -> Instant {
    let local = zone.to_datetime(now.timestamp());
    match local.date().to_zoned(zone.clone()) {
        Ok(midnight) => Instant::from(midnight.timestamp()),
        Err(_) => now,
    }
}

/// One line for each hour from 0 to 23.
pub(crate) fn figures(marks: &[Mark], zone: &TimeZone) -> Vec<pb::HourFigures> {
    let mut hours: Vec<pb::HourFigures> =
        (0..24).map(|hour| pb::HourFigures { hour, ..Default::default() }).collect();
    let mut begun: HashMap<&str, usize> = HashMap::new();
    for mark in marks {
        let Ok(step) = serde_json::from_str::<Step>(&mark.body) else { continue };
        if let Step::Begun(_) = step {
            let at = Instant::from_micros(mark.at_us).timestamp();
            let hour = usize::try_from(zone.to_datetime(at).hour()).unwrap_or_default();
            begun.insert(&mark.call_id, hour);
        }
        // A call that began yesterday is yesterday's.
        let Some(&hour) = begun.get(mark.call_id.as_str()) else { continue };
        if let Some(figures) = hours.get_mut(hour) {
            count(figures, &step);
        }
    }
    hours
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only three kinds of entries are read")]
fn count(figures: &mut pb::HourFigures, step: &Step) {
    match step {
        Step::Begun(_) => figures.calls += 1,
        Step::Answered { waited_micros, .. } => {
            let seconds = u32::try_from(waited_micros / 1_000_000).unwrap_or(u32::MAX);
            figures.answered += 1;
            figures.longest_wait_s = figures.longest_wait_s.max(seconds);
        }
        Step::Ended { reason: EndReason::AbandonedInQueue, .. } => figures.abandoned += 1,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(call: &str, at: &str, body: &str) -> Mark {
        let at: jiff::Timestamp = at.parse().unwrap();
        Mark { at_us: at.as_microsecond(), body: body.to_owned(), call_id: call.to_owned() }
    }

    const BEGUN: &str = r#"{"step":"begun","window":"w","leg":"00000000-0000-7000-8000-000000000001","origin":"incoming","class":"ordinary","withheld":false,"came_by":"t"}"#;

    #[test]
    fn a_call_counts_in_the_hour_in_which_it_began_and_yesterdays_not_at_all() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let answered = r#"{"step":"answered","by":{"desk":"ito"},"waited_micros":7500000}"#;
        let left = r#"{"step":"ended","reason":"abandoned_in_queue","owes_call_back":true}"#;

        let figures = figures(
            &[
                mark("yesterday", "2026-01-01T15:00:01Z", left),
                mark("a", "2026-01-01T15:59:58Z", BEGUN),
                mark("a", "2026-01-01T16:00:05Z", answered),
                mark("b", "2026-01-01T16:10:00Z", BEGUN),
                mark("b", "2026-01-01T16:11:00Z", left),
            ],
            &zone,
        );

        let of = |hour: usize| (figures[hour].calls, figures[hour].answered, figures[hour].abandoned);
        assert_eq!((of(0), of(1), of(2)), ((1, 1, 0), (1, 0, 1), (0, 0, 0)));
        assert_eq!(figures[0].longest_wait_s, 7);
    }

    #[test]
    fn the_day_begins_at_local_midnight() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let now: jiff::Timestamp = "2026-01-02T02:00:00+09:00".parse().unwrap();

        let midnight = midnight(Instant::from(now), &zone);

        assert_eq!(midnight.timestamp().to_string(), "2026-01-01T15:00:00Z");
    }
}
