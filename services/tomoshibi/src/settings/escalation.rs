//! How psychiatrists are paged: the sections [escalation], [mail], [[webhook]] and [heartbeat].

use std::time::Duration;

use domain::escalation::Pace;
use escalation::channels::{MailSettings, MailTls, WebhookSettings};
use escalation::{HeartbeatSettings, Paces};
use shell::config::{Row, Settings};
use shell::process::ProcessId;
use telephony::driver::PagingSettings;
use uuid::Uuid;

use super::{HOUR, MILLI, SECOND};

/// The rota and the owner are filled in when it starts.
pub(super) fn paging(settings: &Settings) -> escalation::Settings {
    let mail = mail(settings);
    escalation::Settings {
        rota: std::path::PathBuf::new(),
        rota_check: settings.duration("rota.look_every", Duration::from_millis(100)..=HOUR),
        owner: ProcessId(Uuid::nil()),
        paces: Paces {
            p1: pace(settings, "escalation.p1"),
            p2: pace(settings, "escalation.p2"),
            p3: pace(settings, "escalation.p3"),
        },
        ring_for: settings.duration("escalation.ring_for", SECOND * 3..=SECOND * 120),
        next_telephone: settings.duration("escalation.next_telephone", Duration::ZERO..=HOUR),
        mail,
        webhooks: settings.rows("webhook", webhook),
        page_link: Some(settings.text("escalation.page_link")).filter(|link| !link.is_empty()),
        operator_contacts: settings.list("escalation.operator_contacts", "\"tel:+81300000001\""),
        safety_within: settings.duration("escalation.safety_within", SECOND..=HOUR * 24),
        safety_again: settings.duration("escalation.safety_again", SECOND..=HOUR * 24),
        late_after: settings.duration("escalation.late_after", SECOND..=HOUR),
        attempts: settings.integer("escalation.attempts", 1_u32..=100),
        drill_at: settings
            .parsed_if_given("escalation.drill_at", "a time of day such as \"13:00\", or empty"),
        heartbeat: heartbeat(settings),
    }
}

/// What the telephone side of a page needs.
pub(super) fn spoken(settings: &Settings) -> PagingSettings {
    PagingSettings {
        no_key: settings.duration("escalation.no_key", SECOND * 5..=SECOND * 300),
        accept_within: settings.duration("escalation.budget", MILLI * 100..=SECOND * 10),
        ring_back_for: settings.duration("escalation.ring_back_for", Duration::ZERO..=HOUR * 24),
        overdue: settings.duration("escalation.call_back_overdue", SECOND..=HOUR * 24),
        ..PagingSettings::default()
    }
}

fn pace(settings: &Settings, key: &str) -> Pace {
    Pace {
        rungs_at: rungs_at(settings, key),
        act_within: settings.duration("escalation.act_within", SECOND..=HOUR),
        same_way_again: settings.duration("escalation.same_way_again", Duration::ZERO..=HOUR),
        rounds: None,
    }
}

fn rungs_at(settings: &Settings, key: &str) -> Vec<Duration> {
    let right = "at least two rising times, the first \"0s\": [\"0s\", \"2m\", \"5m\"]";
    let words: Vec<String> = settings.list(key, "\"0s\", \"2m\"");
    let times: Option<Vec<Duration>> =
        words.iter().map(|word| humantime::parse_duration(word).ok()).collect();
    match times {
        Some(times) if times.len() > 1 && times[0].is_zero() && times.is_sorted_by(|a, b| a < b) => times,
        Some(_) | None => {
            settings.fault(key, format!("is not {right}"));
            vec![Duration::ZERO, SECOND * 120]
        }
    }
}

fn mail(settings: &Settings) -> Option<MailSettings> {
    let tls = match settings.text("mail.tls").as_str() {
        "none" => MailTls::None,
        "starttls" => MailTls::StartTls,
        "tls" => MailTls::Tls,
        _ => {
            settings.fault("mail.tls", "is none of \"starttls\", \"tls\", \"none\"");
            MailTls::StartTls
        }
    };
    let (server, from) = (settings.text("mail.server"), settings.text("mail.from"));
    let user = Some(settings.text("mail.user")).filter(|user| !user.is_empty());
    let password = settings.secret_file("mail.password_file");
    let limit = settings.duration("mail.limit", SECOND..=SECOND * 60);
    if server.is_empty() {
        return None;
    }
    if !server.contains(':') {
        settings.fault("mail.server", "is not host:port, such as \"mail.example.jp:587\"");
    }
    if !from.contains('@') {
        settings.fault("mail.from", "is no mail address, such as \"line@example.jp\"");
    }
    Some(MailSettings { server, from, user, password, tls, limit })
}

fn webhook(row: &Row<'_>) -> Option<WebhookSettings> {
    let name = row.must("name", "the receiver's own name, such as \"sms\"");
    let url = row.must("url", "where it listens, such as \"https://sms.example.jp/page\"");
    let secret = row.secret("secret", "secret_file");
    if secret.is_none() {
        row.fault(
            "secret",
            "is missing: give secret or secret_file, \"whsec_\" and base64 of 24 to 64 bytes",
        );
    }
    Some(WebhookSettings { name: name?, url: url?, secret: secret?, limit: SECOND * 10 })
}

fn heartbeat(settings: &Settings) -> Option<HeartbeatSettings> {
    let every = settings.duration("heartbeat.every", SECOND..=HOUR);
    let url = settings.text("heartbeat.url");
    (!url.is_empty()).then_some(HeartbeatSettings { url, every })
}
