//! How desks differ: which accept on their screens, whose phones pick up.

use std::collections::BTreeSet;

use domain::ids::DeskId;
use shell::config::Settings;
use telephony::driver::DeskSettings;

use super::{MILLI, SECOND};

pub(super) fn desks(settings: &Settings) -> DeskSettings {
    let read = DeskSettings {
        console_first: named(settings, "desks.console_first"),
        picks_up: named(settings, "desks.picks_up"),
        console_grace: settings.duration("desks.console_grace", MILLI * 500..=SECOND * 60),
    };
    let rings = settings.duration("routing.desk_rings", SECOND * 3..=SECOND * 120);
    if !read.console_first.is_empty() && read.console_grace >= rings {
        settings.fault(
            "desks.console_grace",
            "must be shorter than routing.desk_rings, or a phone behind a broken screen never rings",
        );
    }
    read
}

fn named(settings: &Settings, key: &str) -> BTreeSet<DeskId> {
    let words: Vec<String> = settings.list(key, "\"desk-1\"");
    let desk = |word: &String| {
        let desk = DeskId::parse(word);
        if let Err(fault) = &desk {
            settings.fault(key, format!("{word:?} is no desk: {fault}"));
        }
        desk.ok()
    };
    words.iter().filter_map(desk).collect()
}
