//! Small counts point to people: in what is published, counts of 1 to 4 are left out, and so many others that
//! none of them comes out by adding and subtracting what is left.
//!
//! Counts of people on duty and times are not about callers and stay. A mean or a centile goes with the
//! count that it is taken from. 0 stays: it points to nobody.

mod solve;
mod sums;

use std::collections::BTreeMap;

use super::figure::{FIGURES, Figure, Measure, Unit};
use super::report::{Part, Report, region};
use super::row::Row;
use sums::Sum;

/// The largest count that is not shown.
const SMALL: u64 = 4;

/// A count in a table of rows: the row's place and the count's name.
type Key = (usize, String);

/// One row that is published alone.
pub fn suppress(row: Row) -> Row {
    suppress_rows(vec![row]).into_iter().next().unwrap_or_default()
}

/// The whole and its bands, published together.
pub fn suppress_rows(rows: Vec<Row>) -> Vec<Row> {
    let bands = (1..rows.len()).collect();
    hidden(rows, &[bands])
}

/// All of a report, published together.
pub fn publish(report: Report) -> Report {
    let (bands, parts) = (report.rows.len(), report.parts.len());
    let (names, rows): (Vec<String>, Vec<Row>) =
        report.parts.into_iter().map(|part| (part.name, part.row)).unzip();
    let all = report.rows.into_iter().chain(rows).collect();
    let mut rows = hidden(all, &[(1..bands).collect(), (bands..bands + parts).collect()]);
    let parts = names.into_iter().zip(rows.split_off(bands)).map(|(name, row)| Part { name, row });
    Report { region: rows.first().map(region).unwrap_or_default(), parts: parts.collect(), rows }
}

/// The first row is the whole of each of the lists of rows.
fn hidden(mut rows: Vec<Row>, wholes: &[Vec<usize>]) -> Vec<Row> {
    let cells = cells(&rows);
    let sums = sums::of(&rows, wholes);
    let mut table = Table { is_hidden: cells.values().map(|count| is_small(*count)).collect(), cells };
    table.protect(&table.numbered(&sums));
    table.hide(&mut rows);
    rows.iter_mut().for_each(hide_what_rests_on);
    rows
}

fn is_small(count: u64) -> bool {
    (1..=SMALL).contains(&count)
}

/// Of callers, calls and what followed.
fn is_about_people(name: &str) -> bool {
    Figure::find(name).is_some_and(|figure| {
        figure.unit == Unit::Cases
            && matches!(figure.measure, Measure::Sum | Measure::By(_) | Measure::ByName)
    })
}

fn cells(rows: &[Row]) -> BTreeMap<Key, u64> {
    let of_row = |(place, row): (usize, &Row)| {
        let all = row.figures.iter().chain(&row.counts).filter(|(name, _)| is_about_people(name));
        all.map(|(name, count)| ((place, name.clone()), *count)).collect::<Vec<_>>()
    };
    rows.iter().enumerate().flat_map(of_row).collect()
}

struct Table {
    cells: BTreeMap<Key, u64>,
    /// In the order of `cells`.
    is_hidden: Vec<bool>,
}

/// Places of cells that add up to nothing, each with its sign.
type Numbered = Vec<(usize, i8)>;

impl Table {
    fn numbered(&self, sums: &[Sum]) -> Vec<Numbered> {
        let places: BTreeMap<&Key, usize> =
            self.cells.keys().enumerate().map(|(place, key)| (key, place)).collect();
        let number =
            |sum: &Sum| sum.iter().filter_map(|(key, sign)| Some((*places.get(key)?, *sign))).collect();
        sums.iter().filter(|sum| self.holds(sum)).map(number).collect()
    }

    /// A row that names a whole without its parts says nothing of them.
    fn holds(&self, sum: &Sum) -> bool {
        let counts = sum.iter().filter_map(|(key, sign)| Some((i128::from(*self.cells.get(key)?), *sign)));
        counts.map(|(count, sign)| count * i128::from(sign)).sum::<i128>() == 0
    }

    /// Hides more until no small count can be computed.
    fn protect(&mut self, sums: &[Numbered]) {
        let counts: Vec<u64> = self.cells.values().copied().collect();
        loop {
            let found: Vec<usize> = solve::computable(sums, &self.is_hidden)
                .into_iter()
                .filter(|one| is_small(counts[*one]))
                .collect();
            let before = self.hidden_now();
            found.into_iter().for_each(|cell| self.hide_beside(cell, sums, &counts));
            if self.hidden_now() == before {
                return;
            }
        }
    }

    fn hidden_now(&self) -> usize {
        self.is_hidden.iter().filter(|hidden| **hidden).count()
    }

    /// The smallest count that stands in a sum with this one; where all of those are hidden, the smallest that
    /// stands in any sum with a hidden one.
    fn hide_beside(&mut self, cell: usize, sums: &[Numbered], counts: &[u64]) {
        let shown = |place: &usize| !self.is_hidden[*place] && counts[*place] > 0;
        let in_sums = |holds: &dyn Fn(usize) -> bool| {
            let near = sums.iter().filter(|sum| sum.iter().any(|(place, _)| holds(*place)));
            near.flatten().map(|(place, _)| *place).filter(shown).min_by_key(|place| (counts[*place], *place))
        };
        let next = in_sums(&|place| place == cell).or_else(|| in_sums(&|place| self.is_hidden[place]));
        if let Some(next) = next {
            self.is_hidden[next] = true;
        }
    }

    fn hide(&self, rows: &mut [Row]) {
        let hidden = self.cells.keys().zip(&self.is_hidden).filter(|(_, hidden)| **hidden);
        for ((place, name), _) in hidden {
            hide(&mut rows[*place], name);
        }
    }
}

fn hide(row: &mut Row, name: &str) {
    if row.figures.remove(name).or(row.counts.remove(name)).is_some() {
        row.suppressed.insert(name.to_owned());
    }
}

/// Means, centiles and shares of few.
fn hide_what_rests_on(row: &mut Row) {
    for figure in FIGURES {
        let Some(bases) = base(figure.name) else { continue };
        let is_told = bases.iter().all(|base| !row.suppressed.contains(*base));
        let few = bases.iter().filter_map(|base| row.figure(base)).sum::<u64>() <= SMALL;
        if !is_told || few {
            hide(row, figure.name);
        }
    }
}

/// The counts of what a figure is taken from.
fn base(figure: &str) -> Option<&'static [&'static str]> {
    match figure {
        "asa_s" | "p95_answer_s" => Some(&["answered"]),
        "longest_wait_s" => Some(&["offered"]),
        "aht_s" | "talk_s" | "acw_s" | "occupancy_permille" => Some(&["handled"]),
        "median_decision_min" => Some(&["referrals_accepted", "referrals_rejected"]),
        "ack_median_s" | "ack_p90_s" => Some(&["escalations"]),
        "hours_without_acceptance" => Some(&["declines"]),
        _ => None,
    }
}
