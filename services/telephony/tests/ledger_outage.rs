//! The store goes away in the middle of calls, and comes back.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

mod ledger_kit;

use std::time::{Duration, Instant};

use domain::ids::CallId;
use domain::ledger::{EndReason, Entry, Step};
use ledger_kit::{Line, NOW, batch, begun, ended, entry, process};
use shell::alarms::{Alarm, Alarms};
use shell::clock::Clock;
use shell::ids::Ids;
use shell::store::{Db, StoreSettings};
use shell::testkit::{self, Postgres};
use telephony::ledger::{Durable, Flow, Ledger, LedgerSettings, SpoolFault};
use uuid::Uuid;

/// Many times the budget of 150 ms: the machine may be busy, but nobody waits for the store.
const GENEROUS: Duration = Duration::from_secs(2);

fn call(n: u128) -> CallId {
    CallId(Uuid::from_u128(n))
}

fn sought(call: CallId, seq: u32) -> Entry {
    entry(call, seq, NOW + Duration::from_secs(seq.into()), Step::Sought { circle: seq })
}

/// Three calls step by step; every step must be safe in time, wherever it is kept.
async fn calls_go_on(line: &Line, from: u32, to: u32) -> Vec<Durable> {
    let mut kept = Vec::new();
    for seq in from..to {
        for n in 1..=3 {
            let begun_at = Instant::now();
            kept.push(line.ledger.append(&batch(vec![sought(call(n), seq)])).await.unwrap());
            assert!(begun_at.elapsed() < GENEROUS, "a call waited for the store");
        }
    }
    kept
}

async fn open_calls(line: &Line) {
    for n in 1..=3 {
        assert_eq!(line.ledger.append(&batch(vec![begun(call(n), 0, NOW)])).await.unwrap(), Durable::Stored);
    }
}

async fn is_complete_and_in_order(line: &Line, steps: u32) {
    tokio::time::timeout(Duration::from_secs(60), line.drained()).await.unwrap();
    for n in 1..=3 {
        let seqs: Vec<u32> =
            line.calls().entries(call(n)).await.unwrap().iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (0..steps).collect::<Vec<u32>>(), "call {n}");
    }
}

async fn on_postgres(server: &Postgres) -> Line {
    let settings =
        StoreSettings { acquire: Duration::from_millis(500), ..StoreSettings::at(server.url("postgres")) };
    Line::on(testkit::open(&settings).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_that_freezes_is_not_noticed_by_calls_and_the_ledger_is_complete_afterwards() {
    let server = Postgres::own();
    let line = on_postgres(&server).await;
    open_calls(&line).await;

    server.freeze();
    let kept = calls_go_on(&line, 1, 20).await;
    assert!(kept.iter().all(|durable| *durable == Durable::Spooled), "{kept:?}");
    assert_eq!(*line.ledger.flow().borrow(), Flow::Spooling { batches: 57 });
    server.thaw();
    calls_go_on(&line, 20, 25).await;

    is_complete_and_in_order(&line, 25).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_that_stops_and_starts_again_is_not_noticed_by_calls() {
    let server = Postgres::own();
    let line = on_postgres(&server).await;
    open_calls(&line).await;

    server.stop();
    let kept = calls_go_on(&line, 1, 10).await;
    assert!(kept.iter().all(|durable| *durable == Durable::Spooled), "{kept:?}");
    server.start_again();
    line.ledger.nudge();
    calls_go_on(&line, 10, 12).await;

    is_complete_and_in_order(&line, 12).await;
}

async fn lock_of_another_process(line: &Line) -> sqlx::SqliteConnection {
    use sqlx::{Connection, Executor};
    let path: String = sqlx::query_scalar("SELECT file FROM pragma_database_list WHERE name = 'main'")
        .fetch_one(match line.db.read() {
            shell::store::Engine::Sqlite(pool) => pool,
            shell::store::Engine::Postgres(_) => unreachable!("this story is about SQLite"),
        })
        .await
        .unwrap();
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{path}")).await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_that_another_process_holds_locked_is_not_noticed_by_calls() {
    use sqlx::Executor;
    let (_folder, db) = testkit::sqlite().await;
    let line = Line::on(db);
    open_calls(&line).await;

    let mut other = lock_of_another_process(&line).await;
    let kept = calls_go_on(&line, 1, 20).await;
    assert!(kept.iter().all(|durable| *durable == Durable::Spooled), "{kept:?}");
    other.execute("ROLLBACK").await.unwrap();
    calls_go_on(&line, 20, 22).await;

    is_complete_and_in_order(&line, 22).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_had_spooled_is_stored_by_the_next_and_nothing_twice() {
    use sqlx::Executor;
    let (_folder, db) = testkit::sqlite().await;
    let line = Line::on(db.clone());
    open_calls(&line).await;
    let mut other = lock_of_another_process(&line).await;
    calls_go_on(&line, 1, 4).await;
    let spooled = std::fs::read(line.spool()).unwrap();
    other.execute("ROLLBACK").await.unwrap();
    is_complete_and_in_order(&line, 4).await;

    // The kill fell between the commit and the shortening of the file, and tore a line that nobody was told of.
    line.writer.abort();
    let folder = tempfile::tempdir().unwrap();
    let torn = [&spooled[..], &spooled[..100]].concat();
    std::fs::write(folder.path().join("ledger.spool"), torn).unwrap();
    let next = Line::in_folder(db, folder, line.sealer.clone());

    is_complete_and_in_order(&next, 4).await;
    next.ledger.append(&batch(vec![ended(call(1), 4, NOW, EndReason::Completed)])).await.unwrap();
    assert_eq!(next.calls().entries(call(1)).await.unwrap().len(), 5);
    assert_eq!(std::fs::metadata(next.spool()).unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_in_the_spool() {
    let (_folder, db) = testkit::sqlite().await;
    let line = Line::on(db);
    let other = lock_of_another_process(&line).await;

    let entries = vec![begun(call(1), 0, NOW), ended(call(1), 1, NOW, EndReason::AbandonedInQueue)];
    assert_eq!(line.ledger.append(&batch(entries)).await.unwrap(), Durable::Spooled);

    let text = String::from_utf8(std::fs::read(line.spool()).unwrap()).unwrap();
    assert!(text.contains("abandoned_in_queue") && !text.contains("9012345678"), "{text}");
    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_the_store_will_never_take_is_set_aside_and_the_others_pass() {
    let (_folder, db) = testkit::sqlite().await;
    let line = Line::on(db);
    forbid(&line.db, "call_id LIKE '%02'").await;

    for n in 1..=3 {
        line.ledger.append(&batch(vec![begun(call(n), 0, NOW)])).await.unwrap();
    }
    line.drained().await;

    let kept = std::fs::read_to_string(line.spool().with_extension("refused")).unwrap();
    assert_eq!(kept.lines().count(), 1);
    for (n, there) in [(1, 1), (2, 0), (3, 1)] {
        assert_eq!(line.calls().entries(call(n)).await.unwrap().len(), there, "call {n}");
    }
}

async fn forbid(db: &Db, what: &str) {
    let trigger = format!(
        "CREATE TRIGGER forbidden BEFORE INSERT ON call_event WHEN NEW.{what}
         BEGIN SELECT RAISE(ABORT, 'forbidden by the test'); END"
    );
    shell::on!(db.write(), pool => sqlx::query(sqlx::AssertSqlSafe(trigger)).execute(pool).await.map(drop))
        .unwrap();
}

#[tokio::test]
async fn two_processes_do_not_share_a_spool() {
    let (_folder, db) = testkit::sqlite().await;
    let line = Line::on(db.clone());

    let second = Ledger::start(db, line.sealer.clone(), process(8), LedgerSettings::with_spool(line.spool()));

    assert!(matches!(second, Err(SpoolFault::Held { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_is_told_that_the_store_is_away_and_that_it_is_back() {
    use sqlx::Executor;
    let (_folder, db) = testkit::sqlite().await;
    let line = Line::on(db.clone());
    let clock = Clock::by_hand(NOW);
    let (alarms, _keeping) = Alarms::start(db, clock.clone(), Ids::seeded(clock, 1));
    let watching = alarms.clone();
    let flow = line.ledger.flow();
    tokio::spawn(async move { Ledger::watch(flow, &watching).await });

    let mut other = lock_of_another_process(&line).await;
    line.ledger.append(&batch(vec![begun(call(1), 0, NOW)])).await.unwrap();
    let store_away = Alarm { kind: "store_away", operator: None, window: None };
    becomes(async || alarms.is_standing(&store_away)).await;
    other.execute("ROLLBACK").await.unwrap();

    becomes(async || {
        let listed = alarms.list(&testkit::operator(), 5).await.unwrap();
        listed.iter().any(|alarm| alarm.kind == "store_away" && alarm.cleared_us.is_some())
    })
    .await;
}

async fn becomes(holds: impl AsyncFn() -> bool) {
    let asked = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asked).await.unwrap();
}
