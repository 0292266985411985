//! What is kept of a day so that days can be added up: counts, times, every value of a time that is averaged
//! or ranked, and the members of what is counted once. A month's 95th centile is then that of its calls, not
//! a mean of days.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::figure::{FIGURES, Figure, Measure};
use super::row::Row;

const MINUTE: u64 = 60_000_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub counts: BTreeMap<String, u64>,
    /// Microseconds.
    pub times: BTreeMap<String, u64>,
    pub spreads: BTreeMap<String, Spread>,
    pub sets: BTreeMap<String, BTreeSet<String>>,
}

/// How often each value came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spread(pub BTreeMap<u64, u64>);

impl Spread {
    pub fn len(&self) -> u64 {
        self.0.values().sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn longest(&self) -> Option<u64> {
        self.0.keys().next_back().copied()
    }

    /// To the nearest whole, halves up.
    pub fn mean(&self) -> Option<u64> {
        let all: u64 = self.0.iter().map(|(value, times)| value * times).sum();
        (2 * all + self.len()).checked_div(2 * self.len())
    }

    /// Nearest rank.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let rank = (self.len() * percent).div_ceil(100);
        let mut seen = 0;
        self.0.iter().find_map(|(value, times)| {
            seen += times;
            (seen >= rank).then_some(*value)
        })
    }
}

impl Tally {
    pub fn count(&mut self, name: &str) {
        self.count_if(name, true);
    }

    pub fn count_if(&mut self, name: &str, holds: bool) {
        *self.counts.entry(name.to_owned()).or_default() += u64::from(holds);
    }

    pub fn time(&mut self, name: &str, length: Duration) {
        let micros = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
        *self.times.entry(name.to_owned()).or_default() += micros;
    }

    pub fn value(&mut self, name: &str, value: u64) {
        *self.spreads.entry(name.to_owned()).or_default().0.entry(value).or_default() += 1;
    }

    pub fn member(&mut self, set: &str, one: &str) {
        self.sets.entry(set.to_owned()).or_default().insert(one.to_owned());
    }

    pub fn add(&mut self, other: &Self) {
        add(&mut self.counts, &other.counts);
        add(&mut self.times, &other.times);
        for (name, spread) in &other.spreads {
            add(&mut self.spreads.entry(name.clone()).or_default().0, &spread.0);
        }
        for (name, set) in &other.sets {
            self.sets.entry(name.clone()).or_default().extend(set.iter().cloned());
        }
    }

    pub fn counted(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    pub fn minutes(&self, name: &str) -> u64 {
        self.times.get(name).copied().unwrap_or_default() / MINUTE
    }

    pub fn members(&self, set: &str) -> u64 {
        self.sets.get(set).map_or(0, |set| set.len() as u64)
    }

    pub fn members_without(&self, all: &str, these: &str) -> u64 {
        let these = self.sets.get(these);
        let is_left = |one: &&String| these.is_none_or(|these| !these.contains(*one));
        self.sets.get(all).map_or(0, |all| all.iter().filter(is_left).count() as u64)
    }

    pub fn spread(&self, name: &str) -> Option<&Spread> {
        self.spreads.get(name)
    }

    /// To the nearest whole, at most all of it.
    pub fn permille(&self, part: &str, whole: &str) -> Option<u64> {
        let time = |name: &str| u128::from(self.times.get(name).copied().unwrap_or_default());
        let share = (2000 * time(part) + time(whole)).checked_div(2 * time(whole))?;
        Some(u64::try_from(share.min(1000)).unwrap_or(1000))
    }

    pub fn row(&self, band: &str) -> Row {
        let figures = FIGURES.iter().filter_map(|one| Some((one.name.to_owned(), one.of(self)?)));
        let counts = FIGURES.iter().filter(|one| one.is_list()).flat_map(|one| self.listed(one));
        Row {
            band: band.to_owned(),
            figures: figures.collect(),
            counts: counts.filter(|(_, count)| *count > 0).collect(),
            suppressed: BTreeSet::new(),
        }
    }

    /// Counted, or told by the members of sets and by times, under `name/…`.
    fn listed(&self, figure: &Figure) -> BTreeMap<String, u64> {
        debug_assert!(matches!(figure.measure, Measure::By(_) | Measure::ByName));
        let head = format!("{}/", figure.name);
        let counts = self.counts.iter().map(|(name, count)| (name, *count));
        let times = self.times.iter().map(|(name, micros)| (name, micros / MINUTE));
        let sets = self.sets.iter().map(|(name, set)| (name, set.len() as u64));
        let all = counts.chain(times).chain(sets).filter(|(name, _)| name.starts_with(&head));
        all.map(|(name, count)| (name.clone(), count)).collect()
    }
}

fn add<K: Ord + Clone>(all: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (key, count) in more {
        *all.entry(key.clone()).or_default() += count;
    }
}
