//! Real stores for tests: PostgreSQL and Redis from Debian's packages, started
//! privately, and SQLite in a folder that goes away.
//!
//! A missing program fails the test and names the package: nothing is skipped.
//! No server outlives its users: each holds a lock that the system releases
//! with the process, and a watchdog ends the server when the lock is free.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot have its store must fail loudly")]

mod authority;
mod postgres;
mod redis;
mod server;

use std::future::Future;

use domain::ids::OperatorId;

use crate::seal::{KeyRing, Sealer};
use crate::store::{Db, StoreSettings};

pub use authority::{Authority, Signed, TlsFolder};
pub use postgres::Postgres;
pub use redis::Redis;

/// Runs one suite on SQLite and on PostgreSQL, each freshly migrated.
pub async fn both_stores<F, Fut>(suite: F)
where
    F: Fn(Db) -> Fut,
    Fut: Future<Output = ()>,
{
    let (_folder, lite) = sqlite().await;
    suite(lite.clone()).await;
    lite.close().await;

    let server = Postgres::shared();
    let name = server.create_database().await;
    let db = open(&StoreSettings::at(server.url(&name))).await;
    suite(db.clone()).await;
    db.close().await;
    server.drop_database(&name).await;
}

/// A migrated SQLite store; it goes with the folder.
pub async fn sqlite() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = StoreSettings::at(format!("sqlite:{}", folder.path().join("line.db").display()));
    let db = open(&settings).await;
    (folder, db)
}

/// A migrated store at these settings.
pub async fn open(settings: &StoreSettings) -> Db {
    let db = Db::open(settings).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
    db.migrate().await.unwrap_or_else(|error| panic!("{}", chain(&error)));
    db
}

pub fn sealer() -> Sealer {
    Sealer::new(KeyRing::generate())
}

pub fn operator() -> OperatorId {
    "example".parse().expect("a short word")
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    said
}
