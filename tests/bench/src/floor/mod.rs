//! What no implementation can do without: a flush, a row, the outbox rows of one step in one statement, a
//! round trip of gRPC, a claim and a message in Redis. Taken in turn with the operation of the line.

mod disk;
mod echo;
mod rate;
mod redis;
mod rows;

use std::time::Duration;

use tonic::transport::Channel;

use crate::peers::{Peers, Store};
use crate::round::{Round, What};
use crate::validity::{INSERT, SYNC};

use self::redis::{Claims, Pipeline};
use disk::Disk;
use echo::Echo;
use rows::Rows;

pub(crate) use echo::EchoAnswers;
pub(crate) use rate::{insert_rate, outbox_rate};

pub(crate) const OUTBOX: What = "outbox";
pub(crate) const ECHO: What = "echo";
pub(crate) const CLAIM: What = "claim";
pub(crate) const PIPELINE: What = "stream pipeline";
pub(crate) const TIMER: What = "timer";

/// How long the timer's floor sleeps; what is beyond it is its lateness.
const NAP: Duration = Duration::from_millis(5);

/// What the floor of a row has beside flush and INSERT, which every round has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Outbox,
    Echo,
    Claim,
    Pipeline,
    Timer,
}

pub(crate) struct Floor {
    parts: &'static [Part],
    disk: Disk,
    rows: Rows,
    echo: Echo,
    claims: Claims,
    pipeline: Pipeline,
}

impl Floor {
    /// On the store that the line uses, and with the echo in the process of its service.
    pub(crate) async fn new(
        parts: &'static [Part],
        peers: &Peers,
        store: &Store,
        service: Channel,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            parts,
            disk: Disk::beside(store.folder())?,
            rows: Rows::on(&store.url).await?,
            echo: Echo::over(service),
            claims: Claims::on(&peers.redis_url()).await?,
            pipeline: Pipeline::on(&peers.redis_url()).await?,
        })
    }

    /// Each operation once.
    pub(crate) async fn turn(&mut self, round: &mut Round) -> anyhow::Result<()> {
        let sync = self.disk.sync()?;
        round.note(SYNC, sync);
        round.time(INSERT, self.rows.insert()).await?;
        for part in self.parts {
            match part {
                Part::Outbox => round.time(OUTBOX, self.rows.outbox()).await?,
                Part::Echo => round.time(ECHO, self.echo.say()).await?,
                Part::Claim => {
                    let agent = round.time(CLAIM, self.claims.claim()).await?;
                    self.claims.release(&agent).await?;
                }
                Part::Pipeline => round.time(PIPELINE, self.pipeline.send()).await?,
                Part::Timer => round.note(TIMER, lateness().await),
            }
        }
        Ok(())
    }
}

/// How late a timer of the runtime is, by the line's own clock as the line uses it.
async fn lateness() -> Duration {
    let clock = shell::clock::Clock::system();
    let due = clock.now() + NAP;
    clock.sleep_until(due).await;
    clock.now().since(due)
}
