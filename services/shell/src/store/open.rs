//! Opening the store by its URL.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::sync::watch;
use tokio::time::timeout;

use super::{Attempt, Db, Engine, SqlitePools, StoreError};

/// A connection to PostgreSQL that lay idle for so long is asked whether it is still there.
const ASKED_AGAIN: Duration = Duration::from_secs(1);

/// Where the store is and how long to wait for it.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub url: String,
    /// Connections to PostgreSQL, or reading ones to SQLite; 1 to 1000.
    pub connections: u32,
    /// The longest wait for a free connection.
    pub acquire: Duration,
    /// SQLite: the longest wait for a lock that another process holds.
    pub busy: Duration,
}

impl StoreSettings {
    /// The embedded store with limits that suit one process.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 8,
            acquire: Duration::from_secs(2),
            busy: Duration::from_millis(100),
        }
    }

    /// Where the embedded store's file lies; none for PostgreSQL.
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        let path = self.url.strip_prefix("sqlite:")?;
        Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
    }
}

impl Db {
    /// Connects and, for SQLite, creates the file and its folder (0700) when missing.
    ///
    /// # Errors
    /// When the URL is neither kind, the folder cannot be made or the engine cannot be reached.
    /// The attempt names what was wrong; the source has the engine's own words.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let db = Self::behind_a_door(settings)?;
        db.reach().await?;
        db.door.send_replace(true);
        Ok(db)
    }

    /// Connects when it is first used, and lets nothing begin before `enter` has found the schema to fit. Within a tokio runtime.
    ///
    /// # Errors
    /// When the URL is neither kind or the folder cannot be made.
    pub fn behind_a_door(settings: &StoreSettings) -> Result<Self, StoreError> {
        let engine = match settings.sqlite_path() {
            Some(path) => Engine::Sqlite(sqlite(&path, settings)?),
            None => Engine::Postgres(postgres(settings)?),
        };
        Ok(Self { engine, door: Arc::new(watch::Sender::new(false)) })
    }

    async fn reach(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(pools) => {
                let what = "open the SQLite file of store.url; another process may hold it locked";
                drop(pools.write.acquire().await.attempt(what)?);
                pools.read.acquire().await.map(drop).attempt(what)
            }
            Engine::Postgres(pool) => pool.acquire().await.map(drop).attempt("reach PostgreSQL at store.url"),
        }
    }
}

fn sqlite(path: &Path, settings: &StoreSettings) -> Result<SqlitePools, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        crate::folder::private(folder).map_err(|error| {
            StoreError::lasting("make the data folder of store.url; its parent must be writable", error)
        })?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(settings.busy);
    // A file does not go away between two uses, and each question costs two changes of thread.
    let pool = |most| {
        let options = SqlitePoolOptions::new().max_connections(most).acquire_timeout(settings.acquire);
        options.test_before_acquire(false)
    };
    // Lives as long as the process: a connection that is let go would only be opened again.
    let write = pool(1).idle_timeout(None).max_lifetime(None);
    let write = write.after_release(|connection, _| Box::pin(has_ended_its_transaction(connection)));
    let write = write.connect_lazy_with(options.clone());
    let read = pool(settings.connections.max(1)).connect_lazy_with(options);
    Ok(SqlitePools { read, write })
}

/// A full disk ends a transaction behind sqlx's back, which then believes in it for ever: such a connection goes.
async fn has_ended_its_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // Dropped a moment ago, it is being rolled back: the answer comes after that.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

fn postgres(settings: &StoreSettings) -> Result<PgPool, StoreError> {
    if !settings.url.starts_with("postgres://") && !settings.url.starts_with("postgresql://") {
        return Err(StoreError::lasting(
            "open: store.url must be sqlite:PATH or postgres://USER@HOST/DATABASE",
            "unknown kind of store",
        ));
    }
    let options = PgConnectOptions::from_str(&settings.url)
        .attempt("read store.url; right is postgres://USER:PASSWORD@HOST:5432/DATABASE")?
        .application_name("tomoshibi");
    let limit = settings.acquire;
    let pool = PgPoolOptions::new()
        .max_connections(settings.connections.max(1))
        .acquire_timeout(settings.acquire)
        .test_before_acquire(false)
        .before_acquire(|connection, since| Box::pin(is_fit(connection, since.idle_for)))
        .after_release(move |connection, _| Box::pin(still_answers(connection, limit)));
    Ok(pool.connect_lazy_with(options))
}

/// Every connection is asked when it is let go. One that lay idle for a while is asked again: its server may have gone
/// since. Whoever meets a server that went in between gets a fault that passes, as in the middle of a statement.
async fn is_fit(connection: &mut PgConnection, idle: Duration) -> Result<bool, sqlx::Error> {
    if idle >= ASKED_AGAIN {
        connection.ping().await?;
    }
    Ok(true)
}

/// A connection that was given up in the middle of a statement, because its server had vanished without a word, would
/// otherwise keep its place in the pool until TCP gives up, a quarter of an hour later.
async fn still_answers(connection: &mut PgConnection, limit: Duration) -> Result<bool, sqlx::Error> {
    let answered = timeout(limit, connection.ping()).await;
    answered.unwrap_or_else(|late| Err(sqlx::Error::Io(late.into()))).map(|()| true)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn the_data_folder_is_made_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/line.db");

        let db = Db::open(&StoreSettings::at(format!("sqlite:{}", path.display()))).await.unwrap();
        db.migrate().await.unwrap();

        let mode = std::fs::metadata(folder.path().join("data")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(path.exists());
    }

    #[tokio::test]
    async fn an_unknown_kind_of_store_is_told_what_would_be_right() {
        let error = Db::open(&StoreSettings::at("mysql://root:secret@db/line")).await.unwrap_err();

        let said = error.to_string();
        assert!(said.contains("sqlite:PATH") && !said.contains("secret"), "{said}");
    }
}
