//! What is measured of a call, and what is told of it.

use std::time::Duration;

use domain::ledger::Step;
use domain::private::Private;
use telephony::edge::{IncomingCall, Source};

use crate::driver_kit::{Opening, TELLTALE, TestLine, Way, nurse, secs, until};

#[tokio::test]
async fn one_span_carries_the_calls_id_and_nothing_tells_the_number() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;
    line.hangs_up(caller.leg);
    line.ended(caller.call).await;

    let lines = line.told.lines();
    let span = format!("call{{call={}", caller.call);
    let begun = lines.iter().filter(|line| line.contains(&span) && line.ends_with("incoming: new"));
    assert_eq!(begun.count(), 1);
    let asked = format!("{span} window=main}}:");
    assert!(
        lines.iter().any(|line| line.contains(&asked) && line.contains("routing is asked")),
        "the question to routing belongs to the call's trace"
    );
    assert!(!lines.iter().any(|line| line.contains(&TELLTALE[3..])));
}

#[tokio::test]
async fn a_call_inside_every_budget_is_measured_and_counts_no_overrun() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_rings("ito").await;
    line.advance(secs(12));
    line.lifts(ito);
    line.talk(caller.leg, ito).await;

    for step in ["caller_hears_us", "routing_answers", "human_answers"] {
        assert_eq!((line.told.measured(step), line.told.overruns(step)), (1, 0), "{step}");
    }
}

#[tokio::test]
async fn a_caller_who_heard_nothing_for_too_long_is_counted() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;

    line.edge.comes_in(IncomingCall {
        leg: line.deps.ids.leg(),
        at: line.clock.now() - Duration::from_millis(201),
        source: Source::Trunk("carrier".into()),
        called: "100".into(),
        caller: Some(Private::new(TELLTALE.into())),
    });
    line.is_rung("ito").await;

    assert_eq!(line.told.overruns("caller_hears_us"), 1);
}

#[tokio::test]
async fn a_routing_that_does_not_answer_in_time_is_counted() {
    let quick = Opening { routing_budget: Duration::from_millis(100), ..Opening::with([nurse("ito")]) };
    let line = TestLine::opens(quick).await;
    line.signs_in("ito").await;
    line.ring_list_is(&[("ito", true)]).await;
    line.routing_is(Way::Silent);

    line.caller_rings().await;
    line.is_rung("ito").await;

    assert_eq!(line.told.overruns("routing_answers"), 1);
}

#[tokio::test]
async fn a_human_who_comes_too_late_is_counted() {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    let caller = line.caller_rings().await;
    line.phone_rings("ito").await;
    line.advance(secs(15));
    let mori = line.phone_rings("mori").await;
    line.advance(secs(6));
    line.lifts(mori);
    line.talk(caller.leg, mori).await;

    assert_eq!((line.told.measured("human_answers"), line.told.overruns("human_answers")), (1, 1));
}

#[tokio::test]
async fn a_caller_whom_no_human_answered_in_time_is_counted_though_they_gave_up() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    line.is_taken("ito").await;
    let caller = line.caller_rings().await;
    line.comes_to(caller.call, "nobody is free", |step| matches!(step, Step::NobodyFree { .. })).await;
    line.advance(secs(21));
    line.hangs_up(caller.leg);
    line.ended(caller.call).await;

    until("it is counted", || (line.told.overruns("human_answers") == 1).then_some(())).await;
}
