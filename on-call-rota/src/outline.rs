//! A stretch of a rota before anybody is planned: the days of every operator
//! and the hours of every window.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan};

use crate::calendar::known_dates;
use crate::days::Days;
use crate::hours::WeekHours;
use crate::period::{Period, merged};
use crate::rota::{Ix, Rota};

pub(crate) struct Outline<'a> {
    pub(crate) period: Period,
    /// For each operator of the rota.
    pub(crate) days: Vec<Days<'a>>,
    /// Sorted and apart; windows that keep the same hours share them.
    open: Vec<Vec<Period>>,
    /// For each window of the rota, where its hours are.
    hours_of: Vec<Ix>,
}

impl<'a> Outline<'a> {
    pub(crate) fn new(rota: &'a Rota, period: Period) -> Self {
        let period = within_known_dates(rota, period);
        let days: Vec<Days<'_>> = (0..rota.operators.len()).map(|ix| days_of(rota, ix, period)).collect();
        let (mut open, mut hours_of, mut known) = (Vec::new(), Vec::new(), HashMap::new());
        for window in &rota.windows {
            let place = known.entry((window.operator_ix, &window.hours)).or_insert_with(|| {
                open.push(open_hours(&window.hours, &days[window.operator_ix], period));
                open.len() - 1
            });
            hours_of.push(*place);
        }
        Self { period, days, open, hours_of }
    }

    /// When a window is open.
    pub(crate) fn open(&self, window: Ix) -> &[Period] {
        &self.open[self.hours_of[window]]
    }

    /// When any of some windows is open.
    pub(crate) fn open_any(&self, windows: &[Ix]) -> Vec<Period> {
        let mut places: Vec<Ix> = windows.iter().map(|&window| self.hours_of[window]).collect();
        places.sort_unstable();
        places.dedup();
        match places[..] {
            [one] => self.open[one].clone(),
            _ => merged(places.into_iter().flat_map(|place| self.open[place].iter().copied()).collect()),
        }
    }
}

/// When hours hold, by the days of an operator.
pub(crate) fn open_hours(hours: &WeekHours, days: &Days<'_>, period: Period) -> Vec<Period> {
    let laid = days.iter();
    let open = laid.flat_map(|laid| hours.on(&laid.day).iter().map(move |&range| laid.hours(range)));
    merged(open.map(|open| open.overlap(&period)).collect())
}

/// With two days before: no shift is longer than a day, and a day than 25 hours.
pub(crate) fn days_of(rota: &Rota, operator: Ix, period: Period) -> Days<'_> {
    let calendar = &rota.operators[operator].calendar;
    let local = |at: Timestamp| calendar.zone.to_datetime(at).date();
    Days::new(calendar, local(period.from).saturating_sub(2.days()), local(period.until))
}

pub(crate) fn within_known_dates(rota: &Rota, period: Period) -> Period {
    let (first, last) = known_dates();
    period.overlap(&rota.days(first, last))
}
