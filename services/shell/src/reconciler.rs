//! Workers without input: they read what is owed, do it, and say what is left.
//!
//! A nudge makes them fast, the period makes them certain, and a deadline they
//! name themselves is met: one path for sunny day and recovery. Each shows when
//! it last ran, what it owes and how old the oldest debt is.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::time::Instant;
use futures::FutureExt as _;
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::bus::Nudges;
use crate::clock::Clock;
use crate::shutdown::Shutdown;

/// A run that takes longer waits for something that never comes, such as a store that vanished without a word. Far
/// beyond what a slow store needs: what a run had begun then waits for its lease.
const LONGEST: Duration = Duration::from_secs(60);

/// For `Reconcile::gathers` of workers whose work has minutes: nobody notices it, and whoever waits for an answer
/// of the same moment has the machine.
pub const IN_NO_HURRY: Duration = Duration::from_millis(20);

/// What a run leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Things still owed.
    pub debt: u64,
    /// Since when the oldest of them is owed.
    pub oldest: Option<Instant>,
    /// Things that were done after their deadline, in this run.
    pub late: u64,
    /// When something is due before the period is over.
    pub next: Option<Instant>,
}

/// Work that can be found in the store, and repeated.
#[async_trait]
pub trait Reconcile: Send {
    /// As `/status` and the metrics name it.
    fn name(&self) -> &'static str;

    /// How long a nudge waits for more of them, where nobody is in a hurry: many changes at once are then one look,
    /// and the look is not in the way of whoever made the change. At once unless told otherwise.
    fn gathers(&self) -> Duration {
        Duration::ZERO
    }

    /// Reads what is owed and does it.
    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>>;
}

/// One worker's line in `/status`. Times in microseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub last_run_us: Option<i64>,
    /// Runs that failed since the last that did not.
    pub failures: u32,
    pub debt: u64,
    pub oldest_us: Option<i64>,
    pub late: u64,
}

/// All workers of the process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Status(Arc<Mutex<BTreeMap<&'static str, Figures>>>);

impl Status {
    pub fn figures(&self) -> BTreeMap<&'static str, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, name: &'static str, change: impl FnOnce(&mut Figures)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default());
    }
}

/// Runs the worker until the process ends: at once, at every nudge, at its own deadline, and every `period`.
/// A failed run is tried again after the period and shown.
pub async fn reconcile(
    mut worker: impl Reconcile,
    period: Duration,
    nudge: Arc<Notify>,
    clock: Clock,
    status: Status,
    shutdown: Shutdown,
) {
    loop {
        let began = clock.now();
        let next = match timeout(LONGEST, worker.run(began)).await.unwrap_or_else(|late| Err(late.into())) {
            Ok(left) => {
                note(&status, worker.name(), began, &left);
                left.next.map_or(began + period, |due| due.min(began + period))
            }
            Err(error) => {
                metrics::counter!("tomoshibi_worker_failures_total", "worker" => worker.name()).increment(1);
                tracing::warn!(worker = worker.name(), error, "a run failed; it is repeated");
                status.note(worker.name(), |figures| figures.failures = figures.failures.saturating_add(1));
                began + period
            }
        };
        tokio::select! {
            () = nudged(&nudge, worker.gathers()) => {}
            () = clock.sleep_until(next) => {}
            () = shutdown.ended() => return,
        }
    }
}

async fn nudged(nudge: &Notify, gathers: Duration) {
    nudge.notified().await;
    if !gathers.is_zero() {
        // A few milliseconds of the machine's, no time of the line's.
        tokio::time::sleep(gathers).await;
        // What was said meanwhile is seen by this run as well.
        let _ = nudge.notified().now_or_never();
    }
}

/// Wakes workers at every nudge, until the process ends.
pub async fn relay(mut nudges: Nudges, to: Vec<Arc<Notify>>, shutdown: Shutdown) {
    loop {
        tokio::select! {
            nudge = nudges.next() => match nudge {
                Some(_) => to.iter().for_each(|worker| worker.notify_one()),
                None => return,
            },
            () = shutdown.ended() => return,
        }
    }
}

fn note(status: &Status, name: &'static str, ran: Instant, left: &Left) {
    let oldest = left.oldest.map_or(0.0, |since| ran.since(since).as_secs_f64());
    metrics::gauge!("tomoshibi_worker_oldest_debt_seconds", "worker" => name).set(oldest);
    metrics::counter!("tomoshibi_worker_late_total", "worker" => name).increment(left.late);
    status.note(name, |figures| {
        *figures = Figures {
            last_run_us: Some(ran.micros()),
            failures: 0,
            debt: left.debt,
            oldest_us: left.oldest.map(Instant::micros),
            late: figures.late + left.late,
        };
    });
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    const START: Instant = Instant::from_micros(1_000_000);
    const PERIOD: Duration = Duration::from_secs(60);

    struct Worker {
        ran: mpsc::Sender<Instant>,
        answers: Vec<Result<Left, &'static str>>,
        gathers: Duration,
    }

    #[async_trait]
    impl Reconcile for Worker {
        fn name(&self) -> &'static str {
            "payer"
        }

        fn gathers(&self) -> Duration {
            self.gathers
        }

        async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
            self.ran.send(now).await?;
            self.answers.pop().unwrap_or(Ok(Left::default())).map_err(Into::into)
        }
    }

    struct World {
        clock: Clock,
        nudge: Arc<Notify>,
        status: Status,
        shutdown: Shutdown,
        runs: mpsc::Receiver<Instant>,
        task: tokio::task::JoinHandle<()>,
    }

    fn world(answers: Vec<Result<Left, &'static str>>) -> World {
        world_with(answers, Duration::ZERO)
    }

    fn world_with(mut answers: Vec<Result<Left, &'static str>>, gathers: Duration) -> World {
        answers.reverse();
        let (ran, runs) = mpsc::channel(8);
        let (clock, nudge) = (Clock::by_hand(START), Arc::new(Notify::new()));
        let (status, shutdown) = (Status::default(), Shutdown::new());
        let worker = Worker { ran, answers, gathers };
        let task = tokio::spawn(reconcile(
            worker,
            PERIOD,
            nudge.clone(),
            clock.clone(),
            status.clone(),
            shutdown.clone(),
        ));
        World { clock, nudge, status, shutdown, runs, task }
    }

    impl World {
        /// When the worker ran next.
        async fn ran(&mut self) -> Option<Instant> {
            tokio::time::timeout(Duration::from_secs(10), self.runs.recv()).await.unwrap()
        }
    }

    #[tokio::test]
    async fn a_worker_runs_at_once_at_a_nudge_and_when_the_period_is_over() {
        let mut world = world(Vec::new());
        assert_eq!(world.ran().await, Some(START));

        world.nudge.notify_one();
        assert_eq!(world.ran().await, Some(START));

        world.clock.advance(PERIOD);
        assert_eq!(world.ran().await, Some(START + PERIOD));
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_in_no_hurry_looks_once_at_what_changed_in_a_few_milliseconds() {
        let mut world = world_with(Vec::new(), Duration::from_millis(5));
        world.ran().await.unwrap();

        for _ in 0..3 {
            world.nudge.notify_one();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }

        assert_eq!(world.ran().await, Some(START));
        let again = tokio::time::timeout(Duration::from_secs(1), world.runs.recv()).await;
        assert!(again.is_err(), "one look is enough");
    }

    #[tokio::test]
    async fn a_deadline_that_the_worker_names_is_met_before_the_period() {
        let soon = START + Duration::from_secs(5);
        let mut world = world(vec![Ok(Left { next: Some(soon), ..Left::default() })]);
        world.ran().await.unwrap();

        world.clock.advance(Duration::from_secs(5));

        assert_eq!(world.ran().await, Some(soon));
    }

    #[tokio::test]
    async fn a_failed_run_is_repeated_and_shown_until_one_succeeds() {
        let left = Left { debt: 3, oldest: Some(START), late: 2, next: None };
        let mut world = world(vec![Err("store is away"), Ok(left)]);
        world.ran().await.unwrap();

        world.clock.advance(PERIOD);
        world.ran().await.unwrap();
        world.nudge.notify_one();
        world.ran().await.unwrap();
        world.shutdown.drain(Duration::ZERO).await;
        world.task.await.unwrap();

        let figures = world.status.figures()["payer"];
        assert_eq!((figures.failures, figures.late, figures.debt), (0, 2, 0));
        assert_eq!(figures.last_run_us, Some((START + PERIOD).micros()));
    }
}
