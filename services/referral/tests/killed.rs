//! The process is killed at random moments while records are signed and their cases go out. Whatever the
//! moment: what was released is what was received, each message under one key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a process of its own says when it is ready"
)]

mod kit;
#[path = "../../escalation/tests/peers/receiver.rs"]
mod receiver;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use kit::{Line, MONDAY, mins};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use receiver::Receiver;
use serde::{Deserialize, Serialize};
use shell::clock::Clock;
use shell::on;
use shell::seal::{KeyRing, Sealer};
use shell::store::{Db, StoreSettings};
use shell::testkit::{self, Postgres};

/// By which a process of this file knows that it is one to be killed.
const LIFE: &str = "REFERRAL_LIFE";
const READY: &str = "the life has begun";
const TICK: Duration = Duration::from_millis(20);

/// How often it dies on each store; `REFERRAL_KILLED=1000` for the long way.
fn deaths() -> u32 {
    std::env::var("REFERRAL_KILLED").ok().and_then(|text| text.parse().ok()).unwrap_or(50)
}

/// One run of the process, up to its death.
#[derive(Clone, Serialize, Deserialize)]
struct Life {
    store: String,
    keys: PathBuf,
    hook: String,
    nth: u32,
    /// Nothing new; it ends by itself when nothing is owed any more.
    is_last: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_is_received_once_by_key_through_fifty_deaths_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("line.db").display());
    dies_again_and_again(store, folder.path().join("keys.toml")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_is_received_once_by_key_through_fifty_deaths_on_postgresql() {
    let (server, folder) = (Postgres::shared(), tempfile::tempdir().unwrap());
    let database = server.create_database().await;
    dies_again_and_again(server.url(&database), folder.path().join("keys.toml")).await;
    server.drop_database(&database).await;
}

/// Only as a process of its own: it works until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn one_life() {
    let Ok(life) = std::env::var(LIFE) else { return };
    let life: Life = serde_json::from_str(&life).unwrap();
    let line = begins(&life).await;
    println!("{READY}");
    if life.is_last {
        return line.until("nothing is owed", || nothing_is_owed(&line)).await;
    }
    loop {
        let record = line.has_record("C").await;
        line.drafts(&record, &["hook"]).await;
        line.signs(&record).await;
    }
}

async fn begins(life: &Life) -> Line {
    let db = testkit::open(&StoreSettings::at(life.store.clone())).await;
    let clock = Clock::by_hand(MONDAY + mins(u64::from(life.nth)));
    let sealer = Sealer::new(KeyRing::load(&life.keys, true).unwrap());
    let line = Line::with(db, clock.clone(), sealer).await;
    line.knows_one("hook", "webhook", &life.hook).await.unwrap();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(TICK).await;
            clock.advance(TICK);
        }
    });
    line
}

async fn nothing_is_owed(line: &Line) -> bool {
    line.count("record_release WHERE paid_us IS NULL").await == 0
        && line.count("delivery WHERE state <> 'received'").await == 0
}

type Said = Lines<BufReader<ChildStdout>>;

impl Life {
    /// The process once it works, and what it says from then on: its voice must have somewhere to go.
    fn starts(&self) -> (Child, Said) {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "one_life", "--nocapture"]);
        command.env(LIFE, serde_json::to_string(self).unwrap()).stdout(Stdio::piped());
        // Who is killed leaves things behind.
        command.env("TMPDIR", self.keys.parent().unwrap());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let is_ready = said.any(|line| line.is_ok_and(|line| line.contains(READY)));
        assert!(is_ready, "the process ended before it worked");
        (child, said)
    }
}

async fn dies_again_and_again(store: String, keys: PathBuf) {
    let receiver = Receiver::start([]).await;
    let mut life = Life { store, keys, hook: receiver.url("cases"), nth: 0, is_last: false };
    let mut random = StdRng::seed_from_u64(11);
    for nth in 0..deaths() {
        life.nth = nth;
        let moment = Duration::from_millis(random.random_range(0..700));
        let once = life.clone();
        let died = tokio::task::spawn_blocking(move || {
            let (mut child, _said) = once.starts();
            std::thread::sleep(moment);
            child.kill().unwrap();
            child.wait().unwrap()
        });
        assert_eq!(died.await.unwrap().code(), None, "it did not end by itself");
    }
    (life.nth, life.is_last) = (deaths(), true);
    let ended = tokio::task::spawn_blocking({
        let last = life.clone();
        move || {
            let (mut child, said) = last.starts();
            said.for_each(drop);
            child.wait().unwrap()
        }
    });
    assert!(ended.await.unwrap().success(), "in the end nothing is owed");
    compare(&testkit::open(&StoreSettings::at(life.store)).await, &receiver).await;
}

/// The books of both sides.
async fn compare(db: &Db, receiver: &Receiver) {
    let owed: Vec<(String, String)> = on!(db.read(), pool => {
        sqlx::query_as("SELECT event_id, referral_id FROM delivery").fetch_all(pool).await
    })
    .unwrap();
    let released: Vec<String> = on!(db.read(), pool => {
        sqlx::query_scalar("SELECT referral_id FROM referral WHERE released_us IS NOT NULL").fetch_all(pool).await
    })
    .unwrap();
    let signed: Vec<String> = on!(db.read(), pool => {
        sqlx::query_scalar("SELECT record_id FROM record WHERE state = 'signed'").fetch_all(pool).await
    })
    .unwrap();
    let mut received: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
    let requests = receiver.requests();
    for request in &requests {
        received.entry(request.header("webhook-id").to_owned()).or_default().insert(request.body.to_vec());
    }
    let keys: BTreeSet<&String> = owed.iter().map(|(event, _)| event).collect();
    assert_eq!(keys, received.keys().collect(), "released is received");
    assert!(received.values().all(|bodies| bodies.len() == 1), "the same key says the same");
    let cases: BTreeSet<&String> = owed.iter().map(|(_, referral)| referral).collect();
    assert_eq!(
        (cases.len(), owed.len()),
        (released.len(), released.len()),
        "each released case is told once"
    );
    assert_eq!(signed.len(), released.len(), "each signature has released its case");
    assert!(released.len() * 5 > deaths() as usize, "it worked between its deaths: {}", released.len());
    println!("{} cases, {} messages through {} deaths", released.len(), requests.len(), deaths());
}
