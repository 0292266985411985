//! The one store of the line: SQLite (embedded) or PostgreSQL.
//!
//! One SQL text with `$n` runs on both through `on!`; time is always bound,
//! never asked of the engine. Reads go to `read()`, single writes to `write()`,
//! writes that belong together to `begin()`. On SQLite there is one writing
//! connection, so writers queue here instead of meeting in the file.

mod error;
mod open;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub use error::{Attempt, StoreError};
pub use open::StoreSettings;

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

/// Cheap to clone; all clones share the connections.
#[derive(Clone, Debug)]
pub struct Db(Engine<SqlitePools, PgPool>);

#[derive(Clone, Debug)]
struct SqlitePools {
    read: SqlitePool,
    /// One connection: SQLite has one writer, and a queue is kinder than a busy loop.
    write: SqlitePool,
}

impl Db {
    pub fn read(&self) -> Engine<&SqlitePool, &PgPool> {
        match &self.0 {
            Engine::Sqlite(pools) => Engine::Sqlite(&pools.read),
            Engine::Postgres(pool) => Engine::Postgres(pool),
        }
    }

    /// For one statement that writes; `begin` for several.
    pub fn write(&self) -> Engine<&SqlitePool, &PgPool> {
        match &self.0 {
            Engine::Sqlite(pools) => Engine::Sqlite(&pools.write),
            Engine::Postgres(pool) => Engine::Postgres(pool),
        }
    }

    /// Begins a transaction that writes (`BEGIN IMMEDIATE` on SQLite, so that it
    /// cannot fail for a lock half way through).
    ///
    /// # Errors
    /// When no connection is to be had within the acquire limit, or the file is locked.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        match &self.0 {
            Engine::Sqlite(pools) => pools.write.begin_with("BEGIN IMMEDIATE").await.map(Engine::Sqlite),
            Engine::Postgres(pool) => pool.begin().await.map(Engine::Postgres),
        }
        .attempt("begin a transaction")
    }

    /// Brings the schema to the version this binary was built for.
    ///
    /// # Errors
    /// When the store is away, or was written by a newer release.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.0 {
            Engine::Sqlite(pools) => sqlx::migrate!("migrations/sqlite").run(&pools.write).await,
            Engine::Postgres(pool) => sqlx::migrate!("migrations/postgres").run(pool).await,
        }
        .map_err(|error| sqlx::Error::Migrate(Box::new(error)))
        .attempt("bring the schema up to date")
    }

    /// Waits until every connection is closed.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    /// `sqlite` or `postgres`, for the start page and metrics.
    pub fn engine(&self) -> &'static str {
        match &self.0 {
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
