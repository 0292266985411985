//! Who may come in, what is kept of consultations, the night on the screen: the sections [access], [oidc],
//! [triage], [telephony] and [console].

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use console::accounts::{AccountsSettings, Hashing, Locking, OidcSettings, OidcWritten, SourceLimit};
use console::night::{Budget, SilentPrompt};
use domain::call::Patience;
use shell::config::{Row, Settings};
use triage::Figure;

use super::{HOUR, MILLI, SECOND};

/// The effective settings and the prompts are filled in when it starts.
pub(super) fn accounts(settings: &Settings) -> AccountsSettings {
    AccountsSettings {
        hashing: Hashing {
            memory_kib: settings.integer("access.hashing_memory_kib", 8 * 1024..=4 * 1024 * 1024),
            passes: settings.integer("access.hashing_passes", 1..=100),
            ..Hashing::default()
        },
        locking: Locking {
            failures: settings.integer("access.failures", 3..=100),
            first: settings.duration("access.lock_first", SECOND..=HOUR),
            most: settings.duration("access.lock_most", SECOND..=HOUR * 24),
            ..Locking::default()
        },
        per_source: SourceLimit {
            failures: settings.integer("access.source_failures", 5..=100_000),
            within: settings.duration("access.source_within", SECOND..=HOUR * 24),
        },
        // domain.md 1.7: 8 is the least beside a second factor.
        password_letters: settings.integer("access.password_letters", 8_u32..=128) as usize,
        oidc: provider(settings),
        break_glass_lasts: settings.duration("access.break_glass", SECOND * 60..=HOUR * 12),
        proxies: settings.list("access.proxies", "\"10.0.0.7\""),
        settings: Vec::new(),
        prompts: Vec::new(),
    }
}

/// None: the password is the only way in.
fn provider(settings: &Settings) -> Option<OidcSettings> {
    let written = OidcWritten {
        issuer: settings.text("oidc.issuer"),
        client_id: settings.text("oidc.client_id"),
        client_secret: settings.secret_file("oidc.client_secret_file"),
        redirect: settings.text("oidc.redirect"),
        claim: settings.text("oidc.claim"),
        name_ja: settings.text("oidc.name_ja"),
        name_en: settings.text("oidc.name_en"),
        accepted_acr: settings.list("oidc.accepted_acr", "\"urn:example:mfa\""),
        accepted_amr: settings.list("oidc.accepted_amr", "\"mfa\""),
        limit: settings.duration("oidc.limit", MILLI * 500..=SECOND * 4),
    };
    written.read().unwrap_or_else(|faults| {
        faults.into_iter().for_each(|fault| settings.fault(fault.key, fault.what));
        None
    })
}

/// The rota is filled in when it starts.
pub(super) fn triage(settings: &Settings) -> triage::Settings {
    let figure = |key: &str, most: u32, origin: &str| Figure::new(settings.integer(key, 1..=most), origin);
    triage::Settings {
        rota: PathBuf::new(),
        rota_check: look_every(settings),
        retention_years: figure("triage.retention_years", 100, "triage.retention_years (domain.md 1.7)"),
        frequent_per_month: figure(
            "triage.frequent_per_month",
            1000,
            "triage.frequent_per_month (domain.md 5)",
        ),
        frequent_per_year: figure(
            "triage.frequent_per_year",
            10_000,
            "triage.frequent_per_year (domain.md 3.2)",
        ),
        protocol: settings.path("triage.protocol"),
        ..triage::Settings::with_rota(PathBuf::new())
    }
}

/// The rota is filled in when it starts.
pub(super) fn night(settings: &Settings, patience: &Patience, rings: Duration) -> console::Settings {
    console::Settings {
        rota: PathBuf::new(),
        rota_check: look_every(settings),
        console_first: BTreeSet::new(),
        desk_lease: settings.duration("console.desk_lease", SECOND * 45..=HOUR),
        budgets: vec![
            budget("answer", rings, "routing.desk_rings"),
            budget("announcement", patience.announcement, "patience.announcement"),
            budget("next_window", patience.next_window, "patience.next_window"),
            budget("supervisor", patience.supervisor, "patience.supervisor"),
            budget("fallback", patience.fallback, "patience.fallback"),
        ],
        silent_prompts: silent_prompts(settings),
    }
}

fn silent_prompts(settings: &Settings) -> Vec<SilentPrompt> {
    let mut prompts = settings.rows("silent_prompt", silent_prompt);
    prompts.sort_by_key(|prompt| prompt.after);
    prompts
}

fn silent_prompt(row: &Row<'_>) -> Option<SilentPrompt> {
    let after: Option<u32> = row.integer("after_seconds", 0..=3600);
    if after.is_none() {
        row.fault("after_seconds", "is missing: seconds of silence, from 0 to 3600");
    }
    let (ja, en) = (row.must("ja", "what to say, in Japanese"), row.must("en", "what to say, in English"));
    Some(SilentPrompt { after: Duration::from_secs(u64::from(after?)), ja: ja?, en: en? })
}

fn budget(step: &'static str, time: Duration, key: &str) -> Budget {
    let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    Budget { step, seconds, origin: format!("{key} (design.md 8)") }
}

fn look_every(settings: &Settings) -> Duration {
    settings.duration("rota.look_every", MILLI * 100..=HOUR)
}
