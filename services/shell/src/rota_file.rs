//! The rota file, looked at again and again. A faulty new one changes nothing
//! but an alarm.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use on_call_rota::{Rota, RotaFault};
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::shutdown::Shutdown;

/// Why a rota cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RotaUnusable {
    #[error("rota file {0} cannot be read")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// All of them, each with its line and what would be right.
    #[error("rota file {0} has {n} faults:\n{text}", n = .1.len(), text = listed(.1))]
    Faulty(PathBuf, Vec<RotaFault>),
}

fn listed(faults: &[RotaFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What a file looked like: when it changes the content is read.
type Stamp = (SystemTime, u64);

#[derive(Debug)]
pub struct RotaFile {
    path: PathBuf,
    stamp: Option<Stamp>,
    text: String,
}

impl RotaFile {
    /// Reads it for the first time.
    ///
    /// # Errors
    /// When it cannot be read or has faults; all of them are told.
    pub async fn open(path: &Path) -> Result<(Self, Rota), RotaUnusable> {
        let mut file = Self { path: path.to_owned(), stamp: None, text: String::new() };
        file.stamp = file.look().await.ok();
        file.text = file.load().await?;
        let rota = file.check(&file.text)?;
        Ok((file, rota))
    }

    /// None when the content is what it was.
    async fn changed(&mut self, anyhow: bool) -> Option<Result<Rota, RotaUnusable>> {
        let stamp = self.look().await.ok();
        if stamp == self.stamp && stamp.is_some() && !anyhow {
            return None;
        }
        let text = match self.load().await {
            Ok(text) => text,
            Err(error) => {
                // When it is back it is read, even if it is the old one.
                (self.stamp, self.text) = (None, String::new());
                return Some(Err(error));
            }
        };
        self.stamp = stamp;
        if text == self.text && !anyhow {
            return None;
        }
        self.text = text;
        Some(self.check(&self.text))
    }

    async fn look(&self) -> std::io::Result<Stamp> {
        let seen = tokio::fs::metadata(&self.path).await?;
        Ok((seen.modified()?, seen.len()))
    }

    async fn load(&self) -> Result<String, RotaUnusable> {
        let unreadable = |error| RotaUnusable::Unreadable(self.path.clone(), error);
        tokio::fs::read_to_string(&self.path).await.map_err(unreadable)
    }

    fn check(&self, text: &str) -> Result<Rota, RotaUnusable> {
        Rota::read(text).map_err(|faults| RotaUnusable::Faulty(self.path.clone(), faults))
    }
}

/// Follows the file until the end.
#[derive(Debug)]
pub struct Follow {
    pub file: RotaFile,
    pub every: Duration,
    pub clock: Clock,
    pub reload: Arc<Notify>,
    pub rota: watch::Sender<Arc<Rota>>,
    /// What is wrong with the newest file, one line each; empty while it is the one in use.
    pub faults: watch::Sender<Vec<String>>,
    pub shutdown: Shutdown,
}

impl Follow {
    pub async fn run(mut self) {
        let mut next = self.clock.now() + self.every;
        loop {
            let asked = tokio::select! {
                () = self.clock.sleep_until(next) => false,
                () = self.reload.notified() => true,
                () = self.shutdown.ended() => return,
            };
            match self.file.changed(asked).await {
                Some(Ok(rota)) => self.take(rota),
                Some(Err(error)) => self.refuse(&error),
                None => {}
            }
            next = self.clock.now() + self.every;
        }
    }

    fn take(&self, rota: Rota) {
        tracing::info!(revision = rota.revision(), "the rota was reloaded");
        self.rota.send_replace(Arc::new(rota));
        self.faults.send_replace(Vec::new());
    }

    fn refuse(&self, error: &RotaUnusable) {
        let faults = match error {
            RotaUnusable::Unreadable(..) => vec![error.to_string()],
            RotaUnusable::Faulty(_, faults) => faults.iter().map(ToString::to_string).collect(),
        };
        let told = self.faults.send_if_modified(|said| {
            let new = *said != faults;
            *said = faults;
            new
        });
        if told {
            tracing::error!(%error, "the new rota is not used; the one before stays");
        }
    }
}
