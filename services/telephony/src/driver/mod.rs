//! Joins the telephone network to the decisions: every call has a task, every
//! task a `domain::call::Call`.
//!
//! `Driver` hears the edge. A call begins here, its legs are found again by
//! the `Switchboard`, routing is asked through an `Asker`, and what happened is
//! kept by the ledger before it has consequences. When routing is gone the
//! `RingList` of the last `Plan` takes its place.

mod acts;
mod asker;
mod call_back;
mod call_task;
mod carry_out;
mod dial;
mod incoming;
mod keep;
mod kept_plan;
mod measure;
mod paging;
mod plan;
mod presence;
mod reconcile;
mod recovery;
mod ring_list;
mod switchboard;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use domain::call::Patience;
use domain::ids::DeskId;
use domain::ledger::Entry;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use shell::alarms::Alarms;
use shell::clock::Clock;
use shell::grpc::Route;
use shell::ids::Ids;
use shell::process::Process;
use shell::seal::Sealer;
use shell::store::Db;
use tokio::sync::{broadcast, mpsc, watch};
use tracing::{info, warn};

use crate::edge::{Edge, EdgeEvent};
use crate::ledger::Ledger;
use crate::media::page_words::PageWords;
use crate::media::prompts::PromptSet;

use call_task::Heard;
use presence::PhoneNews;

pub use acts::{Act, ActFault};
pub use kept_plan::KeptPlan;
pub use measure::Limits;
pub use paging::PagingSettings;
pub use plan::Plan;
pub use presence::Seat;
pub use ring_list::DesksInUse;
pub use switchboard::Switchboard;

#[derive(Clone, Debug)]
pub struct DriverSettings {
    pub patience: Patience,
    /// How long a desk of the ring list rings. Routing says it for its own offers.
    pub desk_rings: Duration,
    pub fallback_rings: Duration,
    /// How long the telephone of a person who is owed a call rings.
    pub caller_rings: Duration,
    /// Somebody who was not answered within this is put before first attempts.
    pub repeat_within: Duration,
    /// A call-back that was not taken is tried again after this, doubled each time.
    pub call_back_again: Duration,
    pub call_back_attempts: u32,
    /// The longest look at the store for what is asked in passing: an index look-up, not worth
    /// waiting for.
    pub glance: Duration,
    pub limits: Limits,
    pub paging: PagingSettings,
    pub desks: DeskSettings,
}

/// How desks differ.
#[derive(Clone, Debug)]
pub struct DeskSettings {
    /// Somebody accepts on the screen and the phone picks up by itself; it is not rung before.
    pub console_first: BTreeSet<DeskId>,
    /// Phones of other desks that pick up by themselves when they are asked to.
    pub picks_up: BTreeSet<DeskId>,
    /// A screen on which nobody accepts within this has its phone rung.
    pub console_grace: Duration,
}

impl Default for DeskSettings {
    fn default() -> Self {
        let none = BTreeSet::new;
        Self { console_first: none(), picks_up: none(), console_grace: Duration::from_secs(5) }
    }
}

impl Default for DriverSettings {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            patience: Patience::default(),
            desk_rings: secs(15),
            fallback_rings: secs(30),
            caller_rings: secs(45),
            repeat_within: secs(600),
            call_back_again: secs(300),
            call_back_attempts: 5,
            glance: Duration::from_millis(50),
            limits: Limits::default(),
            paging: PagingSettings::default(),
            desks: DeskSettings::default(),
        }
    }
}

/// What every call of this process uses.
pub struct Deps {
    pub edge: Arc<dyn Edge>,
    pub routing: RoutingServiceClient<Route>,
    /// None: nobody is paged by voice, and no need of the line's own is told.
    pub escalation: Option<EscalationServiceClient<Route>>,
    pub ledger: Ledger,
    pub db: Db,
    pub sealer: Sealer,
    pub process: Process,
    pub plan: watch::Receiver<Arc<Plan>>,
    /// Where the plan outlives the process; nowhere in tests that do not restart.
    pub kept_plan: Option<KeptPlan>,
    pub clock: Clock,
    pub ids: Ids,
    pub prompts: PromptSet,
    pub page_words: PageWords,
    pub alarms: Alarms,
    pub settings: DriverSettings,
    /// This process, for claims and leases.
    pub owner: Arc<str>,
    pub desks: DesksInUse,
    pub switchboard: Switchboard,
    /// Every entry once it is durable, for those who watch.
    pub entries: broadcast::Sender<Entry>,
}

/// Phones that register while routing is slow; more than any line has desks.
const PHONE_QUEUE: usize = 1024;

/// Starts the driver. It ends when the edge's events end.
pub fn start(
    deps: Arc<Deps>,
    events: mpsc::Receiver<EdgeEvent>,
    plan: watch::Sender<Arc<Plan>>,
    seats: HashMap<DeskId, Seat>,
) {
    let (phones, phone_news) = mpsc::channel(PHONE_QUEUE);
    tokio::spawn(plan::follow(deps.routing.clone(), plan, deps.kept_plan.clone()));
    tokio::spawn(presence::run(Arc::clone(&deps), seats, phone_news));
    tokio::spawn(reconcile::run(Arc::clone(&deps)));
    tokio::spawn(once_there(deps.db.clone(), recovery::run(Arc::clone(&deps))));
    tokio::spawn(once_there(deps.db.clone(), call_back::run(Arc::clone(&deps))));
    paging::start(&deps);
    tokio::spawn(run(deps, events, phones));
}

/// Work on rows waits for the store; calls do not.
async fn once_there(db: Db, work: impl Future<Output = ()>) {
    db.is_there().await;
    work.await;
}

async fn run(deps: Arc<Deps>, mut events: mpsc::Receiver<EdgeEvent>, phones: mpsc::Sender<PhoneNews>) {
    while let Some(event) = events.recv().await {
        match event {
            EdgeEvent::Incoming(incoming) => incoming::begin(&deps, incoming),
            EdgeEvent::Ringing { leg } => deps.switchboard.tell(leg, Heard::Ringing(leg)),
            EdgeEvent::Answered { leg } => deps.switchboard.tell(leg, Heard::Answered(leg)),
            EdgeEvent::Ended { leg, cause } => deps.switchboard.tell(leg, Heard::Ended(leg, cause)),
            EdgeEvent::Held { leg, held } => deps.switchboard.tell(leg, Heard::Held(leg, held)),
            EdgeEvent::PlayFinished { leg, .. } => deps.switchboard.tell(leg, Heard::Said(leg)),
            EdgeEvent::Digit { leg, digit } => deps.switchboard.tell(leg, Heard::Digit(leg, digit)),
            EdgeEvent::PhoneRegistered { desk, until, came } => {
                tell(&phones, PhoneNews::Registered { desk, until, came })
            }
            EdgeEvent::PhoneGone { desk } => tell(&phones, PhoneNews::Gone { desk }),
            EdgeEvent::TrunkUp { trunk } => info!(%trunk, "trunk is up"),
            EdgeEvent::TrunkDown { trunk } => warn!(%trunk, "trunk is down: calls out take the next one"),
        }
    }
}

fn tell(phones: &mpsc::Sender<PhoneNews>, news: PhoneNews) {
    if phones.try_send(news).is_err() {
        warn!("too many phones at once; they are told with their next registration");
    }
}
