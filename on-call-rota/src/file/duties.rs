//! Duties and covers: references found, dates in order.

use jiff::civil::Date;

use super::check::Checked;
use super::fault::{At, Place};
use super::raw::{RawCover, RawDuty, RawRotation, RawTiming, RawTurn};
use super::value::{CoverKind, FileDate, FileWhen};
use crate::calendar::Calendar;
use crate::cover::{Cover, Move, When};
use crate::hours::DayFilter;
use crate::ids::DutyId;
use crate::period::Period;
use crate::rota::Ix;
use crate::shift::{Duty, Rotation, Timing, Turn};
use crate::zone::instant;

impl Checked<'_> {
    pub(super) fn duty(&mut self, raw: RawDuty) {
        let windows = self.serving(&raw.place, raw.group.as_ref(), &raw.windows);
        let operator = windows.first().map(|&window| self.rota.windows[window].operator_ix);
        if windows.iter().any(|&window| Some(self.rota.windows[window].operator_ix) != operator) {
            self.faults.add(&raw.place, "windows of several operators", "write one entry for each operator");
        }
        self.in_order(raw.from.as_ref(), raw.until.as_ref());
        let id = raw.id.as_ref().map(|id| id.value.clone()).or_else(|| dated_id(&raw));
        let timing = raw.timing.map(|timing| self.timing(timing));
        let built = id.zip(operator).zip(timing).map(|((id, operator), timing)| Duty {
            id,
            operator,
            windows,
            role: raw.role,
            from: raw.from.map(|from| from.value.0),
            until: raw.until.map(|until| until.value.0),
            timing,
        });
        let ix = built.is_some().then_some(self.rota.duties.len());
        if let Some(id) = &raw.id {
            self.duty_names.add(id, ix);
        }
        match built {
            Some(duty) => {
                self.rota.duties.push(duty);
                self.duties.push(raw.place);
            }
            None => self.faults.incomplete(),
        }
    }

    pub(super) fn in_order(&self, from: Option<&At<FileDate>>, until: Option<&At<FileDate>>) {
        if let Some((from, until)) = from.zip(until).filter(|(from, until)| until.value.0 < from.value.0) {
            let right = format!("give a date on or after {}", from.value.0);
            self.faults.add(&until.place, "it ends before it begins", right);
        }
    }

    fn timing(&self, raw: RawTiming) -> Timing {
        match raw {
            RawTiming::Weekly(turns) => {
                Timing::Weekly(turns.into_iter().map(|turn| self.turn(turn)).collect())
            }
            RawTiming::Rotation(rotation) => Timing::Rotation(self.rotation(rotation)),
            RawTiming::Dated { date, turn } => Timing::Dated { date, turn: self.turn(turn) },
        }
    }

    fn turn(&self, raw: RawTurn) -> Turn {
        Turn { days: DayFilter(raw.days), time: raw.time, staff: self.staff_names.find_all(&raw.staff) }
    }

    fn rotation(&self, raw: RawRotation) -> Rotation {
        Rotation {
            starts: raw.starts,
            cycle: raw.cycle,
            step: raw.step,
            teams: raw.teams.iter().map(|team| self.staff_names.find_all(team)).collect(),
            days: DayFilter(raw.days),
        }
    }

    pub(super) fn cover(&mut self, raw: RawCover) {
        let place = raw.place.clone();
        match self.moves(raw) {
            Some(moves) => {
                self.rota.covers.push(Cover { moves });
                self.covers.push(place);
            }
            None => self.faults.incomplete(),
        }
    }

    fn moves(&self, raw: RawCover) -> Option<Vec<Move>> {
        let staff = self.staff_names.find(raw.staff.as_ref()?);
        let other = raw.other.as_ref().map(|other| self.staff_names.find(other));
        let duty = raw.duty.as_ref().map(|duty| self.duty_names.find(duty));
        let (staff, duty) = (staff?, flat(duty)?);
        if other.flatten() == Some(staff) {
            self.faults.add(&raw.place, "nobody stands in for themselves", "name another person");
        }
        let calendar = self.calendar_of(staff);
        let when = self.when(&raw, &calendar)?;
        let one = |staff, by, when| Move { staff, by, when, duty };
        match raw.kind? {
            CoverKind::Absence => Some(vec![one(staff, None, when)]),
            CoverKind::StandIn => Some(vec![one(staff, Some(other??), when)]),
            CoverKind::Swap => {
                let with = other??;
                let back = match raw.with_date {
                    Some(date) => When::Dates { first: date.value.0, last: date.value.0 },
                    None => when.clone(),
                };
                // The duty says which of the first person's shifts is meant.
                let back = Move { staff: with, by: Some(staff), when: back, duty: None };
                Some(vec![one(staff, Some(with), when), back])
            }
        }
    }

    fn calendar_of(&self, staff: Ix) -> Calendar {
        let operator = &self.rota.staff[staff].operator;
        let found = self.rota.operators.iter().find(|one| one.id == *operator);
        // Found always: staff are built with an operator of the rota.
        found.unwrap_or(&self.rota.operators[0]).calendar.clone()
    }

    fn when(&self, raw: &RawCover, calendar: &Calendar) -> Option<When> {
        let (from, until) = raw.from.as_ref().zip(raw.until.as_ref())?;
        match (from.value, until.value) {
            (FileWhen::Date(first), FileWhen::Date(last)) if first <= last => {
                Some(When::Dates { first, last })
            }
            (FileWhen::Time(start), FileWhen::Time(end)) if start < end => {
                let period =
                    Period { from: instant(&calendar.zone, start), until: instant(&calendar.zone, end) };
                Some(When::times(period, start.date(), end.date()))
            }
            (FileWhen::Date(_), FileWhen::Date(_)) | (FileWhen::Time(_), FileWhen::Time(_)) => {
                self.faults.add(&until.place, "the cover ends before it begins", "put from before until");
                None
            }
            (FileWhen::Date(_), FileWhen::Time(_)) | (FileWhen::Time(_), FileWhen::Date(_)) => {
                self.mixed(&until.place);
                None
            }
        }
    }

    fn mixed(&self, place: &Place) {
        let right = "write both as dates (whole shifts) or both as local times (parts of shifts)";
        self.faults.add(place, "a date and a time together", right);
    }
}

/// None where something was named that does not exist.
fn flat<T>(found: Option<Option<T>>) -> Option<Option<T>> {
    match found {
        Some(Some(found)) => Some(Some(found)),
        Some(None) => None,
        None => Some(None),
    }
}

/// Dated shifts need no id of their own: date and hour tell them apart well enough.
fn dated_id(raw: &RawDuty) -> Option<DutyId> {
    match raw.timing.as_ref()? {
        RawTiming::Dated { date, turn } => dated_name(*date, turn.time.start()).parse().ok(),
        RawTiming::Weekly(_) | RawTiming::Rotation(_) => None,
    }
}

fn dated_name(date: Date, start: u16) -> String {
    format!("shift-{date}-{:02}{:02}", start / 60, start % 60)
}
