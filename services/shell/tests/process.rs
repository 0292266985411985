//! Who lives, as the store tells it.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

use std::time::Duration;

use domain::time::Instant;
use shell::clock::Clock;
use shell::on;
use shell::process::{LEASE, Process, ProcessId, RENEW};
use shell::shutdown::Shutdown;
use shell::store::Db;
use shell::testkit::both_stores;
use uuid::Uuid;

const START: Instant = Instant::from_micros(1_800_000_000_000_000);

fn process(node: &str, id: u128) -> Process {
    Process { id: ProcessId(Uuid::from_u128(id)), node: node.to_owned() }
}

async fn lease(db: &Db, process: &Process) -> Instant {
    let until: i64 = on!(db.write(), pool =>
        sqlx::query_scalar("SELECT lease_until_us FROM process WHERE process_id = $1")
            .bind(process.id.to_string()).fetch_one(pool).await)
    .unwrap();
    Instant::from_micros(until)
}

#[tokio::test]
async fn a_predecessor_on_the_same_node_is_dead_at_once_and_others_live() {
    both_stores(async |db| {
        let (first, other, second) = (process("a", 1), process("b", 2), process("a", 3));
        first.arrive(&db, START).await.unwrap();
        other.arrive(&db, START).await.unwrap();

        let later = START + Duration::from_millis(10);
        second.arrive(&db, later).await.unwrap();

        assert_eq!(lease(&db, &first).await, later);
        assert_eq!(lease(&db, &other).await, START + LEASE);
        assert_eq!(lease(&db, &second).await, later + LEASE);
    })
    .await;
}

#[tokio::test]
async fn a_process_renews_its_lease_until_it_leaves() {
    both_stores(async |db| {
        let (clock, shutdown, process) = (Clock::by_hand(START), Shutdown::new(), process("a", 1));
        process.arrive(&db, START).await.unwrap();
        let staying = tokio::spawn({
            let (db, clock, shutdown, process) =
                (db.clone(), clock.clone(), shutdown.clone(), process.clone());
            async move { process.stay(&db, &clock, &shutdown).await }
        });
        tokio::task::yield_now().await;

        clock.advance(RENEW);
        let renewed = async {
            while lease(&db, &process).await != START + RENEW + LEASE {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), renewed).await.unwrap();

        shutdown.drain(Duration::ZERO).await;
        staying.await.unwrap();
        process.leave(&db, clock.now()).await.unwrap();
        assert_eq!(lease(&db, &process).await, START + RENEW);
    })
    .await;
}
