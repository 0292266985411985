//! Which version the schema has, and whether this program may use it.
//!
//! A migration that only widens leaves the floor where it is; one that takes away what older programs need
//! raises it (`decisions/0014-*.md`).

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::{Connection, PgConnection, PgPool, SqlitePool};

use super::{Attempt, Db, Engine, StoreError};
use crate::on;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

const TABLE: &str = "_sqlx_migrations";
const NEWER: &str = "use the store: its schema is newer than this program; right is the program that brought it there, or a newer one";

/// The version that this program brings the schema to.
pub fn built_for() -> i64 {
    newest(&SQLITE)
}

fn newest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// What `migrate` did; the same twice where there was nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// 0 where there was no schema.
    pub from: i64,
    pub to: i64,
}

/// How the schema suits this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It lacks what this program needs.
    Older,
    Same,
    /// A newer program has widened it: whoever runs may go on.
    Wider,
    /// A newer program has taken away what this one needs.
    Outgrown,
}

impl Db {
    /// Brings the schema to the version this program was built for, one process at a time, and opens the door.
    ///
    /// # Errors
    /// When the store is away, or its schema is newer than this program.
    pub async fn migrate(&self) -> Result<Migrated, StoreError> {
        let done = match &self.engine {
            Engine::Sqlite(pools) => migrate_sqlite(&pools.write).await,
            Engine::Postgres(pool) => migrate_postgres(pool).await,
        }?;
        self.door.send_replace(true);
        Ok(done)
    }

    /// How the schema suits this program. One row is read: it also says whether the store answers.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn fit(&self) -> Result<Fit, StoreError> {
        let version = self.version().await?;
        match version.cmp(&built_for()) {
            std::cmp::Ordering::Less => Ok(Fit::Older),
            std::cmp::Ordering::Equal => Ok(Fit::Same),
            std::cmp::Ordering::Greater if self.floor().await? <= built_for() => Ok(Fit::Wider),
            std::cmp::Ordering::Greater => Ok(Fit::Outgrown),
        }
    }

    /// Opens the door when the schema tolerates this program, and brings an older one up to date if it may. A wider
    /// one is good enough: a process that dies while its fellows are replaced comes back.
    ///
    /// # Errors
    /// `passing` when the store is away or somebody else has still to bring the schema up to date.
    pub async fn enter(&self, may_migrate: bool) -> Result<(), StoreError> {
        match self.fit().await? {
            Fit::Older if may_migrate => self.migrate().await.map(drop),
            Fit::Older => Err(StoreError::passing(
                "use the store: its schema is older than this program; right is `tomoshibi migrate`",
                format!("this program needs version {}", built_for()),
            )),
            Fit::Same | Fit::Wider => {
                self.door.send_replace(true);
                Ok(())
            }
            Fit::Outgrown => Err(newer(self.version().await?)),
        }
    }

    /// 0 where nothing was ever migrated.
    async fn version(&self) -> Result<i64, StoreError> {
        let found: Result<Option<i64>, sqlx::Error> = on!(self.read(), pool =>
            sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(pool).await);
        match found {
            Err(error) if lacks_table(&error) => Ok(0),
            found => Ok(found.attempt("read the version of the schema")?.unwrap_or_default()),
        }
    }

    async fn floor(&self) -> Result<i64, StoreError> {
        on!(self.read(), pool =>
            sqlx::query_scalar("SELECT oldest FROM schema_floor").fetch_one(pool).await)
        .attempt("read which programs the schema tolerates")
    }
}

/// PostgreSQL's undefined_table; SQLite has one code for every statement that does not fit its tables.
fn lacks_table(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|fault| fault.code());
    code.is_some_and(|code| code == "42P01" || code == "1")
}

fn newer(found: i64) -> StoreError {
    StoreError::lasting(
        NEWER,
        format!("the schema is at version {found}, this program knows {}", built_for()),
    )
}

/// On a connection of its own: whatever goes wrong, the advisory lock goes with it.
async fn migrate_postgres(pool: &PgPool) -> Result<Migrated, StoreError> {
    let options = pool.connect_options();
    let connecting = PgConnection::connect_with(&options);
    let mut connection = in_time(pool.options().get_acquire_timeout(), connecting)
        .await
        .attempt("reach PostgreSQL at store.url")?;
    connection.lock().await.map_err(fault).attempt("wait for another migration")?;
    let done = bring(&mut connection, &POSTGRES).await;
    // What is migrated stays so, whether the other side heard us leave or not.
    let _ = connection.close().await;
    done
}

async fn in_time<T>(
    limit: Duration,
    connecting: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(limit, connecting).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// SQLite has no lock that outlives a transaction: a file beside it has.
async fn migrate_sqlite(pool: &SqlitePool) -> Result<Migrated, StoreError> {
    let beside = pool.connect_options().get_filename().with_extension("migrating");
    let one_at_a_time = tokio::task::spawn_blocking(move || lock(&beside));
    let locked = one_at_a_time.await.unwrap_or_else(|gone| Err(std::io::Error::other(gone)));
    let locked =
        locked.map_err(|error| StoreError::lasting("lock the file beside the SQLite file", error))?;
    let mut connection = pool
        .acquire()
        .await
        .attempt("open the SQLite file of store.url; another process may hold it locked")?;
    let done = bring(&mut *connection, &SQLITE).await;
    drop(locked);
    done
}

fn lock(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}

async fn bring<C: Migrate>(connection: &mut C, migrator: &Migrator) -> Result<Migrated, StoreError> {
    let what = "bring the schema up to date";
    connection.ensure_migrations_table(TABLE).await.map_err(fault).attempt(what)?;
    let applied = connection.list_applied_migrations(TABLE).await.map_err(fault).attempt(what)?;
    let from = applied.iter().map(|one| one.version).max().unwrap_or_default();
    let to = newest(migrator);
    if from > to {
        return Err(newer(from));
    }
    migrator.run_direct(None, connection, false).await.map_err(fault).attempt(what)?;
    Ok(Migrated { from, to })
}

fn fault(error: MigrateError) -> sqlx::Error {
    sqlx::Error::Migrate(Box::new(error))
}
