//! Somebody with an account, and their sign-ins.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use proto::console::v1 as pb;
use proto::console::v1::access_service_client::AccessServiceClient;
use proto::console::v1::admin_service_client::AdminServiceClient;
use proto::console::v1::console_service_client::ConsoleServiceClient;
use proto::console::v1::rota_service_client::RotaServiceClient;
use proto::daily_log::v1::daily_log_service_client::DailyLogServiceClient;
use proto::referral::v1::referral_service_client::ReferralServiceClient;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use shell::grpc::channel;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};
use totp_rs::{Builder, Secret, Totp};

use crate::line::TestLine;
use crate::rpc::{SESSION, Shows};
use crate::wait::eventually;

const STEP_SECONDS: u64 = 30;
/// 160 bits in base32.
const FACTOR: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// An account of the line with its password and its authenticator.
pub struct TestPerson {
    pub login: String,
    pub password: String,
    pub operator: String,
    factor: Authenticator,
}

/// A telephone that shows six digits.
pub struct Authenticator {
    secret: Totp,
    /// The step of the last code: each counts once.
    last: AtomicU64,
}

impl Authenticator {
    /// As the line shows a secret, for typing.
    pub fn of(base32: &str) -> Self {
        let secret = Secret::try_from_base32(base32).unwrap();
        let secret = Builder::new().with_secret(secret).with_skew(1).build_noncompliant();
        Self { secret, last: AtomicU64::new(0) }
    }

    /// A code that was not shown before. The line takes the step before and after its own, so two are
    /// there at once and the third takes its time.
    pub async fn code(&self) -> String {
        let step = eventually("the authenticator shows another code", async || {
            let now = now_seconds() / STEP_SECONDS;
            let last = self.last.load(Ordering::SeqCst);
            (last <= now).then(|| now.max(last + 1))
        })
        .await;
        self.last.store(step, Ordering::SeqCst);
        self.secret.generate(step * STEP_SECONDS).to_string()
    }
}

impl TestPerson {
    /// Of the line's first operator.
    pub async fn with(line: &TestLine, login: &str, roles: &[&str]) -> Self {
        Self::of(line, &line.operator, login, roles, None).await
    }

    /// Also known to the rota by their login.
    pub async fn on_the_rota(line: &TestLine, login: &str, roles: &[&str]) -> Self {
        Self::of(line, &line.operator, login, roles, Some(login)).await
    }

    pub async fn of(
        line: &TestLine,
        operator: &str,
        login: &str,
        roles: &[&str],
        staff: Option<&str>,
    ) -> Self {
        let password = format!("the long word of {login}");
        let folder = tempfile::tempdir().unwrap();
        let (word, factor) = (folder.path().join("password"), folder.path().join("factor"));
        secret(&word, &password);
        secret(&factor, FACTOR);
        let mut args = vec!["account", "add", login, "--operator", operator];
        roles.iter().for_each(|role| args.extend(["--role", role]));
        args.extend(staff.into_iter().flat_map(|staff| ["--staff", staff]));
        args.extend([
            "--password-file",
            word.to_str().unwrap(),
            "--totp-secret-file",
            factor.to_str().unwrap(),
        ]);
        let said = line.run(&args).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        Self::known_as(login, &password, operator)
    }

    fn known_as(login: &str, password: &str, operator: &str) -> Self {
        Self {
            login: login.to_owned(),
            password: password.to_owned(),
            operator: operator.to_owned(),
            factor: Authenticator::of(FACTOR),
        }
    }

    /// A code that was not shown before.
    pub async fn code(&self) -> String {
        self.factor.code().await
    }

    /// The secret of everybody's second factor, for programs that make their own codes.
    pub fn factor() -> &'static str {
        FACTOR
    }

    /// As the sign-in page sends it, but the token comes back instead of a cookie.
    pub fn request(&self, code: &str) -> pb::SignInRequest {
        pb::SignInRequest {
            login: self.login.clone(),
            password: self.password.clone(),
            code: code.to_owned(),
            want_token: true,
        }
    }

    pub async fn signs_in(&self, line: &TestLine) -> Session {
        self.tries(line, &self.code().await).await.unwrap()
    }

    /// With that code, whatever comes of it.
    pub async fn tries(&self, line: &TestLine, code: &str) -> Result<Session, Status> {
        let answer = stranger(line.http).sign_in(self.request(code)).await?.into_inner();
        Ok(Session::at(line.http, &answer.session_token, &self.operator))
    }

    /// Whose password is right and whose second factor is lost.
    pub async fn breaks_the_glass(&self, line: &TestLine, reason: &str) -> Result<Session, Status> {
        let request = pb::BreakGlassRequest {
            login: self.login.clone(),
            password: self.password.clone(),
            reason: reason.to_owned(),
            want_token: true,
        };
        let answer = stranger(line.http).break_glass(request).await?.into_inner();
        Ok(Session::at(line.http, &answer.session_token, &self.operator))
    }
}

/// Who shows nothing.
pub fn stranger(at: SocketAddr) -> AccessServiceClient<Channel> {
    AccessServiceClient::new(channel(&format!("http://{at}")).unwrap())
}

/// A file of mode 0600.
fn secret(path: &Path, word: &str) {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    file.write_all(word.as_bytes()).unwrap();
}

fn now_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// Somebody who signed in, and the services as they reach them.
#[derive(Clone, Debug)]
pub struct Session {
    pub token: String,
    pub operator: String,
    at: SocketAddr,
}

impl Session {
    pub fn at(at: SocketAddr, token: &str, operator: &str) -> Self {
        assert!(!token.is_empty(), "a session was asked for");
        Self { token: token.to_owned(), operator: operator.to_owned(), at }
    }

    pub fn shown(&self) -> Shows {
        Shows::Session(self.token.clone())
    }

    fn way(&self) -> InterceptedService<Channel, ShowsSession> {
        let channel = channel(&format!("http://{}", self.at)).unwrap();
        InterceptedService::new(channel, ShowsSession(self.token.clone()))
    }

    pub fn access(&self) -> AccessServiceClient<Way> {
        AccessServiceClient::new(self.way())
    }

    pub fn admin(&self) -> AdminServiceClient<Way> {
        AdminServiceClient::new(self.way())
    }

    pub fn console(&self) -> ConsoleServiceClient<Way> {
        ConsoleServiceClient::new(self.way())
    }

    pub fn rota(&self) -> RotaServiceClient<Way> {
        RotaServiceClient::new(self.way())
    }

    pub fn triage(&self) -> TriageServiceClient<Way> {
        TriageServiceClient::new(self.way())
    }

    pub fn daily_log(&self) -> DailyLogServiceClient<Way> {
        DailyLogServiceClient::new(self.way())
    }

    pub fn referrals(&self) -> ReferralServiceClient<Way> {
        ReferralServiceClient::new(self.way())
    }

    /// Whether the line still knows them.
    pub async fn me(&self) -> Result<pb::Me, Status> {
        let request = pb::DescribeMeRequest { operator_id: self.operator.clone() };
        Ok(self.access().describe_me(request).await?.into_inner().me.unwrap())
    }
}

type Way = InterceptedService<Channel, ShowsSession>;

#[derive(Clone, Debug)]
pub struct ShowsSession(String);

impl Interceptor for ShowsSession {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert(SESSION, self.0.parse().unwrap());
        Ok(request)
    }
}
