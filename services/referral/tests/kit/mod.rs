//! A line with referral, the real triage and the real escalation: a store, a clock moved by hand, people of
//! the desk and people of centres who ask.

#![allow(dead_code, unreachable_pub, reason = "each suite uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

#[path = "../../../triage/tests/kit/forms.rs"]
pub mod forms;
#[path = "../../../triage/tests/kit/ledger.rs"]
mod ledger;
#[path = "../../../triage/tests/kit/rota.rs"]
mod rota;

use std::future::Future;
use std::time::Duration;

use domain::access::{Person, Principal, Role, SessionKind};
use domain::escalation::Pace;
use domain::ids::{AccountId, CallId, DeskId, OperatorId, SessionId};
use domain::ledger::AnsweredBy;
use domain::private::Private;
use domain::time::Instant;
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::referral::v1 as pb;
use proto::referral::v1::centre_service_client::CentreServiceClient;
use proto::referral::v1::centre_service_server::CentreServiceServer;
use proto::referral::v1::referral_service_client::ReferralServiceClient;
use proto::referral::v1::referral_service_server::ReferralServiceServer;
use proto::triage::v1 as triage_pb;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use proto::triage::v1::triage_service_server::TriageServiceServer;
use referral::{Deps, Referrals, Settings, start};
use shell::access::{Access, ByService, Opening, SESSION, Sessions};
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
use shell::seal::Sealer;
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tonic::Streaming;
use tonic::body::Body;
use tower::ServiceExt;
use uuid::Uuid;

pub use ledger::Ledger;

pub type Client = TriageServiceClient<Route>;
pub type Desk = ReferralServiceClient<Route>;
pub type Centre = CentreServiceClient<Route>;

/// A Monday morning at ten in Japan.
pub const MONDAY: Instant = Instant::from_micros(1_793_581_200_000_000);
pub const OPERATOR: &str = "example";
pub const NAME: &str = "灯野花子";
/// Of the receiver of the webhook stories.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PATIENCE: Duration = Duration::from_secs(20);

pub fn secs(many: u64) -> Duration {
    Duration::from_secs(many)
}

pub fn mins(many: u64) -> Duration {
    secs(many * 60)
}

pub struct Line {
    pub clock: Clock,
    pub db: Db,
    pub bus: Bus,
    pub audit: Audit,
    pub alarms: Alarms,
    pub ledger: Ledger,
    pub status: Status,
    /// Of services, and as they show it.
    token: Token,
    pub token_shown: String,
    running: Referrals,
    triage: triage::Triage,
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
        Self::with(db, Clock::by_hand(MONDAY), shell::testkit::sealer()).await
    }

    /// On a store that knows other lives of it: with their keys, after them.
    pub async fn with(db: Db, clock: Clock, sealer: Sealer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rota = folder.path().join("rota.toml");
        std::fs::write(&rota, rota::rota()).unwrap();
        let bus = Bus::in_process();
        let ids = Ids::new(clock.clone());
        let (alarms, _) = Alarms::start(db.clone(), clock.clone(), ids.clone());
        let audit = Audit::new(db.clone(), clock.clone(), &sealer);
        let data_keys = DataKeys::new(db.clone(), clock.clone(), ids.clone(), sealer.clone());
        let status = Status::default();
        let escalation = escalation(&rota, &db, &clock, &bus, &alarms).await;
        let to_escalation =
            || near(EscalationServiceServer::new(escalation.server.clone()), PATIENCE, &Token::generate());
        let triage_deps = triage::Deps {
            db: db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            bus: bus.clone(),
            alarms: alarms.clone(),
            shutdown: Shutdown::new(),
            sealer: sealer.clone(),
            data_keys: data_keys.clone(),
            audit: audit.clone(),
            escalation: to_escalation(),
            status: Status::default(),
        };
        let triage = triage::start(triage::Settings::with_rota(rota.clone()), triage_deps).await.unwrap();
        let deps = Deps {
            db: db.clone(),
            clock: clock.clone(),
            ids,
            bus: bus.clone(),
            alarms: alarms.clone(),
            shutdown: Shutdown::new(),
            data_keys,
            audit: audit.clone(),
            triage: in_their_name(&triage),
            escalation: to_escalation(),
            status: status.clone(),
        };
        let mut settings = Settings::with_rota(rota);
        let process = Process { id: ProcessId(Uuid::now_v7()), node: "referral".into() };
        process.arrive(&db, clock.now()).await.unwrap();
        settings.owner = process.id.to_string();
        for target in ["hook", "dead"] {
            settings.webhooks.insert(target.parse().unwrap(), Private::new(SECRET.to_owned()));
        }
        let running = start(settings, deps).await.unwrap();
        let ledger = Ledger { db: db.clone(), sealer, operator: OPERATOR.parse().unwrap() };
        for staff in ["ito", "sato", "kubo"] {
            ledger.has_account(staff, &account(staff).to_string()).await;
            ledger.sits(staff, None).await;
        }
        let token_file = folder.path().join("token");
        let token = Token::load(&token_file, true).unwrap();
        let token_shown = format!("Bearer {}", std::fs::read_to_string(token_file).unwrap().trim());
        Self {
            clock,
            db,
            bus,
            audit,
            alarms,
            ledger,
            status,
            token,
            token_shown,
            running,
            triage,
            _escalation: escalation,
            _folder: folder,
        }
    }

    pub fn ito(&self) -> Desk {
        self.desk("ito", &[Role::Counsellor])
    }

    pub fn kubo(&self) -> Desk {
        self.desk("kubo", &[Role::Supervisor])
    }

    pub fn desk(&self, staff: &str, roles: &[Role]) -> Desk {
        let server = ReferralServiceServer::new(self.running.referral.clone());
        ReferralServiceClient::new(near(server.map_request(by(staff, roles)), PATIENCE, &Token::generate()))
    }

    /// Somebody of a centre: their staff id is the centre's.
    pub fn centre(&self, centre: &str) -> Centre {
        let server = CentreServiceServer::new(self.running.centre.clone());
        let server = server.map_request(by(centre, &[Role::Centre]));
        CentreServiceClient::new(near(server, PATIENCE, &Token::generate()))
    }

    /// The way back for centres that speak FHIR, over HTTP and behind the real gate; its address.
    pub async fn serves_fhir(&self) -> String {
        let access = Access::new(self.token.clone(), self.sessions(), self.audit.clone(), self.clock.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = self.running.fhir(&access);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        format!("http://{address}/fhir")
    }

    fn sessions(&self) -> Sessions {
        let ids = Ids::new(self.clock.clone());
        Sessions::new(self.db.clone(), self.clock.clone(), ids, shell::access::Limits::default())
    }

    /// Signs an account in that has one role; the token of its session.
    pub async fn signs_in(&self, operator: &str, staff: &str, role: Role, kind: SessionKind) -> String {
        let account = AccountId(Uuid::now_v7());
        let operator: OperatorId = operator.parse().unwrap();
        let login = format!("{staff}-{account}");
        let sql = "INSERT INTO account (account_id, operator_id, staff_id, login, name_sealed, created_us,
                       changed_us, of_centre) VALUES ($1, $2, $3, $4, $5, 0, 0, 1)";
        on!(self.db.write(), pool => sqlx::query(sql).bind(account.to_string()).bind(operator.as_str())
            .bind(staff).bind(&login).bind(Vec::<u8>::new()).execute(pool).await.map(drop))
        .unwrap();
        let sql = "INSERT INTO account_role (account_id, role) VALUES ($1, $2)";
        on!(self.db.write(), pool => sqlx::query(sql).bind(account.to_string()).bind(role.code())
            .execute(pool).await.map(drop))
        .unwrap();
        let mut tx = self.db.begin().await.unwrap();
        let opening = Opening { account, operator: &operator, kind, device: "" };
        let opened = self.sessions().open(&mut tx, &opening).await.unwrap();
        tx.commit().await.unwrap();
        opened.token.reveal().to_owned()
    }

    fn records(&self) -> Client {
        let server = TriageServiceServer::new(self.triage.server.clone());
        let server = server.map_request(by("ito", &[Role::Counsellor]));
        TriageServiceClient::new(near(server, PATIENCE, &Token::generate()))
    }

    /// Whom a case can be handed to, by gRPC.
    pub async fn knows(&self, centres: &[&str]) {
        for centre in centres {
            self.knows_one(centre, "grpc", "").await.unwrap();
        }
    }

    pub async fn knows_one(&self, centre: &str, way: &str, url: &str) -> Result<(), tonic::Status> {
        let target = pb::Target {
            target_id: centre.to_owned(),
            name: format!("{centre}病院"),
            kind: "hospital_by_turn".into(),
            way: way.to_owned(),
            url: url.to_owned(),
            ..pb::Target::default()
        };
        let asked = pb::SaveTargetRequest { operator_id: OPERATOR.into(), target: Some(target) };
        self.kubo().save_target(asked).await.map(drop)
    }

    /// A call that ito has answered, and a record that could be referred.
    pub async fn has_record(&self, code: &str) -> triage_pb::Record {
        let call = CallId(Uuid::now_v7());
        let mut ito = self.records();
        self.ledger.begins(call, Some("+819012345678"), self.clock.now()).await;
        self.ledger.sits("ito", Some(call)).await;
        let desk = AnsweredBy::Desk(DeskId::parse("desk-ito").unwrap());
        self.ledger.is_answered(call, desk, self.clock.now()).await;
        let asked = triage_pb::OpenRecordRequest { operator_id: OPERATOR.into(), call_id: call.to_string() };
        let record = ito.open_record(asked).await.unwrap().into_inner().record.unwrap();
        let changes = [
            ("caller_kind", "311"),
            ("anonymity", "named"),
            ("subject_name", NAME),
            ("sex", "female"),
            ("presenting", "三日眠れず、死にたいと言っている"),
            ("triage_code", code),
            ("consent", "given"),
            ("consent_basis", "consent"),
        ];
        forms::saves(&mut ito, &record, &format!("fill-{call}"), &changes).await.0
    }

    pub async fn amends_record(&self, record: &triage_pb::Record, changes: &[(&str, &str)]) {
        let mut ito = self.records();
        let asked = triage_pb::GetRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: record.record_id.clone(),
            ..Default::default()
        };
        let now = ito.get_record(asked).await.unwrap().into_inner().record.unwrap();
        forms::saves(&mut ito, &now, &Uuid::now_v7().to_string(), changes).await;
    }

    /// Complete, and signed by its author.
    pub async fn signs(&self, record: &triage_pb::Record) -> triage_pb::Record {
        let mut ito = self.records();
        let asked = triage_pb::GetRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: record.record_id.clone(),
            ..Default::default()
        };
        let now = ito.get_record(asked).await.unwrap().into_inner().record.unwrap();
        let complete = forms::completes(&mut ito, now).await;
        let asked = triage_pb::SignRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: complete.record_id,
            seen_revision: complete.revision,
        };
        ito.sign_record(asked).await.unwrap().into_inner().record.unwrap()
    }

    pub async fn drafts(&self, record: &triage_pb::Record, targets: &[&str]) -> pb::Referral {
        let asked = pb::DraftReferralRequest {
            operator_id: OPERATOR.into(),
            record_id: record.record_id.clone(),
            target_ids: targets.iter().map(|&target| target.to_owned()).collect(),
            changes: Vec::new(),
        };
        self.ito().draft_referral(asked).await.unwrap().into_inner().referral.unwrap()
    }

    pub async fn releases(&self, referral: &pb::Referral) -> Result<pb::Referral, tonic::Status> {
        let asked = pb::ReleaseReferralRequest {
            operator_id: OPERATOR.into(),
            referral_id: referral.referral_id.clone(),
        };
        Ok(self.ito().release_referral(asked).await?.into_inner().referral.unwrap())
    }

    /// A referral of code B that is out.
    pub async fn refers_to(&self, targets: &[&str]) -> pb::Referral {
        let record = self.has_record("B").await;
        self.releases(&self.drafts(&record, targets).await).await.unwrap()
    }

    pub async fn sees(&self, referral: &pb::Referral) -> pb::Referral {
        let asked = pb::GetReferralRequest {
            operator_id: OPERATOR.into(),
            referral_id: referral.referral_id.clone(),
        };
        self.ito().get_referral(asked).await.unwrap().into_inner().referral.unwrap()
    }

    /// Waits until the referral is in this state.
    pub async fn is(&self, referral: &pb::Referral, state: &str) -> pb::Referral {
        self.until(state, || async { self.sees(referral).await.state == state }).await;
        self.sees(referral).await
    }

    pub async fn listens(&self, centre: &str, after: u64) -> Streaming<pb::SubscribeResponse> {
        let asked =
            pb::SubscribeRequest { operator_id: OPERATOR.into(), centre_id: centre.to_owned(), after };
        self.centre(centre).subscribe(asked).await.unwrap().into_inner()
    }

    pub async fn acknowledges(&self, centre: &str, up_to: u64) -> Result<(), tonic::Status> {
        let asked =
            pb::AcknowledgeRequest { operator_id: OPERATOR.into(), centre_id: centre.to_owned(), up_to };
        self.centre(centre).acknowledge(asked).await.map(drop)
    }

    pub async fn accepts(&self, centre: &str, referral: &pb::Referral) -> Result<String, tonic::Status> {
        let asked = pb::AcceptRequest {
            operator_id: OPERATOR.into(),
            centre_id: centre.to_owned(),
            referral_id: referral.referral_id.clone(),
            expected_at: None,
        };
        Ok(self.centre(centre).accept(asked).await?.into_inner().outcome)
    }

    pub async fn declines(&self, centre: &str, referral: &pb::Referral, reason: &str) {
        let asked = pb::DeclineRequest {
            operator_id: OPERATOR.into(),
            centre_id: centre.to_owned(),
            referral_id: referral.referral_id.clone(),
            reason: reason.to_owned(),
            note: String::new(),
        };
        self.centre(centre).decline(asked).await.unwrap();
    }

    pub async fn alarm_stands(&self, kind: &str) -> bool {
        let raised = self.alarms.list(&OPERATOR.parse().unwrap(), 100).await.unwrap();
        raised.iter().any(|one| one.kind == kind && one.cleared_us.is_none())
    }

    pub async fn count(&self, of: &'static str) -> i64 {
        let sql = format!("SELECT count(*) FROM {of}");
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
}

/// The next delivery of a stream.
pub async fn next(stream: &mut Streaming<pb::SubscribeResponse>) -> pb::Delivery {
    let next = tokio::time::timeout(PATIENCE, stream.message()).await.expect("a delivery in time");
    next.unwrap().unwrap().delivery.unwrap()
}

/// The Bundle of a delivery.
pub fn bundle(delivery: &pb::Delivery) -> serde_json::Value {
    let event: serde_json::Value = serde_json::from_str(&delivery.event).unwrap();
    assert_eq!(
        (event["specversion"].as_str(), event["id"].as_str()),
        (Some("1.0"), Some(delivery.event_id.as_str()))
    );
    event["data"].clone()
}

pub fn account(staff: &str) -> AccountId {
    let mut bytes = [7; 16];
    for (byte, letter) in bytes.iter_mut().zip(staff.bytes()) {
        *byte = letter;
    }
    AccountId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

fn person(staff: &str, roles: &[Role]) -> Person {
    Person {
        session: SessionId(Uuid::now_v7()),
        account: account(staff),
        operator: OPERATOR.parse().unwrap(),
        staff: Some(staff.parse().unwrap()),
        roles: roles.iter().copied().collect(),
        fresh_until: MONDAY + secs(3_000_000_000),
        break_glass: false,
        limited: false,
    }
}

/// As the gate would let them in; the session that they show is their name.
fn by(
    staff: &str,
    roles: &[Role],
) -> impl Fn(http::Request<Body>) -> http::Request<Body> + Clone + Send + Sync + use<> {
    let (person, session) = (person(staff, roles), staff.to_owned());
    move |mut request: http::Request<Body>| {
        request.headers_mut().insert(SESSION, session.parse().unwrap());
        request.extensions_mut().insert(Principal::Person(person.clone()));
        request
    }
}

/// Triage behind a gate that knows people by the session that is forwarded.
fn in_their_name(triage: &triage::Triage) -> Route {
    let server = TriageServiceServer::new(triage.server.clone());
    let server = server.map_request(|mut request: http::Request<Body>| {
        let who = match request.headers().get(SESSION).and_then(|shown| shown.to_str().ok()) {
            Some(staff) => Principal::Person(person(staff, &[Role::Counsellor])),
            // The line itself shows its token.
            None => Principal::Service,
        };
        request.extensions_mut().insert(who);
        request.extensions_mut().insert(ByService);
        request
    });
    near(server, PATIENCE, &Token::generate())
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
