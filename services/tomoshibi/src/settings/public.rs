//! What anybody may know of the line: the section [public].

use std::path::PathBuf;

use ::public::Frames;
use shell::config::Settings;

use super::{HOUR, MILLI};

/// The rota is filled in when it starts.
pub(super) fn pages(settings: &Settings) -> ::public::Settings {
    let origins: Vec<String> = settings.list("public.embedded_by", "\"https://www.city.example\"");
    let frames = Frames::new(&origins).unwrap_or_else(|fault| {
        settings.fault("public.embedded_by", fault.to_string());
        Frames::default()
    });
    ::public::Settings {
        rota: PathBuf::new(),
        rota_check: settings.duration("rota.look_every", MILLI * 100..=HOUR),
        texts: settings.path("public.texts"),
        frames,
        most_per_second: settings.integer("public.most_per_second", 1_u32..=100_000),
    }
}
