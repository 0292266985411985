//! How soon a centre that listens has a referral and has said so, against the floor of the same round.
//! `cargo bench -p referral --bench deliver`, or fewer rounds of fewer cases for a look: `-- 1 20`.
//! shared/performance.md 5, row 4:
//!
//! - release → acked: goal p50 ≤ 1.4 × floor, p99 ≤ 2.0 × floor p99;
//! - sixteen in flight: goal ≥ 0.6 of the floor's rate, so a ratio of times of at most 1.67.
//!
//! The floor has what no implementation can do without, and nothing else: three durable INSERTs of a row
//! each, and between the first and the second the way to another task and back, as near calls do it. Ours
//! begins where the counsellor releases the case, so it also reads the record and judges it, and ends where
//! the answer to the centre's acknowledgement is there; each delivery is acknowledged by itself.
//!
//! Floor and system take turns, with the line at rest before each. A round counts when an INSERT takes at
//! most 1.6 of an fdatasync; the verdict is the median of the rounds that count.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench tells its figures"
)]

mod acked;
#[path = "../../../escalation/benches/escalate/figures.rs"]
mod figures;
#[allow(dead_code, reason = "of what judges a disk; the floor of row 4 is its own")]
#[path = "../../../escalation/benches/escalate/floor.rs"]
mod floor;
#[path = "../../tests/kit/mod.rs"]
mod kit;

use std::path::Path;
use std::time::{Duration, Instant};

use acked::Acked;
use figures::{Round, verdict};
use floor::Floor;
use futures::future::join_all;
use kit::{Line, next};
use proto::referral::v1 as pb;
use shell::clock::Clock;
use shell::store::{Db, StoreSettings};
use shell::testkit::{self, Postgres};
use tonic::Streaming;

const ROUNDS: usize = 7;
/// Enough together for a p99; each round's own tail is its p95.
const EACH: usize = 430;
const WARM: usize = 20;
/// Of those in flight together, so many times less often: each is sixteen.
const IN_FLIGHT: usize = 16;
/// The line comes to rest: its workers have looked at everything.
const REST: Duration = Duration::from_millis(5);

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

async fn measure(db: Db, disk: &Path) {
    floor::refuses_what_is_not_durable(&db).await;
    let mut numbers = std::env::args().filter_map(|word| word.parse().ok());
    let (rounds, each) = (numbers.next().unwrap_or(ROUNDS), numbers.next().unwrap_or(EACH));
    let mut bench = Bench::on(db, disk).await;
    bench.alone(WARM).await;
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        alone.push(bench.alone(each).await);
        together.push(bench.together(each.div_ceil(IN_FLIGHT)).await);
    }
    verdict(bench.line.db.engine(), "4 release → acked", &alone);
    verdict(bench.line.db.engine(), "4 sixteen in flight", &together);
}

struct Bench {
    line: Line,
    stream: Streaming<pb::SubscribeResponse>,
    floor: Acked,
    disk: Floor,
}

impl Bench {
    async fn on(db: Db, disk: &Path) -> Self {
        let line = Line::with(db, Clock::system(), testkit::sealer()).await;
        line.knows(&["first"]).await;
        let stream = line.listens("first", 0).await;
        let (floor, disk) = (Acked::new(&line.db), Floor::new(&line.db, disk));
        Self { line, stream, floor, disk }
    }

    async fn alone(&mut self, many: usize) -> Round {
        let mut round = Round::default();
        for _ in 0..many {
            self.turn(1, &mut round).await;
        }
        round
    }

    async fn together(&mut self, many: usize) -> Round {
        let mut round = Round::default();
        for _ in 0..many {
            self.turn(IN_FLIGHT, &mut round).await;
        }
        round
    }

    /// So many at once, first by the floor and then by us.
    async fn turn(&mut self, at_once: usize, round: &mut Round) {
        let mut drafts = Vec::new();
        for _ in 0..at_once {
            let record = self.line.has_record("B").await;
            drafts.push(self.line.drafts(&record, &["first"]).await);
        }
        tokio::time::sleep(REST).await;
        let (insert, sync) = (self.disk.insert().await, self.disk.sync());
        let begun = Instant::now();
        join_all((0..at_once).map(|_| self.floor.one())).await;
        let floor = begun.elapsed();
        tokio::time::sleep(REST).await;
        let begun = Instant::now();
        let line = &self.line;
        let released = join_all(drafts.iter().map(|draft| line.releases(draft)));
        tokio::join!(released, acknowledges_all(line, &mut self.stream, at_once));
        round.note(floor, begun.elapsed(), insert, sync);
        // Nobody waits for them any more.
        for draft in &drafts {
            assert_eq!(line.accepts("first", draft).await.unwrap(), "accepted");
        }
    }
}

async fn acknowledges_all(line: &Line, stream: &mut Streaming<pb::SubscribeResponse>, many: usize) {
    for _ in 0..many {
        let delivery = next(stream).await;
        line.acknowledges("first", delivery.seq).await.unwrap();
    }
}
