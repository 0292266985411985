//! The whole line as a process: the release build of the binary, on a store of the bench's.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use shell::on;
use tokio::net::UdpSocket;
use tokio::process::{Child, Command};

use crate::peers::{Peers, Store};
use crate::rows::nation;
use crate::sip::{Media, Phones};

/// Far above what a start takes.
const START: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(crate) struct Line {
    child: Child,
    pub(crate) sip: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) store: Store,
}

impl Line {
    /// With a nation's rota, on the store that the command line names.
    pub(crate) async fn start(peers: &Peers) -> anyhow::Result<Self> {
        let store = peers.store().await?;
        let (sip, http) = (free().await?, free().await?);
        fs::write(store.path("rota.toml"), nation::rota())?;
        let settings = format!(
            "[store]\nurl = \"{}\"\n[bus]\nredis = \"{}\"\n[routing]\nwrap_up = \"0s\"\n\
             [sip]\nmost_calls = 2000\nmost_calls_from_one_address = 2000\n[telemetry]\nlog = \"warn\"\n",
            store.url,
            peers.redis_url()
        );
        fs::write(store.path("line.toml"), settings)?;
        let child = launch(&store, sip, http).await?;
        let mut line = Self { child, sip, http, store };
        line.is_up().await?;
        Ok(line)
    }

    async fn is_up(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while !fs::read_to_string(self.store.path("out")).unwrap_or_default().contains("the line is up") {
            let said = || fs::read_to_string(self.store.path("err")).unwrap_or_default();
            ensure!(self.child.try_wait()?.is_none(), "the line ended: {}", said());
            ensure!(begun.elapsed() < START, "the line is not up after {START:?}: {}", said());
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// The telephones of the first so many desks, signed in.
    pub(crate) async fn phones(&self, desks: usize, media: Option<Media>) -> anyhow::Result<Phones> {
        let phones = Phones::new(media).await?;
        phones.register(self.sip, &accounts(&self.store.path("data/phones.toml"), desks)?).await?;
        phones.listen();
        let (begun, wanted) = (Instant::now(), i64::try_from(desks)?);
        while self.available().await? < wanted {
            ensure!(
                begun.elapsed() < START,
                "only {} of {desks} desks are available",
                self.available().await?
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(phones)
    }

    pub(crate) async fn available(&self) -> anyhow::Result<i64> {
        let sql = "SELECT count(*) FROM desk WHERE presence = 'available'";
        Ok(on!(self.store.db.read(), pool => sqlx::query_scalar(sql).fetch_one(pool).await)?)
    }

    /// Resident memory of the process.
    pub(crate) fn memory_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    /// CPU time of the process so far, in hundredths of a second.
    pub(crate) fn cpu_ticks(&self) -> Option<u64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()?)).ok()?;
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    }
}

async fn launch(store: &Store, sip: SocketAddr, http: SocketAddr) -> anyhow::Result<Child> {
    let program = program().await?;
    let mut command = Command::new(program);
    command.arg("--config").arg(store.path("line.toml")).arg("--data").arg(store.path("data"));
    command.args(["--sip", &sip.to_string(), "--http", &http.to_string()]);
    command.arg("--rota-file").arg(store.path("rota.toml")).arg("serve");
    let log = |name: &str| File::create(store.path(name));
    command.stdin(Stdio::null()).stdout(log("out")?).stderr(log("err")?).kill_on_drop(true);
    command.spawn().context("the line cannot be started")
}

/// The binary beside the bench, built as the bench was.
async fn program() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("the bench cannot find itself")?;
    let program = own.with_file_name("tomoshibi");
    if !program.exists() {
        crate::report::say("the line is built first: cargo build --release -p tomoshibi");
        let house = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let mut build = Command::new("cargo");
        build.args(["build", "-q", "--release", "--locked", "-p", "tomoshibi"]).current_dir(house);
        ensure!(build.status().await?.success(), "the line cannot be built");
    }
    Ok(program)
}

/// Desk and password of each account.
fn accounts(file: &Path, many: usize) -> anyhow::Result<Vec<(String, String)>> {
    let text = fs::read_to_string(file).with_context(|| format!("no accounts in {}", file.display()))?;
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.trim().strip_prefix(key)?.trim().strip_prefix('='))?;
        Some(line.trim().trim_matches('"').to_owned())
    };
    let accounts: Vec<(String, String)> = text
        .split("[[phone]]")
        .filter_map(|block| Some((value(block, "desk")?, value(block, "password")?)))
        .take(many)
        .collect();
    if accounts.len() < many {
        bail!("{} has {} accounts, {many} are needed", file.display(), accounts.len());
    }
    Ok(accounts)
}

/// A port that nobody has, for both transports.
async fn free() -> anyhow::Result<SocketAddr> {
    Ok(UdpSocket::bind("127.0.0.1:0").await?.local_addr()?)
}
