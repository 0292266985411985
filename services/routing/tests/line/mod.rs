//! A line with routing only: a rota, a store, a clock moved by hand, and as
//! many replicas as a story needs.

#![allow(dead_code, unreachable_pub, reason = "each suite uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

mod heard;
mod rota;

use std::path::PathBuf;
use std::time::Duration;

use domain::ids::OperatorId;
use domain::time::Instant;
use proto::routing::v1 as pb;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::routing::v1::routing_service_server::RoutingServiceServer;
use routing::{Deps, Routing, RoutingServer, Settings, StartFault, start};
use shell::alarms::Alarms;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tonic::{Code, Status};
use uuid::Uuid;

pub use heard::{CallNews, PlanNews};
pub use rota::{Person, rota};

pub type Client = RoutingServiceClient<RoutingServiceServer<RoutingServer>>;

/// A Monday morning at ten in Japan.
pub const MONDAY: Instant = Instant::from_micros(1_793_581_200_000_000);

pub fn secs(many: u64) -> Duration {
    Duration::from_secs(many)
}

pub struct Line {
    pub clock: Clock,
    pub db: Db,
    pub settings: Settings,
    bus: Bus,
    pub alarms: Alarms,
    folder: tempfile::TempDir,
}

impl Line {
    pub fn new(db: Db, people: &[Person]) -> Self {
        Self::with_clock(db, people, Clock::by_hand(MONDAY))
    }

    pub fn with_clock(db: Db, people: &[Person], clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rota.toml");
        std::fs::write(&path, rota(people)).unwrap();
        let mut settings = Settings::new(path, "replica");
        // The tests' stores share two cores with everything else.
        settings.store_limit = Duration::from_secs(2);
        let (alarms, _) = Alarms::start(db.clone(), clock.clone(), Ids::new(clock.clone()));
        Self { clock, db, settings, bus: Bus::in_process(), alarms, folder }
    }

    pub fn rota_file(&self) -> PathBuf {
        self.folder.path().join("rota.toml")
    }

    pub async fn replica(&self, name: &str) -> Replica {
        self.tries_replica(name).await.unwrap()
    }

    /// One that hears and sends no nudges.
    pub async fn deaf_replica(&self, name: &str) -> Replica {
        self.replica_on(name, Bus::in_process()).await.unwrap()
    }

    pub async fn tries_replica(&self, name: &str) -> Result<Replica, StartFault> {
        self.replica_on(name, self.bus.clone()).await
    }

    async fn replica_on(&self, name: &str, bus: Bus) -> Result<Replica, StartFault> {
        let shutdown = Shutdown::new();
        let settings = Settings { owner: name.to_owned(), ..self.settings.clone() };
        let deps = Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: Ids::new(self.clock.clone()),
            bus,
            alarms: self.alarms.clone(),
            shutdown: shutdown.clone(),
        };
        let routing = start(settings, deps).await?;
        let client = RoutingServiceClient::new(RoutingServiceServer::new(routing.server.clone()));
        Ok(Replica { client, clock: self.clock.clone(), routing: Some(routing), shutdown })
    }
}

/// A replica, as somebody reaches it.
#[derive(Debug)]
pub struct Replica {
    pub client: Client,
    clock: Clock,
    pub routing: Option<Routing>,
    shutdown: Shutdown,
}

/// What a caller brings along.
#[derive(Clone, Debug)]
pub struct Caller {
    pub call: String,
    pub window: &'static str,
    pub class: pb::PlaceClass,
    pub since: Instant,
    pub circle: u32,
    pub language: &'static str,
}

impl Caller {
    pub fn at(since: Instant) -> Self {
        Self {
            call: Uuid::now_v7().to_string(),
            window: "main",
            class: pb::PlaceClass::Ordinary,
            since,
            circle: 1,
            language: "",
        }
    }
}

pub fn operator() -> String {
    OPERATOR.to_owned()
}

pub const OPERATOR: &str = "example";

impl Replica {
    /// The process is gone: nothing it holds is given back by itself.
    pub async fn dies(self) {
        for worker in self.routing.into_iter().flat_map(|routing| routing.workers) {
            worker.abort();
            let _ = worker.await;
        }
    }

    /// The same replica, reached by somebody else.
    pub fn again(&self) -> Self {
        Self {
            client: self.client.clone(),
            clock: self.clock.clone(),
            routing: None,
            shutdown: self.shutdown.clone(),
        }
    }

    pub fn caller(&self) -> Caller {
        Caller::at(self.clock.now())
    }

    /// The person of that name at the desk of that name, for eight hours.
    pub async fn signs_in(&mut self, name: &str) {
        self.signs_in_at(name, name).await.unwrap();
    }

    pub async fn signs_in_at(&mut self, staff: &str, desk: &str) -> Result<(), Status> {
        self.sits(staff, desk, false).await
    }

    /// The heartbeat of whoever is thought to sit there.
    pub async fn renews(&mut self, staff: &str, desk: &str) {
        self.sits(staff, desk, true).await.unwrap();
    }

    async fn sits(&mut self, staff: &str, desk: &str, renewal: bool) -> Result<(), Status> {
        let lease = prost_types::Duration { seconds: 8 * 3600, nanos: 0 };
        let asked = pb::SignInRequest {
            operator_id: operator(),
            desk_id: desk.into(),
            staff_id: staff.into(),
            lease: Some(lease),
            renewal,
        };
        self.client.sign_in(asked).await.map(drop)
    }

    pub async fn seeks(&mut self, caller: &Caller) -> CallNews {
        self.tries_to_seek(caller).await.unwrap()
    }

    pub async fn tries_to_seek(&mut self, caller: &Caller) -> Result<CallNews, Status> {
        let micros = caller.since.micros();
        let asked = pb::SeekDeskRequest {
            operator_id: operator(),
            call_id: caller.call.clone(),
            window_id: caller.window.into(),
            place_class: caller.class.into(),
            waiting_since: Some(prost_types::Timestamp {
                seconds: micros.div_euclid(1_000_000),
                nanos: (micros.rem_euclid(1_000_000) * 1000) as i32,
            }),
            circle: caller.circle,
            language: caller.language.into(),
            region_id: String::new(),
            owner: "telephony".into(),
        };
        let stream = self.client.seek_desk(asked).await?.into_inner();
        Ok(CallNews { stream })
    }

    pub async fn reports(
        &mut self,
        caller: &Caller,
        offer: &pb::Offer,
        outcome: pb::OfferOutcome,
    ) -> Result<(), Status> {
        let asked = pb::ReportOfferRequest {
            operator_id: operator(),
            call_id: caller.call.clone(),
            offer_id: offer.offer_id.clone(),
            desk_id: offer.desk_id.clone(),
            outcome: outcome.into(),
            takes_over: false,
        };
        self.client.report_offer(asked).await.map(drop)
    }

    /// This very desk, for a transfer of the caller.
    pub async fn claims(&mut self, caller: &Caller, desk: &str) -> Result<pb::Offer, Status> {
        let asked = pb::ClaimDeskRequest {
            operator_id: operator(),
            call_id: caller.call.clone(),
            desk_id: desk.into(),
            owner: "telephony".into(),
        };
        self.client.claim_desk(asked).await.map(|claimed| claimed.into_inner().offer.unwrap())
    }

    /// It has the call now, in the place of the desk before.
    pub async fn takes_over(&mut self, caller: &Caller, offer: &pb::Offer) -> Result<(), Status> {
        let asked = pb::ReportOfferRequest {
            operator_id: operator(),
            call_id: caller.call.clone(),
            offer_id: offer.offer_id.clone(),
            desk_id: offer.desk_id.clone(),
            outcome: pb::OfferOutcome::Answered.into(),
            takes_over: true,
        };
        self.client.report_offer(asked).await.map(drop)
    }

    pub async fn answers(&mut self, caller: &Caller, offer: &pb::Offer) {
        self.reports(caller, offer, pb::OfferOutcome::Answered).await.unwrap();
    }

    pub async fn ends(&mut self, caller: &Caller) {
        let asked = pb::EndCallRequest { operator_id: operator(), call_id: caller.call.clone() };
        self.client.end_call(asked).await.unwrap();
    }

    pub async fn reconciles(&mut self, live: Vec<pb::LiveCall>) -> (u32, u32) {
        let asked = pb::ReconcileCallsRequest { operator_id: operator(), owner: "telephony".into(), live };
        let said = self.client.reconcile_calls(asked).await.unwrap().into_inner();
        (said.released, said.adopted)
    }

    pub async fn pauses(&mut self, desk: &str) -> Result<(), Status> {
        let asked = pb::PauseDeskRequest { operator_id: operator(), desk_id: desk.into() };
        self.client.pause_desk(asked).await.map(drop)
    }

    pub async fn resumes(&mut self, desk: &str) {
        let asked = pb::ResumeDeskRequest { operator_id: operator(), desk_id: desk.into() };
        self.client.resume_desk(asked).await.unwrap();
    }

    pub async fn signs_out(&mut self, desk: &str) {
        let asked = pb::SignOutRequest { operator_id: operator(), desk_id: desk.into() };
        self.client.sign_out(asked).await.unwrap();
    }

    pub async fn desk(&mut self, desk: &str) -> pb::Desk {
        let asked = pb::ListDesksRequest { operator_id: operator() };
        let desks = self.client.list_desks(asked).await.unwrap().into_inner().desks;
        desks.into_iter().find(|one| one.desk_id == desk).unwrap()
    }

    pub async fn presence(&mut self, desk: &str) -> pb::Presence {
        self.desk(desk).await.presence()
    }

    pub async fn watches_plan(&mut self) -> PlanNews {
        let stream = self.client.watch_plan(pb::WatchPlanRequest {}).await.unwrap().into_inner();
        PlanNews { stream }
    }
}

pub fn code(result: Result<(), Status>) -> Code {
    result.unwrap_err().code()
}

pub fn operator_id() -> OperatorId {
    OPERATOR.parse().unwrap()
}

impl Line {
    /// The kinds of the alarms that stand, with their windows, once they are as they should be.
    pub async fn alarms_are(&self, expected: &[(&str, &str)]) {
        let begun = std::time::Instant::now();
        loop {
            let raised = self.alarms.list(&operator_id(), 100).await.unwrap();
            let standing = raised.into_iter().filter(|alarm| alarm.cleared_us.is_none());
            let mut found: Vec<_> =
                standing.map(|alarm| (alarm.kind, alarm.window_id.unwrap_or_default())).collect();
            found.sort();
            let same = found
                .iter()
                .map(|(kind, window)| (kind.as_str(), window.as_str()))
                .eq(expected.iter().copied());
            if same {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "alarms are {found:?}, not {expected:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
