//! Hospitals and their turns: references found, and what would leave a night without anybody.

use std::collections::BTreeSet;

use super::check::{Checked, keep};
use super::fault::{At, Place};
use super::names::Names;
use super::raw::{RawHospital, RawHospitalTurn};
use crate::hospital::{Hospital, HospitalTurn};
use crate::hours::{DayFilter, TimeRange, WeekHours};
use crate::ids::HospitalId;
use crate::rota::Ix;
use crate::shift::{Rotation, Timing, Turn};

impl<'a> Checked<'a> {
    pub(super) fn hospitals(&mut self, raw: Vec<RawHospital>, turns: Vec<RawHospitalTurn>) {
        let mut names: Names<'a, HospitalId> = Names::new("hospital", self.faults);
        let mut kept = Vec::new();
        for raw in raw {
            let (id, place) = (raw.id.clone(), raw.place.clone());
            let built = self.build_hospital(raw);
            let ix = built.is_some().then_some(self.rota.hospitals.len());
            kept.extend(ix.map(|_| place));
            keep(&mut names, id.as_ref(), ix, built, &mut self.rota.hospitals, self.faults);
        }
        turns.into_iter().for_each(|turn| self.hospital_turn(turn, &names));
        if !self.faults.is_incomplete() {
            self.hospitals_without_a_turn(&kept);
        }
    }

    fn build_hospital(&self, raw: RawHospital) -> Option<Hospital> {
        self.not_a_centre(raw.id.as_ref());
        if !raw.contacts.is_empty() && !raw.contacts.iter().any(|contact| contact.is_voice()) {
            let right = "add a number such as tel:+81300000180";
            self.faults.add(&raw.place, "a hospital that cannot be rung", right);
        }
        let operator_ix = self.operator(raw.operator.as_ref(), &raw.place)?;
        let kind = raw.kind?.value;
        let hours = match (kind.has_hours(), raw.hours) {
            (true, hours) => Some(hours.map_or_else(always, |(_, hours)| hours)),
            (false, None) => None,
            (false, Some((place, _))) => {
                let right = "give time in [[hospital_turn]], or make it a hospital that is always there";
                self.faults.add(&place, "a hospital by turn has no hours of its own", right);
                None
            }
        };
        if raw.admissions.is_empty() || raw.contacts.is_empty() {
            return None;
        }
        Some(Hospital {
            id: raw.id?.value,
            operator: self.rota.operators[operator_ix].id.clone(),
            name: raw.name?,
            kind,
            somatic: raw.somatic.unwrap_or(kind == crate::hospital::HospitalKind::Somatic),
            admissions: raw.admissions,
            latest_arrival: raw.latest_arrival,
            regions: raw.regions,
            municipalities: raw.municipalities,
            contacts: raw.contacts,
            checked: raw.checked?.0,
            operator_ix,
            hours,
        })
    }

    /// A referral names its target by one word, whatever it is.
    fn not_a_centre(&self, id: Option<&At<HospitalId>>) {
        let taken = |id: &&At<HospitalId>| {
            self.rota.centres.iter().any(|centre| centre.id.as_str() == id.value.as_str())
        };
        if let Some(id) = id.filter(taken) {
            let what = format!("a centre has the id \"{}\" already", id.value);
            self.faults.add(&id.place, what, "give the hospital another id");
        }
    }

    fn hospital_turn(&mut self, raw: RawHospitalTurn, names: &Names<'a, HospitalId>) {
        let hospitals: Vec<Ix> = names.find_all(&raw.hospitals);
        self.in_order(raw.from.as_ref(), raw.until.as_ref());
        let operator_ix = self.operator(raw.operator.as_ref(), &raw.place);
        let Some((time, operator_ix)) = raw.time.zip(operator_ix) else { return self.faults.incomplete() };
        self.turn_fits(&raw, &hospitals, operator_ix);
        let turn = HospitalTurn {
            operator_ix,
            area: raw.area.as_ref().map(|area| area.value.clone()),
            from: raw.from.as_ref().map(|from| from.value.0),
            until: raw.until.as_ref().map(|until| until.value.0),
            timings: timings(&raw, time, hospitals),
        };
        self.rota.hospital_turns.push(turn);
    }

    fn turn_fits(&self, raw: &RawHospitalTurn, hospitals: &[Ix], operator_ix: Ix) {
        for hospital in hospitals.iter().map(|&ix| &self.rota.hospitals[ix]) {
            if hospital.operator_ix != operator_ix {
                let what = format!("{} belongs to another operator", hospital.id);
                self.faults.add(&raw.place, what, "write one entry for each operator");
            }
            let strange =
                |area: &&At<_>| !hospital.regions.is_empty() && !hospital.regions.contains(&area.value);
            if let Some(area) = raw.area.as_ref().filter(strange) {
                let what = format!("{} does not take people from {}", hospital.id, area.value);
                self.faults.add(&area.place, what, "add the area to its regions, or name another hospital");
            }
        }
        let mut seen = BTreeSet::new();
        for date in &raw.dates {
            let given = |turn: &HospitalTurn| {
                let same = turn.area.as_ref() == raw.area.as_ref().map(|area| &area.value);
                same && turn.operator_ix == operator_ix && turn.is_on_date(date.value.0)
            };
            if !seen.insert(date.value.0) || self.rota.hospital_turns.iter().any(given) {
                let right = "write each date once, with all its hospitals";
                self.faults.add(&date.place, "this date is given twice for the area", right);
            }
        }
    }

    fn hospitals_without_a_turn(&self, places: &[Place]) {
        for (ix, (hospital, place)) in self.rota.hospitals.iter().zip(places).enumerate() {
            if !hospital.kind.has_hours() && !self.rota.hospital_turns.iter().any(|turn| names(turn, ix)) {
                let right = format!("name \"{}\" in a [[hospital_turn]], or change its kind", hospital.id);
                self.faults.add(place, "a hospital by turn that never has one", right);
            }
        }
    }
}

fn always() -> WeekHours {
    WeekHours {
        weekday: vec![TimeRange::WHOLE_DAY],
        holiday: vec![TimeRange::WHOLE_DAY],
        ..WeekHours::default()
    }
}

fn timings(raw: &RawHospitalTurn, time: TimeRange, hospitals: Vec<Ix>) -> Vec<Timing> {
    let turn = |staff: Vec<Ix>, days| Turn { days: DayFilter(days), time, staff };
    if !raw.dates.is_empty() {
        let dated = |date: &At<super::value::FileDate>| Timing::Dated {
            date: date.value.0,
            turn: turn(hospitals.clone(), Vec::new()),
        };
        return raw.dates.iter().map(dated).collect();
    }
    match raw.starts {
        Some(starts) => {
            let each = raw.each as usize;
            let mut cycle = vec![vec![time]; each];
            cycle.resize(each * hospitals.len().max(1), Vec::new());
            let teams = hospitals.into_iter().map(|one| vec![one]).collect();
            let days = DayFilter(raw.days.clone());
            vec![Timing::Rotation(Rotation { starts: starts.0, cycle, step: raw.each, teams, days })]
        }
        None => vec![Timing::Weekly(vec![turn(hospitals, raw.days.clone())])],
    }
}

fn names(turn: &HospitalTurn, hospital: Ix) -> bool {
    turn.timings.iter().any(|timing| match timing {
        Timing::Weekly(turns) => turns.iter().any(|turn| turn.staff.contains(&hospital)),
        Timing::Rotation(rotation) => rotation.teams.iter().any(|team| team.contains(&hospital)),
        Timing::Dated { turn, .. } => turn.staff.contains(&hospital),
    })
}
