//! The line starts while its store is away, and is upgraded while it runs.

use std::time::Duration;

use proto::routing::v1 as wire;
use shell::store::built_for;
use shell::testkit::Postgres;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use tests::{Caller, LineSetup, TestCaller, TestDesk, TestLine, eventually};

use crate::NUMBER;

fn at(url: &str) -> LineSetup {
    LineSetup::new().settings(&format!("[store]\nurl = \"{url}\""))
}

/// The whole line knows that desk, also on its own disk.
async fn desk_of(line: &TestLine) -> TestDesk {
    let desk = TestDesk::registers(line, "ito").await;
    let kept = line.data().join("phones.sealed");
    eventually("the telephones are kept on the disk", async || kept.exists().then_some(())).await;
    desk
}

/// The `nth` call of both: rung from the kept plan, lifted, heard on both sides, hung up.
async fn is_answered(caller: &TestCaller, desk: &TestDesk, nth: usize) {
    caller.rings().await;
    desk.answers(nth).await;
    let (before, at_desk) = (caller.phone.heard(), desk.phone.heard());
    caller.hears(before).await;
    desk.hears(at_desk).await;
    caller.hangs_up().await;
    desk.is_quiet(nth).await;
}

async fn is_ready(line: &TestLine) {
    eventually("everything is up", async || {
        line.page("/ready").await.ends_with("\r\n\r\nready\n").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_starts_while_postgresql_is_stopped_rings_from_what_it_kept() {
    let server = Postgres::own();
    let database = server.create_database().await;
    let mut line = at(&server.url(&database)).start().await;
    let desk = desk_of(&line).await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    line.kill_9();
    server.stop();

    line.starts().await;
    let ready = line.page("/ready").await;
    assert!(ready.starts_with("HTTP/1.1 200") && ready.contains("waiting for the store: routing"), "{ready}");
    assert!(line.page("/").await.starts_with("HTTP/1.1 503"), "the console is not up");
    is_answered(&caller, &desk, 1).await;
    is_answered(&caller, &desk, 2).await;
    assert!(line.is_running());

    server.start_again();
    is_ready(&line).await;
    let calls = line.calls_ended(2).await;
    calls.iter().for_each(tests::ToldCall::is_whole);
    assert_eq!(calls.len(), 2);
    assert!(calls.is_sorted_by_key(|call| call.steps[0].at_micros));
    assert!(
        calls.iter().all(|call| call.is_answered_by("ito") && call.told("offered", "by") == ["ring_list"])
    );
    line.spool_is_empty().await;
    // What was given for the outage is taken back: routing decides again.
    line.desk_is("ito", "available").await;
    is_answered(&caller, &desk, 3).await;
    let calls = line.calls_ended(3).await;
    assert_eq!(calls[2].told("offered", "by"), ["routing"], "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_starts_while_another_process_locks_the_sqlite_file_rings_from_what_it_kept() {
    let mut line = LineSetup::new().start().await;
    let desk = desk_of(&line).await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    let mut locker = sqlite(&line).await;
    line.kill_9();
    locker.execute("BEGIN EXCLUSIVE").await.unwrap();

    line.starts().await;
    let ready = line.page("/ready").await;
    assert!(ready.contains("waiting for the store"), "{ready}");
    is_answered(&caller, &desk, 1).await;

    locker.execute("ROLLBACK").await.unwrap();
    is_ready(&line).await;
    let calls = line.calls_ended(1).await;
    calls[0].is_whole();
    assert!(calls[0].is_answered_by("ito"), "{calls:?}");
}

async fn sqlite(line: &TestLine) -> SqliteConnection {
    let file = format!("sqlite:{}", line.data().join("line.db").display());
    SqliteConnection::connect(&file).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn services_wait_for_their_store_and_come_up_by_themselves() {
    let server = Postgres::own();
    let database = server.create_database().await;
    server.stop();
    let mut line = at(&server.url(&database)).services(&["routing", "escalation"]).prepare();
    line.launch();
    let waiting = "waiting for the store: routing, escalation";
    line.logs(waiting).await;
    let ready = eventually("it says why it is not ready", async || {
        let page = line.page("/ready").await;
        page.contains(waiting).then_some(page)
    })
    .await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    let desks = || wire::ListDesksRequest { operator_id: line.operator.clone() };
    let refused = line.desk_service().list_desks(desks()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unavailable, "{refused}");

    server.start_again();
    is_ready(&line).await;

    line.desk_service().list_desks(desks()).await.unwrap();
    assert_eq!(line.log().matches(waiting).count(), 1, "an outage is one line in the log");
    line.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_migrate_at_once_say_what_they_did() {
    let server = Postgres::shared();
    let database = server.create_database().await;
    let line = at(&server.url(&database)).prepare();

    let (one, two) = tokio::join!(line.run(&["migrate"]), line.run(&["migrate"]));

    assert_eq!((one.code, two.code), (Some(0), Some(0)), "{one:?} {two:?}");
    let mut said = [one.out, two.out];
    said.sort();
    let version = built_for();
    assert_eq!(said[0], format!("schema: from version 0 to version {version}\n"));
    assert_eq!(said[1], format!("schema: version {version}, as this program needs it\n"));
    server.drop_database(&database).await;
    let away = line.run(&["migrate"]).await;
    assert!(away.code == Some(1) && away.err.contains("PostgreSQL at store.url"), "{away:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_may_not_migrate_waits_for_whoever_does() {
    let setup = LineSetup::new().settings("[store]\nmigrate = false").services(&["routing"]);
    let mut line = setup.prepare();
    line.launch();
    line.logs("tomoshibi migrate").await;

    let said = line.run(&["migrate"]).await;

    assert_eq!(said.code, Some(0), "{said:?}");
    is_ready(&line).await;
    line.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_whose_schema_has_outgrown_it_finishes_its_calls_and_does_not_start_again() {
    let mut line = LineSetup::new().start().await;
    let (caller, desk, _) = crate::talking(&line).await;
    let mut store = sqlite(&line).await;
    upgrade(&mut store, built_for()).await;
    // Two seconds lie between two looks.
    tests::for_as_long(Duration::from_secs(3), async || assert!(!line.log().contains("schema_outgrown")))
        .await;
    upgrade(&mut store, built_for() + 1).await;

    line.logs("schema_outgrown").await;
    let newcomer = eventually("new calls are refused", async || {
        let newcomer = Caller::calls(line.sip, "newcomer", &[]).await;
        let answer = newcomer.udp.answer().await;
        answer.starts_with("SIP/2.0 503").then_some(())
    });
    newcomer.await;
    assert!(line.page("/ready").await.starts_with("HTTP/1.1 503"));
    let before = caller.phone.heard();
    caller.hears(before).await;
    caller.hangs_up().await;
    desk.is_quiet(1).await;
    assert_eq!(line.ends().await.code(), Some(1));
    assert!(line.log().contains("does not tolerate this one"), "{}", line.log());

    let said = line.run(&["serve"]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("its schema is newer than this program"), "{said:?}");

    // As the newer program finds it: what the last call said is in the spool.
    store.execute("DELETE FROM _sqlx_migrations WHERE description = 'later'").await.unwrap();
    line.starts().await;
    let calls = line.calls_ended(1).await;
    calls[0].is_whole();
    assert_eq!(calls[0].end.as_deref(), Some("completed"));
}

/// As a newer program leaves the schema: later than ours, with the oldest program that it tolerates.
async fn upgrade(store: &mut SqliteConnection, floor: i64) {
    let sql = format!(
        "INSERT OR IGNORE INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES ({}, 'later', 1, x'00', 0);
         UPDATE schema_floor SET oldest = {floor}",
        built_for() + 1
    );
    store.execute(AssertSqlSafe(sql)).await.unwrap();
}
