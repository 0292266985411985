//! What is told on the screen, and what is written: `results.json` and `ratios.svg`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::plot;
use crate::round::Round;
use crate::statistics::percentile;
use crate::validity::{disturbance, is_valid};
use crate::verdict::{Kept, Promise};

/// One row of the table of goals, as it was measured.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Row {
    /// Such as `1 call → decision → ring offered`.
    pub(crate) name: String,
    pub(crate) engine: String,
    pub(crate) promises: Vec<Kept>,
    pub(crate) rounds: Vec<Measured>,
    /// What must never happen and did.
    pub(crate) failures: Vec<String>,
    /// What else there is to know, such as what was checked.
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) valid: bool,
    /// INSERT p50 over fdatasync p50.
    pub(crate) disturbance: Option<f64>,
    /// By operation, in microseconds; rates are per second.
    pub(crate) series: BTreeMap<String, Summary>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) count: usize,
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
    pub(crate) most: f64,
}

/// All that one run of the program measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) begun: String,
    pub(crate) cpus: usize,
    /// /proc/loadavg before the first row and after the last.
    pub(crate) load_before: String,
    pub(crate) load_after: String,
    /// As the servers said them.
    pub(crate) settings: Vec<String>,
    pub(crate) quick: bool,
    pub(crate) rows: Vec<Row>,
}

impl Row {
    pub(crate) fn of(name: &str, engine: &str, promises: &[Promise], rounds: &[Round]) -> Self {
        Self {
            name: name.to_owned(),
            engine: engine.to_owned(),
            promises: promises.iter().map(|promise| promise.kept(rounds)).collect(),
            rounds: rounds.iter().map(Measured::of).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn with_failures(mut self, failures: impl IntoIterator<Item = String>) -> Self {
        self.failures.extend(failures);
        self
    }

    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl Measured {
    fn of(round: &Round) -> Self {
        let series = round
            .series()
            .iter()
            .filter_map(|(what, values)| Some(((*what).to_owned(), Summary::of(values)?)));
        Self { valid: is_valid(round), disturbance: disturbance(round), series: series.collect() }
    }
}

impl Summary {
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        Some(Self {
            count: values.len(),
            p50: percentile(values, 50.0)?,
            p95: percentile(values, 95.0)?,
            p99: percentile(values, 99.0)?,
            most: percentile(values, 100.0)?,
        })
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { count, p50, p95, p99, most } = self;
        write!(f, "{p50:>9.0} p50 {p95:>9.0} p95 {p99:>9.0} p99 {most:>9.0} most  of {count}")
    }
}

impl Report {
    pub(crate) fn new(settings: Vec<String>, quick: bool) -> Self {
        Self {
            begun: begun(),
            cpus: std::thread::available_parallelism().map_or(0, usize::from),
            load_before: load(),
            load_after: String::new(),
            settings,
            quick,
            rows: Vec::new(),
        }
    }

    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is no results.json of this program", path.display()))
    }

    pub(crate) fn add(&mut self, row: Row) {
        tell_row(&row);
        self.rows.push(row);
    }

    /// Into the folder, which is made where it is missing.
    pub(crate) fn write(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.load_after = load();
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(folder.join("results.json"), serde_json::to_string_pretty(self)?)?;
        fs::write(folder.join("ratios.svg"), plot::ratios(self))?;
        say(&format!("written: {}/results.json and ratios.svg", folder.display()));
        Ok(())
    }

    /// What must never happen and did, and what got worse than it was.
    pub(crate) fn failures(&self, before: Option<&Self>) -> Vec<String> {
        let told = self
            .rows
            .iter()
            .flat_map(|row| row.failures.iter().map(|failure| format!("{}: {failure}", row.name)));
        let worse = before.into_iter().flat_map(|before| self.regressions(before));
        told.chain(worse).collect()
    }

    fn regressions(&self, before: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for row in &self.rows {
            let same = before.rows.iter().find(|other| other.name == row.name && other.engine == row.engine);
            for kept in &row.promises {
                let then = same.and_then(|other| other.promises.iter().find(|other| other.what == kept.what));
                if let Some(then) = then.filter(|then| kept.is_regression_from(then)) {
                    let spread = |kept: &Kept| kept.ratio.map(|ratio| ratio.to_string()).unwrap_or_default();
                    found.push(format!(
                        "{}: {} was {} and is {}",
                        row.name,
                        kept.what,
                        spread(then),
                        spread(kept)
                    ));
                }
            }
        }
        found
    }
}

fn tell_row(row: &Row) {
    say(&format!("\n{} ({})", row.name, row.engine));
    for kept in &row.promises {
        let ratio = kept.ratio.map_or_else(|| "-".to_owned(), |ratio| ratio.to_string());
        let Kept { what, goal, verdict, valid_rounds, rounds, .. } = kept;
        let mark = if *valid_rounds < crate::round::ENOUGH { " (invalid)" } else { "" };
        say(&format!(
            "  {what:<58} {ratio}{mark}, goal {goal}: {verdict}; {valid_rounds} of {rounds} rounds valid"
        ));
    }
    for (what, summary) in together(&row.rounds) {
        say(&format!("    {what:<22} {summary}"));
    }
    row.notes.iter().for_each(|note| say(&format!("  {note}")));
    row.failures.iter().for_each(|failure| say(&format!("  FAILED: {failure}")));
}

/// The median round of each operation.
fn together(rounds: &[Measured]) -> BTreeMap<&str, Summary> {
    let mut by_name: BTreeMap<&str, Vec<&Summary>> = BTreeMap::new();
    for (what, summary) in rounds.iter().flat_map(|round| &round.series) {
        by_name.entry(what).or_default().push(summary);
    }
    let middle = |all: &[&Summary], of: fn(&Summary) -> f64| {
        percentile(&all.iter().map(|one| of(one)).collect::<Vec<_>>(), 50.0).unwrap_or_default()
    };
    let summary = |all: &[&Summary]| Summary {
        count: all.iter().map(|one| one.count).sum(),
        p50: middle(all, |one| one.p50),
        p95: middle(all, |one| one.p95),
        p99: middle(all, |one| one.p99),
        most: middle(all, |one| one.most),
    };
    by_name.into_iter().map(|(what, all)| (what, summary(&all))).collect()
}

pub(crate) fn tell_round(round: &Round) {
    let ratio = disturbance(round).map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
    let word = if is_valid(round) { "valid" } else { "discarded" };
    let turns = round.series().values().map(Vec::len).max().unwrap_or(0);
    say(&format!("  round of {turns}: insert/fdatasync {ratio}, {word}"));
}

#[expect(clippy::print_stdout, reason = "a measuring program tells its figures")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

fn load() -> String {
    fs::read_to_string("/proc/loadavg").map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn begun() -> String {
    let micros = shell::clock::Clock::system().now().micros();
    jiff::Timestamp::from_microsecond(micros).map(|at| at.to_string()).unwrap_or_default()
}
