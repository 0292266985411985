//! Which service runs here, and how each reaches the others.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use domain::ids::{DeskId, OperatorId};
use escalation::EscalationServer;
use on_call_rota::Rota;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::routing::v1::routing_service_server::RoutingServiceServer;
use proto::telephony::v1::call_service_server::CallServiceServer;
use routing::RoutingServer;
use shell::access::{Access, Browser, Gate, Sessions};
use shell::alarms::{Alarm, Alarms};
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::folder;
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, far, near};
use shell::ids::Ids;
use shell::process::{Process, ProcessId};
use shell::reconciler::Status;
use shell::seal::{KeyRing, Sealer};
use shell::shutdown::Shutdown;
use shell::store::Db;
use telephony::driver::{self, Deps, DesksInUse, KeptPlan, Switchboard};
use telephony::ledger::{Ledger, LedgerSettings};
use telephony::media::Engine;
use telephony::media::page_words::PageWords;
use telephony::media::prompts::PromptSet;
use telephony::sip::SipEdge;
use telephony::{CallServer, PhoneBook};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{broadcast, mpsc, watch};

use crate::cli::Service;
use crate::phones::{self, Phones};
use crate::rota;
use crate::settings::LineSettings;

/// The example line: a prefecture with three windows.
const EXAMPLE_ROTA: &str = include_str!("../../../on-call-rota/rotas/example.toml");
/// Entries that somebody who watches may be behind.
const ENTRIES: usize = 4096;
/// Events of the edge that wait for the driver.
const EVENTS: usize = 4096;

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
    /// What the workers of this process owe.
    pub status: Status,
    /// How browsers reach this line.
    pub browser: Browser,
}

pub(crate) struct Telephony {
    pub calls: Gate<CallServiceServer<CallServer>>,
    pub edge: SipEdge,
    pub deps: Arc<Deps>,
    pub phones_file: PathBuf,
}

/// Starts the services asked for. A fault here stops the process; nothing has rung yet.
///
/// # Errors
/// What is missing or wrong, and what would be right.
pub(crate) async fn start(settings: &LineSettings, services: &[Service]) -> anyhow::Result<Running> {
    folder::private(&settings.data).with_context(|| {
        format!("cannot make the data folder {}: choose another by `data`", settings.data.display())
    })?;
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
    let (alarms, _raising) = Alarms::start(db.clone(), clock.clone(), ids.clone());
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
    let access = Access::new(token.clone(), sessions, audit, clock.clone());
    let house = House {
        settings,
        ids,
        clock: clock.clone(),
        db: db.clone(),
        process: process.clone(),
        shutdown: shutdown.clone(),
        token,
        access,
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
    let status = house.status;
    let browser = settings.browser.clone();
    Ok(Running { rota, db, clock, process, shutdown, routing, escalation, telephony, status, browser })
}

/// What every service here shares.
struct House<'s> {
    settings: &'s LineSettings,
    ids: Ids,
    clock: Clock,
    db: Db,
    process: Process,
    shutdown: Shutdown,
    token: Token,
    access: Access,
    sealer: Sealer,
    bus: Bus,
    alarms: Alarms,
    status: Status,
}

impl House<'_> {
    async fn routing(&self, rota: &Path) -> anyhow::Result<Gate<RoutingServiceServer<RoutingServer>>> {
        let mut settings = self.settings.routing.clone();
        settings.rota = rota.to_owned();
        settings.owner = self.process.id.to_string();
        let deps = routing::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
        };
        let running = routing::start(settings, deps).await?;
        let server = Gate::new(RoutingServiceServer::new(running.server.clone()), &self.access);
        tokio::spawn(on_hang_up(move || running.reload()));
        Ok(server)
    }

    fn route_to(&self, here: Option<&Gate<RoutingServiceServer<RoutingServer>>>) -> anyhow::Result<Route> {
        match (here, &self.settings.routing_at) {
            (Some(server), _) => Ok(near(server.clone(), self.settings.routing_budget, &self.token)),
            (None, Some(at)) => self.far("routing", at, self.settings.routing_budget),
            (None, None) => anyhow::bail!("routing does not run here: set routing.at to where it runs"),
        }
    }

    async fn escalation(
        &self,
        rota: &Path,
    ) -> anyhow::Result<Gate<EscalationServiceServer<EscalationServer>>> {
        let mut settings = self.settings.escalation.clone();
        settings.rota = rota.to_owned();
        settings.owner = self.process.id;
        let deps = escalation::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
            sealer: self.sealer.clone(),
            status: self.status.clone(),
        };
        let running = escalation::start(settings, deps).await?;
        let server = Gate::new(EscalationServiceServer::new(running.server.clone()), &self.access);
        tokio::spawn(on_hang_up(move || running.reload()));
        Ok(server)
    }

    /// None where no escalation is known: then nobody is paged, and the start says so.
    fn route_to_escalation(
        &self,
        here: Option<&Gate<EscalationServiceServer<EscalationServer>>>,
    ) -> anyhow::Result<Option<Route>> {
        let limit = self.settings.escalation_budget;
        match (here, &self.settings.escalation_at) {
            (Some(server), _) => Ok(Some(near(server.clone(), limit, &self.token))),
            (None, Some(at)) => self.far("escalation", at, limit).map(Some),
            (None, None) => {
                tracing::warn!(
                    "no escalation runs here and escalation.at is empty: psychiatrists are not paged"
                );
                Ok(None)
            }
        }
    }

    fn far(&self, service: &str, at: &str, limit: Duration) -> anyhow::Result<Route> {
        let channel = channel(at).with_context(|| {
            format!("{service}.at {at:?} is not an address such as http://{service}:8080")
        })?;
        Ok(far(channel, limit, &self.token))
    }

    async fn telephony(
        &self,
        route: Route,
        to_escalation: Option<Route>,
        rota: &Rota,
    ) -> anyhow::Result<Telephony> {
        let phones_file =
            self.settings.phones.clone().unwrap_or_else(|| self.settings.data.join("phones.toml"));
        let Phones { accounts, seats } = phones::load(&phones_file, rota)?;
        let (prompts, page_words) = match &self.settings.prompts {
            Some(folder) => (PromptSet::from_dir(folder)?, PageWords::from_dir(folder)?),
            None => (PromptSet::embedded()?, PageWords::embedded()?),
        };
        let sealer = self.sealer.clone();
        let (ledger, _writer) =
            Ledger::start(self.db.clone(), sealer.clone(), self.process.id, self.ledger_settings())?;
        tokio::spawn({
            let (flow, alarms) = (ledger.flow(), self.alarms.clone());
            async move { Ledger::watch(flow, &alarms).await }
        });
        let (media_in, media_events) = mpsc::channel(EVENTS);
        let media = Engine::start(self.settings.media.clone(), media_in)?;
        let (events_in, events) = mpsc::channel(EVENTS);
        let mut sip = self.settings.sip.clone();
        sip.accounts = accounts;
        let book = PhoneBook::new(self.db.clone(), operators_of(&seats), rota::first_operator(rota)?);
        let edge =
            SipEdge::start(sip, media, media_events, self.clock.clone(), events_in, Arc::new(book)).await?;
        let kept_plan = KeptPlan::at(&self.settings.data.join("plan.sealed"), sealer.clone());
        let (plan_in, plan) = watch::channel(Arc::new(kept_plan.load()));
        let deps = Arc::new(Deps {
            edge: Arc::new(edge.clone()),
            routing: RoutingServiceClient::new(route),
            ledger,
            db: self.db.clone(),
            sealer,
            process: self.process.clone(),
            plan,
            kept_plan: Some(kept_plan),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            prompts,
            page_words,
            escalation: to_escalation.map(EscalationServiceClient::new),
            alarms: self.alarms.clone(),
            settings: self.settings.driver.clone(),
            owner: self.process.id.to_string().into(),
            desks: DesksInUse::default(),
            switchboard: Switchboard::default(),
            entries: broadcast::Sender::new(ENTRIES),
        });
        driver::start(Arc::clone(&deps), events, plan_in, seats);
        let server = CallServer { deps: Arc::clone(&deps), sip: Some(edge.clone()) };
        let calls = Gate::new(CallServiceServer::new(server), &self.access);
        Ok(Telephony { calls, edge, deps, phones_file })
    }

    fn ledger_settings(&self) -> LedgerSettings {
        let spool = self.settings.data.join("spool.jsonl");
        LedgerSettings { budget: self.settings.store_budget, ..LedgerSettings::with_spool(spool) }
    }
}

/// The keys of this line; the embedded default makes them at the first start.
///
/// # Errors
/// When the file is missing, others may read it, or it holds anything but keys.
pub(crate) fn sealer(settings: &LineSettings) -> anyhow::Result<Sealer> {
    let file = settings.keys.clone().unwrap_or_else(|| settings.data.join("keys.toml"));
    Ok(Sealer::new(KeyRing::load(&file, settings.keys.is_none())?))
}

/// SIGHUP: the rota file is read at once instead of at the next look.
async fn on_hang_up(reload: impl Fn()) {
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else { return };
    while hang_up.recv().await.is_some() {
        reload();
    }
}

fn operators_of(seats: &HashMap<DeskId, driver::Seat>) -> HashMap<DeskId, OperatorId> {
    seats.iter().map(|(desk, seat)| (desk.clone(), seat.operator.clone())).collect()
}

/// The operator's rota, or the example line, put into the data folder so that it can be changed.
fn rota_file(settings: &LineSettings) -> anyhow::Result<(PathBuf, Rota)> {
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
