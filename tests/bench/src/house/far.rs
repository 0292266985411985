//! A service as the bench has it: a child process and the way to it.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, far};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tonic::transport::Channel;

use super::{LIMIT, Served};
use crate::peers::{Peers, Store};

/// Far above what a start takes.
const START: Duration = Duration::from_secs(60);

pub(crate) struct Service {
    child: Child,
    address: String,
    token: Token,
}

impl Service {
    pub(crate) async fn start(what: Served, peers: &Peers, store: &Store) -> anyhow::Result<Self> {
        let token = Token::load(&store.path("token"), true)?;
        let own = std::env::current_exe().context("the bench cannot find itself")?;
        let mut command = Command::new(own);
        command.args(["serve", what.word(), "--url", &store.url, "--redis", &peers.redis_url()]);
        command.arg("--folder").arg(store.folder());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("a service cannot be started")?;
        let out = child.stdout.take().context("a service without output")?;
        let mut address = String::new();
        let mut out = BufReader::new(out);
        tokio::time::timeout(START, out.read_line(&mut address))
            .await
            .context("a service does not start")??;
        ensure!(!address.is_empty(), "the service {} ended at once: see its words above", what.word());
        Ok(Self { child, address: address.trim().to_owned(), token })
    }

    /// A connection of its own; it connects when it is first used.
    pub(crate) fn channel(&self) -> anyhow::Result<Channel> {
        Ok(channel(&format!("http://{}", self.address))?)
    }

    /// As another service of the line.
    pub(crate) fn route(&self) -> anyhow::Result<Route> {
        Ok(far(self.channel()?, LIMIT, &self.token))
    }

    /// As a power cut.
    pub(crate) async fn kill_9(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("a service cannot be killed")
    }
}
