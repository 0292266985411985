//! The ledger's door: what happened is durable before anything follows from it.
//!
//! The cast: `Ledger` takes batches, the `writer` brings them to the store or,
//! when the store is slower than its budget, to the `spool`, a local file that
//! is drained in order as soon as the store takes it. A batch carries its own
//! key, so writing it twice is harmless. `calls` and `callbacks` read.

pub mod callbacks;
pub mod calls;
pub mod recovery;
mod rows;
mod spool;
mod store;
mod writer;

use std::path::PathBuf;
use std::time::Duration;

use domain::ids::WindowId;
use domain::ledger::Entry;
use shell::alarms::{Alarm, Alarms};
use shell::process::ProcessId;
use shell::seal::{SealFault, Sealer};
use shell::store::Db;
use tokio::sync::{mpsc, oneshot, watch};

use rows::Rows;
use spool::Spool;
pub use spool::SpoolFault;
use writer::Writer;

/// Batches that wait for the writer. Beyond it, `append` waits; a call has a handful a minute.
const QUEUE: usize = 4096;

#[derive(Clone, Debug)]
pub struct LedgerSettings {
    /// The local file for events that the store does not take in time.
    pub spool: PathBuf,
    /// How long the store may take for a batch.
    pub budget: Duration,
    /// How long a drain may take for one round; far above the budget, nobody waits for it.
    pub drain_limit: Duration,
    /// The longest pause between two attempts to drain.
    pub drain_every: Duration,
    /// Batches kept in memory when the disk takes none either. The oldest are kept.
    pub held: usize,
}

impl LedgerSettings {
    pub fn with_spool(spool: PathBuf) -> Self {
        Self {
            spool,
            budget: Duration::from_millis(150),
            drain_limit: Duration::from_secs(5),
            drain_every: Duration::from_millis(500),
            held: 100_000,
        }
    }
}

/// What one call did at one moment, in order. What follows for the tables (the
/// open call, the call-back owed) is read from the steps.
#[derive(Clone, Debug)]
pub struct Batch {
    pub window: WindowId,
    /// Of one call, by `seq`. The number is taken from `Begun` and, for a call-back owed, from `Ended`.
    pub entries: Vec<Entry>,
}

/// Where a batch is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durable {
    Stored,
    /// On the local disk, on its way to the store.
    Spooled,
    /// In memory only: neither the store nor the disk takes it. An alarm stands.
    Held,
}

/// How events reach the store at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Direct,
    /// Batches in the local file.
    Spooling {
        batches: usize,
    },
    /// Neither store nor disk: batches in memory.
    Holding {
        batches: usize,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum AppendFault {
    #[error("ledger cannot seal a number")]
    Seal(#[from] SealFault),
    #[error("ledger cannot write a step as JSON")]
    Json(#[from] serde_json::Error),
    #[error("ledger has neither store nor disk nor room in memory")]
    NoRoom,
    #[error("ledger has stopped")]
    Stopped,
}

#[derive(Debug)]
struct Waiting {
    rows: Rows,
    since: tokio::time::Instant,
    durable: oneshot::Sender<Option<Durable>>,
}

/// Cheap to clone. The writer stops when the last clone is gone.
#[derive(Clone, Debug)]
pub struct Ledger {
    process: ProcessId,
    sealer: Sealer,
    queue: mpsc::Sender<Waiting>,
    flow: watch::Receiver<Flow>,
    /// Asks for a drain at once: the store is back.
    nudge: mpsc::Sender<()>,
}

impl Ledger {
    /// Opens the spool, keeping what a predecessor left in it, and starts the writer.
    ///
    /// # Errors
    /// When the spool cannot be opened or another process holds it.
    pub fn start(
        db: Db,
        sealer: Sealer,
        process: ProcessId,
        settings: LedgerSettings,
    ) -> Result<(Self, tokio::task::JoinHandle<()>), SpoolFault> {
        let spool = Spool::open(&settings.spool)?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (nudge, nudged) = mpsc::channel(1);
        let (writer, flow) = Writer::new(db, spool, settings);
        let task = tokio::spawn(writer.run(waiting, nudged));
        Ok((Self { process, sealer, queue, flow, nudge }, task))
    }

    /// Returns when the batch is safe; never later than the store's budget and a local write.
    ///
    /// # Errors
    /// When it could not be made safe anywhere.
    pub async fn append(&self, batch: &Batch) -> Result<Durable, AppendFault> {
        let rows = Rows::of(batch, self.process, &self.sealer)?;
        let (durable, answer) = oneshot::channel();
        let waiting = Waiting { rows, since: tokio::time::Instant::now(), durable };
        self.queue.send(waiting).await.map_err(|_| AppendFault::Stopped)?;
        answer.await.map_err(|_| AppendFault::Stopped)?.ok_or(AppendFault::NoRoom)
    }

    /// How events flow now, and a way to hear of changes: anything but `Direct` is an alarm.
    pub fn flow(&self) -> watch::Receiver<Flow> {
        self.flow.clone()
    }

    /// Raises what a human must know of the way to the store, and clears it. Ends with the ledger.
    pub async fn watch(mut flow: watch::Receiver<Flow>, alarms: &Alarms) {
        let alarm = |kind| Alarm { kind, operator: None, window: None };
        let (away, full) = (alarm("store_away"), alarm("spool_disk_full"));
        loop {
            let now = *flow.borrow_and_update();
            match now {
                Flow::Direct => [&away, &full].map(|alarm| alarms.clear(alarm)),
                Flow::Spooling { .. } => [alarms.raise(away.clone(), None), alarms.clear(&full)],
                Flow::Holding { .. } => [&away, &full].map(|alarm| alarms.raise(alarm.clone(), None)),
            };
            let other = |flow: &Flow| std::mem::discriminant(flow) != std::mem::discriminant(&now);
            if flow.wait_for(other).await.is_err() {
                return;
            }
        }
    }

    /// The store may be back: drain now rather than at the next turn.
    pub fn nudge(&self) {
        // A nudge that waits already says the same.
        let _ = self.nudge.try_send(());
    }
}
