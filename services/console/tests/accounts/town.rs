//! Two operators, the people who work for them, and a clock moved by hand.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use console::accounts::{self, Accounts, AccountsDeps, AccountsSettings, AddAccount, Hashing};
use domain::private::Private;
use domain::time::Instant;
use on_call_rota::Rota;
use proto::console::v1::access_service_client::AccessServiceClient;
use proto::console::v1::access_service_server::AccessServiceServer;
use proto::console::v1::admin_service_client::AdminServiceClient;
use proto::console::v1::admin_service_server::AdminServiceServer;
use proto::console::v1::*;
use shell::access::{Access, Browser, Gate, Limits, SESSION, Sessions};
use shell::alarms::{Alarm, Alarms};
use shell::audit::Audit;
use shell::clock::Clock;
use shell::grpc::auth::Token;
use shell::ids::Ids;
use shell::on;
use shell::store::Db;
use shell::testkit::sealer;
use tokio::sync::watch;
use tonic::{Request, Response, Status};
use totp_rs::{Builder, Secret};

pub(crate) const KEN: &str = "kitagata";
pub(crate) const SHI: &str = "minami";
pub(crate) const PASSWORD: &str = "the night is long and quiet";
pub(crate) const HOME: &str = "192.0.2.1:4000";
/// Of everybody here, in base32.
pub(crate) const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const SECOND_OPERATOR: &str = r#"
[[operator]]
id = "minami"
name = "南市"
zone = "Asia/Tokyo"
service_day_starts = "08:30"
early_morning = "own"
holidays_published_through = 2027

[[operator.calendar]]
office_hours = "08:30-17:15"
saturday = "closed"
year_end = "12-29..01-03"
"#;

pub(crate) struct Town {
    pub(crate) clock: Clock,
    pub(crate) alarms: Alarms,
    pub(crate) deps: AccountsDeps,
    pub(crate) settings: AccountsSettings,
    pub(crate) accounts: Accounts,
    pub(crate) gate: Access,
}

pub(crate) fn light() -> Hashing {
    Hashing { memory_kib: 64, passes: 1, lanes: 1, at_once: 4, waiting: 1000 }
}

pub(crate) fn rota() -> Rota {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../on-call-rota/rotas/example.toml");
    let mut text = std::fs::read_to_string(file).unwrap();
    for table in ["group", "window", "centre", "staff", "hospital", "hospital_turn"] {
        // At the beginning of a line: comments speak of tables too.
        text = text.replace(&format!("\n[[{table}]]"), &format!("\n[[{table}]]\noperator = \"{KEN}\""));
    }
    Rota::read(&format!("{text}\n{SECOND_OPERATOR}")).unwrap()
}

impl Town {
    pub(crate) fn new(db: Db) -> Self {
        Self::with(db, AccountsSettings { hashing: light(), ..AccountsSettings::default() })
    }

    pub(crate) fn with(db: Db, settings: AccountsSettings) -> Self {
        let clock = Clock::by_hand(Instant::from_micros(1_800_000_000_000_000));
        let ids = Ids::new(clock.clone());
        let sealer = sealer();
        let (alarms, _) = Alarms::start(db.clone(), clock.clone(), ids.clone());
        let sessions = Sessions::new(db.clone(), clock.clone(), ids.clone(), Limits::default());
        let audit = Audit::new(db.clone(), clock.clone(), &sealer);
        let gate = Access::new(Token::generate(), sessions.clone(), audit.clone(), clock.clone());
        let (_, rota) = watch::channel(Arc::new(rota()));
        let deps = AccountsDeps {
            db,
            clock: clock.clone(),
            ids,
            alarms: alarms.clone(),
            sealer,
            sessions,
            audit,
            browser: Browser::default(),
            rota,
        };
        let accounts = accounts::start(settings.clone(), deps.clone()).unwrap();
        Self { clock, alarms, deps, settings, accounts, gate }
    }

    pub(crate) fn access(&self) -> AccessServiceClient<Gate<AccessServiceServer<accounts::AccessServer>>> {
        AccessServiceClient::new(Gate::new(
            AccessServiceServer::new(self.accounts.access.clone()),
            &self.gate,
        ))
    }

    pub(crate) fn admin(&self) -> AdminServiceClient<Gate<AdminServiceServer<accounts::AdminServer>>> {
        AdminServiceClient::new(Gate::new(AdminServiceServer::new(self.accounts.admin.clone()), &self.gate))
    }

    /// Somebody whose password and second factor are set up.
    pub(crate) async fn person(&self, operator: &str, login: &str, roles: &[&str]) {
        let new = AddAccount {
            password: Some(Private::new(PASSWORD.to_owned())),
            totp_secret: Some(Private::new(SECRET.to_owned())),
            ..new(operator, login, roles)
        };
        assert!(accounts::add(&self.settings, &self.deps, &new).await.unwrap().is_none());
    }

    /// Somebody who starts tomorrow: their one-time password.
    pub(crate) async fn newcomer(&self, operator: &str, login: &str, roles: &[&str]) -> String {
        let drawn = accounts::add(&self.settings, &self.deps, &new(operator, login, roles)).await.unwrap();
        drawn.unwrap().into_inner()
    }

    /// The authenticator's code of this moment.
    pub(crate) fn code(&self) -> String {
        code_of(SECRET, self.clock.now())
    }

    pub(crate) async fn sign_in(
        &self,
        login: &str,
        password: &str,
        code: &str,
    ) -> Result<SignInResponse, Status> {
        self.sign_in_from(HOME, login, password, code).await.map(Response::into_inner)
    }

    pub(crate) async fn sign_in_from(
        &self,
        from: &str,
        login: &str,
        password: &str,
        code: &str,
    ) -> Result<Response<SignInResponse>, Status> {
        let asked = SignInRequest {
            login: login.to_owned(),
            password: password.to_owned(),
            code: code.to_owned(),
            want_token: true,
        };
        self.access().sign_in(request_from(from, asked)).await
    }

    /// A session of somebody whose second factor is `SECRET`; with a code that was not taken yet.
    pub(crate) async fn comes_in(&self, login: &str) -> String {
        self.wait(30);
        self.sign_in(login, PASSWORD, &self.code()).await.unwrap().session_token
    }

    pub(crate) async fn me(&self, token: &str) -> Result<Me, Status> {
        let answer = self.access().describe_me(with(token, DescribeMeRequest::default())).await;
        answer.map(|answer| answer.into_inner().me.unwrap())
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Action and detail of every entry.
    pub(crate) async fn audited(&self, operator: &str) -> Vec<(String, String)> {
        on!(self.deps.db.read(), pool => sqlx::query_as(
            "SELECT action, detail FROM audit_event WHERE operator_id = $1 ORDER BY seq",
        ).bind(operator).fetch_all(pool).await)
        .unwrap()
    }

    pub(crate) fn glass(&self, operator: &str) -> bool {
        let operator = Some(operator.parse().unwrap());
        self.alarms.is_standing(&Alarm { kind: "break_glass", operator, window: None })
    }
}

pub(crate) fn new(operator: &str, login: &str, roles: &[&str]) -> AddAccount {
    AddAccount {
        operator: operator.parse().unwrap(),
        login: login.to_owned(),
        name: format!("名前 {login}"),
        staff: String::new(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        password: None,
        totp_secret: None,
    }
}

pub(crate) fn code_of(secret: &str, now: Instant) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build_noncompliant();
    totp.generate(u64::try_from(now.micros() / 1_000_000).unwrap()).to_string()
}

pub(crate) fn request_from<T>(from: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let from: SocketAddr = from.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(from));
    request.metadata_mut().insert("user-agent", "Firefox".parse().unwrap());
    request
}

pub(crate) fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = request_from(HOME, message);
    request.metadata_mut().insert(SESSION, token.parse().unwrap());
    request
}
