//! Who rings is nobody's business but the counsellor's.

use std::fs;

use sqlx::{Connection, Executor, SqliteConnection};
use tests::{Caller, LineSetup, TestCaller, TestDesk};

/// No other text has these by chance.
const TELLTALE: &str = "08047110815";
const NAME: &str = "Tsubakihara";

#[tokio::test(flavor = "multi_thread")]
async fn a_callers_number_and_name_are_found_nowhere() {
    let mut line =
        LineSetup::new().settings("[telemetry]\nlog = \"trace\"\n[drain]\nlimit = \"1s\"").start().await;
    let desk = TestDesk::registers(&line, "ito").await;
    // Answered, given up, and while the store is away, so that the spool holds it too.
    let caller = TestCaller::with_number(&line, TELLTALE).await;
    caller.rings().await;
    desk.answers(1).await;
    let from = |call: &str| format!("From: \"{NAME}\" <sip:{TELLTALE}@127.0.0.1>;tag=f{call}");
    let mut second = Caller::calls(line.sip, "second", &[&from("second")]).await;
    line.call_that("the second call begins", |call| !call.is_answered_by("ito")).await;
    second.cancels().await;
    line.call_that("it is given up", |call| call.end.is_some()).await;
    let file = line.data().join("line.db");
    let mut locker = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    locker.execute("BEGIN EXCLUSIVE").await.unwrap();
    second = Caller::calls(line.sip, "third", &[&from("third")]).await;
    tests::eventually("the call is spooled", async || {
        (line.describe().await.spooled_batches > 0).then_some(())
    })
    .await;
    let spool = fs::read(line.data().join("spool.jsonl")).unwrap();
    assert!(!spool.is_empty());
    second.cancels().await;
    locker.execute("ROLLBACK").await.unwrap();
    line.spool_is_empty().await;

    let said = line.run(&["calls", "--json"]).await;
    let shown = [said.out, said.err, line.run(&["desks", "--json"]).await.out, line.page("/metrics").await];
    desk.hangs_up().await;
    // The two who gave up are being rung back: the stop does not wait for that.
    line.stop().await;

    nothing_in("the log", line.log().as_bytes());
    nothing_in("the output", line.out().as_bytes());
    nothing_in("the spool", &spool);
    shown.iter().for_each(|text| nothing_in("what is shown", text.as_bytes()));
    for file in fs::read_dir(line.data()).unwrap().flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        nothing_in(&name, &fs::read(file.path()).unwrap_or_default());
    }
    assert!(line.log().contains("TRACE"), "the log is as talkative as it gets");
}

fn nothing_in(place: &str, content: &[u8]) {
    for word in [TELLTALE, &TELLTALE[1..], NAME] {
        let found = content.windows(word.len()).position(|window| window == word.as_bytes());
        let around = found.map(|at| {
            let (from, to) = (at.saturating_sub(200), (at + 200).min(content.len()));
            String::from_utf8_lossy(&content[from..to]).into_owned()
        });
        assert_eq!(around, None, "{word} is in {place}");
    }
}
