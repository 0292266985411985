//! A key for each operator and year, on both stores.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

use std::path::Path;
use std::time::Duration;

use domain::ids::OperatorId;
use domain::private::Private;
use domain::time::Instant;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::on;
use shell::seal::data_keys::{DataKeyFault, DataKeys};
use shell::seal::{KeyRing, Place, SealFault, Sealer};
use shell::store::Db;
use shell::testkit::both_stores;

const HERE: Place<'static> = Place { table: "record", row: "r1", column: "note" };

fn ken() -> OperatorId {
    "ken".parse().unwrap()
}

fn note() -> Private<String> {
    Private::new("said that nobody is home".to_owned())
}

/// One process of the line with its own memory of keys.
fn process(db: &Db, clock: &Clock, ring: &Path) -> DataKeys {
    let sealer = Sealer::at(ring, true).unwrap();
    DataKeys::new(db.clone(), clock.clone(), Ids::new(clock.clone()), sealer)
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    on!(db.read(), pool => sqlx::query_scalar(sql).fetch_one(pool).await).unwrap()
}

#[tokio::test]
async fn a_note_opens_in_its_place_for_every_process_and_nowhere_else() {
    both_stores(|db| async move {
        let folder = tempfile::tempdir().unwrap();
        let (clock, ring) = (Clock::by_hand(Instant::EPOCH), folder.path().join("keys.toml"));
        let (here, there) = (process(&db, &clock, &ring), process(&db, &clock, &ring));
        let sealed = here.seal(&ken(), 2026, HERE, &note()).await.unwrap();

        assert_eq!(there.open(HERE, &sealed).await.unwrap(), note());

        let elsewhere = Place { row: "r2", ..HERE };
        let refused = there.open(elsewhere, &sealed).await.unwrap_err();
        assert!(matches!(refused, DataKeyFault::Seal(SealFault::Forged)), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn many_who_need_the_first_key_at_once_get_the_same() {
    both_stores(|db| async move {
        let folder = tempfile::tempdir().unwrap();
        let (clock, ring) = (Clock::by_hand(Instant::EPOCH), folder.path().join("keys.toml"));
        let processes: Vec<DataKeys> = (0..6).map(|_| process(&db, &clock, &ring)).collect();
        let (ken, note) = (ken(), note());

        let sealing = processes.iter().map(|keys| keys.seal(&ken, 2026, HERE, &note));
        let sealed = futures::future::join_all(sealing).await;

        for sealed in sealed {
            assert_eq!(processes[0].open(HERE, &sealed.unwrap()).await.unwrap(), note);
        }
        assert_eq!(count(&db, "SELECT count(*) FROM data_key").await, 1);
        processes[0].seal(&ken, 2027, HERE, &note).await.unwrap();
        processes[0].seal(&"shi".parse().unwrap(), 2026, HERE, &note).await.unwrap();
        assert_eq!(count(&db, "SELECT count(*) FROM data_key").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_destroyed_years_notes_are_gone_for_all_and_other_years_stay() {
    both_stores(|db| async move {
        let folder = tempfile::tempdir().unwrap();
        let (clock, ring) = (Clock::by_hand(Instant::EPOCH), folder.path().join("keys.toml"));
        let (here, there) = (process(&db, &clock, &ring), process(&db, &clock, &ring));
        let old = here.seal(&ken(), 2021, HERE, &note()).await.unwrap();
        let new = here.seal(&ken(), 2026, HERE, &note()).await.unwrap();
        there.open(HERE, &old).await.unwrap();

        assert!(here.destroy(&ken(), 2021).await.unwrap());
        clock.advance(Duration::from_secs(60));

        for keys in [&here, &there] {
            assert!(matches!(keys.open(HERE, &old).await, Err(DataKeyFault::Destroyed)));
            assert!(matches!(keys.seal(&ken(), 2021, HERE, &note()).await, Err(DataKeyFault::Destroyed)));
            assert_eq!(keys.open(HERE, &new).await.unwrap(), note());
        }
        assert!(!here.destroy(&ken(), 2021).await.unwrap());
        let left = "SELECT count(*) FROM data_key WHERE year = 2021 AND length(wrapped) > 0";
        assert_eq!(count(&db, left).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_rotated_ring_wraps_every_key_anew_while_another_process_works_on() {
    both_stores(|db| async move {
        let folder = tempfile::tempdir().unwrap();
        let (clock, ring) = (Clock::by_hand(Instant::EPOCH), folder.path().join("keys.toml"));
        let running = process(&db, &clock, &ring);
        let old = running.seal(&ken(), 2025, HERE, &note()).await.unwrap();
        let new = running.seal(&ken(), 2026, HERE, &note()).await.unwrap();

        KeyRing::rotate_file(&ring).unwrap();
        let rotating = process(&db, &clock, &ring);
        assert_eq!(rotating.rewrap_all().await.unwrap(), 2);
        assert_eq!(rotating.rewrap_all().await.unwrap(), 0);

        assert_eq!(count(&db, "SELECT count(*) FROM data_key WHERE kek_id = 2").await, 2);
        clock.advance(Duration::from_secs(60));
        for sealed in [&old, &new] {
            assert_eq!(running.open(HERE, sealed).await.unwrap(), note());
        }
    })
    .await;
}

#[tokio::test]
async fn without_the_ring_the_store_alone_opens_nothing() {
    both_stores(|db| async move {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::by_hand(Instant::EPOCH);
        let sealed = process(&db, &clock, &folder.path().join("keys.toml"))
            .seal(&ken(), 2026, HERE, &note())
            .await
            .unwrap();

        let thief = process(&db, &clock, &folder.path().join("other.toml"));

        assert!(matches!(thief.open(HERE, &sealed).await, Err(DataKeyFault::Seal(SealFault::Forged))));
    })
    .await;
}
