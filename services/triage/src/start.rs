//! Putting the service together.

use std::sync::Arc;
use std::time::Duration;

use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::Route;
use shell::ids::Ids;
use shell::reconciler::{Reconcile, Status, reconcile, relay};
use shell::rota_file::{Followed, RotaFile, RotaUnusable};
use shell::seal::Sealer;
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::config::Settings;
use crate::drafter::Drafter;
use crate::keeper::{Keeper, TOPIC};
use crate::payer::Payer;
use crate::protocols::{ProtocolUnusable, Protocols};
use crate::records::Records;
use crate::server::TriageServer;
use crate::store::{Sealing, Store};

/// Workers look this often even when nobody nudges.
const PERIOD: Duration = Duration::from_secs(1);
/// What desks are called on the bus: a call that is answered or ends changes one.
const DESKS: &str = "desk";

/// What triage needs of the house.
#[derive(Clone, Debug)]
pub struct Deps {
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub bus: Bus,
    pub alarms: Alarms,
    pub shutdown: Shutdown,
    pub sealer: Sealer,
    pub data_keys: DataKeys,
    pub audit: Audit,
    /// To escalation, near or far.
    pub escalation: Route,
    pub status: Status,
}

/// The running service.
#[derive(Debug)]
pub struct Triage {
    /// To be served near or far, behind the gate.
    pub server: TriageServer,
    /// They end with the shutdown.
    pub workers: Vec<JoinHandle<()>>,
    reload: Arc<Notify>,
}

impl Triage {
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
    Protocol(#[from] ProtocolUnusable),
}

/// A store that is away does not hinder the start.
///
/// # Errors
/// When the rota file or the protocol has faults; all of them are told.
pub async fn start(settings: Settings, deps: Deps) -> Result<Triage, StartFault> {
    let (file, rota) = RotaFile::open(&settings.rota).await?;
    // Routing follows the same file and alarms its faults.
    let Followed { rota, reload, worker, .. } =
        file.follow(rota, settings.rota_check, &deps.clock, &deps.shutdown);
    let sealing = Sealing::new(deps.data_keys.clone());
    let store = Store { db: deps.db.clone(), sealer: deps.sealer.clone(), sealing };
    let protocols = Protocols::open(store.clone(), settings.protocol.as_ref()).await?;
    let keeper = Keeper {
        store: store.clone(),
        clock: deps.clock.clone(),
        ids: deps.ids.clone(),
        bus: deps.bus.clone(),
        audit: deps.audit.clone(),
        settings: Arc::new(settings),
        rota,
        protocols,
    };
    let (paid_in, paid) = watch::channel(0);
    let records = Records { keeper: keeper.clone(), paid };
    let payer = Payer {
        store,
        escalation: EscalationServiceClient::new(deps.escalation.clone()),
        alarms: deps.alarms.clone(),
        paid: paid_in,
        clock: deps.clock.clone(),
    };
    let mut workers = vec![worker];
    workers.extend(hire(&deps, Drafter { records: records.clone() }, DESKS));
    workers.extend(hire(&deps, payer, TOPIC));
    Ok(Triage { server: TriageServer::new(keeper, records), workers, reload })
}

/// The worker, and whoever wakes it at every nudge of a topic.
fn hire(deps: &Deps, worker: impl Reconcile + 'static, topic: &str) -> [JoinHandle<()>; 2] {
    let nudge = Arc::new(Notify::new());
    let (clock, status) = (deps.clock.clone(), deps.status.clone());
    let work = reconcile(worker, PERIOD, nudge.clone(), clock, status, deps.shutdown.clone());
    let nudges = deps.bus.subscribe(&[topic]);
    [tokio::spawn(work), tokio::spawn(relay(nudges, vec![nudge], deps.shutdown.clone()))]
}
