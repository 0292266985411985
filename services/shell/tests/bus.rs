//! Nudges between replicas, over a real Redis.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

use std::time::{Duration, Instant};

use shell::bus::{Bus, Nudge, Nudges};
use shell::testkit::Redis;

const AMPLE: Duration = Duration::from_secs(30);

async fn connected(bus: &Bus, wanted: bool) {
    let mut state = bus.connected();
    tokio::time::timeout(AMPLE, state.wait_for(|now| *now == wanted)).await.unwrap().unwrap();
}

async fn hears(nudges: &mut Nudges, key: &str) {
    let heard = async {
        loop {
            if matches!(nudges.next().await, Some(Nudge::Of { key: heard, .. }) if *heard == *key) {
                return;
            }
        }
    };
    tokio::time::timeout(AMPLE, heard).await.unwrap();
}

#[tokio::test]
async fn a_nudge_reaches_the_other_replica_and_its_own_process_once() {
    let redis = Redis::own();
    let (here, there) = (Bus::on_redis(&redis.url()).unwrap(), Bus::on_redis(&redis.url()).unwrap());
    connected(&here, true).await;
    connected(&there, true).await;
    let (mut own, mut other) = (here.subscribe(&["desk"]), there.subscribe(&["desk"]));

    here.publish("desk", "ito");
    here.publish("rota", "main");
    here.publish("desk", "mori");

    for nudges in [&mut own, &mut other] {
        hears(nudges, "ito").await;
        let next = tokio::time::timeout(AMPLE, nudges.next()).await.unwrap();
        assert_eq!(next, Some(Nudge::Of { topic: "desk".into(), key: "mori".into() }));
    }
}

#[tokio::test]
async fn while_redis_is_away_nobody_waits_and_afterwards_everything_is_looked_at() {
    let redis = Redis::own();
    let (here, there) = (Bus::on_redis(&redis.url()).unwrap(), Bus::on_redis(&redis.url()).unwrap());
    connected(&here, true).await;
    connected(&there, true).await;

    redis.kill();
    connected(&there, false).await;
    let (mut own, mut other) = (here.subscribe(&["desk"]), there.subscribe(&["desk"]));
    let begun = Instant::now();
    for _ in 0..500 {
        here.publish("desk", "ito");
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "a publisher waited for Redis");
    hears(&mut own, "ito").await;

    redis.start_again();
    assert_eq!(tokio::time::timeout(AMPLE, other.next()).await.unwrap(), Some(Nudge::Everything));
    connected(&here, true).await;
    // The speaker connects again at its first message after the outage, which may be lost.
    let heard = async {
        loop {
            here.publish("desk", "mori");
            let heard = tokio::time::timeout(Duration::from_millis(100), hears(&mut other, "mori")).await;
            if heard.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(AMPLE, heard).await.unwrap();
}

#[tokio::test]
async fn a_bus_starts_without_redis_and_connects_when_it_comes() {
    let redis = Redis::own();
    redis.kill();
    let bus = Bus::on_redis(&redis.url()).unwrap();
    let mut nudges = bus.subscribe(&["desk"]);
    bus.publish("desk", "ito");
    hears(&mut nudges, "ito").await;

    redis.start_again();

    connected(&bus, true).await;
}

#[test]
fn a_url_that_is_none_is_told_what_would_be_right() {
    let said = Bus::on_redis("http://redis").unwrap_err().to_string();

    assert!(said.contains("redis://HOST"), "{said}");
}
