//! What the service needs to know from outside. Every figure is a setting with its origin in
//! `tomoshibi/default.toml`.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Time;

#[derive(Clone, Debug)]
pub struct Settings {
    pub rota: PathBuf,
    pub rota_check: Duration,
    /// A day closes no sooner than this after its last moment: what was written in the last minute may
    /// still be on its way.
    pub settle: Duration,
    /// A day that is still open at this hour of the next one is told to the supervisor.
    pub late_at: Time,
}

impl Settings {
    /// The figures of `default.toml`.
    pub fn with_rota(rota: PathBuf) -> Self {
        Self {
            rota,
            rota_check: Duration::from_secs(5),
            settle: Duration::from_secs(600),
            late_at: Time::constant(10, 0, 0, 0),
        }
    }
}
