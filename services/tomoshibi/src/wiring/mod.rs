//! Which service runs here, and how each reaches the others.

mod console;
mod daily_log;
mod public;
mod referral;
mod services;
mod telephony;
pub(crate) mod tls;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use ::daily_log::LogServer;
use anyhow::{Context, ensure};
use axum::Router;
use escalation::EscalationServer;
use on_call_rota::Rota;
use proto::daily_log::v1::daily_log_service_server::DailyLogServiceServer;
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::routing::v1::routing_service_server::RoutingServiceServer;
use proto::triage::v1::triage_service_server::TriageServiceServer;
use routing::RoutingServer;
use shell::access::{Access, Browser, Gate, Sessions};
use shell::alarms::{Alarm, Alarms};
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::folder;
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, channel_over_tls, far};
use shell::ids::Ids;
use shell::process::{Process, ProcessId};
use shell::reconciler::Status;
use shell::seal::Sealer;
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::Db;
use shell::tls::{Acceptor, Dialler, Keeper};
use triage::TriageServer;

use crate::cli::Service;
use crate::rota;
use crate::settings::{Effective, LineSettings};
use console::Ways;

pub(crate) use console::Console;
pub(crate) use public::pages_alone;
pub(crate) use referral::Referrals;
pub(crate) use telephony::Telephony;

/// The example line: a prefecture with three windows.
const EXAMPLE_ROTA: &str = include_str!("../../../../on-call-rota/rotas/example.toml");

/// What runs in this process.
pub(crate) struct Running {
    pub rota: Rota,
    pub db: Db,
    pub clock: Clock,
    pub process: Process,
    pub shutdown: Shutdown,
    pub routing: Option<Gate<RoutingServiceServer<RoutingServer>>>,
    pub escalation: Option<Gate<EscalationServiceServer<EscalationServer>>>,
    pub telephony: Option<Telephony>,
    pub triage: Option<Gate<TriageServiceServer<TriageServer>>>,
    pub referral: Option<Referrals>,
    pub daily_log: Option<Gate<DailyLogServiceServer<LogServer>>>,
    pub console: Option<Console>,
    /// What anybody may read.
    pub public: Option<Router>,
    /// What the workers of this process owe.
    pub status: Status,
    /// How browsers reach this line.
    pub browser: Browser,
    /// TLS of the public port; none where it is plain.
    pub acceptor: Option<Acceptor>,
}

/// Starts the services asked for. A fault here stops the process; nothing has rung yet.
///
/// # Errors
/// What is missing or wrong, and what would be right.
pub(crate) async fn start(settings: &LineSettings, services: &[Service]) -> anyhow::Result<Running> {
    data_folder(settings)?;
    let mut keeper = Keeper::default();
    let acceptor = tls::acceptor(settings, &mut keeper)?;
    let dialler = tls::dialler(settings, &mut keeper)?;
    let (rota_file, rota) = rota_file(settings)?;
    let clock = Clock::system();
    let ids = Ids::new(clock.clone());
    let token_file = settings.token.clone().unwrap_or_else(|| settings.data.join("token"));
    let token = Token::load(&token_file, settings.token.is_none())?;
    let db = Db::open(&settings.store).await?;
    db.migrate().await?;
    let process = Process { id: ProcessId(ids.draw()), node: settings.node.clone() };
    process.arrive(&db, clock.now()).await?;
    let shutdown = Shutdown::new();
    tokio::spawn({
        let (process, db, clock, shutdown) = (process.clone(), db.clone(), clock.clone(), shutdown.clone());
        async move { process.stay(&db, &clock, &shutdown).await }
    });
    let public = match services.contains(&Service::Public) {
        true => Some(public::pages(settings, &rota_file, &clock, &shutdown).await?),
        false => None,
    };
    let (alarms, _raising) = Alarms::start(db.clone(), clock.clone(), ids.clone());
    keeper.follow(settings.certificates.looks, &clock, Some(alarms.clone()), &shutdown);
    let bus = match &settings.redis {
        Some(url) => {
            Bus::on_redis(url).context("bus.redis is not an address such as redis://127.0.0.1:6379")?
        }
        None => Bus::in_process(),
    };
    let redis_away = Alarm { kind: "redis_away", operator: None, window: None };
    tokio::spawn({
        let (alarms, connected) = (alarms.clone(), bus.connected());
        async move { alarms.follow(redis_away, connected).await }
    });
    let sealer = sealer(settings)?;
    let sessions = Sessions::new(db.clone(), clock.clone(), ids.clone(), settings.sessions);
    let audit = Audit::new(db.clone(), clock.clone(), &sealer);
    let access = Access::new(token.clone(), sessions, audit, clock.clone())
        .wants_certificates(settings.certificates.are_wanted());
    let house_ids = ids.clone();
    let house = House {
        settings,
        effective: &settings.effective,
        ids,
        clock: clock.clone(),
        db: db.clone(),
        process: process.clone(),
        shutdown: shutdown.clone(),
        token,
        dialler,
        access,
        data_keys: DataKeys::new(db.clone(), clock.clone(), house_ids, sealer.clone()),
        sealer,
        bus,
        alarms,
        status: Status::default(),
    };
    let routing = match services.contains(&Service::Routing) {
        true => Some(house.routing(&rota_file).await?),
        false => None,
    };
    let escalation = match services.contains(&Service::Escalation) {
        true => Some(house.escalation(&rota_file).await?),
        false => None,
    };
    let telephony = match services.contains(&Service::Telephony) {
        true => {
            let (to_routing, to_escalation) =
                (house.route_to(routing.as_ref())?, house.route_to_escalation(escalation.as_ref())?);
            Some(house.telephony(to_routing, to_escalation, &rota).await?)
        }
        false => None,
    };
    let triage = match services.contains(&Service::Triage) {
        true => Some(house.triage(&rota_file, house.escalation_or_nobody(escalation.as_ref())?).await?),
        false => None,
    };
    let referral = match services.contains(&Service::Referral) {
        true => {
            let to_triage = house.route_to_triage(triage.as_ref())?;
            let to_escalation = house.escalation_or_nobody(escalation.as_ref())?;
            Some(house.referral(&rota_file, to_triage, to_escalation).await?)
        }
        false => None,
    };
    let daily_log = match services.contains(&Service::DailyLog) {
        true => Some(house.daily_log(&rota_file).await?),
        false => None,
    };
    let console = match services.contains(&Service::Console) {
        true => {
            let ways = Ways {
                routing: house.route_to(routing.as_ref())?,
                calls: house.route_to_calls(telephony.as_ref().map(|here| &here.calls))?,
                control: house.route_to_calls(telephony.as_ref().map(|here| &here.control))?,
                escalation: house.escalation_or_nobody(escalation.as_ref())?,
                triage: house.route_to_triage(triage.as_ref())?,
                triage_is_here: triage.is_some(),
                referral_is_here: referral.is_some(),
                daily_log_is_here: daily_log.is_some(),
            };
            Some(house.console(&rota_file, ways).await?)
        }
        false => None,
    };
    let (status, browser) = (house.status, settings.browser.clone());
    Ok(Running {
        rota,
        db,
        clock,
        process,
        shutdown,
        routing,
        escalation,
        telephony,
        triage,
        referral,
        daily_log,
        console,
        public,
        status,
        browser,
        acceptor,
    })
}

/// What every service here shares.
struct House<'s> {
    settings: &'s LineSettings,
    effective: &'s [Effective],
    ids: Ids,
    clock: Clock,
    db: Db,
    process: Process,
    shutdown: Shutdown,
    token: Token,
    /// TLS toward services elsewhere.
    dialler: Option<Dialler>,
    access: Access,
    sealer: Sealer,
    data_keys: DataKeys,
    bus: Bus,
    alarms: Alarms,
    status: Status,
}

impl House<'_> {
    fn far(&self, service: &str, at: &str, limit: Duration) -> anyhow::Result<Route> {
        let channel = match (&self.dialler, at.starts_with("https:")) {
            (Some(dialler), true) => channel_over_tls(at, dialler, None),
            (Some(_) | None, _) => channel(at),
        };
        let channel = channel.with_context(|| format!("{service}.at {at:?} cannot be used"))?;
        Ok(far(channel, limit, &self.token))
    }
}

fn data_folder(settings: &LineSettings) -> anyhow::Result<()> {
    folder::private(&settings.data).with_context(|| {
        format!("cannot make the data folder {}: choose another by `data`", settings.data.display())
    })
}

/// The keys of this line; the embedded default makes them at the first start.
///
/// # Errors
/// When the file is missing, others may read it, or it holds anything but keys.
pub(crate) fn sealer(settings: &LineSettings) -> anyhow::Result<Sealer> {
    Ok(Sealer::at(&keys_file(settings), settings.keys.is_none())?)
}

pub(crate) fn keys_file(settings: &LineSettings) -> PathBuf {
    settings.keys.clone().unwrap_or_else(|| settings.data.join("keys.toml"))
}

/// The operator's rota, or the example line, put into the data folder so that it can be changed.
pub(crate) fn rota_file(settings: &LineSettings) -> anyhow::Result<(PathBuf, Rota)> {
    let file = match &settings.rota {
        Some(file) => file.clone(),
        None => {
            let example = settings.data.join("rota.toml");
            if !example.exists() {
                fs::write(&example, EXAMPLE_ROTA)
                    .with_context(|| format!("cannot write {}", example.display()))?;
            }
            example
        }
    };
    let rota = rota::read(&file)?;
    ensure!(!rota.windows().is_empty(), "{} names no window: add [[window]]", file.display());
    Ok((file, rota))
}
