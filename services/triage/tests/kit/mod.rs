//! A line with triage and the real escalation: a store, a clock moved by hand, people who ask.

#![allow(dead_code, unreachable_pub, reason = "each suite uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

pub mod forms;
mod ledger;
mod rota;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::access::{Person, Principal, Role};
use domain::escalation::Pace;
use domain::ids::{AccountId, CallId, DeskId, SessionId};
use domain::ledger::AnsweredBy;
use domain::time::Instant;
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::triage::v1 as pb;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use proto::triage::v1::triage_service_server::TriageServiceServer;
use shell::access::ByService;
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::auth::Token;
use shell::grpc::{Route, near};
use shell::ids::Ids;
use shell::on;
use shell::process::{Process, ProcessId};
use shell::reconciler::Status;
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tonic::body::Body;
use tower::{Service, ServiceExt};
use triage::{Deps, Settings, Triage, start};
use uuid::Uuid;

pub use ledger::Ledger;

pub type Client = TriageServiceClient<Route>;

/// A Monday morning at ten in Japan.
pub const MONDAY: Instant = Instant::from_micros(1_793_581_200_000_000);
pub const OPERATOR: &str = "example";
pub const NUMBER: &str = "+819012345678";
const PATIENCE: Duration = Duration::from_secs(20);

pub fn secs(many: u64) -> Duration {
    Duration::from_secs(many)
}

pub fn days(many: u64) -> Duration {
    secs(many * 24 * 3600)
}

pub struct Line {
    pub clock: Clock,
    pub db: Db,
    pub bus: Bus,
    pub audit: Audit,
    pub ledger: Ledger,
    /// Escalation does not answer.
    pub away: Arc<AtomicBool>,
    running: Triage,
    _escalation: escalation::Escalations,
    _folder: tempfile::TempDir,
}

/// The same story on SQLite and on PostgreSQL.
pub async fn on_both_stores<Fut: Future<Output = ()>>(story: impl Fn(Line) -> Fut) {
    let story = &story;
    shell::testkit::both_stores(|db| async move { story(Line::new(db).await).await }).await;
}

impl Line {
    pub async fn new(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rota = folder.path().join("rota.toml");
        std::fs::write(&rota, rota::rota()).unwrap();
        let (clock, bus, sealer) = (Clock::by_hand(MONDAY), Bus::in_process(), shell::testkit::sealer());
        let ids = Ids::new(clock.clone());
        let (alarms, _) = Alarms::start(db.clone(), clock.clone(), ids.clone());
        let audit = Audit::new(db.clone(), clock.clone(), &sealer);
        let escalation = escalation(&rota, &db, &clock, &bus, &alarms).await;
        let away = Arc::new(AtomicBool::new(false));
        let deps = Deps {
            db: db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            bus: bus.clone(),
            alarms,
            shutdown: Shutdown::new(),
            sealer: sealer.clone(),
            data_keys: DataKeys::new(db.clone(), clock.clone(), ids, sealer.clone()),
            audit: audit.clone(),
            escalation: switched(EscalationServiceServer::new(escalation.server.clone()), &away),
            status: Status::default(),
        };
        let running = start(Settings::with_rota(rota), deps).await.unwrap();
        let ledger = Ledger { db: db.clone(), sealer, operator: OPERATOR.parse().unwrap() };
        for staff in ["ito", "sato", "kubo"] {
            ledger.has_account(staff, &account(staff).to_string()).await;
            ledger.sits(staff, None).await;
        }
        Self { clock, db, bus, audit, ledger, away, running, _escalation: escalation, _folder: folder }
    }

    /// Somebody with these roles who asks; their staff id is their name.
    pub fn asks(&self, staff: &str, roles: &[Role]) -> Client {
        self.asks_of(OPERATOR, staff, roles)
    }

    fn person(&self, operator: &str, staff: &str, roles: &[Role]) -> Person {
        Person {
            session: SessionId(Uuid::now_v7()),
            account: account(staff),
            operator: operator.parse().unwrap(),
            staff: Some(staff.parse().unwrap()),
            roles: roles.iter().copied().collect(),
            fresh_until: MONDAY + days(36_500),
            break_glass: false,
            limited: false,
        }
    }

    pub fn asks_of(&self, operator: &str, staff: &str, roles: &[Role]) -> Client {
        let person = self.person(operator, staff, roles);
        let server = TriageServiceServer::new(self.running.server.clone());
        let as_person = server.map_request(move |mut request: http::Request<Body>| {
            request.extensions_mut().insert(Principal::Person(person.clone()));
            request
        });
        TriageServiceClient::new(near(as_person, PATIENCE, &Token::generate()))
    }

    /// A service that forwards the session of a counsellor, and shows its token.
    pub fn in_the_name_of(&self, staff: &str) -> Client {
        let person = self.person(OPERATOR, staff, &[Role::Counsellor]);
        let server = TriageServiceServer::new(self.running.server.clone());
        let as_service = server.map_request(move |mut request: http::Request<Body>| {
            request.extensions_mut().insert(Principal::Person(person.clone()));
            request.extensions_mut().insert(ByService);
            request
        });
        TriageServiceClient::new(near(as_service, PATIENCE, &Token::generate()))
    }

    pub fn ito(&self) -> Client {
        self.asks("ito", &[Role::Counsellor])
    }

    pub fn sato(&self) -> Client {
        self.asks("sato", &[Role::Counsellor])
    }

    pub fn kubo(&self) -> Client {
        self.asks("kubo", &[Role::Supervisor])
    }

    pub fn admin(&self) -> Client {
        self.asks("kubo", &[Role::OperatorAdmin, Role::Supervisor])
    }

    /// A call that this person has answered at their desk and talks in.
    pub async fn answers(&self, staff: &str, number: Option<&str>) -> CallId {
        let call = CallId(Uuid::now_v7());
        self.ledger.begins(call, number, self.clock.now()).await;
        self.ledger.sits(staff, Some(call)).await;
        let desk = AnsweredBy::Desk(DeskId::parse(&format!("desk-{staff}")).unwrap());
        self.ledger.is_answered(call, desk, self.clock.now()).await;
        self.bus.publish("desk", staff);
        call
    }

    pub async fn hangs_up(&self, staff: &str, call: CallId) {
        self.ledger.sits(staff, None).await;
        self.ledger.ends(call, self.clock.now()).await;
        self.bus.publish("desk", staff);
    }

    pub async fn opens(&self, mut who: Client, call: CallId) -> pb::Record {
        let asked = pb::OpenRecordRequest { operator_id: OPERATOR.into(), call_id: call.to_string() };
        who.open_record(asked).await.unwrap().into_inner().record.unwrap()
    }

    /// What was done, in order: the action and its subject.
    pub async fn audited(&self) -> Vec<(String, String)> {
        on!(self.db.read(), pool => sqlx::query_as("SELECT action, subject_id FROM audit_event ORDER BY seq")
            .fetch_all(pool).await)
        .unwrap()
    }

    pub async fn count(&self, table: &'static str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        on!(self.db.read(), pool => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await)
            .unwrap()
    }

    /// Waits until something is so.
    pub async fn until<Fut: Future<Output = bool>>(&self, what: &str, is: impl Fn() -> Fut) {
        let begun = std::time::Instant::now();
        while !is().await {
            assert!(begun.elapsed() < PATIENCE, "still not: {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn escalation_is_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }
}

pub fn account(staff: &str) -> AccountId {
    AccountId(Uuid::new_v5_of(staff))
}

/// An id that is always the same for a name.
trait Named {
    fn new_v5_of(name: &str) -> Uuid;
}

impl Named for Uuid {
    fn new_v5_of(name: &str) -> Uuid {
        let mut bytes = [7; 16];
        for (byte, letter) in bytes.iter_mut().zip(name.bytes()) {
            *byte = letter;
        }
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// The real service, or nobody.
fn switched(server: EscalationServiceServer<escalation::EscalationServer>, away: &Arc<AtomicBool>) -> Route {
    let away = away.clone();
    let service = tower::service_fn(move |request: http::Request<Body>| {
        let (mut server, away) = (server.clone(), away.load(Ordering::SeqCst));
        async move {
            match away {
                true => Ok(tonic::Status::unavailable("away").into_http()),
                false => server.call(request).await,
            }
        }
    });
    near(service, PATIENCE, &Token::generate())
}

async fn escalation(
    rota: &std::path::Path,
    db: &Db,
    clock: &Clock,
    bus: &Bus,
    alarms: &Alarms,
) -> escalation::Escalations {
    let pace = Pace {
        rungs_at: vec![Duration::ZERO],
        act_within: secs(180),
        same_way_again: secs(120),
        rounds: None,
    };
    let owner = Process { id: ProcessId(Uuid::now_v7()), node: "escalation".into() };
    owner.arrive(db, clock.now()).await.unwrap();
    let settings = escalation::Settings {
        rota: rota.to_owned(),
        rota_check: secs(3600),
        owner: owner.id,
        paces: escalation::Paces { p1: pace.clone(), p2: pace.clone(), p3: pace },
        ring_for: secs(30),
        next_telephone: secs(30),
        mail: None,
        webhooks: Vec::new(),
        page_link: None,
        operator_contacts: Vec::new(),
        safety_within: secs(600),
        safety_again: secs(600),
        late_after: secs(5),
        attempts: 6,
        drill_at: None,
        heartbeat: None,
    };
    let deps = escalation::Deps {
        db: db.clone(),
        clock: clock.clone(),
        ids: Ids::new(clock.clone()),
        bus: bus.clone(),
        alarms: alarms.clone(),
        shutdown: Shutdown::new(),
        sealer: shell::testkit::sealer(),
        status: Status::default(),
    };
    escalation::start(settings, deps).await.unwrap()
}

/// The files of an embedded store, as whoever steals them has them; none for PostgreSQL.
pub async fn files(db: &Db) -> Vec<Vec<u8>> {
    let shell::store::Engine::Sqlite(pool) = db.write() else { return Vec::new() };
    let (_, _, file): (i64, String, String) =
        sqlx::query_as("PRAGMA database_list").fetch_one(pool).await.unwrap();
    let beside = ["", "-wal"].map(|end| format!("{file}{end}"));
    beside.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

pub fn holds(file: &[u8], text: &str) -> bool {
    file.windows(text.len()).any(|window| window == text.as_bytes())
}
