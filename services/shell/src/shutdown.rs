//! Stopping in order: first no new calls (`leaving`: nobody should be sent here any more, what goes on
//! goes on), then no new work (`draining`), then, when the live work is done or the limit has passed, the
//! end (`ended`).

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Cheap to clone; all clones mean the same stop.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    leaving: CancellationToken,
    draining: CancellationToken,
    ended: CancellationToken,
    /// Work that may finish: live calls, requests.
    live: TaskTracker,
}

/// How a drain went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// All live work finished.
    Done,
    /// So many were still going on at the limit.
    CutOff(usize),
}

impl Shutdown {
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs work that a drain waits for.
    pub fn spawn<F>(&self, work: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.live.spawn(work)
    }

    /// From now on new calls belong to others.
    pub fn leave(&self) {
        self.leaving.cancel();
    }

    /// No new calls and no new work; what goes on may finish.
    pub fn take_no_new_work(&self) {
        self.leaving.cancel();
        self.draining.cancel();
    }

    /// Returns when new calls belong to others.
    pub async fn leaving(&self) {
        self.leaving.cancelled().await;
    }

    pub fn is_leaving(&self) -> bool {
        self.leaving.is_cancelled()
    }

    /// Returns when no new work may begin.
    pub async fn draining(&self) {
        self.draining.cancelled().await;
    }

    /// Returns when everything must stop.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Takes no new work, waits for the live work at most `limit`, then ends everything.
    pub async fn drain(&self, limit: Duration) -> Drained {
        self.take_no_new_work();
        self.live.close();
        let drained = match tokio::time::timeout(limit, self.live.wait()).await {
            Ok(()) => Drained::Done,
            Err(_) => Drained::CutOff(self.live.len()),
        };
        self.ended.cancel();
        drained
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_drain_waits_for_the_call_that_is_going_on() {
        let shutdown = Shutdown::new();
        let (hang_up, hung_up) = tokio::sync::oneshot::channel::<()>();
        shutdown.spawn(async { drop(hung_up.await) });
        let drain = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.drain(Duration::from_secs(3600)).await }
        });

        shutdown.draining().await;
        assert!(!shutdown.ended.is_cancelled());
        hang_up.send(()).unwrap();

        assert_eq!(drain.await.unwrap(), Drained::Done);
        shutdown.ended().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_ends_at_its_limit_and_says_what_was_cut_off() {
        let shutdown = Shutdown::new();
        shutdown.spawn(std::future::pending::<()>());

        assert_eq!(shutdown.drain(Duration::from_secs(30)).await, Drained::CutOff(1));
    }
}
