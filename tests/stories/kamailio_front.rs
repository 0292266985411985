//! The Kamailio that is shipped, with its own configuration, before two telephony processes.

use shell::testkit::Postgres;
use tests::{FrontKamailio, LineSetup, TestCaller, TestCarrier, TestDesk, TestLine, eventually};

use crate::NUMBER;

const FALLBACK: &str = FrontKamailio::FALLBACK;

/// A process of its own on an address of its own, with the store and the secrets of the others.
async fn replica(node: &str, ip: &'static str, store: &str, like: Option<&TestLine>) -> TestLine {
    let settings = format!("node = \"{node}\"\n[routing]\nwrap_up = \"0s\"\n[store]\nurl = \"{store}\"");
    let setup = LineSetup::new().settings(&settings).services(&["routing", "telephony"]).on(ip);
    let mut replica = setup.prepare();
    if let Some(like) = like {
        replica.has_secrets_of(like);
    }
    replica.starts().await;
    replica
}

/// How many callers this process has taken.
async fn taken(replica: &TestLine) -> usize {
    let page = replica.page("/metrics").await;
    let heard = "tomoshibi_step_seconds_count{step=\"caller_hears_us\"} ";
    page.lines().find_map(|line| line.strip_prefix(heard)?.parse().ok()).unwrap_or_default()
}

async fn rings_and_talks(caller: &TestCaller, nth: usize) {
    caller.rings().await;
    caller.is_connected(nth).await;
    caller.hangs_up().await;
    caller.is_over(nth).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_reach_the_other_replica_when_one_dies_and_the_fallback_number_when_both_are_gone() {
    let server = Postgres::shared();
    let store = server.url(&server.create_database().await);
    let mut first = replica("telephony-0", "127.0.0.2", &store, None).await;
    let mut second = replica("telephony-1", "127.0.0.3", &store, Some(&first)).await;
    let desks = (TestDesk::that_lifts(&first, "ito").await, TestDesk::that_lifts(&second, "mori").await);
    let outside = TestCarrier::answering();
    let front = FrontKamailio::before(&[&first, &second], outside.port).await;
    let caller = TestCaller::through(front.at, NUMBER, "").await;

    rings_and_talks(&caller, 1).await;
    rings_and_talks(&caller, 2).await;
    assert_eq!((taken(&first).await, taken(&second).await), (1, 1), "they are rung in turn");

    first.kill_9();
    rings_and_talks(&caller, 3).await;
    rings_and_talks(&caller, 4).await;
    assert_eq!(taken(&second).await, 3);
    assert_eq!(outside.seen("INVITE"), 0, "the fallback number is left in peace");

    second.kill_9();
    rings_and_talks(&caller, 5).await;
    outside.was_asked_for(FALLBACK).await;

    first.starts().await;
    front.says(&format!("sip:{} answers again", first.sip)).await;
    let before = outside.seen("INVITE");
    caller.rings().await;
    eventually("the line has its callers back", async || (taken(&first).await == 1).then_some(())).await;
    assert_eq!(outside.seen("INVITE"), before);
    drop(desks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_drains_is_sent_no_new_call_and_keeps_the_one_it_has() {
    let server = Postgres::shared();
    let store = server.url(&server.create_database().await);
    let mut first = replica("telephony-0", "127.0.0.2", &store, None).await;
    let second = replica("telephony-1", "127.0.0.3", &store, Some(&first)).await;
    let desks = (TestDesk::that_lifts(&first, "ito").await, TestDesk::that_lifts(&second, "mori").await);
    let outside = TestCarrier::answering();
    let front = FrontKamailio::before(&[&first], outside.port).await;
    let both = FrontKamailio::before(&[&first, &second], outside.port).await;
    let talking = TestCaller::through(front.at, NUMBER, "").await;
    talking.rings().await;
    talking.is_connected(1).await;

    first.told_to_stop();
    both.says(&format!("sip:{} does not answer any more", first.sip)).await;
    let other = TestCaller::through(both.at, "09087654321", "").await;
    rings_and_talks(&other, 1).await;
    rings_and_talks(&other, 2).await;
    assert_eq!(taken(&second).await, 2);

    let heard = talking.phone.heard();
    talking.hears(heard).await;
    talking.hangs_up().await;
    talking.is_over(1).await;
    assert!(first.ends().await.success());
    assert_eq!(outside.seen("INVITE"), 0);
    drop(desks);
}
