//! The store is away while people ring.

use std::time::{Duration, Instant};

use shell::testkit::Postgres;
use sqlx::{Connection, Executor, SqliteConnection};
use tests::{LineSetup, TestCaller, TestDesk, TestLine};

/// Far more than a caller waits for a telephone that is lifted at once, also on a busy machine, and less than any store
/// is away.
const UNNOTICED: Duration = Duration::from_secs(8);

/// How long the store is away; `STORE_AWAY_SECONDS=60` for the long way.
fn away() -> Duration {
    let wanted = std::env::var("STORE_AWAY_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(wanted.unwrap_or(20))
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_another_process_locks_the_sqlite_file() {
    let line = LineSetup::new().start().await;
    let file = format!("sqlite:{}", line.data().join("line.db").display());
    let mut locker = SqliteConnection::connect(&file).await.unwrap();
    let lock = async |locker: &mut SqliteConnection| {
        locker.execute("BEGIN EXCLUSIVE").await.unwrap();
    };
    let people = People::of(&line).await;
    lock(&mut locker).await;
    let answered = people.ring_for(&line, away()).await;
    locker.execute("ROLLBACK").await.unwrap();
    people.find_all_in_order(&line, answered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_postgresql_is_stopped() {
    let server = Postgres::own();
    let line = on_postgres(&server).await;
    let people = People::of(&line).await;
    server.stop();
    let answered = people.ring_for(&line, away()).await;
    server.start_again();
    people.find_all_in_order(&line, answered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_postgresql_is_frozen() {
    let server = Postgres::own();
    let line = on_postgres(&server).await;
    let people = People::of(&line).await;
    server.freeze();
    let answered = people.ring_for(&line, away()).await;
    server.thaw();
    people.find_all_in_order(&line, answered).await;
}

async fn on_postgres(server: &Postgres) -> TestLine {
    let database = server.create_database().await;
    LineSetup::new().settings(&format!("[store]\nurl = \"{}\"", server.url(&database))).start().await
}

/// One pair that talks all the time, and callers who come and go.
struct People {
    talking: TestCaller,
    caller: TestCaller,
    desks: Vec<TestDesk>,
}

impl People {
    async fn of(line: &TestLine) -> Self {
        let mut desks = Vec::new();
        for name in ["ito", "mori", "sato"] {
            desks.push(TestDesk::that_lifts(line, name).await);
        }
        let talking = TestCaller::with_number(line, "09000000001").await;
        talking.rings().await;
        talking.is_connected(1).await;
        let caller = TestCaller::with_number(line, "09000000002").await;
        Self { talking, caller, desks }
    }

    /// Rings again and again; how many calls were answered.
    async fn ring_for(&self, line: &TestLine, time: Duration) -> usize {
        // Telephones that register meanwhile do not hold up the callers behind them.
        let kato = TestDesk::is_switched_on(line, "kato", "", ";answermode=auto");
        let _more = (kato.await, TestDesk::is_switched_on(line, "kato", "", ";answermode=auto").await);
        let begun = Instant::now();
        let mut calls = 0;
        // On a slow machine the outage lasts until it tells something: more calls than desks.
        while begun.elapsed() < time || calls <= self.desks.len() {
            calls += 1;
            let (rang, heard) = (Instant::now(), self.caller.phone.heard());
            self.caller.rings().await;
            self.caller.is_connected(calls).await;
            assert!(rang.elapsed() < UNNOTICED, "call {calls} waited {:?}", rang.elapsed());
            self.caller.hears(heard).await;
            self.caller.hangs_up().await;
            self.caller.is_over(calls).await;
        }
        let before = self.talking.phone.heard();
        self.talking.hears(before).await;
        assert!(line.describe().await.spooled_batches > 0, "the store was not away");
        calls
    }

    async fn find_all_in_order(&self, line: &TestLine, answered: usize) {
        line.spool_is_empty().await;
        self.talking.hangs_up().await;
        let calls = line.calls_ended(answered + 1).await;
        calls.iter().for_each(tests::ToldCall::is_whole);
        assert_eq!(calls.len(), answered + 1);
        assert!(calls.iter().all(|call| call.has("answered") && call.end.as_deref() == Some("completed")));
        assert!(calls.is_sorted_by_key(|call| call.steps[0].at_micros));
        line.spool_is_empty().await;
        tests::eventually("nobody is left in a call", async || {
            let desks = line.desks().await;
            (!desks.is_empty() && desks.iter().all(|desk| desk.call_id.is_empty())).then_some(())
        })
        .await;
    }
}
