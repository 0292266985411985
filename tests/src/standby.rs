//! A second PostgreSQL that follows a first one, and takes its place.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use shell::testkit::Postgres;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use tempfile::TempDir;

use crate::peers::free_port;
use crate::proxy::address_of;
use crate::wait::eventually;

/// A streaming replica. It ends with its handle.
pub struct Standby {
    folder: TempDir,
    port: u16,
}

impl Standby {
    /// Copies the first one and follows it; from then on nothing is acknowledged there that is not here too.
    pub async fn of(primary: &Postgres) -> Self {
        let standby = Self { folder: tempfile::tempdir().unwrap(), port: free_port() };
        let from = address_of(&primary.url(""));
        run(Command::new("chown").arg("postgres").arg(standby.folder.path()));
        let host = ["-h", "127.0.0.1", "-p", &from.port().to_string(), "-U", "postgres"].map(str::to_owned);
        run(program("pg_basebackup")
            .args(host)
            .args(["-R", "-X", "stream", "-c", "fast", "-D"])
            .arg(standby.data()));
        standby.launch();
        tell(&primary.url("postgres"), "ALTER SYSTEM SET synchronous_standby_names = '*'").await;
        tell(&primary.url("postgres"), "SELECT pg_reload_conf()").await;
        eventually("the standby is in step", async || {
            let in_step = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
            (ask(&primary.url("postgres"), in_step).await == 1).then_some(())
        })
        .await;
        standby
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// It takes writes from now on, and waits for nobody.
    pub async fn is_promoted(&self) {
        run(pg_ctl(self.data()).args(["-w", "promote"]));
        tell(&self.url("postgres"), "ALTER SYSTEM RESET synchronous_standby_names").await;
        tell(&self.url("postgres"), "SELECT pg_reload_conf()").await;
    }

    fn launch(&self) {
        let options = format!(
            "-p {} -c max_connections=300 -c unix_socket_directories={}",
            self.port,
            self.folder.path().display()
        );
        let mut start = pg_ctl(self.data());
        start.args(["-w", "-o", &options, "-l"]).arg(self.folder.path().join("log")).arg("start");
        // The server would keep a pipe.
        let started = start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(started.is_ok_and(|status| status.success()), "the standby does not start: {}", log());
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        let _ = pg_ctl(self.data()).args(["-m", "immediate", "-W", "stop"]).output();
    }
}

/// Kills the main process of that server, as a power cut would.
pub fn postgres_dies(server: &Postgres) {
    let listens = format!("sport = :{}", address_of(&server.url("")).port());
    let found = Command::new("ss").args(["-Hltnp", &listens]).output().unwrap();
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    let main: String = found.split("pid=").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    run(Command::new("kill").args(["-9", &main]));
}

async fn tell(url: &str, statement: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

async fn ask(url: &str, query: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let row = connection.fetch_one(AssertSqlSafe(query.to_owned())).await.unwrap();
    connection.close().await.unwrap();
    row.get(0)
}

fn pg_ctl(data: PathBuf) -> Command {
    let mut command = program("pg_ctl");
    command.arg("-D").arg(data);
    command
}

/// PostgreSQL refuses to run as root.
fn program(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL: apt-get install -y postgresql");
    let newest = versions.flatten().map(|entry| entry.path()).max().expect("a version of PostgreSQL");
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(newest.join("bin").join(name)).current_dir("/");
    command
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
