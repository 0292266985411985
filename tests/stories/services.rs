//! Services in processes of their own.

use proto::routing::v1 as wire;
use shell::testkit::{Postgres, Redis};
use tests::{LineSetup, TestCaller, TestDesk, TestLine};

use crate::NUMBER;

fn setup(node: &str, more: &str) -> LineSetup {
    LineSetup::new().settings(&format!("node = \"{node}\"\n{more}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn routing_that_died_is_replaced_by_the_ring_list_until_it_is_back() {
    let server = Postgres::shared();
    let database = server.create_database().await;
    let store = format!("[store]\nurl = \"{}\"", server.url(&database));
    let mut routing = setup("routing-1", &store).services(&["routing"]).start().await;
    let telephony = setup("telephony-1", &store).services(&["telephony"]).routed_by(&routing).start().await;
    let desk = TestDesk::that_lifts(&telephony, "ito").await;
    let mori = TestDesk::that_lifts(&telephony, "mori").await;
    let caller = TestCaller::with_number(&telephony, NUMBER).await;
    let by = async |nth: usize| {
        caller.rings().await;
        caller.is_connected(nth).await;
        caller.hangs_up().await;
        caller.is_over(nth).await;
        telephony.calls_ended(nth).await[nth - 1].told("offered", "by")
    };
    assert_eq!(by(1).await, ["routing"]);

    routing.kill_9();
    assert_eq!(by(2).await, ["ring_list"]);

    routing.starts().await;
    telephony.desk_is("ito", "available").await;
    // Its lost claims and wrap-ups end by themselves; then all is as before.
    routing.desk_is("mori", "available").await;
    assert_eq!(by(3).await, ["routing"]);
    telephony.calls().await.iter().for_each(tests::ToldCall::is_whole);
    drop((desk, mori));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_of_routing_hears_the_other_acts_on_over_redis() {
    let (server, redis) = (Postgres::shared(), Redis::own());
    let database = server.create_database().await;
    let house = format!("[store]\nurl = \"{}\"\n[bus]\nredis = \"{}\"", server.url(&database), redis.url());
    let first = setup("routing-1", &house).services(&["routing"]).start().await;
    let second = setup("routing-2", &house).services(&["routing"]).beside(&first).start().await;
    let telephony = setup("telephony-1", &house).services(&["telephony"]).routed_by(&first).start().await;
    let desk = TestDesk::that_lifts(&telephony, "ito").await;
    pause(&second, "ito").await;
    telephony.desk_is("ito", "paused").await;
    let caller = TestCaller::with_number(&telephony, NUMBER).await;
    caller.rings().await;
    telephony.call_that("the caller waits", |call| call.has("nobody_free")).await;
    assert_eq!(desk.rang(), 0);

    let resume = wire::ResumeDeskRequest { operator_id: second.operator.clone(), desk_id: "ito".to_owned() };
    second.desk_service().resume_desk(resume).await.unwrap();

    let call = telephony.call_that("the call is answered", |call| call.has("answered")).await;
    assert!(call.is_answered_by("ito"));
}

async fn pause(routing: &TestLine, desk: &str) {
    let pause = wire::PauseDeskRequest { operator_id: routing.operator.clone(), desk_id: desk.to_owned() };
    routing.desk_service().pause_desk(pause).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn telephony_that_starts_while_routing_is_away_rings_from_the_plan_it_kept() {
    let server = Postgres::shared();
    let database = server.create_database().await;
    let store = format!("[store]\nurl = \"{}\"", server.url(&database));
    let mut routing = setup("routing-1", &store).services(&["routing"]).start().await;
    let mut telephony =
        setup("telephony-1", &store).services(&["telephony"]).routed_by(&routing).start().await;
    let desk = TestDesk::registers(&telephony, "ito").await;
    routing.kill_9();
    telephony.kill_9();

    telephony.starts().await;
    let caller = TestCaller::with_number(&telephony, NUMBER).await;
    caller.rings().await;

    desk.answers(1).await;
    let call = telephony.call_that("the call is answered", |call| call.has("answered")).await;
    assert!(call.is_answered_by("ito") && call.told("offered", "by") == ["ring_list"], "{call:?}");
}
