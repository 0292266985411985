//! Every stretch in which offices are closed and no hospital would take anybody from an area.

use std::collections::BTreeSet;
use std::fmt;

use super::duty::HospitalDuty;
use crate::days::Days;
use crate::ids::{OperatorId, RegionId};
use crate::outline::within_known_dates;
use crate::period::{Period, merged, without};
use crate::rota::{Ix, Rota};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct HospitalGap {
    #[serde(flatten)]
    pub time: Period,
    pub operator: OperatorId,
    /// None: the file names no areas.
    pub area: Option<RegionId>,
}

impl fmt::Display for HospitalGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {} {}: no hospital takes people", self.time.from, self.time.until, self.operator)?;
        self.area.as_ref().map_or(Ok(()), |area| write!(f, " from {area}"))
    }
}

impl Rota {
    /// By time. Limits of arrival count: who may not arrive any more is not taken. An operator
    /// without hospitals has no gaps, for it has no duty of hospitals.
    pub fn hospital_coverage(&self, period: Period) -> Vec<HospitalGap> {
        let mut gaps = Vec::new();
        for (ix, operator) in self.operators.iter().enumerate() {
            if self.hospitals.iter().all(|hospital| hospital.operator_ix != ix) {
                continue;
            }
            let days = self.hospital_days(ix, period);
            let duties = self.hospital_duties(ix, &days);
            let needed = self.closed_offices(ix, &days, period);
            for area in self.areas(ix) {
                let open = duties.iter().filter(|duty| self.covers(duty, area.as_ref()));
                let open = merged(open.map(|duty| Period { until: duty.latest, ..duty.time }).collect());
                let operator = operator.id.clone();
                let gap = |time| HospitalGap { time, operator: operator.clone(), area: area.clone() };
                gaps.extend(without(&needed, &open).into_iter().map(gap));
            }
        }
        gaps.sort();
        gaps
    }

    /// Nights, and all of the days on which offices are closed.
    fn closed_offices(&self, operator: Ix, days: &Days<'_>, period: Period) -> Vec<Period> {
        let calendar = &self.operators[operator].calendar;
        let hours = days.iter().filter(|laid| !laid.day.closed).filter_map(|laid| {
            let hours = calendar.office_hours(laid.day.date)?;
            Some(laid.hours(hours))
        });
        let known = within_known_dates(self, period);
        if known.is_empty() { Vec::new() } else { without(&[known], &merged(hours.collect())) }
    }

    fn areas(&self, operator: Ix) -> BTreeSet<Option<RegionId>> {
        let hospitals = self.hospitals.iter().filter(|one| one.operator_ix == operator);
        let turns = self.hospital_turns.iter().filter(|one| one.operator_ix == operator);
        let regions = hospitals.flat_map(|one| one.regions.iter().cloned());
        let named: BTreeSet<_> = regions.chain(turns.filter_map(|one| one.area.clone())).map(Some).collect();
        if named.is_empty() { BTreeSet::from([None]) } else { named }
    }

    fn covers(&self, duty: &HospitalDuty<'_>, area: Option<&RegionId>) -> bool {
        let hospital = &self.hospitals[duty.hospital];
        let from_there = area.is_none_or(|area| hospital.regions.contains(area));
        duty.is_for(area) && (hospital.is_from_everywhere() || from_there)
    }
}
