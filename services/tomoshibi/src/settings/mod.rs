//! The settings of the line: read from the layers, checked against each other,
//! then values that cannot be wrong.

mod console;
mod daily_log;
mod desks;
mod escalation;
mod notes;
mod public;
mod referral;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::console::accounts::OidcSettings;
use domain::call::Patience;
use domain::ids::WindowId;
use domain::routing::Strategy;
use shell::access::Browser;
use shell::config::{Faults, Origin, Row, Settings};
use shell::store::StoreSettings;
use shell::telemetry::{Format, TelemetrySettings};
use telephony::driver::{DriverSettings, Limits};
use telephony::media::MediaSettings;
use telephony::sip::{
    Limits as SipLimits, Login, Network, Password, SipSettings, Transport, Trunk, TrunkOut, TrunkSource,
};

pub(crate) use notes::{note, prompts};
pub(crate) use tls::Certificates;

const MILLI: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Everything `serve` needs. Files that a newcomer has not made lie in `data`.
#[derive(Clone, Debug)]
pub(crate) struct LineSettings {
    pub data: PathBuf,
    pub node: String,
    pub rota: Option<PathBuf>,
    pub http: SocketAddr,
    pub certificates: Certificates,
    /// The phone accounts are filled in from the file of phones.
    pub sip: SipSettings,
    pub media: MediaSettings,
    pub phones: Option<PathBuf>,
    pub prompts: Option<PathBuf>,
    pub store: StoreSettings,
    pub store_budget: Duration,
    /// Whether `serve` may bring the schema up to date.
    pub migrates: bool,
    pub keys: Option<PathBuf>,
    pub redis: Option<String>,
    pub token: Option<PathBuf>,
    pub sessions: shell::access::Limits,
    pub browser: Browser,
    /// The rota and the owner are filled in when it starts.
    pub routing: routing::Settings,
    pub routing_at: Option<String>,
    pub routing_budget: Duration,
    /// The rota and the owner are filled in when it starts.
    pub escalation: ::escalation::Settings,
    pub escalation_at: Option<String>,
    pub escalation_budget: Duration,
    /// The rota is filled in when it starts.
    pub triage: triage::Settings,
    pub triage_at: Option<String>,
    pub triage_budget: Duration,
    /// The rota and the owner are filled in when it starts.
    pub referral: ::referral::Settings,
    pub referral_at: Option<String>,
    pub referral_budget: Duration,
    /// The rota is filled in when it starts.
    pub daily_log: ::daily_log::Settings,
    pub daily_log_at: Option<String>,
    pub daily_log_budget: Duration,
    /// The rota is filled in when it starts.
    pub public: ::public::Settings,
    pub telephony_at: Option<String>,
    pub telephony_budget: Duration,
    pub accounts: ::console::accounts::AccountsSettings,
    /// The rota is filled in when it starts.
    pub console: ::console::Settings,
    pub driver: DriverSettings,
    pub telemetry: TelemetrySettings,
    pub drain: Duration,
    /// All of it as it is written, for those who may see it.
    pub effective: Vec<Effective>,
}

/// A key, its effective value and where that was written.
pub(crate) type Effective = (String, String, Origin);

impl LineSettings {
    /// # Errors
    /// All faults of all layers at once.
    pub(crate) fn read(settings: Settings) -> Result<(Self, Vec<Effective>), Faults> {
        let data = settings.path("data").unwrap_or_else(|| PathBuf::from("./tomoshibi-data"));
        let driver = driver(&settings);
        let line = Self {
            rota: settings.path("rota.file"),
            http: address(&settings, "http.listen"),
            certificates: Certificates::read(&settings),
            sip: sip(&settings),
            media: media(&settings),
            phones: settings.path("phones.file"),
            prompts: settings.path("prompts.folder"),
            store: store(&settings, &data),
            store_budget: settings.duration("store.budget", MILLI * 10..=SECOND * 5),
            migrates: settings.switch("store.migrate"),
            keys: settings.path("keys.file"),
            redis: Some(settings.text("bus.redis")).filter(|url| !url.is_empty()),
            token: settings.path("access.token_file"),
            sessions: sessions(&settings),
            browser: browser(&settings).over_tls(!settings.text("http.tls_certificate").is_empty()),
            routing: ringing(&settings),
            routing_at: Some(settings.text("routing.at")).filter(|at| !at.is_empty()),
            routing_budget: settings.duration("routing.budget", MILLI * 20..=SECOND * 5),
            escalation: escalation::paging(&settings),
            escalation_at: Some(settings.text("escalation.at")).filter(|at| !at.is_empty()),
            escalation_budget: settings.duration("escalation.budget", MILLI * 100..=SECOND * 10),
            triage: console::triage(&settings),
            triage_at: Some(settings.text("triage.at")).filter(|at| !at.is_empty()),
            triage_budget: settings.duration("triage.budget", MILLI * 100..=SECOND * 30),
            referral: referral::handing(&settings),
            referral_at: Some(settings.text("referral.at")).filter(|at| !at.is_empty()),
            referral_budget: settings.duration("referral.budget", MILLI * 100..=SECOND * 30),
            daily_log: daily_log::log(&settings),
            daily_log_at: Some(settings.text("daily_log.at")).filter(|at| !at.is_empty()),
            daily_log_budget: settings.duration("daily_log.budget", MILLI * 100..=SECOND * 120),
            public: public::pages(&settings),
            telephony_at: Some(settings.text("telephony.at")).filter(|at| !at.is_empty()),
            telephony_budget: settings.duration("telephony.budget", MILLI * 100..=SECOND * 60),
            accounts: console::accounts(&settings),
            console: console::night(&settings, &driver.patience, driver.desk_rings),
            telemetry: telemetry(&settings),
            drain: settings.duration("drain.limit", Duration::ZERO..=HOUR * 4),
            node: settings.text("node"),
            driver,
            data,
            effective: Vec::new(),
        };
        line.contradictions(&settings);
        let effective = settings.finish()?;
        Ok((Self { effective: effective.clone(), ..line }, effective))
    }

    /// Settings that are right alone and wrong together.
    fn contradictions(&self, settings: &Settings) {
        if self.node.is_empty() {
            settings.fault("node", "is empty: it names this process among the others");
        }
        let patience = &self.driver.patience;
        let steps = [
            ("patience.announcement", patience.greeting, patience.announcement),
            ("patience.next_window", patience.announcement, patience.next_window),
            ("patience.supervisor", patience.next_window, patience.supervisor),
            ("patience.fallback", patience.supervisor, patience.fallback),
        ];
        for (key, sooner, later) in steps {
            if later < sooner {
                settings.fault(
                    key,
                    format!("comes before the step that it follows ({sooner:?}): make it longer"),
                );
            }
        }
        if self.store_budget >= self.routing_budget {
            settings.fault(
                "store.budget",
                "must be shorter than routing.budget, or routing cannot answer in time",
            );
        }
        if self.sessions.absolute < self.sessions.idle {
            settings.fault("access.absolute", "is shorter than access.idle: make it longer");
        }
        let public_url = settings.text("access.public_url");
        let elsewhere = |oidc: &OidcSettings| !public_url.is_empty() && !oidc.comes_back_to(&public_url);
        if self.accounts.oidc.as_ref().is_some_and(elsewhere) {
            settings.fault(
                "oidc.redirect",
                "does not begin with access.public_url: people come back to this line",
            );
        }
        if self.media.port_range.is_empty() {
            settings.fault("media.last_port", "lies before media.first_port");
        }
    }
}

fn address(settings: &Settings, key: &str) -> SocketAddr {
    settings.parsed(key, "an address such as \"127.0.0.1:8080\"").unwrap_or(([127, 0, 0, 1], 0).into())
}

fn sessions(settings: &Settings) -> shell::access::Limits {
    shell::access::Limits {
        idle: settings.duration("access.idle", SECOND * 60..=HOUR * 12),
        absolute: settings.duration("access.absolute", SECOND * 60..=HOUR * 24),
        fresh: settings.duration("access.fresh", SECOND * 10..=HOUR),
    }
}

fn browser(settings: &Settings) -> Browser {
    let public_url = Some(settings.text("access.public_url")).filter(|url| !url.is_empty());
    Browser::at(public_url.as_deref()).unwrap_or_else(|fault| {
        settings.fault("access.public_url", fault);
        Browser::default()
    })
}

fn sip(settings: &Settings) -> SipSettings {
    let mut sip = SipSettings::new(settings.list("sip.listen", "\"0.0.0.0:5060\""));
    sip.advertised = settings.parsed_if_given::<IpAddr>("sip.advertise", "an IP address, or empty");
    sip.alert_within = settings.duration("sip.alert_within", MILLI..=SECOND * 2);
    sip.attempt_within = settings.duration("sip.trunk_patience", MILLI * 500..=SECOND * 32);
    sip.trunk_check_every = settings.duration("sip.trunk_check", SECOND..=HOUR);
    sip.limits = SipLimits {
        calls: settings.integer("sip.most_calls", 1_u16..=20_000).into(),
        calls_per_source: settings.integer("sip.most_calls_from_one_address", 1_u16..=20_000).into(),
        failures_per_minute: settings.integer("sip.failed_logins_a_minute", 1_u32..=10_000),
        expires_min: settings.duration("sip.shortest_registration", SECOND..=HOUR),
        expires_max: settings.duration("sip.longest_registration", SECOND * 60..=HOUR * 24),
        ..SipLimits::default()
    };
    sip.trunks = settings.rows("trunk", trunk);
    if sip.trunks.is_empty() {
        sip.trunks.push(this_machine());
    }
    sip
}

/// So that a newcomer can ring at once, and nobody else.
fn this_machine() -> Trunk {
    let loopback = ["127.0.0.0/8", "::1"].into_iter().filter_map(|network| network.parse().ok());
    let from = TrunkSource::Networks(loopback.collect());
    Trunk { name: "this-machine".to_owned(), from, called: Vec::new(), out: None }
}

fn trunk(row: &Row<'_>) -> Option<Trunk> {
    let name = row.must("name", "the trunk's own name, such as \"carrier-a\"");
    let from = sources(row);
    let called = row.list("called", "\"+81300000100\"").unwrap_or_default();
    let out = trunk_out(row);
    Some(Trunk { name: name?, from, called, out })
}

fn sources(row: &Row<'_>) -> TrunkSource {
    let from: Vec<String> = row.list("from", "\"192.0.2.10\"").unwrap_or_default();
    match from.as_slice() {
        [] => TrunkSource::Nowhere,
        [any] if any == "any" => TrunkSource::Anywhere,
        networks => {
            let parsed = networks.iter().map(|text| text.parse::<Network>());
            TrunkSource::Networks(parsed.collect::<Result<_, _>>().unwrap_or_else(|fault| {
                row.fault("from", format!("{fault}, or [\"any\"]"));
                Vec::new()
            }))
        }
    }
}

fn trunk_out(row: &Row<'_>) -> Option<TrunkOut> {
    let transport = match row.text("transport").as_deref() {
        None | Some("udp") => Transport::Udp,
        Some("tcp") => Transport::Tcp,
        Some("tls") => Transport::Tls,
        Some(_) => {
            row.fault("transport", "is none of \"udp\", \"tcp\" and \"tls\"");
            Transport::Udp
        }
    };
    let login = login(row);
    let shown_number = row.text("shown_number");
    let to = row.text("to")?;
    let (host, port) = match to.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (to.as_str(), Some(if transport == Transport::Tls { 5061 } else { 5060 })),
    };
    let Some(port) = port else {
        row.fault("to", format!("{to:?} is not host:port, such as \"sip.carrier.example:5060\""));
        return None;
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Some(TrunkOut { host, port, transport, login, shown_number })
}

fn login(row: &Row<'_>) -> Option<Login> {
    let password = row.secret("password", "password_file");
    let user = row.text("user");
    match (user, password) {
        (Some(user), Some(password)) => Some(Login { user, password: Password::new(password.into_inner()) }),
        (Some(_), None) => {
            row.fault("user", "has no password: give password_file");
            None
        }
        (None, _) => None,
    }
}

fn media(settings: &Settings) -> MediaSettings {
    let ports: RangeInclusive<u16> = settings.integer("media.first_port", 1024_u16..=65_000)
        ..=settings.integer("media.last_port", 1025_u16..=65_535);
    let jitter = settings.duration("media.jitter", MILLI * 20..=MILLI * 200);
    let listens = settings.list::<SocketAddr>("sip.listen", "\"0.0.0.0:5060\"");
    let v4 = listens.iter().find_map(|at| if let IpAddr::V4(ip) = at.ip() { Some(ip) } else { None });
    let v6 = listens.iter().find_map(|at| if let IpAddr::V6(ip) = at.ip() { Some(ip) } else { None });
    MediaSettings {
        bind_v4: v4,
        bind_v6: v6,
        port_range: ports,
        jitter_ms: u16::try_from(jitter.as_millis()).unwrap_or(60),
        silence_after: settings.duration("media.silence", SECOND..=HOUR),
        ..MediaSettings::default()
    }
}

fn store(settings: &Settings, data: &Path) -> StoreSettings {
    let url = settings.text("store.url");
    let url = if url.is_empty() { format!("sqlite:{}", data.join("line.db").display()) } else { url };
    StoreSettings {
        connections: settings.integer("store.connections", 1_u32..=1000),
        ..StoreSettings::at(url)
    }
}

const STRATEGIES: &str = "one of \"ring-one\", \"sequential\", \"ring-group\"";

fn ringing(settings: &Settings) -> routing::Settings {
    let mut ringing = routing::Settings::new("", "");
    let group = settings.integer("routing.group", 1_u16..=100);
    ringing.strategy = strategy(&settings.text("routing.strategy"), group.into()).unwrap_or_else(|| {
        settings.fault("routing.strategy", format!("is not {STRATEGIES}"));
        Strategy::RingOne
    });
    ringing.by_window = settings.rows("ring", |row| window_strategy(row, group)).into_iter().collect();
    ringing.rota_check = settings.duration("rota.look_every", MILLI * 100..=HOUR);
    ringing.ring_for = settings.duration("routing.desk_rings", SECOND * 3..=SECOND * 120);
    ringing.wrap_up = settings.duration("routing.wrap_up", Duration::ZERO..=HOUR);
    ringing.store_limit = settings.duration("store.budget", MILLI * 10..=SECOND * 5);
    ringing
}

fn strategy(word: &str, group: usize) -> Option<Strategy> {
    match word {
        "ring-one" => Some(Strategy::RingOne),
        "sequential" => Some(Strategy::Sequential),
        "ring-group" => Some(Strategy::RingGroup(group)),
        _ => None,
    }
}

fn window_strategy(row: &Row<'_>, usual_group: u16) -> Option<(WindowId, Strategy)> {
    let window: Option<WindowId> = row.parsed("window", "a window id of the rota, such as \"main\"");
    let group: u16 = row.integer("group", 1..=100).unwrap_or(usual_group);
    let word = row.must("strategy", STRATEGIES)?;
    let Some(strategy) = strategy(&word, group.into()) else {
        row.fault("strategy", format!("is not {STRATEGIES}"));
        return None;
    };
    if window.is_none() {
        row.fault("window", "is missing or no window id: name a window of the rota");
    }
    Some((window?, strategy))
}

fn driver(settings: &Settings) -> DriverSettings {
    let wait = |key: &str| settings.duration(key, Duration::ZERO..=HOUR);
    DriverSettings {
        patience: Patience {
            greeting: wait("patience.greeting"),
            announcement: wait("patience.announcement"),
            next_window: wait("patience.next_window"),
            supervisor: wait("patience.supervisor"),
            fallback: wait("patience.fallback"),
            fallback_again: settings.duration("patience.fallback_again", SECOND * 5..=HOUR),
            ask_again: settings.duration("patience.ask_again", MILLI * 100..=SECOND * 60),
            owed_after: wait("patience.owed_after"),
        },
        desk_rings: settings.duration("routing.desk_rings", SECOND * 3..=SECOND * 120),
        fallback_rings: settings.duration("patience.fallback_rings", SECOND * 3..=SECOND * 120),
        caller_rings: settings.duration("call_back.caller_rings", SECOND * 3..=SECOND * 120),
        repeat_within: settings.duration("call_back.repeat_within", Duration::ZERO..=HOUR * 24),
        call_back_again: settings.duration("call_back.again", SECOND..=HOUR * 24),
        call_back_attempts: settings.integer("call_back.attempts", 1_u32..=100),
        limits: Limits {
            caller_hears_us: settings.duration("sip.alert_within", MILLI..=SECOND * 2),
            routing_answers: settings.duration("routing.budget", MILLI * 20..=SECOND * 5),
            human_answers: wait("patience.announcement"),
        },
        paging: escalation::spoken(settings),
        desks: desks::desks(settings),
        ..DriverSettings::default()
    }
}

fn telemetry(settings: &Settings) -> TelemetrySettings {
    TelemetrySettings {
        log: settings.text("telemetry.log"),
        format: settings.parsed::<Format>("telemetry.format", "\"text\" or \"json\"").unwrap_or(Format::Text),
        otlp: Some(settings.text("telemetry.otlp")).filter(|at| !at.is_empty()),
        node: settings.text("node"),
    }
}
