//! The rota file and the covers agreed on the screen, looked at again and
//! again. A faulty new file changes nothing but an alarm; a cover that fits the
//! file no longer is left out and told.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use on_call_rota::{Rota, RotaFault};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::on;
use crate::shutdown::Shutdown;
use crate::store::{Attempt, Db, StoreError};

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
    /// Where agreed covers are kept; none for who asks the file alone.
    db: Option<Db>,
    /// Entries as a file would have them, in the order in which they were agreed.
    covers: Vec<String>,
}

impl RotaFile {
    /// Reads it for the first time.
    ///
    /// # Errors
    /// When it cannot be read or has faults; all of them are told.
    pub async fn open(path: &Path) -> Result<(Self, Rota), RotaUnusable> {
        let mut file =
            Self { path: path.to_owned(), stamp: None, text: String::new(), db: None, covers: Vec::new() };
        file.stamp = file.look().await.ok();
        file.text = file.load().await?;
        let rota = file.check(&file.text)?;
        Ok((file, rota))
    }

    /// The same with the covers of the store laid over it, as far as the store tells them now.
    ///
    /// # Errors
    /// When the file cannot be read or has faults; all of them are told.
    pub async fn open_with_covers(path: &Path, db: &Db) -> Result<(Self, Rota), RotaUnusable> {
        let (mut file, _) = Self::open(path).await?;
        file.db = Some(db.clone());
        file.take_covers().await;
        let rota = file.check(&file.text)?;
        Ok((file, rota))
    }

    /// Whether they are others than before. While the store is away they stay as they are.
    async fn take_covers(&mut self) -> bool {
        let Some(db) = &self.db else { return false };
        match agreed(db).await {
            Ok(covers) if covers == self.covers => false,
            Ok(covers) => {
                self.covers = covers;
                true
            }
            Err(fault) => {
                tracing::debug!(%fault, "the covers were not looked at");
                false
            }
        }
    }

    /// None when the content is what it was.
    async fn changed(&mut self, anyhow: bool) -> Option<Result<Rota, RotaUnusable>> {
        let anyhow = self.take_covers().await || anyhow;
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
        if !self.covers.is_empty()
            && let Ok(rota) = Rota::read(&[text, &self.covers.concat()].concat())
        {
            return Ok(rota);
        }
        let alone = Rota::read(text).map_err(|faults| RotaUnusable::Faulty(self.path.clone(), faults))?;
        Ok(self.with_what_fits(text, alone))
    }

    /// Cover by cover: one that names somebody who has left must not take the others with it.
    fn with_what_fits(&self, text: &str, alone: Rota) -> Rota {
        let (mut whole, mut rota) = (text.to_owned(), alone);
        for cover in &self.covers {
            match Rota::read(&[&whole, cover.as_str()].concat()) {
                Ok(with) => {
                    whole.push_str(cover);
                    rota = with;
                }
                Err(_) => tracing::warn!("a cover does not fit the rota file any more and is left out"),
            }
        }
        rota
    }
}

/// The file's text with the agreed covers behind it, to try one more.
///
/// # Errors
/// When either cannot be read.
pub async fn whole_text(path: &Path, db: &Db) -> Result<String, StoreError> {
    let unreadable = |error| StoreError::passing("read the rota file", error);
    let text = tokio::fs::read_to_string(path).await.map_err(unreadable)?;
    Ok([text, agreed(db).await?.concat()].concat())
}

/// Covers that everybody concerned has agreed to, as entries of a rota file.
async fn agreed(db: &Db) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = on!(db.read(), pool => {
        sqlx::query_as("SELECT entry FROM rota_cover WHERE state = 'agreed' ORDER BY settled_us, cover_id")
            .fetch_all(pool).await
    })
    .attempt("read the agreed covers")?;
    Ok(rows.into_iter().map(|(entry,)| entry).collect())
}

/// A rota that is followed until the end.
#[derive(Debug)]
pub struct Followed {
    pub rota: watch::Receiver<Arc<Rota>>,
    /// What is wrong with the newest file, one line each; empty while it is the one in use.
    pub faults: watch::Receiver<Vec<String>>,
    /// Reads it again now, changed or not.
    pub reload: Arc<Notify>,
    pub worker: JoinHandle<()>,
}

impl RotaFile {
    /// Looks at it this often; `rota` is what it holds now.
    pub fn follow(self, rota: Rota, every: Duration, clock: &Clock, shutdown: &Shutdown) -> Followed {
        let (rota_in, rota) = watch::channel(Arc::new(rota));
        let (faults_in, faults) = watch::channel(Vec::new());
        let reload = Arc::new(Notify::new());
        let follow = Follow {
            file: self,
            every,
            clock: clock.clone(),
            reload: reload.clone(),
            rota: rota_in,
            faults: faults_in,
            shutdown: shutdown.clone(),
        };
        Followed { rota, faults, reload, worker: tokio::spawn(follow.run()) }
    }
}

#[derive(Debug)]
struct Follow {
    file: RotaFile,
    every: Duration,
    clock: Clock,
    reload: Arc<Notify>,
    rota: watch::Sender<Arc<Rota>>,
    faults: watch::Sender<Vec<String>>,
    shutdown: Shutdown,
}

impl Follow {
    async fn run(mut self) {
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
