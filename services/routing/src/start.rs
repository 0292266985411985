//! Putting the service together.

use std::sync::Arc;

use shell::alarms::Alarms;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::alarms::Watchman;
use crate::config::Settings;
use crate::dispatcher::{Dispatcher, Ends};
use crate::nudges::Nudges;
use crate::server::RoutingServer;
use crate::store::Store;
use crate::view::Looks;
use shell::rota_file::{Followed, RotaFile, RotaUnusable};

/// Requests that wait for the dispatcher; beyond that, who asks waits.
const INBOX: usize = 1024;

/// What routing needs of the house.
#[derive(Clone, Debug)]
pub struct Deps {
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub bus: Bus,
    pub alarms: Alarms,
    pub shutdown: Shutdown,
}

/// The running service.
#[derive(Debug)]
pub struct Routing {
    /// To be served near or far.
    pub server: RoutingServer,
    /// They end with the shutdown.
    pub workers: Vec<JoinHandle<()>>,
    reload: Arc<Notify>,
}

impl Routing {
    /// Reads the rota file again now, changed or not.
    pub fn reload(&self) {
        self.reload.notify_one();
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error("{}", .0.join("; "))]
    Settings(Vec<String>),
    #[error(transparent)]
    Rota(#[from] RotaUnusable),
}

/// A store that is away does not hinder the start: the plan is then that of the rota alone.
///
/// # Errors
/// When the settings or the rota file have faults; all of them are told.
pub async fn start(settings: Settings, deps: Deps) -> Result<Routing, StartFault> {
    let wrong = settings.faults();
    if !wrong.is_empty() {
        return Err(StartFault::Settings(wrong));
    }
    let (file, rota) = RotaFile::open_with_covers(&settings.rota, &deps.db).await?;
    let Followed { rota, faults, reload, worker } =
        file.follow(rota, settings.rota_check, &deps.clock, &deps.shutdown);
    let (inbox_in, inbox) = mpsc::channel(INBOX);
    let first = rota.borrow().clone();
    let nudges = Nudges::new(deps.bus, &settings.owner);
    let ids = deps.ids.clone();
    let mut dispatcher = Dispatcher::new(settings, Store::new(deps.db), deps.clock, deps.ids, first);
    let (view_in, view) = watch::channel(Arc::new(dispatcher.view()));
    let let_go = Arc::new(Notify::new());
    let watchman = Watchman {
        alarms: deps.alarms,
        rota: rota.clone(),
        looks: Looks::new(view.clone()),
        faults,
        shutdown: deps.shutdown.clone(),
    };
    let ends = Ends { inbox, let_go: let_go.clone(), nudges, rota, view: view_in, shutdown: deps.shutdown };
    dispatcher.begin(&ends).await;
    let workers = vec![tokio::spawn(dispatcher.run(ends)), worker, tokio::spawn(watchman.run())];
    Ok(Routing { server: RoutingServer::new(inbox_in, view, let_go, ids), workers, reload })
}
