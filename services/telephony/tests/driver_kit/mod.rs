//! A line with everything real but the telephones and the time: the driver,
//! routing near, the ledger and a store; a rota in words; a clock moved by hand.
//!
//! Nothing sleeps to let time pass: a story moves the clock and waits for what
//! it expects to be seen at the edge or in the ledger. When a story ends, two
//! promises are looked at that every story shares: nothing rang or was joined
//! before the ledger had it, and no log line or span carries a number.

#![allow(dead_code, unreachable_pub, reason = "each story uses its part")]

mod durable;
mod edge;
mod escalation;
mod house;
mod pages;
mod rota;
mod route;
mod screens;
mod told;
mod verbs;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::DeskId;
use domain::routing::Strategy;
use domain::time::Instant;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::routing::v1::routing_service_server::RoutingServiceServer;
use routing::Routing;
use shell::alarms::Alarms;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::auth::Token;
use shell::grpc::near;
use shell::ids::Ids;
use shell::process::Process;
use shell::shutdown::Shutdown;
use shell::testkit::operator;
use telephony::driver::{self, Deps, DesksInUse, DriverSettings, Seat, Switchboard};
use telephony::edge::EdgeEvent;
use telephony::ledger::{Ledger, LedgerSettings};
use telephony::media::page_words::PageWords;
use telephony::media::prompts::PromptSet;
use tokio::sync::{broadcast, mpsc, watch};

pub use durable::Durable;
pub use edge::{Did, FakeEdge};
pub use escalation::{FakeEscalation, Heard, Mood};
pub use house::House;
pub use pages::{CALLER, DOCTOR, PAGE};
pub use rota::{FALLBACK, Person, neighbour, newcomer, nurse};
pub use route::Way;
pub use screens::picks_up;
pub use told::Told;
pub use verbs::{Caller, TELLTALE, until};

use route::Door;

/// A Monday morning at ten in Japan.
pub const MONDAY: Instant = Instant::from_micros(1_793_581_200_000_000);

pub fn secs(many: u64) -> Duration {
    Duration::from_secs(many)
}

/// How a line is opened. Limits against the machine are wide: it has other work.
#[derive(Clone, Debug)]
pub struct Opening {
    pub people: Vec<Person>,
    pub start: Instant,
    pub strategy: Strategy,
    pub driver: DriverSettings,
    pub store_budget: Duration,
    pub routing_budget: Duration,
}

impl Opening {
    pub fn with(people: impl IntoIterator<Item = Person>) -> Self {
        Self {
            people: people.into_iter().collect(),
            start: MONDAY,
            strategy: Strategy::RingOne,
            driver: DriverSettings { glance: secs(10), ..DriverSettings::default() },
            store_budget: secs(5),
            routing_budget: secs(10),
        }
    }
}

pub struct TestLine {
    pub clock: Clock,
    pub edge: Arc<FakeEdge>,
    pub escalation: FakeEscalation,
    pub deps: Arc<Deps>,
    pub told: Told,
    pub durable: Durable,
    pub house: House,
    way: watch::Sender<Way>,
    routing: Routing,
    opening: Opening,
}

impl TestLine {
    /// With these nurses on duty, each with a phone that is not registered yet.
    pub async fn begins(nurses: &[&'static str]) -> Self {
        Self::opens(Opening::with(nurses.iter().map(|name| nurse(name)))).await
    }

    pub async fn opens(opening: Opening) -> Self {
        Self::opens_in(House::new().await, opening).await
    }

    pub async fn opens_in(house: House, opening: Opening) -> Self {
        Self::opens_as(house, 9, opening).await
    }

    /// As this process of the node.
    pub async fn opens_as(house: House, process: u128, opening: Opening) -> Self {
        let told = Told::begin();
        let clock = Clock::by_hand(opening.start);
        let ids = Ids::new(clock.clone());
        let (alarms, _) = Alarms::start(house.db.clone(), clock.clone(), ids.clone());
        let routing = starts_routing(&house, &opening, &clock, &alarms).await;
        let server = RoutingServiceServer::new(routing.server.clone());
        let (way, door) = watch::channel(Way::To(server));
        let route = near(Door(door), opening.routing_budget, &Token::generate());
        let escalation = FakeEscalation::new();
        let server = EscalationServiceServer::new(escalation.clone());
        let to_escalation = near(server, opening.routing_budget, &Token::generate());
        let (events_in, events) = mpsc::channel(1024);
        let durable = Durable::of(house.store.clone(), house.spool());
        let edge = Arc::new(FakeEdge::new(clock.clone(), events_in, durable.clone()));
        let process = House::process(process);
        process.arrive(&house.db, clock.now()).await.unwrap();
        let (deps, plan_in) =
            deps(&house, &opening, &edge, (route, to_escalation), process, alarms, &clock, ids);
        driver::start(Arc::clone(&deps), events, plan_in, seats(&opening));
        let line = Self { clock, edge, escalation, deps, told, durable, house, way, routing, opening };
        until("the driver knows the plan", || (!line.deps.plan.borrow().windows.is_empty()).then_some(()))
            .await;
        line
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Every question to routing is answered so from now on.
    pub fn routing_is(&self, way: Way) {
        self.way.send_replace(way);
    }

    /// Its process ends: streams break, questions are refused.
    pub async fn routing_dies(&mut self) {
        self.routing_is(Way::Refused);
        for worker in self.routing.workers.drain(..) {
            worker.abort();
            let _ = worker.await;
        }
    }

    pub async fn routing_comes_back(&mut self) {
        self.routing = starts_routing(&self.house, &self.opening, &self.clock, &self.deps.alarms).await;
        self.routing_is(Way::To(RoutingServiceServer::new(self.routing.server.clone())));
    }

    pub fn tell(&self, event: EdgeEvent) {
        self.edge.tell(event);
    }
}

impl Drop for TestLine {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.edge.wrong(), Vec::<String>::new());
            let telltale: Vec<_> =
                self.told.lines().into_iter().filter(|line| line.contains(&TELLTALE[3..])).collect();
            assert_eq!(telltale, Vec::<String>::new(), "a number was told");
        }
    }
}

async fn starts_routing(house: &House, opening: &Opening, clock: &Clock, alarms: &Alarms) -> Routing {
    let path = house.folder.path().join("rota.toml");
    std::fs::write(&path, rota::rota(&opening.people)).unwrap();
    let mut settings = routing::Settings::new(path, "routing");
    settings.store_limit = opening.store_budget.min(secs(2));
    settings.wrap_up = Duration::ZERO;
    settings.strategy = opening.strategy;
    let deps = routing::Deps {
        db: house.db.clone(),
        clock: clock.clone(),
        ids: Ids::new(clock.clone()),
        bus: Bus::in_process(),
        alarms: alarms.clone(),
        shutdown: Shutdown::new(),
    };
    routing::start(settings, deps).await.unwrap()
}

#[expect(clippy::too_many_arguments, reason = "the driver needs them all")]
fn deps(
    house: &House,
    opening: &Opening,
    edge: &Arc<FakeEdge>,
    (route, to_escalation): (shell::grpc::Route, shell::grpc::Route),
    process: Process,
    alarms: Alarms,
    clock: &Clock,
    ids: Ids,
) -> (Arc<Deps>, watch::Sender<Arc<driver::Plan>>) {
    let settings =
        LedgerSettings { budget: opening.store_budget, ..LedgerSettings::with_spool(house.spool()) };
    let (ledger, _) = Ledger::start(house.db.clone(), house.sealer.clone(), process.id, settings).unwrap();
    let (plan_in, plan) = watch::channel(Arc::default());
    let deps = Deps {
        edge: Arc::clone(edge) as Arc<dyn telephony::edge::Edge>,
        routing: RoutingServiceClient::new(route),
        ledger,
        db: house.db.clone(),
        sealer: house.sealer.clone(),
        owner: process.id.to_string().into(),
        process,
        plan,
        kept_plan: None,
        clock: clock.clone(),
        ids,
        prompts: PromptSet::embedded().unwrap(),
        page_words: PageWords::embedded().unwrap(),
        escalation: Some(EscalationServiceClient::new(to_escalation)),
        alarms,
        settings: opening.driver.clone(),
        desks: DesksInUse::default(),
        switchboard: Switchboard::default(),
        entries: broadcast::Sender::new(1024),
    };
    (Arc::new(deps), plan_in)
}

fn seats(opening: &Opening) -> HashMap<DeskId, Seat> {
    let seat = |person: &Person| {
        let staff = person.id.parse().unwrap();
        (DeskId::parse(person.id).unwrap(), Seat { operator: operator(), staff })
    };
    opening.people.iter().map(seat).collect()
}
