//! How soon the page is in telephony's hands, against the floor of the same round. `cargo bench -p escalation`,
//! or fewer rounds for a look: `-- 2`.
//! shared/performance.md 5 and 6:
//!
//! - row 2, escalate → paged: goal p50 ≤ 1.4 × floor, p99 ≤ 2.0 × commit p99;
//! - row 2b, nobody answers → the next is paged: goal lateness p99 ≤ 1.5 × floor p99.
//!
//! The floor has what no implementation can do without, and nothing else: one durable commit of the rows
//! that must be there before a telephone may ring (case, story, page, attempt; one row each, as few
//! trips as the engine allows), then the push to another task, as near calls do it. For 2b the timer comes
//! first. The prototype's gRPC hop between processes is in neither: here both ends are in one.
//!
//! Floor and system take turns, one at a time, with the line at rest before each. A round counts when an
//! INSERT takes at most 1.6 of an fdatasync; the verdict is the median of the rounds that count.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench tells its figures"
)]

mod figures;
mod floor;
#[path = "../../tests/line/mod.rs"]
mod line;

use std::time::{Duration, Instant};

use domain::time::Instant as Moment;
use escalation::Settings;
use figures::{Round, verdict};
use floor::Floor;
use line::Line;
use shell::clock::Clock;
use shell::store::{Db, StoreSettings};
use shell::testkit::{self, Postgres};

const ROUNDS: usize = 7;
const WARM: usize = 20;
/// Enough together for a p99; each round's own tail is its p95.
const EACH: usize = 430;
/// The line comes to rest: its workers have looked at everything.
const REST: Duration = Duration::from_millis(5);
/// When the second rung is due.
const PATIENCE: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() {
    println!("load {}", std::fs::read_to_string("/proc/loadavg").unwrap().trim());
    let (folder, lite) = testkit::sqlite().await;
    measure(lite, folder.path()).await;
    // The tests' shared server does not flush; ours does, and is asked.
    let server = Postgres::own();
    let name = server.create_database().await;
    let db = testkit::open(&StoreSettings::at(server.url(&name))).await;
    measure(db, folder.path()).await;
    println!("load {}", std::fs::read_to_string("/proc/loadavg").unwrap().trim());
}

async fn measure(db: Db, disk: &std::path::Path) {
    floor::refuses_what_is_not_durable(&db).await;
    let line = Line::new(db, Clock::system(), &|settings: &mut Settings| {
        settings.paces.p1.rungs_at = vec![Duration::ZERO, PATIENCE, Duration::from_secs(600)];
    })
    .await;
    let mut floor = Floor::new(&line.db, disk);
    let (mut paged, mut next) = (Vec::new(), Vec::new());
    let wanted = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(ROUNDS);
    for round in 0..wanted {
        let (one, other) = rounds(&line, &mut floor, round).await;
        paged.push(one);
        next.push(other);
    }
    verdict(line.db.engine(), "2 escalate → paged", &paged);
    verdict(line.db.engine(), "2b next rung, late", &next);
}

async fn rounds(line: &Line, floor: &mut Floor, round: usize) -> (Round, Round) {
    let mut telephony = line.telephony("here").await;
    let (mut paged, mut next) = (Round::default(), Round::default());
    for at in 0..WARM + EACH {
        let (commit, late_commit, insert, sync) = floors(line, floor).await;
        tokio::time::sleep(REST).await;
        let (start, late) = escalates(line, &mut telephony, &format!("bench-{round}-{at}")).await;
        if at >= WARM {
            paged.note(commit, start, insert, sync);
            next.note(late_commit, late, insert, sync);
        }
    }
    (paged, next)
}

async fn floors(line: &Line, floor: &mut Floor) -> (Duration, Duration, Duration, Duration) {
    let (insert, sync) = (floor.insert().await, floor.sync());
    tokio::time::sleep(REST).await;
    let begun = Instant::now();
    floor.commit_and_push().await;
    let commit = begun.elapsed();
    let due = line.clock.now() + PATIENCE;
    line.clock.sleep_until(due).await;
    floor.commit_and_push().await;
    (commit, line.clock.now().since(due), insert, sync)
}

/// From the request to the first telephone; and how late the second rings when the first is silent.
async fn escalates(line: &Line, telephony: &mut line::Telephony, request: &str) -> (Duration, Duration) {
    let begun = Instant::now();
    let first = async {
        let page = telephony.rings_for(&["aoki"]).await;
        (page, begun.elapsed())
    };
    let (escalation, (_, paged)) = tokio::join!(line.starts(request), first);
    let page = telephony.rings_for(&["endo"]).await;
    let late = line.clock.now().since(due(&page));
    telephony.accepts(&page).await;
    line.acts(&escalation, "endo", "joined").await;
    tokio::time::sleep(REST).await;
    (paged, late)
}

fn due(page: &proto::escalation::v1::VoicePage) -> Moment {
    let due = page.due_at.unwrap();
    Moment::from_micros(due.seconds * 1_000_000 + i64::from(due.nanos) / 1000)
}
