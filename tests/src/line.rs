//! The line as a process.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use shell::testkit::TlsFolder;
use shell::tls::{Dialler, Keeper, Source};
use tempfile::TempDir;

use crate::peers::free_port;
use crate::program::line_program;
use crate::rota::{EVERYBODY, OPERATOR, rota};
use crate::wait::{PATIENCE, eventually, within};

/// Media of all lines lies above the ports of their peers; busy ones are passed over.
const FIRST_MEDIA: &str = "26000";

/// How a line is to be started.
pub struct LineSetup {
    settings: String,
    rota: Option<String>,
    services: Vec<&'static str>,
    ip: &'static str,
    folder: Option<Arc<TempDir>>,
    routing: Option<SocketAddr>,
    dialler: Option<Dialler>,
    data: Option<PathBuf>,
    env: Vec<(&'static str, String)>,
}

impl LineSetup {
    /// The test rota with all its people, on the embedded store.
    pub fn new() -> Self {
        let rota = Some(rota(&EVERYBODY, ""));
        Self {
            settings: String::new(),
            rota,
            services: Vec::new(),
            ip: "127.0.0.1",
            folder: None,
            routing: None,
            dialler: None,
            data: None,
            env: Vec::new(),
        }
    }

    /// The example line that a newcomer gets.
    pub fn example() -> Self {
        Self { rota: None, ..Self::new() }
    }

    pub fn rota(self, text: String) -> Self {
        Self { rota: Some(text), ..self }
    }

    /// Added to the settings file.
    pub fn settings(mut self, text: &str) -> Self {
        self.settings.push_str(text);
        self.settings.push('\n');
        self
    }

    pub fn services(self, services: &[&'static str]) -> Self {
        Self { services: services.to_vec(), ..self }
    }

    pub fn on(self, ip: &'static str) -> Self {
        Self { ip, ..self }
    }

    /// Over TLS with these certificates, which services must show too; tests come as such a service.
    pub fn certified(self, files: &TlsFolder) -> Self {
        let TlsFolder { certificate, key, authority } = files;
        let settings = format!(
            "[http]\ntls_certificate = {certificate:?}\ntls_key = {key:?}\nclient_authorities = {authority:?}\n\
             [certificates]\nlook_every = \"100ms\"\n"
        );
        Self { dialler: Some(dialler(files.source())), ..self.settings(&settings) }
    }

    /// In the folder of another process: its token, keys and phones.
    pub fn beside(self, other: &TestLine) -> Self {
        Self { folder: Some(Arc::clone(&other.folder)), ..self }
    }

    /// Routing runs in that process.
    pub fn routed_by(self, routing: &TestLine) -> Self {
        self.routed_through(routing.http, routing)
    }

    /// Routing runs in that process, and telephony reaches it by way of that address.
    pub fn routed_through(self, at: SocketAddr, routing: &TestLine) -> Self {
        let at = format!("[routing]\nat = \"{}://{at}\"\n", routing.scheme());
        Self { routing: Some(routing.http), ..self }.beside(routing).settings(&at)
    }

    /// Its data lies there, such as on a disk of its own.
    pub fn data_at(self, folder: PathBuf) -> Self {
        Self { data: Some(folder), ..self }
    }

    pub fn env(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.to_owned()));
        self
    }

    /// Ready to be started, not started.
    pub fn prepare(self) -> TestLine {
        let folder = self.folder.unwrap_or_else(|| Arc::new(tempfile::tempdir().unwrap()));
        let own = folder.path().join(free_port().to_string());
        fs::create_dir_all(&own).unwrap();
        let sip = format!("{}:{}", self.ip, free_port()).parse().unwrap();
        let http = SocketAddr::from(([127, 0, 0, 1], free_port()));
        fs::write(own.join("line.toml"), &self.settings).unwrap();
        if let Some(rota) = &self.rota {
            fs::write(own.join("rota.toml"), rota).unwrap();
        }
        let operator = if self.rota.is_some() { OPERATOR } else { "kitagata" };
        TestLine {
            child: None,
            folder,
            own,
            sip,
            http,
            services: self.services,
            operator: operator.to_owned(),
            has_rota: self.rota.is_some(),
            routing: self.routing.unwrap_or(http),
            dialler: self.dialler,
            data: self.data,
            env: self.env,
        }
    }

    pub async fn start(self) -> TestLine {
        let mut line = self.prepare();
        line.starts().await;
        line
    }
}

impl Default for LineSetup {
    fn default() -> Self {
        Self::new()
    }
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The program, running or not, with its folder. It is killed with its handle.
pub struct TestLine {
    child: Option<Child>,
    folder: Arc<TempDir>,
    /// Settings, rota and log of this process.
    own: PathBuf,
    pub sip: SocketAddr,
    pub http: SocketAddr,
    services: Vec<&'static str>,
    pub operator: String,
    has_rota: bool,
    /// Who is asked about desks.
    pub(crate) routing: SocketAddr,
    data: Option<PathBuf>,
    env: Vec<(&'static str, String)>,
    /// How it is visited where it speaks TLS.
    pub(crate) dialler: Option<Dialler>,
}

/// A service with these certificates.
pub fn dialler(source: Source) -> Dialler {
    Keeper::default().dial(source, &[b"h2"]).unwrap()
}

impl TestLine {
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme(), self.http)
    }

    fn scheme(&self) -> &'static str {
        if self.dialler.is_some() { "https" } else { "http" }
    }

    pub async fn starts(&mut self) {
        self.launch();
        self.is_up().await;
    }

    /// Starts the process and does not wait.
    pub fn launch(&mut self) {
        assert!(self.child.is_none(), "the line runs already");
        let log = |name| fs::OpenOptions::new().create(true).append(true).open(self.own.join(name)).unwrap();
        writeln!(log("err"), "--- started").unwrap();
        let mut command = self.command();
        command.arg("serve").args(&self.services).envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log("out")).stderr(log("err"));
        self.child = Some(command.spawn().unwrap());
    }

    async fn is_up(&mut self) {
        let before = self.log().matches("--- started").count();
        eventually("the line is up", async || {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().unwrap());
            assert!(ended.is_none(), "the line ended: {ended:?}\n{}", self.log());
            (self.out().matches("the line is up").count() >= before).then_some(())
        })
        .await;
        if self.has_telephony() {
            self.answers_calls().await;
        }
    }

    fn has_telephony(&self) -> bool {
        self.services.is_empty() || self.services.contains(&"telephony")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(line_program());
        command.arg("--config").arg(self.own.join("line.toml"));
        command.arg("--data").arg(self.data());
        command.args(["--sip", &self.sip.to_string(), "--http", &self.http.to_string()]);
        if self.has_rota {
            command.arg("--rota-file").arg(self.rota_file());
        }
        command.env("TOMOSHIBI_MEDIA__FIRST_PORT", FIRST_MEDIA).env("TOMOSHIBI_MEDIA__LAST_PORT", "29999");
        command
    }

    /// A command of the program at this line, such as `calls --json`; it must end by itself.
    pub async fn run(&self, args: &[&str]) -> Said {
        let mut command = tokio::process::Command::from(self.command());
        let output = tokio::time::timeout(PATIENCE, command.args(args).kill_on_drop(true).output());
        let output = output.await.unwrap_or_else(|_| panic!("{args:?} never ended")).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// As a power cut: nothing is said to anybody.
    pub fn kill_9(&mut self) {
        let mut child = self.child.take().expect("the line runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Before its first start: it may do what the other may, and read what it wrote.
    pub fn has_secrets_of(&self, other: &Self) {
        fs::create_dir_all(self.data()).unwrap();
        for secret in ["token", "keys.toml", "phones.toml"] {
            let secret_of_other = other.data().join(secret);
            if secret_of_other.exists() {
                fs::copy(secret_of_other, self.data().join(secret)).unwrap();
            }
        }
    }

    pub async fn restart(&mut self) {
        if self.child.is_some() {
            self.stop().await;
        }
        self.starts().await;
    }

    /// SIGTERM.
    pub fn told_to_stop(&self) {
        self.signalled("-TERM");
    }

    /// SIGSTOP: it holds its connections and says nothing.
    pub fn freezes(&self) {
        self.signalled("-STOP");
    }

    pub fn thaws(&self) {
        self.signalled("-CONT");
    }

    fn signalled(&self, signal: &str) {
        let pid = self.child.as_ref().expect("the line runs").id().to_string();
        let told = Command::new("kill").args([signal, &pid]).status();
        assert!(told.is_ok_and(|status| status.success()), "the line can be sent {signal}");
    }

    /// Waits for its end.
    pub async fn ends(&mut self) -> ExitStatus {
        let child = self.child.as_mut().expect("the line runs");
        let status = within(PATIENCE * 2, "the line ends", async || child.try_wait().unwrap()).await;
        self.child = None;
        status
    }

    pub async fn stop(&mut self) {
        self.told_to_stop();
        let status = self.ends().await;
        assert!(status.success(), "the line stopped with {status}\n{}", self.log());
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| self.folder.path().join("data"))
    }

    pub fn settings_file(&self) -> PathBuf {
        self.own.join("line.toml")
    }

    pub fn rota_file(&self) -> PathBuf {
        self.own.join("rota.toml")
    }

    pub fn phones_file(&self) -> PathBuf {
        self.data().join("phones.toml")
    }

    /// Standard output so far, of all its lives.
    pub fn out(&self) -> String {
        fs::read_to_string(self.own.join("out")).unwrap_or_default()
    }

    /// Standard error so far, of all its lives.
    pub fn log(&self) -> String {
        fs::read_to_string(self.own.join("err")).unwrap_or_default()
    }

    /// Waits until the log has that text.
    pub async fn logs(&self, text: &str) {
        eventually(text, async || self.log().contains(text).then_some(())).await;
    }
}

impl Drop for TestLine {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("the line at {}:\n{}{}", self.sip, self.out(), self.log());
        }
    }
}
