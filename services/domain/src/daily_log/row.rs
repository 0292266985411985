//! A row of the log: domain.md 7.4, one for each band of the day and one for the whole day.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Counts and times by the names of `domain.md` 7.4; a figure that cannot be told (no call was answered:
/// no answer time) is left out, never zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// `B1` to `B6`, `B9`, or `day`.
    pub band: String,
    /// Whole numbers: counts, seconds, minutes, tenths of a percent (`occupancy_permille`). No floats: a log
    /// must come out the same to the byte.
    pub figures: BTreeMap<String, u64>,
    /// Counts by code, `list/code`: `by_caller/family`, `by_triage/A`, `by_disposition/D01`.
    pub counts: BTreeMap<String, u64>,
    /// Names of figures and counts that are not published. Empty in a log.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub suppressed: BTreeSet<String>,
}

impl Row {
    /// The name of the row that holds for the whole day, or the whole of a report.
    pub const DAY: &str = "day";

    pub fn figure(&self, name: &str) -> Option<u64> {
        self.figures.get(name).copied()
    }

    /// `by_caller/family`; nothing counted is 0.
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }
}
