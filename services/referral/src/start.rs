//! Putting the service together.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use shell::access::Access;
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::Route;
use shell::ids::Ids;
use shell::reconciler::{Reconcile, Status, reconcile, relay};
use shell::rota_file::{Followed, RotaFile, RotaUnusable};
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::centre::Centres;
use crate::centre_server::CentreServer;
use crate::config::Settings;
use crate::directory::Directory;
use crate::drafts::Drafts;
use crate::fhir_server;
use crate::keeper::{DELIVERIES, Keeper, TOPIC};
use crate::payer::Payer;
use crate::postman::Postman;
use crate::record::Records;
use crate::referral_server::ReferralServer;
use crate::releaser::{RECORDS, Releaser};
use crate::render::Renderer;
use crate::show::Shower;
use crate::store::Store;
use crate::waker::Waker;
use crate::webhook::{WebhookFault, Webhooks};

/// Workers look this often even when nobody nudges.
const PERIOD: Duration = Duration::from_secs(1);

/// What referral needs of the house.
#[derive(Clone, Debug)]
pub struct Deps {
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub bus: Bus,
    pub alarms: Alarms,
    pub shutdown: Shutdown,
    pub data_keys: DataKeys,
    pub audit: Audit,
    /// To triage, near or far: records are read in the name of whoever asks.
    pub triage: Route,
    /// To escalation, near or far.
    pub escalation: Route,
    pub status: Status,
}

/// The running service.
#[derive(Debug)]
pub struct Referrals {
    /// To be served near or far, behind the gate.
    pub centre: CentreServer,
    pub referral: ReferralServer,
    /// They end with the shutdown.
    pub workers: Vec<JoinHandle<()>>,
    reload: Arc<Notify>,
}

impl Referrals {
    /// The same answers of centres as FHIR Tasks over HTTP, for whoever the gate lets in.
    pub fn fhir(&self, access: &Access) -> Router {
        fhir_server::routes(self.centre.centres.clone(), access.clone())
    }

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
    Webhook(#[from] WebhookFault),
}

/// A store that is away does not hinder the start.
///
/// # Errors
/// When the rota file has faults, or a webhook's secret cannot be used.
pub async fn start(settings: Settings, deps: Deps) -> Result<Referrals, StartFault> {
    let (file, rota) = RotaFile::open(&settings.rota).await?;
    // Routing follows the same file and alarms its faults.
    let Followed { rota, reload, worker, .. } =
        file.follow(rota, settings.rota_check, &deps.clock, &deps.shutdown);
    let webhooks = Webhooks::new(&settings.webhooks, settings.push_limit)?;
    let (owner, limit) = (settings.owner.clone(), settings.push_limit);
    let keeper = Keeper {
        store: Store { db: deps.db.clone(), keys: deps.data_keys.clone() },
        clock: deps.clock.clone(),
        ids: deps.ids.clone(),
        bus: deps.bus.clone(),
        audit: deps.audit.clone(),
        settings: Arc::new(settings),
        rota,
    };
    let directory = Directory { keeper: keeper.clone() };
    let records = Records { triage: TriageServiceClient::new(deps.triage.clone()) };
    let drafts = Drafts { keeper: keeper.clone(), records, directory: directory.clone() };
    let renderer = Renderer { directory: directory.clone(), alarms: deps.alarms.clone() };
    let (centres, shower) = (Centres { keeper: keeper.clone() }, Shower { directory });
    let payer = Payer {
        store: keeper.store.clone(),
        escalation: EscalationServiceClient::new(deps.escalation.clone()),
        alarms: deps.alarms.clone(),
        clock: deps.clock.clone(),
        standing: BTreeSet::new(),
    };
    let nudge = Arc::new(Notify::new());
    let postman = Postman {
        centres: centres.clone(),
        renderer: renderer.clone(),
        webhooks,
        alarms: deps.alarms.clone(),
        owner,
        limit,
        busy: Arc::default(),
        nudge: nudge.clone(),
    };
    let mut workers = vec![worker];
    workers.extend(hire(&deps, Waker { keeper }, TOPIC, Arc::default()));
    workers.extend(hire(&deps, payer, TOPIC, Arc::default()));
    workers.extend(hire(&deps, Releaser { drafts: drafts.clone() }, RECORDS, Arc::default()));
    workers.extend(hire(&deps, postman, DELIVERIES, nudge));
    let centre = CentreServer { centres, shower: shower.clone(), renderer, shutdown: deps.shutdown.clone() };
    Ok(Referrals { centre, referral: ReferralServer { drafts, shower }, workers, reload })
}

/// The worker, and whoever wakes it at every nudge of a topic.
fn hire(
    deps: &Deps,
    worker: impl Reconcile + 'static,
    topic: &str,
    nudge: Arc<Notify>,
) -> [JoinHandle<()>; 2] {
    let (clock, status) = (deps.clock.clone(), deps.status.clone());
    let work = reconcile(worker, PERIOD, nudge.clone(), clock, status, deps.shutdown.clone());
    let nudges = deps.bus.subscribe(&[topic]);
    [tokio::spawn(work), tokio::spawn(relay(nudges, vec![nudge], deps.shutdown.clone()))]
}
