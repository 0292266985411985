//! When each hospital takes people, laid out in time.

use jiff::{Timestamp, ToSpan};

use super::{Hospital, HospitalTurn};
use crate::days::{Days, LaidDay};
use crate::hours::TimeRange;
use crate::ids::RegionId;
use crate::period::Period;
use crate::rota::{Ix, Rota};

/// One stretch in which a hospital takes people.
#[derive(Clone, Debug)]
pub(crate) struct HospitalDuty<'a> {
    pub(crate) hospital: Ix,
    pub(crate) time: Period,
    /// The last moment at which somebody may arrive.
    pub(crate) latest: Timestamp,
    /// None: it has no turn now, it is always there.
    pub(crate) turn: Option<&'a HospitalTurn>,
}

impl HospitalDuty<'_> {
    pub(crate) fn contains(&self, at: Timestamp) -> bool {
        self.time.contains(at)
    }

    pub(crate) fn is_for(&self, region: Option<&RegionId>) -> bool {
        let area = self.turn.and_then(|turn| turn.area.as_ref());
        area.is_none() || region.is_none() || area == region
    }
}

impl Rota {
    /// Of one operator, those that begin on the days; those of one night in the order of the file.
    pub(crate) fn hospital_duties(&self, operator: Ix, days: &Days<'_>) -> Vec<HospitalDuty<'_>> {
        let mut duties = Vec::new();
        for laid in days.iter() {
            for (ix, hospital) in self.hospitals.iter().enumerate() {
                if hospital.operator_ix == operator {
                    duties.extend(hospital.hours(ix, laid));
                }
            }
            let turns = self.hospital_turns.iter().filter(|turn| turn.operator_ix == operator);
            turns.for_each(|turn| self.turns_on(turn, laid, &mut duties));
        }
        duties.retain(|duty| !duty.time.is_empty());
        duties
    }

    /// The days of an operator about a stretch of time: what began the day before may still last.
    pub(crate) fn hospital_days(&self, operator: Ix, period: Period) -> Days<'_> {
        let calendar = &self.operators[operator].calendar;
        let local = |at: Timestamp| calendar.zone.to_datetime(at).date();
        Days::new(calendar, local(period.from).saturating_sub(2.days()), local(period.until))
    }

    fn turns_on<'a>(
        &'a self,
        turn: &'a HospitalTurn,
        laid: &LaidDay<'_>,
        duties: &mut Vec<HospitalDuty<'a>>,
    ) {
        let date = laid.day.date;
        let begun = turn.from.is_none_or(|from| from <= date);
        let over = turn.until.is_some_and(|until| until < date);
        if !begun || over || (!turn.is_dated() && self.is_dated_instead(turn, date)) {
            return;
        }
        for timing in &turn.timings {
            timing.on(&laid.day, |_, range, ix| {
                duties.push(self.hospitals[ix].duty(ix, laid, range, Some(turn)));
            });
        }
    }

    fn is_dated_instead(&self, turn: &HospitalTurn, date: jiff::civil::Date) -> bool {
        let same = |other: &&HospitalTurn| other.operator_ix == turn.operator_ix && other.area == turn.area;
        self.hospital_turns.iter().filter(same).any(|other| other.is_on_date(date))
    }
}

impl Hospital {
    fn hours<'a>(&self, ix: Ix, laid: &LaidDay<'_>) -> Vec<HospitalDuty<'a>> {
        let ranges = self.hours.as_ref().map_or(&[][..], |hours| hours.on(&laid.day));
        ranges.iter().map(|&range| self.duty(ix, laid, range, None)).collect()
    }

    /// "By 23:00" is the first 23:00 after the duty begins.
    fn duty<'a>(
        &self,
        hospital: Ix,
        laid: &LaidDay<'_>,
        range: TimeRange,
        turn: Option<&'a HospitalTurn>,
    ) -> HospitalDuty<'a> {
        let time = laid.hours(range);
        let latest = self.latest_arrival.map(|latest| {
            let minutes = latest.minutes();
            laid.at(if minutes < range.start() { minutes + 24 * 60 } else { minutes })
        });
        HospitalDuty { hospital, time, latest: latest.unwrap_or(time.until).min(time.until), turn }
    }
}
