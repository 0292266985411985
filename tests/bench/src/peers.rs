//! The servers of a run: a PostgreSQL and a Redis of its own, which flush as they do in production. What
//! they say of their settings is read back, and a run on a store that forgets is refused.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use shell::store::{Db, Engine, StoreSettings};
use shell::testkit;
use tempfile::TempDir;

use crate::options;

/// Connections of the bench itself.
const CONNECTIONS: u32 = 40;

pub(crate) struct Peers {
    postgres: testkit::Postgres,
    redis: testkit::Redis,
    pub(crate) engine: options::Engine,
    /// What the servers said.
    pub(crate) settings: Vec<String>,
}

/// A fresh, migrated store with the folder of whoever uses it.
pub(crate) struct Store {
    pub(crate) url: String,
    pub(crate) db: Db,
    /// Where the bench and a service both find token and keys.
    folder: TempDir,
}

impl Peers {
    pub(crate) async fn start(engine: options::Engine) -> anyhow::Result<Self> {
        let (postgres, redis) = (testkit::Postgres::own(), testkit::Redis::own());
        keeps(&redis.url()).await?;
        let mut peers = Self { postgres, redis, engine, settings: Vec::new() };
        peers.settings = vec![said_by_redis(&peers.redis_url()).await?];
        for engine in [options::Engine::Postgres, options::Engine::Sqlite] {
            let store = peers.store_on(engine).await?;
            peers.settings.push(said_by_store(&store.db).await?);
            store.db.close().await;
        }
        Ok(peers)
    }

    pub(crate) fn redis_url(&self) -> String {
        self.redis.url()
    }

    /// Of the engine that the command line names.
    pub(crate) async fn store(&self) -> anyhow::Result<Store> {
        self.store_on(self.engine).await
    }

    pub(crate) async fn store_on(&self, engine: options::Engine) -> anyhow::Result<Store> {
        let folder = tempfile::tempdir()?;
        let url = match engine {
            options::Engine::Postgres => self.postgres.url(&self.postgres.create_database().await),
            options::Engine::Sqlite => format!("sqlite:{}", folder.path().join("line.db").display()),
        };
        let db = Db::open(&StoreSettings { connections: CONNECTIONS, ..StoreSettings::at(&url) }).await?;
        db.migrate().await?;
        Ok(Store { url, db, folder })
    }
}

impl Store {
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

async fn keeps(url: &str) -> anyhow::Result<()> {
    let mut redis = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
    for (key, value) in [("appendonly", "yes"), ("appendfsync", "everysec")] {
        redis::cmd("CONFIG").arg("SET").arg(key).arg(value).exec_async(&mut redis).await?;
    }
    Ok(())
}

async fn said_by_redis(url: &str) -> anyhow::Result<String> {
    let mut redis = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
    for (key, right) in [("appendonly", "yes"), ("appendfsync", "everysec")] {
        let (_, said): (String, String) =
            redis::cmd("CONFIG").arg("GET").arg(key).query_async(&mut redis).await?;
        ensure!(said == right, "Redis has {key} {said}: right is {right}, so nothing is measured");
    }
    Ok("Redis: appendonly yes, appendfsync everysec".into())
}

async fn said_by_store(db: &Db) -> anyhow::Result<String> {
    match db.write() {
        Engine::Postgres(pool) => {
            for setting in ["synchronous_commit", "fsync", "full_page_writes"] {
                let asked = sqlx::query_scalar("SELECT current_setting($1)").bind(setting);
                let said: String =
                    asked.fetch_one(pool).await.context("PostgreSQL does not tell its settings")?;
                ensure!(said == "on", "PostgreSQL has {setting} {said}: right is on, so nothing is measured");
            }
            let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(pool).await?;
            Ok(format!("PostgreSQL {version}: synchronous_commit, fsync, full_page_writes on"))
        }
        Engine::Sqlite(pool) => {
            let level: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(pool).await?;
            let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(pool).await?;
            ensure!(level == 2, "SQLite has synchronous {level}: right is 2 (FULL), so nothing is measured");
            ensure!(
                journal == "wal",
                "SQLite has journal_mode {journal}: right is wal, so nothing is measured"
            );
            Ok("SQLite: synchronous FULL, journal_mode wal".into())
        }
    }
}
