//! The daily log: the section [daily_log].

use std::path::PathBuf;

use jiff::civil::Time;
use shell::config::Settings;

use super::{HOUR, MILLI, SECOND};

/// The rota is filled in when it starts.
pub(super) fn log(settings: &Settings) -> ::daily_log::Settings {
    let usual = ::daily_log::Settings::with_rota(PathBuf::new());
    ::daily_log::Settings {
        rota_check: settings.duration("rota.look_every", MILLI * 100..=HOUR),
        settle: settings.duration("daily_log.settle", SECOND..=HOUR * 6),
        late_at: late_at(settings).unwrap_or(usual.late_at),
        ..usual
    }
}

fn late_at(settings: &Settings) -> Option<Time> {
    let text = settings.text("daily_log.late_at");
    let time = Time::strptime("%H:%M", &text).ok().filter(|_| text.len() == 5);
    if time.is_none() {
        settings.fault("daily_log.late_at", format!("{text:?} is no time of day such as \"10:00\""));
    }
    time
}
