//! A certified provider beside the line, and somebody who walks from the one to the other as a browser does.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use prost::Message as _;
use proto::console::v1 as wire;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};
use tests::{COOKIE, LineSetup, Sent, Session, TestLine, framed, get, post};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/provider");
const SECRET: &str = "the line and its provider know this and nobody else does";
pub(crate) const BROWSER: &str = "__Host-tomoshibi_oidc";

/// Killed with its handle.
pub(crate) struct Provider {
    process: Child,
    pub(crate) at: SocketAddr,
    redirect: String,
}

impl Provider {
    /// For a line that listens there. The port is the provider's own, 0: any.
    pub(crate) fn starts(line: SocketAddr, port: u16) -> Self {
        assert!(Path::new(FOLDER).join("node_modules/oidc-provider").exists(), "tests/run install");
        let redirect = format!("http://{line}/oidc/callback");
        let how = json!({ "port": port, "secret": SECRET, "redirect": redirect }).to_string();
        let mut command = Command::new("node");
        command.args(["provider.mjs", &how]).current_dir(FOLDER).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("node: tests/run install");
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let port = said.trim().parse().unwrap_or_else(|_| panic!("the provider does not start: {said}"));
        Self { process, at: ([127, 0, 0, 1], port).into(), redirect }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Who sits before its page: `sub`, and what it says of them.
    pub(crate) async fn serves(&self, person: Value) {
        assert_eq!(self.told("/person", &person).await.status, 204);
    }

    /// What its next tokens say instead of the truth.
    pub(crate) async fn lies(&self, claims: Value) {
        assert_eq!(self.told("/bend", &claims).await.status, 204);
    }

    async fn told(&self, path: &str, what: &Value) -> Sent {
        post(self.at, path, &[], what.to_string().as_bytes(), false).await
    }

    pub(crate) fn goes_away(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.goes_away();
    }
}

/// A line with a provider beside it. `more` goes into [oidc].
pub(crate) async fn line_with_provider(more: &str) -> (TestLine, Provider) {
    let mut line = LineSetup::new().prepare();
    let provider = Provider::starts(line.http, 0);
    let secret = line.settings_file().with_file_name("oidc-secret");
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&secret).unwrap();
    std::io::Write::write_all(&mut file, SECRET.as_bytes()).unwrap();
    let settings = format!(
        "[oidc]\nissuer = \"{}\"\nclient_id = \"tomoshibi\"\nclient_secret_file = \"{}\"\nredirect = \"{}\"\n\
         name_ja = \"県の ID\"\nname_en = \"the prefecture's identity\"\n{more}\n",
        provider.issuer(),
        secret.display(),
        provider.redirect,
    );
    fs::write(line.settings_file(), settings).unwrap();
    line.starts().await;
    (line, provider)
}

/// A browser by hand: cookies of the line and of the provider, and no more.
#[derive(Default)]
pub(crate) struct Walker {
    pub(crate) ours: Vec<(String, String)>,
    pub(crate) theirs: Vec<(String, String)>,
}

impl Walker {
    /// Presses the button: where the line sends them.
    pub(crate) async fn leaves(&mut self, line: &TestLine) -> String {
        let sent = self.asks(line, "/oidc/start").await;
        sent.header("location").unwrap()
    }

    /// Follows the provider's pages until one leads back: the path on the line.
    pub(crate) async fn is_sent_back(&mut self, provider: &Provider, mut address: String) -> String {
        for _ in 0..8 {
            let path = address.strip_prefix(&provider.issuer()).unwrap_or(&address).to_owned();
            let sent = get(provider.at, &path, &[("cookie", &jar(&self.theirs))]).await;
            keep(&mut self.theirs, &sent);
            address = sent.header("location").unwrap_or_else(|| panic!("{path}: {sent:?}"));
            if let Some(back) = address.strip_prefix(provider.redirect.trim_end_matches("/oidc/callback")) {
                return back.to_owned();
            }
        }
        panic!("the provider never sends anybody back: {address}");
    }

    /// A page of the line: where it leads.
    pub(crate) async fn asks(&mut self, line: &TestLine, path: &str) -> Sent {
        let sent = get(line.http, path, &[("cookie", &jar(&self.ours)), ("user-agent", "Firefox")]).await;
        keep(&mut self.ours, &sent);
        sent
    }

    /// All the way: where the line leads in the end.
    pub(crate) async fn walks(&mut self, line: &TestLine, provider: &Provider) -> String {
        let address = self.leaves(line).await;
        let back = self.is_sent_back(provider, address).await;
        self.asks(line, &back).await.header("location").unwrap()
    }

    /// What the page sends: our second factor, as gRPC-Web of our own page. Its gRPC status.
    pub(crate) async fn shows_code(&mut self, line: &TestLine, code: &str) -> String {
        let message = framed(&wire::FinishOidcRequest { code: code.to_owned() }.encode_to_vec());
        let (origin, cookies) = (format!("http://{}", line.http), jar(&self.ours));
        let headers = [
            ("content-type", "application/grpc-web+proto"),
            ("origin", origin.as_str()),
            ("cookie", cookies.as_str()),
        ];
        let path = "/tomoshibi.console.v1.AccessService/FinishOidc";
        let sent = post(line.http, path, &headers, &message, false).await;
        keep(&mut self.ours, &sent);
        let body = String::from_utf8_lossy(&sent.body).into_owned();
        let in_body = body
            .split("grpc-status:")
            .nth(1)
            .map(|rest| rest.trim_start().lines().next().unwrap().to_owned());
        sent.header("grpc-status").or(in_body).unwrap()
    }

    /// The session that the line gave, none when it gave none.
    pub(crate) fn session(&self, line: &TestLine) -> Option<Session> {
        let token = self.ours.iter().find(|(name, _)| name == COOKIE).map(|(_, token)| token)?;
        Some(Session::at(line.http, token, &line.operator))
    }

    pub(crate) async fn is_in(&self, line: &TestLine) -> wire::Me {
        self.session(line).expect("a session's cookie").me().await.unwrap()
    }
}

fn jar(cookies: &[(String, String)]) -> String {
    cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// As a browser keeps cookies; an empty one is taken away.
fn keep(cookies: &mut Vec<(String, String)>, sent: &Sent) {
    let set = |line: &str| {
        let (head, value) = line.split_once(':')?;
        let (name, value) = value.split(';').next()?.trim().split_once('=')?;
        head.eq_ignore_ascii_case("set-cookie").then(|| (name.to_owned(), value.to_owned()))
    };
    for (name, value) in sent.head.lines().filter_map(set) {
        cookies.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            cookies.push((name, value));
        }
    }
}

/// Says who an account is at the provider.
pub(crate) async fn links(line: &TestLine, login: &str, subject: &str) {
    let said = line.run(&["account", "link", login, "--subject", subject]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
}

/// A hand in the store of a line: the time passes, an administrator disables.
pub(crate) async fn by_hand(line: &TestLine, sql: &str) {
    let file = line.data().join("line.db");
    let mut store = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    store.execute("PRAGMA busy_timeout = 10000").await.unwrap();
    store.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    store.close().await.unwrap();
}

/// Why sign-ins were refused, as the audit has it, the earliest first.
pub(crate) async fn refusals(line: &TestLine) -> Vec<String> {
    let file = line.data().join("line.db");
    let mut store = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let sql = "SELECT detail FROM audit_event WHERE action = 'access.sign_in_failed' ORDER BY seq";
    let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut store).await.unwrap();
    store.close().await.unwrap();
    rows.iter()
        .map(|row| serde_json::from_str::<Value>(row).unwrap()["why"].as_str().unwrap().to_owned())
        .collect()
}
