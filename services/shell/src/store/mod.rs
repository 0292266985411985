//! The one store of the line: SQLite (embedded) or PostgreSQL.
//!
//! One SQL text with `$n` runs on both through `on!`; time is always bound,
//! never asked of the engine. Reads go to `read()`, single writes to `write()`,
//! writes that belong together to `begin()`. On SQLite there is one writing
//! connection, so writers queue here instead of meeting in the file.
//!
//! A process that starts while the store is away has it behind a door, which opens when the schema has been
//! found to fit: until then nothing begins, and workers wait for `is_there`.

mod batch;
mod error;
mod open;
mod schema;

use std::sync::Arc;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use tokio::sync::watch;

pub use batch::{Batch, Value};
pub use error::{Attempt, StoreError};
pub use open::StoreSettings;
pub use schema::{Fit, Migrated, built_for};

/// The same thing for each engine. `on!` runs one body for both.
#[derive(Clone, Debug)]
pub enum Engine<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Expands one body for both engines: `on!(db.read(), pool => sqlx::query("…").fetch_all(pool).await)`
/// and, within a transaction, `on!(&mut tx, t => sqlx::query("…").execute(&mut **t).await)`.
#[macro_export]
macro_rules! on {
    ($engine:expr, $name:ident => $body:expr) => {
        match $engine {
            $crate::store::Engine::Sqlite($name) => $body,
            $crate::store::Engine::Postgres($name) => $body,
        }
    };
}

pub use crate::on;

/// A transaction: what is done in it happens together, or not at all when it is dropped.
pub type Tx = Engine<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>;

/// Cheap to clone; all clones share the connections and the door.
#[derive(Clone, Debug)]
pub struct Db {
    engine: Engine<SqlitePools, PgPool>,
    /// Open once the schema has been found to fit.
    door: Arc<watch::Sender<bool>>,
}

#[derive(Clone, Debug)]
struct SqlitePools {
    read: SqlitePool,
    /// One connection: SQLite has one writer, and a queue is kinder than a busy loop.
    write: SqlitePool,
}

impl Db {
    pub fn read(&self) -> Engine<&SqlitePool, &PgPool> {
        match &self.engine {
            Engine::Sqlite(pools) => Engine::Sqlite(&pools.read),
            Engine::Postgres(pool) => Engine::Postgres(pool),
        }
    }

    /// For one statement that writes; `begin` for several.
    pub fn write(&self) -> Engine<&SqlitePool, &PgPool> {
        match &self.engine {
            Engine::Sqlite(pools) => Engine::Sqlite(&pools.write),
            Engine::Postgres(pool) => Engine::Postgres(pool),
        }
    }

    /// Begins a transaction that writes (`BEGIN IMMEDIATE` on SQLite, so that it
    /// cannot fail for a lock half way through).
    ///
    /// # Errors
    /// When the door is not open, no connection is to be had within the acquire limit, or the file is locked.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.must_be_open()?;
        match &self.engine {
            Engine::Sqlite(pools) => pools.write.begin_with("BEGIN IMMEDIATE").await.map(Engine::Sqlite),
            Engine::Postgres(pool) => pool.begin().await.map(Engine::Postgres),
        }
        .attempt("begin a transaction")
    }

    /// Of `begin`, for a statement that is a transaction by itself.
    ///
    /// # Errors
    /// When the door is not open.
    pub fn must_be_open(&self) -> Result<(), StoreError> {
        let closed = || StoreError::passing("begin a transaction", "the schema is not known to fit");
        self.is_open().then_some(()).ok_or_else(closed)
    }

    /// Returns when the schema has been found to fit; at once from then on.
    pub async fn is_there(&self) {
        // The sender lives as long as we do.
        let _ = self.door.subscribe().wait_for(|open| *open).await;
    }

    pub fn is_open(&self) -> bool {
        *self.door.borrow()
    }

    /// From now on nothing begins here: another schema than ours is behind the door.
    pub fn shut(&self) {
        self.door.send_replace(false);
    }

    /// Waits until every connection is closed.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    /// `sqlite` or `postgres`, for the start page and metrics.
    pub fn engine(&self) -> &'static str {
        match &self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }
}

impl Tx {
    /// # Errors
    /// When the store is away. The change may then have happened or not: ask by its key.
    pub async fn commit(self) -> Result<(), StoreError> {
        on!(self, tx => tx.commit().await).attempt("commit")
    }
}
