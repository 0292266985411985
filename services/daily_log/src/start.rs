//! Putting the service together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::reconciler::{Status, reconcile, relay};
use shell::rota_file::{Followed, RotaFile, RotaUnusable};
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::closer::Closer;
use crate::config::Settings;
use crate::days::Days;
use crate::keeper::Keeper;
use crate::server::LogServer;
use crate::store::Store;

/// The worker looks this often even when nobody nudges.
const PERIOD: Duration = Duration::from_secs(15);
/// What records and referrals are called on the bus. Calls are left to the period: a day waits longer than
/// that for its last call anyway.
const CHANGES: [&str; 2] = ["record", "referral"];

/// What the daily log needs of the house.
#[derive(Clone, Debug)]
pub struct Deps {
    pub db: Db,
    pub clock: Clock,
    pub bus: Bus,
    pub alarms: Alarms,
    pub shutdown: Shutdown,
    pub data_keys: DataKeys,
    pub audit: Audit,
    pub status: Status,
}

/// The running service.
#[derive(Debug)]
pub struct DailyLog {
    /// To be served near or far, behind the gate.
    pub server: LogServer,
    /// They end with the shutdown.
    pub workers: Vec<JoinHandle<()>>,
    reload: Arc<Notify>,
}

impl DailyLog {
    /// Reads the rota file again now, changed or not.
    pub fn reload(&self) {
        self.reload.notify_one();
    }
}

/// A store that is away does not hinder the start.
///
/// # Errors
/// When the rota file has faults; all of them are told.
pub async fn start(settings: Settings, deps: Deps) -> Result<DailyLog, RotaUnusable> {
    // Covers agreed on the screen count: they say who was on duty.
    let (file, rota) = RotaFile::open_with_covers(&settings.rota, &deps.db).await?;
    let Followed { rota, reload, worker, .. } =
        file.follow(rota, settings.rota_check, &deps.clock, &deps.shutdown);
    let keeper = Keeper {
        store: Store { db: deps.db.clone(), keys: deps.data_keys.clone() },
        clock: deps.clock.clone(),
        bus: deps.bus.clone(),
        audit: deps.audit.clone(),
        settings: Arc::new(settings),
        rota,
    };
    let closer = Closer {
        keeper: keeper.clone(),
        alarms: deps.alarms.clone(),
        seen: BTreeMap::new(),
        late: BTreeMap::new(),
    };
    let nudge = Arc::new(Notify::new());
    let (clock, status) = (deps.clock.clone(), deps.status.clone());
    let work = reconcile(closer, PERIOD, nudge.clone(), clock, status, deps.shutdown.clone());
    let nudges = relay(deps.bus.subscribe(&CHANGES), vec![nudge], deps.shutdown.clone());
    let workers = vec![worker, tokio::spawn(work), tokio::spawn(nudges)];
    Ok(DailyLog { server: LogServer { days: Days { keeper } }, workers, reload })
}
