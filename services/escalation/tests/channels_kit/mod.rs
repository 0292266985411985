//! Pages to send, ways to send them by, and all that is told meanwhile.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses its own part, and what a helper of a test does not expect fails the test"
)]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::escalation::{AgeBand, Priority, Reason, TriageCode};
use domain::ids::{CallId, EscalationId, PageId};
use domain::private::Private;
use escalation::channels::{Channels, MailSettings, MailTls, Message, WebhookSettings};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use on_call_rota::{ContactPoint, Language};
use shell::clock::Clock;
use tracing::subscriber::DefaultGuard;
use uuid::Uuid;

/// Long enough for a busy machine, short enough where it must pass.
pub const LONG: Duration = Duration::from_secs(60);
pub const SHORT: Duration = Duration::from_millis(300);

pub const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
pub const NEW_SECRET: &str = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=";

pub fn page(number: u128) -> Message {
    Message {
        page: PageId(Uuid::from_u128(number)),
        escalation: EscalationId(Uuid::from_u128(7)),
        operator: "kokoro".parse().unwrap(),
        staff: "ito".parse().unwrap(),
        language: Language::JAPANESE,
        priority: Priority::P1,
        reasons: vec![Reason::RiskImminent, Reason::PoliceRequest],
        triage_code: Some(TriageCode::B),
        age_band: Some(AgeBand::Tens),
        window: "night".parse().unwrap(),
        call: Some(CallId(Uuid::from_u128(9))),
        attempt: 1,
        // Receivers refuse what is older than five minutes.
        at: Clock::system().now(),
    }
}

pub fn to(contact: &str) -> ContactPoint {
    contact.parse().unwrap()
}

pub fn mail(server: &str) -> MailSettings {
    MailSettings {
        server: server.to_owned(),
        from: "灯 <page@line.example>".to_owned(),
        user: None,
        password: None,
        tls: MailTls::None,
        limit: LONG,
    }
}

pub fn webhook(name: &str, url: String, limit: Duration) -> WebhookSettings {
    WebhookSettings { name: name.to_owned(), url, secret: Private::new(SECRET.to_owned()), limit }
}

pub fn by_mail(settings: &MailSettings) -> Channels {
    Channels::new(Some(settings), &[], Some("https://line.example/p/".to_owned())).unwrap()
}

pub fn by_webhook(settings: &[WebhookSettings]) -> Channels {
    Channels::new(None, settings, None).unwrap()
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that this thread logs at the finest level, and counts.
pub struct Told {
    paper: Paper,
    counts: PrometheusHandle,
    _listening: DefaultGuard,
    _counting: metrics::LocalRecorderGuard<'static>,
}

impl Told {
    pub fn begin() -> Self {
        let paper = Paper::default();
        let writer = paper.clone();
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let recorder = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        Self {
            paper,
            counts: recorder.handle(),
            _listening: tracing::subscriber::set_default(log),
            _counting: metrics::set_default_local_recorder(recorder),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.paper.0.lock().unwrap()).into_owned()
    }

    pub fn count(&self, name: &str) -> u64 {
        let page = self.counts.render();
        let counted = page.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        counted.map_or(0, |count| count.parse().unwrap())
    }
}
