//! PostgreSQL: one server shared by all tests of the machine, or one of your own to break.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

use super::server::{Using, free_port, is_root, listens, quiet, run, until};

/// Seconds that the shared server stays for the next test process.
const LINGER: u32 = 20;
const PACKAGE: &str = "PostgreSQL is missing: apt-get install -y postgresql-15";

#[derive(Debug)]
pub struct Postgres {
    using: Using,
    port: u16,
    /// Only the server of one test may be stopped.
    own: bool,
}

impl Postgres {
    /// Started by the first test that asks, ended some seconds after the last.
    pub fn shared() -> Self {
        let owner = if is_root() { "root" } else { "user" };
        let using = Using::of(&std::env::temp_dir().join(format!("tomoshibi-tests-{owner}-postgres")));
        let starting = using.starting();
        let running = read_port(&using.folder).filter(|port| listens(*port));
        let port = running.unwrap_or_else(|| start(&using, LINGER, "off"));
        drop(starting);
        Self { using, port, own: false }
    }

    /// A server that this test may stop, freeze and kill; with `fsync` as in production.
    pub fn own() -> Self {
        let folder =
            std::env::temp_dir().join(format!("tomoshibi-test-postgres-{}", Uuid::now_v7().simple()));
        let using = Using::of(&folder);
        let port = start(&using, 2, "on");
        Self { using, port, own: true }
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// An empty database under a name of its own.
    pub async fn create_database(&self) -> String {
        let name = format!("t{}", Uuid::now_v7().simple());
        self.administer(format!("CREATE DATABASE {name}")).await;
        name
    }

    pub async fn drop_database(&self, name: &str) {
        self.administer(format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    async fn administer(&self, statement: String) {
        let url = self.url("postgres");
        let mut connection = PgConnection::connect(&url).await.expect("the private PostgreSQL answers");
        connection.execute(AssertSqlSafe(statement)).await.expect("the statement is right");
        connection.close().await.expect("the private PostgreSQL says good-bye");
    }

    /// `pg_ctl stop`: connections break at once, nobody listens.
    pub fn stop(&self) {
        assert!(self.own, "the shared server belongs to other tests as well");
        run(pg_ctl(&self.data()).args(["-m", "fast", "-w", "stop"]));
    }

    pub fn start_again(&self) {
        launch(&self.using.folder, self.port, "on");
    }

    /// SIGSTOP to every process of the server: it holds its connections and says nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        assert!(self.own, "the shared server belongs to other tests as well");
        let postmaster = self.postmaster().expect("the private PostgreSQL runs");
        // First the one that would start more of them.
        run(Command::new("kill").arg(signal).arg(&postmaster));
        let children =
            Command::new("pgrep").args(["-P", &postmaster]).output().expect("pgrep of Debian's procps");
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        // A child may end by itself in the meantime.
        let _ = quiet(Command::new("kill").arg(signal).args(children.split_whitespace())).status();
    }

    fn postmaster(&self) -> Option<String> {
        fs::read_to_string(self.data().join("postmaster.pid")).ok()?.lines().next().map(str::to_owned)
    }

    fn data(&self) -> PathBuf {
        self.using.folder.join("data")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The watchdog does the rest; this only saves it the wait.
        let lives = |postmaster: &String| Path::new("/proc").join(postmaster).exists();
        if let (true, Some(postmaster)) = (self.own, self.postmaster().filter(lives)) {
            self.thaw();
            let _ = quiet(Command::new("kill").args(["-QUIT", &postmaster])).status();
        }
    }
}

fn start(using: &Using, linger: u32, fsync: &str) -> u16 {
    let folder = &using.folder;
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("the temporary folder is writable");
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(folder));
    }
    using.watch(linger);
    let data = folder.join("data");
    run(as_postgres("initdb").arg("-D").arg(&data).args([
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]));
    std::os::unix::fs::symlink(data.join("postmaster.pid"), folder.join("pid"))
        .expect("a link in our folder");
    let port = free_port();
    launch(folder, port, fsync);
    fs::write(folder.join("port"), port.to_string()).expect("a file in our folder");
    port
}

fn launch(folder: &Path, port: u16, fsync: &str) {
    let options = format!(
        "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync={fsync} -c max_connections=300",
        folder.display()
    );
    let log = folder.join("log");
    let mut command = pg_ctl(&folder.join("data"));
    command.args(["-w", "-t", "60", "-o", &options]).arg("-l").arg(&log).arg("start");
    // Its output is not piped: the server would keep the pipe and the reader would wait for ever.
    let started = quiet(&mut command).status().is_ok_and(|status| status.success());
    assert!(started, "PostgreSQL did not start: {}", fs::read_to_string(log).unwrap_or_default());
    until("PostgreSQL listens", || listens(port));
}

fn read_port(folder: &Path) -> Option<u16> {
    fs::read_to_string(folder.join("port")).ok()?.parse().ok()
}

fn pg_ctl(data: &Path) -> Command {
    let mut command = as_postgres("pg_ctl");
    command.arg("-D").arg(data);
    command
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &str) -> Command {
    let program = binaries().join(program);
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

/// The newest that Debian installed.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").unwrap_or_else(|_| panic!("{PACKAGE}"));
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(number);
    let binaries = newest.map(|version| version.join("bin")).filter(|folder| folder.join("initdb").exists());
    binaries.unwrap_or_else(|| panic!("{PACKAGE}"))
}
