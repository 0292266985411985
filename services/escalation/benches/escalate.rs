//! Escalate → the page is in telephony's hands, against the floor of the same round: two commits (the
//! escalation with its pages and story; the attempt), each as small as a commit can be.
//! `cargo bench -p escalation`. shared/performance.md 5, row 2.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench tells its figures"
)]

#[path = "../tests/line/mod.rs"]
mod line;

use std::time::{Duration, Instant};

use line::{Line, OPERATOR, on_both_stores};
use shell::on;

const WARM: usize = 50;
const MEASURED: usize = 500;

#[tokio::main]
async fn main() {
    on_both_stores(|line| async move { measure(&line).await }).await;
}

async fn measure(line: &Line) {
    let mut telephony = line.telephony("here").await;
    let (mut floor, mut paged) = (Vec::new(), Vec::new());
    for round in 0..WARM + MEASURED {
        let commit = commits(line, round).await;
        let begun = Instant::now();
        let request = format!("bench-{round}");
        let (escalation, page) = tokio::join!(line.starts(&request), telephony.rings());
        let took = begun.elapsed();
        telephony.accepts(&page).await;
        line.acts(&escalation, "aoki", "joined").await;
        if round >= WARM {
            floor.push(commit);
            paged.push(took);
        }
    }
    let ratio = |at| {
        share(&mut paged.clone(), at).as_secs_f64() / (2.0 * share(&mut floor.clone(), at).as_secs_f64())
    };
    println!(
        "{:<8} commit p50 {:?} p95 {:?} · escalate → paged p50 {:?} p95 {:?} · ratio to two commits p50 {:.2} p95 {:.2}",
        line.db.engine(),
        share(&mut floor.clone(), 50),
        share(&mut floor.clone(), 95),
        share(&mut paged.clone(), 50),
        share(&mut paged.clone(), 95),
        ratio(50),
        ratio(95),
    );
}

async fn commits(line: &Line, round: usize) -> Duration {
    let begun = Instant::now();
    let mut tx = line.db.begin().await.unwrap();
    on!(&mut tx, t => sqlx::query(
        "INSERT INTO escalation_event (operator_id, escalation_id, seq, at_us, kind, body) VALUES ($1, 'bench', $2, 0, 'x', '{}')",
    )
    .bind(OPERATOR).bind(i64::try_from(round).unwrap()).execute(&mut **t).await.map(drop))
    .unwrap();
    tx.commit().await.unwrap();
    begun.elapsed()
}

/// The value below which so many of a hundred lie.
fn share(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[times.len() * percent / 100]
}
