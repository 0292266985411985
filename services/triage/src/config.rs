//! What the service needs to know from outside. Every figure is a setting with
//! its origin in `tomoshibi/default.toml`.

use std::path::PathBuf;
use std::time::Duration;

/// A figure, and where it comes from.
#[derive(Clone, Debug)]
pub struct Figure {
    pub value: u32,
    pub origin: String,
}

impl Figure {
    pub fn new(value: u32, origin: &str) -> Self {
        Self { value, origin: origin.to_owned() }
    }
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub rota: PathBuf,
    pub rota_check: Duration,
    /// Years a record is kept after its last revision.
    pub retention_years: Figure,
    /// So many calls in 30 days, or in a year, are frequent.
    pub frequent_per_month: Figure,
    pub frequent_per_year: Figure,
    /// Takes the place of the protocol that comes with the line.
    pub protocol: Option<PathBuf>,
    /// Answered calls older than this get no draft any more: of the days before the service was there.
    pub drafts_within: Duration,
    /// How long a save waits for the page that it started.
    pub page_wait: Duration,
}

impl Settings {
    /// The figures of `default.toml`.
    pub fn with_rota(rota: PathBuf) -> Self {
        Self {
            rota,
            rota_check: Duration::from_secs(5),
            retention_years: Figure::new(
                5,
                "as for clinical records, Medical Practitioners' Act art. 24; a setting",
            ),
            frequent_per_month: Figure::new(8, "reviews of frequent callers: 8 calls a month or more"),
            frequent_per_year: Figure::new(10, "a proposal of this project"),
            protocol: None,
            drafts_within: Duration::from_secs(7 * 24 * 3600),
            page_wait: Duration::from_millis(300),
        }
    }
}
