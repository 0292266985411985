//! Putting the service together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use shell::alarms::Alarms;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::reconciler::{Reconcile, Status, reconcile, relay};
use shell::rota_file::{Followed, RotaFile, RotaUnusable};
use shell::seal::Sealer;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::answer::Answers;
use crate::channels::{ChannelFault, Channels};
use crate::climber::Climber;
use crate::config::Settings;
use crate::drills::Drills;
use crate::figures;
use crate::heartbeat::Heartbeat;
use crate::keeper::Keeper;
use crate::pager::{Pager, Receivers};
use crate::safety::Safety;
use crate::server::EscalationServer;
use crate::store::Store;

/// Workers look this often even when nobody nudges.
const PERIOD: Duration = Duration::from_secs(1);

/// What escalation needs of the house.
#[derive(Clone, Debug)]
pub struct Deps {
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub bus: Bus,
    pub alarms: Alarms,
    pub shutdown: Shutdown,
    pub sealer: Sealer,
    pub status: Status,
}

/// The running service.
#[derive(Debug)]
pub struct Escalations {
    /// To be served near or far.
    pub server: EscalationServer,
    /// They end with the shutdown.
    pub workers: Vec<JoinHandle<()>>,
    reload: Arc<Notify>,
}

impl Escalations {
    /// Reads the rota file again now, changed or not.
    pub fn reload(&self) {
        self.reload.notify_one();
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error(transparent)]
    Rota(#[from] RotaUnusable),
    #[error(transparent)]
    Channel(#[from] ChannelFault),
}

/// A store that is away does not hinder the start.
///
/// # Errors
/// When the rota file, a channel or the heartbeat has faults; all of them are told.
pub async fn start(settings: Settings, deps: Deps) -> Result<Escalations, StartFault> {
    let channels = Channels::new(settings.mail.as_ref(), &settings.webhooks, settings.page_link.clone())?;
    let beat = settings.heartbeat.as_ref().map(|set| Heartbeat::new(set, deps.clock.clone())).transpose()?;
    let (file, rota) = RotaFile::open_with_covers(&settings.rota, &deps.db).await?;
    // Routing follows the same file and alarms its faults.
    let Followed { rota, reload, worker, .. } =
        file.follow(rota, settings.rota_check, &deps.clock, &deps.shutdown);
    let store = Store::new(deps.db.clone(), deps.sealer.clone());
    let settings = Arc::new(settings);
    let keeper = Keeper::new(store, settings.clone(), &deps);
    let answers = Answers { keeper: keeper.clone(), settings, rota };
    let mut crew = Crew { deps: &deps, nudged: Vec::new(), workers: vec![worker] };
    crew.hire_all(&answers, channels);
    let mut workers = crew.workers;
    workers.push(tokio::spawn(relay(keeper.nudges(), crew.nudged, deps.shutdown.clone())));
    if let Some(beat) = beat {
        let late_after = answers.settings.late_after;
        let is_well = move || figures::is_well(keeper.clone(), late_after);
        workers.push(tokio::spawn(beat.run(is_well, deps.shutdown.clone())));
    }
    Ok(Escalations { server: EscalationServer::new(answers, deps.shutdown), workers, reload })
}

/// Workers that are woken by every change of an escalation.
struct Crew<'a> {
    deps: &'a Deps,
    nudged: Vec<Arc<Notify>>,
    workers: Vec<JoinHandle<()>>,
}

impl Crew<'_> {
    fn hire_all(&mut self, answers: &Answers, channels: Channels) {
        let (keeper, settings) = (answers.keeper.clone(), answers.settings.clone());
        self.hire(Climber { keeper: keeper.clone() }, Arc::default());
        self.hire(Safety { keeper: keeper.clone(), settings: settings.clone() }, Arc::default());
        let drills = Drills {
            answers: answers.clone(),
            at: settings.drill_at,
            done: BTreeMap::new(),
            judged: BTreeMap::new(),
        };
        self.hire(drills, Arc::default());
        let (receivers, freed) = (Receivers::default(), Arc::new(Notify::new()));
        let shutdown = self.deps.shutdown.clone();
        self.hire(Pager { keeper, settings, channels, receivers, freed: freed.clone(), shutdown }, freed);
    }

    fn hire(&mut self, worker: impl Reconcile + 'static, nudge: Arc<Notify>) {
        self.nudged.push(nudge.clone());
        let (clock, status) = (self.deps.clock.clone(), self.deps.status.clone());
        let work = reconcile(worker, PERIOD, nudge, clock, status, self.deps.shutdown.clone());
        self.workers.push(tokio::spawn(work));
    }
}
