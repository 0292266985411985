//! The one task that writes: what already waits goes in one commit, to the store
//! or to the spool, always in order.
//!
//! While anything is spooled or held, new batches follow it there: nothing
//! overtakes. A drain runs beside the writing, so a store that hangs delays no call.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use shell::store::{Db, StoreError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::rows::Rows;
use super::spool::Spool;
use super::{Durable, Flow, LedgerSettings, Waiting, store};

/// The most batches in one commit: what already waits, never waited for.
const GROUP: usize = 128;

pub(super) struct Writer {
    db: Db,
    /// Shared with the blocking threads that write to the disk; used by one at a time.
    spool: Arc<Mutex<Spool>>,
    settings: LedgerSettings,
    /// Neither store nor disk took these; the oldest first.
    held: VecDeque<Rows>,
    drain: Drain,
    flow: watch::Sender<Flow>,
    spooled: usize,
    /// The store has refused the spool since it was last empty.
    refused: bool,
}

enum Drain {
    Idle,
    Running(JoinHandle<Round>),
    /// The store refused; the next attempt is due then.
    Resting(Instant),
}

/// What came of one round: so many of the oldest are in the store or set aside.
struct Round {
    left: usize,
    error: Option<StoreError>,
}

impl Writer {
    pub(super) fn new(db: Db, spool: Spool, settings: LedgerSettings) -> (Self, watch::Receiver<Flow>) {
        let spooled = spool.len();
        let (flow, watched) = watch::channel(Flow::Direct);
        let spool = Arc::new(Mutex::new(spool));
        let writer = Self {
            db,
            spool,
            settings,
            held: VecDeque::new(),
            drain: Drain::Idle,
            flow,
            spooled,
            refused: false,
        };
        writer.tell();
        (writer, watched)
    }

    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Waiting>, mut nudged: mpsc::Receiver<()>) {
        let mut group = Vec::with_capacity(GROUP);
        loop {
            self.begin_round();
            tokio::select! {
                count = waiting.recv_many(&mut group, GROUP) => match count {
                    0 => break,
                    _ => self.take(std::mem::take(&mut group)).await,
                },
                round = self.drain.round() => self.end_round(round).await,
                Some(()) = nudged.recv() => self.drain.hurry(),
            }
        }
        self.last_round().await;
    }

    async fn take(&mut self, group: Vec<Waiting>) {
        let durable = match self.is_direct() && self.store_took(&group).await {
            true => Some(Durable::Stored),
            false => self.set_aside(&group).await,
        };
        self.tell();
        for waiting in group {
            // A call that is gone does not ask any more; its events are kept all the same.
            let _ = waiting.durable.send(durable);
        }
    }

    fn is_direct(&self) -> bool {
        self.spooled == 0 && self.held.is_empty()
    }

    async fn store_took(&self, group: &[Waiting]) -> bool {
        let Some(oldest) = group.iter().map(|waiting| waiting.since).min() else { return true };
        let write = store::write(&self.db, group.iter().map(|waiting| &waiting.rows));
        match timeout_at(oldest + self.settings.budget, write).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the store refused call events; they go to the spool");
                false
            }
            Err(_) => {
                tracing::warn!("the store was slower than its budget; call events go to the spool");
                false
            }
        }
    }

    /// To the disk, behind what is there; or else to memory.
    async fn set_aside(&mut self, group: &[Waiting]) -> Option<Durable> {
        let mut batches: Vec<Rows> = self.held.drain(..).collect();
        let held = batches.len();
        batches.extend(group.iter().map(|waiting| waiting.rows.clone()));
        let count = batches.len();
        match self.spool(batches).await {
            Ok(()) => {
                self.spooled += count;
                Some(Durable::Spooled)
            }
            Err(batches) => {
                self.held.extend(batches);
                let fits = count <= self.settings.held;
                if !fits {
                    self.held.truncate(held);
                }
                fits.then_some(Durable::Held)
            }
        }
    }

    /// Gives the batches back when the disk does not take them.
    async fn spool(&self, batches: Vec<Rows>) -> Result<(), Vec<Rows>> {
        let batches = Arc::new(batches);
        let (spool, ours) = (Arc::clone(&self.spool), Arc::clone(&batches));
        let write = move || spool.lock().unwrap_or_else(PoisonError::into_inner).append(ours.iter());
        match tokio::task::spawn_blocking(write).await.unwrap_or_else(|gone| Err(std::io::Error::other(gone)))
        {
            Ok(()) => Ok(()),
            Err(error) => {
                tracing::error!(%error, "the disk does not take call events; they are held in memory");
                Err(Arc::unwrap_or_clone(batches))
            }
        }
    }

    /// A round runs whenever there is anything to drain and none is running or resting.
    fn begin_round(&mut self) {
        if !matches!(self.drain, Drain::Idle) || self.is_direct() {
            return;
        }
        let (db, spool, settings) = (self.db.clone(), Arc::clone(&self.spool), self.settings.clone());
        let held: Vec<Rows> = match self.spooled {
            0 => self.held.iter().take(GROUP).cloned().collect(),
            _ => Vec::new(),
        };
        self.drain = Drain::Running(tokio::spawn(round(db, spool, held, settings)));
    }

    async fn end_round(&mut self, round: Round) {
        if self.spooled == 0 {
            self.held.drain(..round.left.min(self.held.len()));
        } else {
            self.spooled -= round.left.min(self.spooled);
            self.spool_left(round.left).await;
        }
        self.drain = match round.error {
            None => Drain::Idle,
            Some(error) => {
                self.say_once(&error);
                Drain::Resting(Instant::now() + self.settings.drain_every)
            }
        };
        if self.is_direct() {
            self.refused = false;
            tracing::info!("every call event is in the store again");
        }
        self.tell();
    }

    /// An outage is many refusals and one line in the log.
    fn say_once(&mut self, error: &StoreError) {
        if !std::mem::replace(&mut self.refused, true) {
            tracing::warn!(%error, passing = error.passing, "the store does not take the spool yet");
        }
    }

    async fn spool_left(&self, count: usize) {
        let spool = Arc::clone(&self.spool);
        let shorten = move || spool.lock().unwrap_or_else(PoisonError::into_inner).left(count);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(shorten).await {
            // Harmless: its lines are in the store and will be written there once more.
            tracing::warn!(%error, "the spool could not be emptied");
        }
    }

    /// At the end of the process: one more attempt. What stays is on the disk for the next run.
    async fn last_round(mut self) {
        loop {
            self.drain.hurry();
            self.begin_round();
            match &mut self.drain {
                Drain::Running(_) => {
                    let round = self.drain.round().await;
                    let failed = round.error.is_some();
                    self.end_round(round).await;
                    if failed {
                        return;
                    }
                }
                Drain::Idle | Drain::Resting(_) => return,
            }
        }
    }

    fn tell(&self) {
        let flow = match (self.held.len(), self.spooled) {
            (0, 0) => Flow::Direct,
            (0, batches) => Flow::Spooling { batches },
            (batches, _) => Flow::Holding { batches },
        };
        metrics::gauge!("tomoshibi_ledger_spooled_batches").set(self.spooled as f64);
        metrics::gauge!("tomoshibi_ledger_held_batches").set(self.held.len() as f64);
        self.flow.send_if_modified(|known| std::mem::replace(known, flow) != flow);
    }
}

impl Drain {
    /// Safe to drop: the round goes on in its own task.
    async fn round(&mut self) -> Round {
        match self {
            Self::Idle => std::future::pending().await,
            Self::Running(task) => task.await.unwrap_or_else(|gone| Round {
                left: 0,
                error: Some(StoreError::passing("finish a round of the drain", gone)),
            }),
            Self::Resting(until) => {
                tokio::time::sleep_until(*until).await;
                Round { left: 0, error: None }
            }
        }
    }

    fn hurry(&mut self) {
        match self {
            Self::Resting(_) => *self = Self::Idle,
            Self::Idle | Self::Running(_) => {}
        }
    }
}

/// Brings the oldest batches to the store.
async fn round(db: Db, spool: Arc<Mutex<Spool>>, held: Vec<Rows>, settings: LedgerSettings) -> Round {
    let batches = match held.is_empty() {
        false => held,
        true => match oldest(&spool).await {
            Ok(batches) => batches,
            Err(error) => {
                return Round { left: 0, error: Some(StoreError::passing("read the spool", error)) };
            }
        },
    };
    match written(&db, &batches, &settings).await {
        Ok(()) => Round { left: batches.len(), error: None },
        Err(error) if error.passing => Round { left: 0, error: Some(error) },
        Err(_) => one_by_one(&db, &spool, &batches, &settings).await,
    }
}

async fn written(db: &Db, batches: &[Rows], settings: &LedgerSettings) -> Result<(), StoreError> {
    timeout(settings.drain_limit, store::write(db, batches.iter()))
        .await
        .unwrap_or_else(|late| Err(StoreError::passing("take the spool in time", late)))
}

/// One batch that the store will never take must not hold up the others.
async fn one_by_one(
    db: &Db,
    spool: &Arc<Mutex<Spool>>,
    batches: &[Rows],
    settings: &LedgerSettings,
) -> Round {
    for (left, rows) in batches.iter().enumerate() {
        match written(db, std::slice::from_ref(rows), settings).await {
            Ok(()) => {}
            Err(error) if error.passing => return Round { left, error: Some(error) },
            Err(error) => {
                tracing::error!(%error, call = rows.call, "the store refuses a batch for good: kept beside the spool");
                metrics::counter!("tomoshibi_ledger_refused_total").increment(1);
                if let Err(error) = refuse(spool, rows.clone()).await {
                    return Round { left, error: Some(StoreError::passing("keep a refused batch", error)) };
                }
            }
        }
    }
    Round { left: batches.len(), error: None }
}

async fn oldest(spool: &Arc<Mutex<Spool>>) -> std::io::Result<Vec<Rows>> {
    let spool = Arc::clone(spool);
    let read = move || spool.lock().unwrap_or_else(PoisonError::into_inner).oldest(GROUP);
    tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?
}

async fn refuse(spool: &Arc<Mutex<Spool>>, rows: Rows) -> std::io::Result<()> {
    let spool = Arc::clone(spool);
    let keep = move || spool.lock().unwrap_or_else(PoisonError::into_inner).refuse(&rows);
    tokio::task::spawn_blocking(keep).await.map_err(std::io::Error::other)?
}

#[cfg(test)]
mod tests {
    use shell::testkit;
    use tokio::sync::oneshot;

    use super::super::rows::EventRow;
    use super::*;

    fn batch(call: &str) -> Rows {
        let event = EventRow {
            seq: 0,
            at: 1,
            kind: "begun".to_owned(),
            leg: None,
            body: "{}".to_owned(),
            number: None,
        };
        let operator = "example".to_owned();
        Rows { operator, call: call.to_owned(), events: vec![event], opens: None, closes: false, owes: None }
    }

    async fn append(queue: &mpsc::Sender<Waiting>, call: &str) -> Option<Durable> {
        let (durable, answer) = oneshot::channel();
        queue.send(Waiting { rows: batch(call), since: Instant::now(), durable }).await.unwrap();
        answer.await.unwrap()
    }

    #[tokio::test]
    async fn nothing_overtakes_what_a_predecessor_left_in_the_spool() {
        let (folder, db) = testkit::sqlite().await;
        let path = folder.path().join("ledger.spool");
        Spool::open(&path).unwrap().append([batch("a")].iter()).unwrap();
        let (writer, mut flow) =
            Writer::new(db.clone(), Spool::open(&path).unwrap(), LedgerSettings::with_spool(path));
        let (queue, waiting) = mpsc::channel(8);
        let (_nudge, nudged) = mpsc::channel(1);
        let (durable, answer) = oneshot::channel();
        queue.send(Waiting { rows: batch("b"), since: Instant::now(), durable }).await.unwrap();

        tokio::spawn(writer.run(waiting, nudged));

        assert_eq!(answer.await.unwrap(), Some(Durable::Spooled));
        is_direct(&mut flow).await;
        assert_eq!(append(&queue, "c").await, Some(Durable::Stored));
        assert_eq!(calls(&db).await, ["a", "b", "c"]);
    }

    async fn is_direct(flow: &mut watch::Receiver<Flow>) {
        let direct = flow.wait_for(|flow| *flow == Flow::Direct);
        timeout(std::time::Duration::from_secs(60), direct).await.unwrap().unwrap();
    }

    async fn calls(db: &Db) -> Vec<String> {
        shell::on!(db.read(), pool =>
            sqlx::query_scalar("SELECT call_id FROM call_event ORDER BY call_id").fetch_all(pool).await)
        .unwrap()
    }

    #[tokio::test]
    async fn with_the_store_away_and_the_disk_full_the_oldest_events_are_held_and_stored_later() {
        let (folder, db) = testkit::sqlite().await;
        let lock = db.begin().await.unwrap();
        let settings = LedgerSettings { held: 2, ..LedgerSettings::with_spool(folder.path().join("unused")) };
        let (writer, mut flow) = Writer::new(db.clone(), Spool::on_a_full_disk(), settings);
        let (queue, waiting) = mpsc::channel(8);
        let (_nudge, nudged) = mpsc::channel(1);
        tokio::spawn(writer.run(waiting, nudged));

        let kept = [append(&queue, "a").await, append(&queue, "b").await, append(&queue, "c").await];
        assert_eq!(kept, [Some(Durable::Held), Some(Durable::Held), None]);
        assert_eq!(*flow.borrow(), Flow::Holding { batches: 2 });

        drop(lock);
        is_direct(&mut flow).await;
        assert_eq!(calls(&db).await, ["a", "b"]);
    }
}
