//! Which service runs here, and how each reaches the others.

mod console;
mod daily_log;
mod public;
mod referral;
mod services;
mod start;
mod telephony;
pub(crate) mod tls;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use ::daily_log::LogServer;
use ::telephony::sip::SipTls;
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
use shell::alarms::Alarms;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::folder;
use shell::grpc::auth::Token;
use shell::grpc::{Late, Route, channel, channel_over_tls, far};
use shell::ids::Ids;
use shell::process::{Process, ProcessId};
use shell::reconciler::Status;
use shell::seal::Sealer;
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::Db;
use shell::tls::{Acceptor, Dialler, Keeper};
use tokio::sync::watch;
use triage::TriageServer;

use crate::cli::Service;
use crate::rota;
use crate::settings::{Effective, LineSettings};
use console::Ways;

pub(crate) use console::Console;
pub(crate) use public::pages_alone;
pub(crate) use referral::Referrals;
pub(crate) use start::{Waiting, start};
pub(crate) use telephony::Telephony;

/// The example line: a prefecture with three windows.
const EXAMPLE_ROTA: &str = include_str!("../../../../on-call-rota/rotas/example.toml");

/// What runs in this process: less than it was asked for while it waits for its store.
#[derive(Clone)]
pub(crate) struct Running {
    pub services: Vec<Service>,
    pub rota: Rota,
    pub db: Db,
    pub clock: Clock,
    pub process: Process,
    pub shutdown: Shutdown,
    pub alarms: Alarms,
    /// Why something is not up yet; empty when all is.
    pub waiting: watch::Sender<String>,
    /// The store knows of this process.
    pub arrived: bool,
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

/// What every service here shares.
struct House<'s> {
    settings: &'s LineSettings,
    effective: &'s [Effective],
    services: &'s [Service],
    rota_file: PathBuf,
    ids: Ids,
    clock: Clock,
    db: Db,
    process: Process,
    shutdown: Shutdown,
    token: Token,
    /// TLS toward services elsewhere.
    dialler: Option<Dialler>,
    sip_tls: SipTls,
    access: Access,
    sealer: Sealer,
    data_keys: DataKeys,
    bus: Bus,
    alarms: Alarms,
    status: Status,
    /// Telephony is up before them while the store is away.
    late_routing: Late<Gate<RoutingServiceServer<RoutingServer>>>,
    late_escalation: Late<Gate<EscalationServiceServer<EscalationServer>>>,
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
