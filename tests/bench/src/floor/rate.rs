//! How many rows the store takes in a second when many ask at once.

use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::JoinSet;

use super::rows::Rows;

/// As many as the goals name.
const CLIENTS: usize = 32;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Insert,
    Outbox,
}

pub(crate) async fn insert_rate(url: &str, time: Duration) -> anyhow::Result<f64> {
    rate(url, time, Kind::Insert).await
}

/// Outbox rows of one step in one statement.
pub(crate) async fn outbox_rate(url: &str, time: Duration) -> anyhow::Result<f64> {
    rate(url, time, Kind::Outbox).await
}

async fn rate(url: &str, time: Duration, kind: Kind) -> anyhow::Result<f64> {
    drop(Rows::on(url).await?);
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Rows::another(url).await?);
    }
    let begun = Instant::now();
    let all: JoinSet<sqlx::Result<u32>> =
        clients.into_iter().map(|rows| writes(rows, kind, begun + time)).collect();
    let done = all.join_all().await.into_iter().collect::<sqlx::Result<Vec<u32>>>();
    let done: u32 = done.context("a client of the floor failed")?.iter().sum();
    Ok(f64::from(done) / begun.elapsed().as_secs_f64())
}

async fn writes(mut rows: Rows, kind: Kind, until: Instant) -> sqlx::Result<u32> {
    let mut done = 0;
    while Instant::now() < until {
        match kind {
            Kind::Insert => rows.insert().await?,
            Kind::Outbox => rows.outbox().await?,
        }
        done += 1;
    }
    Ok(done)
}
