//! A line with triage and the daily log: a store, a clock moved by hand, people who ask.

#![allow(dead_code, unreachable_pub, reason = "each suite uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod ledger;
mod records;

use std::future::Future;
use std::time::Duration;

use daily_log::{DailyLog, Deps, Settings, start};
use domain::access::{Person, Principal, Role};
use domain::ids::{AccountId, SessionId};
use domain::time::Instant;
use proto::daily_log::v1 as pb;
use proto::daily_log::v1::daily_log_service_client::DailyLogServiceClient;
use proto::daily_log::v1::daily_log_service_server::DailyLogServiceServer;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use proto::triage::v1::triage_service_server::TriageServiceServer;
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::auth::Token;
use shell::grpc::{Route, near};
use shell::ids::Ids;
use shell::on;
use shell::reconciler::Status;
use shell::seal::Sealer;
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tonic::body::Body;
use tower::{Service, ServiceExt};
use uuid::Uuid;

pub use ledger::Told;

pub type Days = DailyLogServiceClient<Route>;
pub type Records = TriageServiceClient<Route>;

pub const OPERATOR: &str = "example";
pub const WINDOW: &str = "main";
/// Sunday 2026-11-22 at 08:30 in Japan: a service date begins. The Monday after it is a holiday.
pub const SUNDAY: Instant = Instant::from_micros(1_795_303_800_000_000);
const PATIENCE: Duration = Duration::from_secs(60);

pub fn secs(many: u64) -> Duration {
    Duration::from_secs(many)
}

pub fn hours(many: u64) -> Duration {
    secs(many * 3600)
}

pub struct Line {
    pub clock: Clock,
    pub db: Db,
    pub bus: Bus,
    pub alarms: Alarms,
    pub sealer: Sealer,
    audit: Audit,
    data_keys: DataKeys,
    triage: triage::Triage,
    pub log: DailyLog,
    folder: tempfile::TempDir,
}

/// The same story on SQLite and on PostgreSQL.
pub async fn on_both_stores<Fut: Future<Output = ()>>(story: impl Fn(Line) -> Fut) {
    let story = &story;
    shell::testkit::both_stores(|db| async move { story(Line::new(db).await).await }).await;
}

impl Line {
    pub async fn new(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rota.toml"), ROTA).unwrap();
        let (clock, bus, sealer) = (Clock::by_hand(SUNDAY), Bus::in_process(), shell::testkit::sealer());
        let ids = Ids::new(clock.clone());
        let (alarms, _) = Alarms::start(db.clone(), clock.clone(), ids.clone());
        let audit = Audit::new(db.clone(), clock.clone(), &sealer);
        let data_keys = DataKeys::new(db.clone(), clock.clone(), ids.clone(), sealer.clone());
        let nobody = tower::service_fn(|_: http::Request<Body>| async {
            Ok::<_, std::convert::Infallible>(tonic::Status::unavailable("away").into_http::<Body>())
        });
        let deps = triage::Deps {
            db: db.clone(),
            clock: clock.clone(),
            ids,
            bus: bus.clone(),
            alarms: alarms.clone(),
            shutdown: Shutdown::new(),
            sealer: sealer.clone(),
            data_keys: data_keys.clone(),
            audit: audit.clone(),
            escalation: near(nobody, PATIENCE, &Token::generate()),
            status: Status::default(),
        };
        let triage = triage::start(triage::Settings::with_rota(folder.path().join("rota.toml")), deps).await;
        let deps = Deps {
            db: db.clone(),
            clock: clock.clone(),
            bus: bus.clone(),
            alarms: alarms.clone(),
            shutdown: Shutdown::new(),
            data_keys: data_keys.clone(),
            audit: audit.clone(),
            status: Status::default(),
        };
        let log = start(Settings::with_rota(folder.path().join("rota.toml")), deps).await.unwrap();
        Self { clock, db, bus, alarms, sealer, audit, data_keys, triage: triage.unwrap(), log, folder }
    }

    /// Another process with the same store.
    pub async fn replica(&self) -> DailyLog {
        let deps = Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: Shutdown::new(),
            data_keys: self.data_keys.clone(),
            audit: self.audit.clone(),
            status: Status::default(),
        };
        start(Settings::with_rota(self.folder.path().join("rota.toml")), deps).await.unwrap()
    }

    pub fn asks(&self, staff: &str, roles: &[Role]) -> Days {
        let server = DailyLogServiceServer::new(self.log.server.clone());
        DailyLogServiceClient::new(as_person(server, person(OPERATOR, staff, roles)))
            .max_decoding_message_size(64 * 1024 * 1024)
    }

    pub fn asks_of(&self, operator: &str, roles: &[Role]) -> Days {
        let server = DailyLogServiceServer::new(self.log.server.clone());
        DailyLogServiceClient::new(as_person(server, person(operator, "mori", roles)))
    }

    pub fn centre(&self) -> Days {
        self.asks("kita-centre", &[Role::Centre])
    }

    pub fn kubo(&self) -> Days {
        self.asks("kubo", &[Role::Supervisor])
    }

    pub fn writes(&self, staff: &str, roles: &[Role]) -> Records {
        let server = TriageServiceServer::new(self.triage.server.clone());
        TriageServiceClient::new(as_person(server, person(OPERATOR, staff, roles)))
    }

    pub async fn day(&self, date: &str) -> pb::GetDayResponse {
        self.version(date, 0).await
    }

    pub async fn version(&self, date: &str, version: u32) -> pb::GetDayResponse {
        let asked = pb::GetDayRequest {
            operator_id: OPERATOR.into(),
            window_id: WINDOW.into(),
            service_date: date.into(),
            version,
        };
        self.kubo().get_day(asked).await.unwrap().into_inner()
    }

    /// Waits until this version is the latest.
    pub async fn is_sealed(&self, date: &str, version: u32) -> pb::GetDayResponse {
        self.until(&format!("version {version} of {date}"), || async {
            self.versions(date).await >= i64::from(version)
        })
        .await;
        let day = self.day(date).await;
        assert_eq!(day.day.as_ref().unwrap().version, version);
        day
    }

    pub async fn versions(&self, date: &str) -> i64 {
        on!(self.db.read(), pool => sqlx::query_scalar(
            "SELECT count(*) FROM daily_log WHERE window_id = $1 AND service_date = $2")
            .bind(WINDOW).bind(date).fetch_one(pool).await)
        .unwrap()
    }

    /// The worker has looked at everything that was due.
    pub async fn has_looked(&self) {
        let now = self.clock.now();
        self.until("the worker has looked", || async {
            let owed: i64 = on!(self.db.read(), pool => sqlx::query_scalar(
                "SELECT count(*) FROM daily_log_due WHERE due_us <= $1")
                .bind(now.micros()).fetch_one(pool).await)
            .unwrap();
            let seen: Option<i64> = on!(self.db.read(), pool => sqlx::query_scalar(
                "SELECT max(seen_us) FROM daily_log_due").fetch_one(pool).await)
            .unwrap();
            owed == 0 && seen.is_some()
        })
        .await;
    }

    pub async fn verified(&self, date: &str, version: u32) -> pb::VerifyDayResponse {
        let asked = pb::VerifyDayRequest {
            operator_id: OPERATOR.into(),
            window_id: WINDOW.into(),
            service_date: date.into(),
            version,
        };
        self.kubo().verify_day(asked).await.unwrap().into_inner()
    }

    pub async fn exported(&self, format: &str, from: &str, to: &str) -> Vec<u8> {
        let asked = pb::ExportDaysRequest {
            operator_id: OPERATOR.into(),
            window_id: WINDOW.into(),
            from: from.into(),
            to: to.into(),
            format: format.into(),
            publish: false,
        };
        self.kubo().export_days(asked).await.unwrap().into_inner().file
    }

    /// What was done, in order: the action and its subject.
    pub async fn audited(&self, action: &str) -> Vec<String> {
        on!(self.db.read(), pool => sqlx::query_scalar(
            "SELECT subject_id FROM audit_event WHERE action = $1 ORDER BY seq")
            .bind(action).fetch_all(pool).await)
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
}

fn person(operator: &str, staff: &str, roles: &[Role]) -> Person {
    Person {
        session: SessionId(Uuid::now_v7()),
        account: account(staff),
        operator: operator.parse().unwrap(),
        staff: Some(staff.parse().unwrap()),
        roles: roles.iter().copied().collect(),
        fresh_until: Instant::from_micros(i64::MAX),
        break_glass: false,
        limited: false,
    }
}

/// As the gate lets them in.
fn as_person<S>(server: S, person: Person) -> Route
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = std::convert::Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let server = server.map_request(move |mut request: http::Request<Body>| {
        request.extensions_mut().insert(Principal::Person(person.clone()));
        request
    });
    near(server, PATIENCE, &Token::generate())
}

/// Always the same for a name.
pub fn account(staff: &str) -> AccountId {
    let mut bytes = [7; 16];
    for (byte, letter) in bytes.iter_mut().zip(staff.bytes()) {
        *byte = letter;
    }
    AccountId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

const ROTA: &str = r#"
revision = 1

[[operator]]
id = "example"
name = "Example"
zone = "Asia/Tokyo"
service_day_starts = "08:30"
early_morning = "own"

[[operator.calendar]]
office_hours = "08:30-17:15"
saturday = "closed"
year_end = "none"

[[group]]
id = "all-day"
operator = "example"
all_day = true

[[window]]
id = "main"
operator = "example"
group = "all-day"
name = "24時間相談"
numbers = ["100"]
languages = ["ja"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
fallback = "+81300000190"

[[staff]]
id = "ito"
operator = "example"
name = "伊藤"
qualifications = ["psw"]
psychiatric_experience = true
languages = ["ja"]
contacts = ["sip:ito"]

[[staff]]
id = "sato"
operator = "example"
name = "sato"
qualifications = ["nurse"]
psychiatric_experience = true
languages = ["ja"]
contacts = ["sip:sato"]

[[staff]]
id = "aoki"
operator = "example"
name = "青木"
qualifications = ["designated_physician"]
psychiatric_experience = true
languages = ["ja"]
contacts = ["sip:aoki"]

[[staff]]
id = "kubo"
operator = "example"
name = "kubo"
qualifications = ["nurse"]
psychiatric_experience = true
languages = ["ja"]
contacts = ["sip:kubo"]

[[pattern]]
id = "p-ito"
windows = ["main"]
role = "counsellor"

[[pattern.shift]]
days = ["daily"]
time = "00:00-24:00"
staff = ["ito"]

[[pattern]]
id = "p-sato"
windows = ["main"]
role = "counsellor"

[[pattern.shift]]
days = ["daily"]
time = "17:00-02:00"
staff = ["sato"]

[[pattern]]
id = "p-kubo"
windows = ["main"]
role = "supervisor"

[[pattern.shift]]
days = ["daily"]
time = "00:00-24:00"
staff = ["kubo"]

[[pattern]]
id = "p-aoki"
windows = ["main"]
role = "psychiatrist"

[[pattern.shift]]
days = ["daily"]
time = "00:00-24:00"
staff = ["aoki"]

[[ladder]]
group = "all-day"

[[ladder.rung]]
roles = ["psychiatrist"]
"#;
