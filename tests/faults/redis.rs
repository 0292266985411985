//! Two replicas of routing and a telephony process, with Redis between them: gone, frozen, slow.

use std::time::{Duration, Instant};

use proto::routing::v1 as wire;
use shell::testkit::{Postgres, Redis};
use tests::{
    FaultProxy, LineSetup, PagedTo, Sentinels, TestCaller, TestDesk, TestLine, Way, address_of, eventually,
};

use crate::night::{NO_WRAP_UP, Night, house, lasts};

/// Nudges fall back to the period of a second; this is far more.
const A_PERIOD: Duration = Duration::from_secs(8);

pub(crate) struct House {
    pub(crate) gateway: PagedTo,
    pub(crate) first: TestLine,
    second: TestLine,
    telephony: TestLine,
    _server: Postgres,
}

impl House {
    /// With that for `bus.redis`.
    pub(crate) async fn on(bus: &str) -> Self {
        let (server, gateway) = (Postgres::shared(), PagedTo::start().await);
        let store = server.url(&server.create_database().await);
        let process = |node: &str| {
            let top = format!("node = \"{node}\"\n[store]\nurl = \"{store}\"\n[bus]\nredis = \"{bus}\"");
            house(LineSetup::new().settings(&top), &gateway)
        };
        let first = process("first").settings(NO_WRAP_UP).services(&["routing", "escalation"]).start().await;
        let second =
            process("second").settings(NO_WRAP_UP).services(&["routing"]).beside(&first).start().await;
        let telephony = process("telephony").services(&["telephony"]).routed_by(&first).start().await;
        Self { gateway, first, second, telephony, _server: server }
    }

    pub(crate) async fn night(&self) -> Night<'_> {
        Night::with(&self.telephony, &self.first, &self.gateway).await
    }

    /// Somebody waits at the first replica; the only desk is resumed at the second. How long until they talk.
    pub(crate) async fn hears_of_a_desk(&self, desk: &TestDesk, caller: &TestCaller, nth: usize) -> Duration {
        let (operator_id, desk_id) = (self.second.operator.clone(), desk.name.clone());
        let mut second = self.second.desk_service();
        second.pause_desk(wire::PauseDeskRequest { operator_id, desk_id }).await.unwrap();
        self.telephony.desk_is(&desk.name, "paused").await;
        caller.rings().await;
        self.telephony
            .call_that("the caller waits", |call| call.has("nobody_free") && call.end.is_none())
            .await;
        let (operator_id, desk_id) = (self.second.operator.clone(), desk.name.clone());

        let begun = Instant::now();
        second.resume_desk(wire::ResumeDeskRequest { operator_id, desk_id }).await.unwrap();
        desk.phone.has("CALL_ESTABLISHED", nth).await;
        let heard = begun.elapsed();

        caller.hangs_up().await;
        caller.is_over(nth).await;
        self.telephony.calls_ended(nth).await;
        self.telephony.desk_is(&desk.name, "available").await;
        heard
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loss_of_redis_costs_a_period_and_nothing_else() {
    let redis = Redis::own();
    let proxy = FaultProxy::to_url(&redis.url()).await;
    let house = House::on(&proxy.url(&redis.url())).await;
    let desk = TestDesk::that_lifts(&house.telephony, "ito").await;
    let caller = TestCaller::with_number(&house.telephony, "anonymous").await;
    let ways = [
        ("there", Way::Open),
        ("400 ms late", Way::Slow(Duration::from_millis(400))),
        ("half-open", Way::Stuck),
        ("refused", Way::Refuses),
        ("there again", Way::Open),
    ];
    for (nth, (name, way)) in ways.into_iter().enumerate() {
        proxy.is(way);
        let heard = house.hears_of_a_desk(&desk, &caller, nth + 1).await;
        println!("Redis {name}: the other replica's desk is rung and answered after {heard:.2?}");
        assert!(heard < A_PERIOD, "{name}: {heard:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_redis_is_frozen_and_then_gone() {
    let redis = Redis::own();
    let house = House::on(&redis.url()).await;
    let night = house.night().await;
    let told = night
        .goes_on_during("Redis frozen, then gone", async {
            lasts(Duration::from_secs(3)).await;
            signalled(&redis, "-STOP");
            lasts(Duration::from_secs(8)).await;
            redis.kill();
            lasts(Duration::from_secs(8)).await;
            redis.start_again();
            lasts(Duration::from_secs(6)).await;
        })
        .await;
    assert_eq!(told.by_ring_list, 0, "routing was there all the time");
    house.first.logs("the bus has lost Redis").await;
}

/// SIGSTOP: it holds its connections and says nothing.
fn signalled(redis: &Redis, signal: &str) {
    let title = format!("redis-server .*:{}", address_of(&redis.url()).port());
    let found = std::process::Command::new("pgrep").args(["-f", &title]).output().unwrap();
    let process = String::from_utf8(found.stdout).unwrap();
    let told = std::process::Command::new("kill").arg(signal).args(process.split_whitespace()).status();
    assert!(told.is_ok_and(|told| told.success()), "Redis can be sent {signal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_sentinels_move_the_primary_of_redis() {
    let mut sentinels = Sentinels::stand().await;
    let house = House::on(&sentinels.url()).await;
    house.first.logs("the bus is connected to Redis").await;
    let before = sentinels.primary();
    let night = house.night().await;
    night
        .goes_on_during("Redis failover by sentinels", async {
            lasts(Duration::from_secs(3)).await;
            let begun = Instant::now();
            sentinels.primary_dies();
            eventually("another is the primary", async || (sentinels.primary() != before).then_some(()))
                .await;
            let moved = begun.elapsed();
            eventually("the bus has found it", async || {
                house.first.page("/metrics").await.contains("tomoshibi_bus_connected 1").then_some(())
            })
            .await;
            println!("Redis: another is the primary after {moved:.1?}, found after {:.1?}", begun.elapsed());
            lasts(Duration::from_secs(5)).await;
        })
        .await;
    assert!(house.first.log().matches("the bus is connected to Redis").count() > 1, "it was never lost");
}
