//! Other ways in than UDP from next door.

use tests::{Kamailio, LineSetup, TestCaller, TestDesk, TestLine};

use crate::NUMBER;

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_through_a_record_routing_kamailio() {
    let line = LineSetup::new().start().await;
    let kamailio = Kamailio::start(line.sip, line.sip).await;
    let desk = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::through(kamailio.address(), NUMBER, "").await;
    either_side_ends_a_call(&line, &caller, &desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_come_and_ring_over_tcp() {
    let line = LineSetup::new().start().await;
    let desk = TestDesk::registers_by(&line, "ito", ";transport=tcp", "").await;
    let caller = TestCaller::by(&line, NUMBER, ";transport=tcp").await;
    either_side_ends_a_call(&line, &caller, &desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_come_and_ring_over_ipv6() {
    let line = LineSetup::new().on("[::1]").start().await;
    let desk = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    either_side_ends_a_call(&line, &caller, &desk).await;
}

async fn either_side_ends_a_call(line: &TestLine, caller: &TestCaller, desk: &TestDesk) {
    for nth in 1..=2 {
        let (at_caller, at_desk) = (caller.phone.heard(), desk.phone.heard());
        caller.rings().await;
        desk.answers(nth).await;
        caller.is_connected(nth).await;
        caller.hears(at_caller).await;
        desk.hears(at_desk).await;
        match nth {
            1 => caller.hangs_up().await,
            _ => desk.hangs_up().await,
        }
        caller.is_over(nth).await;
        desk.is_quiet(nth).await;
        let calls = line.calls_ended(nth).await;
        calls.iter().for_each(tests::ToldCall::is_whole);
        assert_eq!(calls[nth - 1].end.as_deref(), Some("completed"));
        line.run(&["desks", "resume", "ito"]).await;
    }
}
