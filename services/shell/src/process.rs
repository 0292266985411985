//! Which process we are, and which others live.
//!
//! A process renews its row every second. Whoever does not is dead when its
//! lease runs out; a predecessor on the same node is dead at once, because the
//! node's name belongs to one process at a time.

use std::time::Duration;

use domain::time::Instant;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use uuid::Uuid;

use crate::clock::Clock;
use crate::on;
use crate::shutdown::Shutdown;
use crate::store::{Attempt, Db, StoreError};

/// Renewed this often.
pub const RENEW: Duration = Duration::from_secs(1);
/// A process that has not renewed for so long is dead. Longer than the store may be slow.
pub const LEASE: Duration = Duration::from_secs(10);

/// One run of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProcessId(pub Uuid);

impl std::fmt::Display for ProcessId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// This process, as the others see it.
#[derive(Clone, Debug)]
pub struct Process {
    pub id: ProcessId,
    /// The name of the place it runs at: a host, a pod of a stateful set.
    pub node: String,
}

impl Process {
    /// Makes itself known and declares its predecessors on the same node dead.
    ///
    /// # Errors
    /// The store's.
    pub async fn arrive(&self, db: &Db, now: Instant) -> Result<(), StoreError> {
        let mut tx = db.begin().await?;
        on!(&mut tx, t => {
            sqlx::query("UPDATE process SET lease_until_us = $1 WHERE node = $2 AND process_id <> $3 AND lease_until_us > $1")
                .bind(now.micros()).bind(&self.node).bind(self.id.to_string())
                .execute(&mut **t).await.map(drop)
        })
        .attempt("declare predecessors dead")?;
        on!(&mut tx, t => {
            sqlx::query("INSERT INTO process (process_id, node, started_us, lease_until_us) VALUES ($1, $2, $3, $4)
                ON CONFLICT (process_id) DO UPDATE SET lease_until_us = excluded.lease_until_us")
                .bind(self.id.to_string()).bind(&self.node).bind(now.micros()).bind((now + LEASE).micros())
                .execute(&mut **t).await.map(drop)
        })
        .attempt("make the process known")?;
        tx.commit().await
    }

    /// Renews the lease until the drain begins to end; a store that is away is asked again at the next turn.
    pub async fn stay(&self, db: &Db, clock: &Clock, shutdown: &Shutdown) {
        let mut next = clock.now() + RENEW;
        loop {
            tokio::select! {
                () = clock.sleep_until(next) => {}
                () = shutdown.ended() => return,
            }
            // A store that vanished without a word must not cost the lease once it is there again.
            match timeout(LEASE / 2, self.renew(db, clock.now())).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the process could not renew its lease"),
                Err(_) => tracing::warn!("the store did not answer when the process renewed its lease"),
            }
            next = clock.now() + RENEW;
        }
    }

    async fn renew(&self, db: &Db, now: Instant) -> Result<(), StoreError> {
        on!(db.write(), pool => {
            sqlx::query("UPDATE process SET lease_until_us = $1 WHERE process_id = $2")
                .bind((now + LEASE).micros()).bind(self.id.to_string())
                .execute(pool).await.map(drop)
        })
        .attempt("renew the lease of the process")
    }

    /// Leaves in order: its lease ends now.
    ///
    /// # Errors
    /// The store's.
    pub async fn leave(&self, db: &Db, now: Instant) -> Result<(), StoreError> {
        on!(db.write(), pool => {
            sqlx::query("UPDATE process SET lease_until_us = $1 WHERE process_id = $2")
                .bind(now.micros()).bind(self.id.to_string())
                .execute(pool).await.map(drop)
        })
        .attempt("end the lease of the process")
    }
}
