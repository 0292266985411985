//! Which program may use which schema.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

use std::time::Duration;

use shell::on;
use shell::store::{Db, Fit, Migrated, StoreSettings, built_for};
use shell::testkit::{Postgres, both_stores};

/// As a newer program leaves it: one more migration, and the oldest program that it tolerates.
async fn upgraded(db: &Db, floor: i64) {
    on!(db.write(), pool => {
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT version + 1, 'later', success, checksum, execution_time FROM _sqlx_migrations
             WHERE version = (SELECT max(version) FROM _sqlx_migrations)",
        ).execute(pool).await.map(drop)
    })
    .unwrap();
    on!(db.write(), pool =>
        sqlx::query("UPDATE schema_floor SET oldest = $1").bind(floor).execute(pool).await.map(drop))
    .unwrap();
}

#[tokio::test]
async fn a_schema_that_was_only_widened_is_used_and_one_that_was_narrowed_is_not() {
    both_stores(|db| async move {
        assert_eq!(db.fit().await.unwrap(), Fit::Same);

        upgraded(&db, built_for()).await;
        assert_eq!(db.fit().await.unwrap(), Fit::Wider);
        db.enter(true).await.unwrap();

        upgraded(&db, built_for() + 1).await;
        assert_eq!(db.fit().await.unwrap(), Fit::Outgrown);
        assert!(!db.enter(true).await.unwrap_err().passing);
    })
    .await;
}

#[tokio::test]
async fn a_newer_schema_is_never_migrated_and_told_with_both_versions() {
    both_stores(|db| async move {
        upgraded(&db, built_for()).await;

        let error = db.migrate().await.unwrap_err();

        assert!(!error.passing && error.to_string().contains("newer than this program"), "{error}");
        let why = std::error::Error::source(&error).unwrap().to_string();
        assert!(why.contains(&built_for().to_string()), "{why}");
        assert!(why.contains(&(built_for() + 1).to_string()), "{why}");
    })
    .await;
}

#[tokio::test]
async fn of_programs_that_migrate_at_once_one_does_it_and_the_others_find_it_done() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::shared());
    let database = server.create_database().await;
    for url in [format!("sqlite:{}", folder.path().join("line.db").display()), server.url(&database)] {
        let open = || async { Db::open(&StoreSettings::at(url.clone())).await.unwrap().migrate().await };

        let done = futures::future::join_all((0..8).map(|_| open())).await;

        let done: Vec<Migrated> = done.into_iter().map(Result::unwrap).collect();
        let all = Migrated { from: 0, to: built_for() };
        assert_eq!(done.iter().filter(|one| **one == all).count(), 1, "{done:?}");
        assert_eq!(done.iter().filter(|one| one.from == built_for()).count(), 7, "{done:?}");
    }
}

#[tokio::test]
async fn nothing_begins_behind_the_door_until_the_schema_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("line.db").display());
    let db = Db::behind_a_door(&StoreSettings::at(url)).unwrap();

    assert!(db.begin().await.is_err_and(|error| error.passing));
    let error = db.enter(false).await.unwrap_err();
    assert!(error.passing && error.to_string().contains("tomoshibi migrate"), "{error}");
    let waits = tokio::time::timeout(Duration::from_millis(1), db.is_there()).await;
    assert!(waits.is_err(), "nobody has looked at the schema yet");

    db.enter(true).await.unwrap();

    db.is_there().await;
    db.begin().await.unwrap().commit().await.unwrap();
    db.shut();
    assert!(db.begin().await.is_err());
}
