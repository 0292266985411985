//! What both engines promise.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

use shell::on;
use shell::store::{Attempt, Db, StoreError};
use shell::testkit::{Postgres, both_stores};

async fn add(db: &Db, call: &str, seq: i64) -> Result<(), StoreError> {
    on!(db.write(), pool => sqlx::query(
        "INSERT INTO call_event (operator_id, call_id, seq, at_us, kind, body) VALUES ($1, $2, $3, $4, 'begun', '{}')",
    )
    .bind("example").bind(call).bind(seq).bind(7_i64).execute(pool).await.map(drop))
    .attempt("add an event")
}

async fn count(db: &Db) -> i64 {
    on!(db.read(), pool => sqlx::query_scalar("SELECT count(*) FROM call_event").fetch_one(pool).await)
        .unwrap()
}

#[tokio::test]
async fn the_ledger_can_be_added_to_and_never_changed() {
    both_stores(|db| async move {
        add(&db, "c1", 0).await.unwrap();

        let refused = [
            on!(db.write(), pool => sqlx::query("UPDATE call_event SET body = 'x'").execute(pool).await.is_err()),
            on!(db.write(), pool => sqlx::query("DELETE FROM call_event").execute(pool).await.is_err()),
        ];

        assert_eq!((refused, count(&db).await), ([true, true], 1));
    })
    .await;
}

#[tokio::test]
async fn the_same_key_twice_is_told_as_taken_and_will_not_pass() {
    both_stores(|db| async move {
        add(&db, "c1", 0).await.unwrap();

        let error = add(&db, "c1", 0).await.unwrap_err();

        assert!(error.is_taken() && !error.passing);
        assert_eq!(error.to_string(), "store failed to add an event");
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    both_stores(|db| async move {
        let mut tx = db.begin().await.unwrap();
        on!(&mut tx, t => sqlx::query(
            "INSERT INTO process (process_id, node, started_us, lease_until_us) VALUES ('p', 'n', 1, 2)",
        ).execute(&mut **t).await.map(drop))
        .unwrap();
        drop(tx);

        let left: i64 = on!(db.write(), pool =>
            sqlx::query_scalar("SELECT count(*) FROM process").fetch_one(pool).await)
        .unwrap();

        assert_eq!(left, 0);
    })
    .await;
}

#[tokio::test]
async fn migrations_run_again_change_nothing() {
    both_stores(|db| async move {
        let again = db.migrate().await.unwrap();

        assert_eq!(again.from, again.to);
    })
    .await;
}

#[tokio::test]
async fn one_call_sits_at_one_desk() {
    both_stores(|db| async move {
        let sit = async |desk: &str| {
            on!(db.write(), pool => sqlx::query(
                "INSERT INTO desk (operator_id, desk_id, presence, since_us, idle_since_us, call_id)
                 VALUES ('example', $1, 'in_call', 1, 1, 'c1')",
            ).bind(desk).execute(pool).await.map(drop))
            .attempt("sit")
        };
        sit("a").await.unwrap();

        assert!(sit("b").await.unwrap_err().is_taken());
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_stopped_is_told_as_passing() {
    let server = Postgres::own();
    let db = shell::testkit::open(&shell::store::StoreSettings::at(server.url("postgres"))).await;
    server.stop();

    let error = add(&db, "c1", 0).await.unwrap_err();

    assert!(error.passing);
    server.start_again();
    add(&db, "c1", 0).await.unwrap();
}
