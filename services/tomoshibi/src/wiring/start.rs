//! What comes up in which order: with the store, or before it.
//!
//! A store that is away keeps nobody from ringing: telephony comes up with the plan and the phones that it kept,
//! and everything else when the store is there.

use std::time::Duration;

use shell::alarms::{Alarm, Alarms};
use shell::audit::Audit;
use shell::bus::Bus;
use shell::store::StoreError;
use tracing::{info, warn};

use super::*;

/// Between two looks for a store that is away.
const AGAIN: Duration = Duration::from_secs(1);
const WAITING: Alarm = Alarm { kind: "waiting_for_store", operator: None, window: None };

/// Starts the services asked for; those that wait for the store are the second. A fault here stops the process;
/// nothing has rung yet.
///
/// # Errors
/// What is missing or wrong, and what would be right.
pub(crate) async fn start<'s>(
    settings: &'s LineSettings,
    services: &'s [Service],
) -> anyhow::Result<(Running, Option<Waiting<'s>>)> {
    let (house, mut running) = House::open(settings, services).await?;
    let may_migrate = settings.migrates;
    match house.db.enter(may_migrate).await {
        Ok(()) => {}
        Err(fault) if fault.passing => return house.start_without_store(running, &fault).await,
        Err(fault) => return Err(fault.into()),
    }
    match house.arrive().await {
        Ok(()) => {}
        Err(fault) if fault.passing => return house.start_without_store(running, &fault).await,
        Err(fault) => return Err(fault.into()),
    }
    house.alarms.clear(&WAITING);
    house.start_asked(&mut running).await?;
    house.start_telephony(&mut running).await?;
    house.start_others(&mut running).await?;
    Ok((running, None))
}

/// A process that runs as far as it can without its store.
pub(crate) struct Waiting<'s> {
    house: House<'s>,
    running: Running,
}

impl Waiting<'_> {
    /// Returns when the store is there and everything runs.
    ///
    /// # Errors
    /// What will not pass: a schema that this program must not use, a service that cannot start.
    pub(crate) async fn come_up(mut self) -> anyhow::Result<Running> {
        while let Err(fault) = self.try_once().await {
            match passing(&fault) {
                Some(passing) => self.running.tell_waiting(passing),
                None => return Err(fault),
            }
            let next = self.house.clock.now() + AGAIN;
            self.house.clock.sleep_until(next).await;
        }
        info!("the store is there: everything is up");
        self.house.alarms.clear(&WAITING);
        self.running.waiting.send_replace(String::new());
        Ok(self.running)
    }

    /// What has come up in an earlier attempt stays.
    async fn try_once(&mut self) -> anyhow::Result<()> {
        if !self.house.db.is_open() {
            self.house.db.enter(self.house.settings.migrates).await?;
        }
        if !self.running.arrived {
            self.house.arrive().await?;
            self.running.arrived = true;
        }
        self.house.start_asked(&mut self.running).await?;
        self.house.start_others(&mut self.running).await
    }
}

fn passing(fault: &anyhow::Error) -> Option<&StoreError> {
    let mut causes = fault.chain().filter_map(|cause| cause.downcast_ref::<StoreError>());
    causes.find(|error| error.passing)
}

impl Running {
    fn missing(&self) -> Vec<Service> {
        let wanted = self.services.iter().copied();
        wanted.filter(|service| !self.is_up(*service)).collect()
    }

    pub(crate) fn is_up(&self, service: Service) -> bool {
        match service {
            Service::Routing => self.routing.is_some(),
            Service::Telephony => self.telephony.is_some(),
            Service::Escalation => self.escalation.is_some(),
            Service::Triage => self.triage.is_some(),
            Service::Referral => self.referral.is_some(),
            Service::DailyLog => self.daily_log.is_some(),
            Service::Console => self.console.is_some(),
            Service::Public => self.public.is_some(),
        }
    }

    /// For `/ready`: who waits, and why.
    fn tell_waiting(&self, fault: &StoreError) {
        let missing: Vec<String> = self.missing().into_iter().map(Service::name).collect();
        let who = match missing.is_empty() {
            true => "the store does not answer: calls go on, events are spooled".to_owned(),
            false => format!("waiting for the store: {}", missing.join(", ")),
        };
        self.waiting.send_replace(format!("{who} ({fault})"));
    }
}

impl<'s> House<'s> {
    /// What needs no store: keys, certificates, the rota, the public pages.
    async fn open(settings: &'s LineSettings, services: &'s [Service]) -> anyhow::Result<(Self, Running)> {
        data_folder(settings)?;
        let mut keeper = Keeper::default();
        let acceptor = tls::acceptor(settings, &mut keeper)?;
        let dialler = tls::dialler(settings, &mut keeper)?;
        let sip_tls = match services.contains(&Service::Telephony) {
            true => tls::sip(settings, &mut keeper)?,
            false => SipTls::default(),
        };
        let (rota_file, rota) = rota_file(settings)?;
        let clock = Clock::system();
        let ids = Ids::new(clock.clone());
        let token_file = settings.token.clone().unwrap_or_else(|| settings.data.join("token"));
        let token = Token::load(&token_file, settings.token.is_none())?;
        let db = Db::behind_a_door(&settings.store)?;
        let process = Process { id: ProcessId(ids.draw()), node: settings.node.clone() };
        let shutdown = Shutdown::new();
        let public = match services.contains(&Service::Public) {
            true => Some(public::pages(settings, &rota_file, &clock, &shutdown).await?),
            false => None,
        };
        let (alarms, _raising) = Alarms::start(db.clone(), clock.clone(), ids.clone());
        keeper.follow(settings.certificates.looks, &clock, Some(alarms.clone()), &shutdown);
        let bus = bus(settings, &alarms)?;
        let sealer = sealer(settings)?;
        let sessions = Sessions::new(db.clone(), clock.clone(), ids.clone(), settings.sessions);
        let audit = Audit::new(db.clone(), clock.clone(), &sealer);
        let access = Access::new(token.clone(), sessions, audit, clock.clone())
            .wants_certificates(settings.certificates.are_wanted());
        let house = House {
            settings,
            effective: &settings.effective,
            services,
            rota_file,
            ids: ids.clone(),
            clock: clock.clone(),
            db: db.clone(),
            process: process.clone(),
            shutdown: shutdown.clone(),
            token,
            dialler,
            sip_tls,
            access,
            data_keys: DataKeys::new(db.clone(), clock.clone(), ids, sealer.clone()),
            sealer,
            bus,
            alarms: alarms.clone(),
            status: Status::default(),
            late_routing: Late::default(),
            late_escalation: Late::default(),
        };
        let running = Running {
            services: services.to_vec(),
            rota,
            db,
            clock,
            process,
            shutdown,
            alarms,
            public,
            status: house.status.clone(),
            browser: settings.browser.clone(),
            acceptor,
            waiting: watch::Sender::default(),
            arrived: false,
            routing: None,
            escalation: None,
            telephony: None,
            triage: None,
            referral: None,
            daily_log: None,
            console: None,
        };
        Ok((house, running))
    }

    async fn start_without_store(
        self,
        mut running: Running,
        fault: &StoreError,
    ) -> anyhow::Result<(Running, Option<Waiting<'s>>)> {
        self.start_telephony(&mut running).await?;
        running.tell_waiting(fault);
        let why = running.waiting.borrow().clone();
        warn!(fault = fault as &dyn std::error::Error, "{why}");
        self.alarms.raise(WAITING, None);
        Ok((running.clone(), Some(Waiting { house: self, running })))
    }

    /// The others know of this process from now on.
    async fn arrive(&self) -> Result<(), StoreError> {
        self.process.arrive(&self.db, self.clock.now()).await?;
        let (process, db) = (self.process.clone(), self.db.clone());
        let (clock, shutdown) = (self.clock.clone(), self.shutdown.clone());
        tokio::spawn(async move { process.stay(&db, &clock, &shutdown).await });
        Ok(())
    }

    fn wants(&self, service: Service, running: &Running) -> bool {
        self.services.contains(&service) && !running.is_up(service)
    }

    /// Those that telephony asks.
    async fn start_asked(&self, running: &mut Running) -> anyhow::Result<()> {
        if self.wants(Service::Routing, running) {
            let server = self.routing(&self.rota_file).await?;
            self.late_routing.comes_up(server.clone());
            running.routing = Some(server);
        }
        if self.wants(Service::Escalation, running) {
            let server = self.escalation(&self.rota_file).await?;
            self.late_escalation.comes_up(server.clone());
            running.escalation = Some(server);
        }
        Ok(())
    }

    async fn start_telephony(&self, running: &mut Running) -> anyhow::Result<()> {
        if self.wants(Service::Telephony, running) {
            let (to_routing, to_escalation) = (self.route_to_routing()?, self.route_to_escalation()?);
            running.telephony = Some(self.telephony(to_routing, to_escalation, &running.rota).await?);
        }
        Ok(())
    }

    async fn start_others(&self, running: &mut Running) -> anyhow::Result<()> {
        if self.wants(Service::Triage, running) {
            running.triage = Some(self.triage(&self.rota_file, self.escalation_or_nobody()?).await?);
        }
        if self.wants(Service::Referral, running) {
            let (to_triage, to_escalation) =
                (self.route_to_triage(running.triage.as_ref())?, self.escalation_or_nobody()?);
            running.referral = Some(self.referral(&self.rota_file, to_triage, to_escalation).await?);
        }
        if self.wants(Service::DailyLog, running) {
            running.daily_log = Some(self.daily_log(&self.rota_file).await?);
        }
        if self.wants(Service::Console, running) {
            running.console = Some(self.console(&self.rota_file, self.ways(running)?).await?);
        }
        Ok(())
    }

    fn ways(&self, running: &Running) -> anyhow::Result<Ways> {
        let telephony = running.telephony.as_ref();
        Ok(Ways {
            routing: self.route_to_routing()?,
            calls: self.route_to_calls(telephony.map(|here| &here.calls))?,
            control: self.route_to_calls(telephony.map(|here| &here.control))?,
            escalation: self.escalation_or_nobody()?,
            triage: self.route_to_triage(running.triage.as_ref())?,
            triage_is_here: running.triage.is_some(),
            referral_is_here: running.referral.is_some(),
            daily_log_is_here: running.daily_log.is_some(),
        })
    }
}

fn bus(settings: &LineSettings, alarms: &Alarms) -> anyhow::Result<Bus> {
    let bus = match &settings.redis {
        Some(url) => {
            Bus::on_redis(url).context("bus.redis is not an address such as redis://127.0.0.1:6379")?
        }
        None => Bus::in_process(),
    };
    let redis_away = Alarm { kind: "redis_away", operator: None, window: None };
    let (alarms, connected) = (alarms.clone(), bus.connected());
    tokio::spawn(async move { alarms.follow(redis_away, connected).await });
    Ok(bus)
}
