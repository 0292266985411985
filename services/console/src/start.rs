//! Putting the service together.

use std::sync::Arc;

use axum::Router;
use on_call_rota::Rota;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::telephony::v1::call_control_service_client::CallControlServiceClient;
use proto::telephony::v1::call_service_client::CallServiceClient;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use shell::access::Sessions;
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::Route;
use shell::ids::Ids;
use shell::rota_file::{Followed, RotaFile, RotaUnusable};
use shell::seal::Sealer;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::config::Settings;
use crate::night::{Acts, Boards, NightServer, Pages, Safety, Seats, Sources};
use crate::rota::{self, RotaServer};

/// What the console needs of the house.
#[derive(Clone)]
pub struct Deps {
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub bus: Bus,
    pub alarms: Alarms,
    pub sessions: Sessions,
    pub audit: Audit,
    pub sealer: Sealer,
    pub shutdown: Shutdown,
    pub routing: Route,
    /// Calls, and what a desk does in them.
    pub calls: Route,
    pub control: Route,
    pub escalation: Route,
    pub triage: Route,
}

/// The running service.
pub struct Consoles {
    pub night: NightServer,
    pub rota: RotaServer,
    /// Calendars behind secret addresses.
    pub calendars: Router,
    /// They end with the shutdown.
    pub workers: Vec<JoinHandle<()>>,
    /// The rota as it is followed here.
    pub rota_now: watch::Receiver<Arc<Rota>>,
    reload: Arc<Notify>,
}

impl Consoles {
    /// Reads the rota file again now, changed or not.
    pub fn reload(&self) {
        self.reload.notify_one();
    }
}

/// # Errors
/// When the rota file cannot be used; all its faults are told.
pub async fn start(settings: Settings, deps: Deps) -> Result<Consoles, RotaUnusable> {
    let (file, rota) = RotaFile::open_with_covers(&settings.rota, &deps.db).await?;
    // Routing follows the same file and alarms its faults.
    let Followed { rota, reload, worker, .. } =
        file.follow(rota, settings.rota_check, &deps.clock, &deps.shutdown);
    let calendars = rota::routes(deps.db.clone(), deps.clock.clone(), rota.clone());
    let rota_now = rota.clone();
    let rota_server = RotaServer {
        path: settings.rota,
        rota: rota.clone(),
        db: deps.db.clone(),
        clock: deps.clock.clone(),
        ids: deps.ids,
        bus: deps.bus.clone(),
        sealer: deps.sealer,
        audit: deps.audit.clone(),
    };
    let sources = Sources {
        db: deps.db,
        clock: deps.clock.clone(),
        alarms: deps.alarms.clone(),
        rota,
        routing: RoutingServiceClient::new(deps.routing.clone()),
        escalation: EscalationServiceClient::new(deps.escalation.clone()),
        triage: TriageServiceClient::new(deps.triage.clone()),
        console_first: Arc::new(settings.console_first),
        budgets: settings.budgets.into(),
        silent_prompts: settings.silent_prompts.into(),
    };
    let seats = Seats { routing: RoutingServiceClient::new(deps.routing) };
    let night = NightServer {
        acts: Acts {
            control: CallControlServiceClient::new(deps.control),
            calls: CallServiceClient::new(deps.calls),
            seats: seats.clone(),
        },
        pages: Pages { escalation: sources.escalation.clone(), triage: sources.triage.clone() },
        safety: Safety { escalation: sources.escalation.clone(), audit: deps.audit },
        boards: Boards::new(sources, deps.bus, deps.shutdown),
        sessions: deps.sessions,
        seats,
        alarms: deps.alarms,
        clock: deps.clock,
        lease: settings.desk_lease,
    };
    Ok(Consoles { night, rota: rota_server, calendars, workers: vec![worker], rota_now, reload })
}
