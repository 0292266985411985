//! Routing, the store or a line goes away in the middle of a call.

use std::time::Duration;

use domain::ledger::{EndReason, OfferedBy, PlaceClass, Prompt, Step};
use proto::routing::v1::Presence;
use sqlx::{Connection, Executor, SqliteConnection};
use telephony::edge::{Cause, EdgeEvent};
use telephony::ledger::Flow;

use crate::driver_kit::{Caller, Opening, TestLine, Way, nurse, secs};

fn by(steps: &[Step]) -> Vec<OfferedBy> {
    steps
        .iter()
        .filter_map(|step| if let Step::Offered { by, .. } = step { Some(*by) } else { None })
        .collect()
}

/// Of this call routing has never heard.
async fn talks_to_ito_without_routing(line: &mut TestLine) -> Caller {
    line.signs_in("ito").await;
    line.ring_list_is(&[("ito", true)]).await;
    line.routing_dies().await;
    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;
    caller
}

#[tokio::test]
async fn with_routing_gone_the_ring_list_is_rung_and_no_desk_for_two_callers() {
    let mut line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    line.ring_list_is(&[("ito", true), ("mori", true)]).await;
    line.routing_dies().await;

    let (one, two) = tokio::join!(line.rings_from(Some("+81311111111"), "100"), line.caller_rings());
    let (ito, mori) = (line.phone_rings("ito").await, line.phone_rings("mori").await);
    let third = line.rings_from(Some("+81322222222"), "100").await;
    line.comes_to(third.call, "all are busy", |step| matches!(step, Step::NobodyFree { .. })).await;
    line.lifts(ito);
    line.lifts(mori);

    line.alarm_is_raised("call_routing_lost").await;
    assert_eq!(
        [by(&line.steps(one.call)), by(&line.steps(two.call))],
        [[OfferedBy::RingList], [OfferedBy::RingList]]
    );
    let of_one = if line.put_to(one.call, "ito") { ito } else { mori };
    line.talk(one.leg, of_one).await;
    line.talk(two.leg, if of_one == ito { mori } else { ito }).await;
    assert_eq!((line.rung_so_often("ito"), line.rung_so_often("mori")), (1, 1));
}

#[tokio::test]
async fn a_routing_that_says_nothing_costs_the_caller_its_budget_and_no_more() {
    let quick = Opening { routing_budget: Duration::from_millis(100), ..Opening::with([nurse("ito")]) };
    let line = TestLine::opens(quick).await;
    line.signs_in("ito").await;
    line.ring_list_is(&[("ito", true)]).await;
    line.routing_is(Way::Silent);

    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;

    assert_eq!(line.talk(caller.leg, ito).await, caller.at);
    assert_eq!(by(&line.steps(caller.call)), [OfferedBy::RingList]);
}

#[tokio::test]
async fn a_desk_of_the_ring_list_that_does_not_answer_is_followed_by_the_next() {
    let mut line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    line.ring_list_is(&[("ito", true), ("mori", true)]).await;
    line.routing_dies().await;
    let caller = line.caller_rings().await;
    line.phone_rings("ito").await;

    line.advance(secs(15));

    let mori = line.phone_is_lifted("mori").await;
    line.talk(caller.leg, mori).await;
}

#[tokio::test]
async fn a_desk_of_the_ring_list_is_free_for_the_next_caller_when_its_call_is_over() {
    let mut line = TestLine::begins(&["ito"]).await;
    let first = talks_to_ito_without_routing(&mut line).await;
    line.hangs_up(first.leg);
    line.ended(first.call).await;

    let second = line.rings_from(Some("+81311111111"), "100").await;
    let ito = line.phone_is_lifted("ito").await;

    line.talk(second.leg, ito).await;
}

#[tokio::test]
async fn a_routing_that_is_back_is_asked_again_by_those_who_wait_and_by_the_next() {
    let mut line = TestLine::begins(&["ito", "mori"]).await;
    talks_to_ito_without_routing(&mut line).await;
    let waits = line.rings_from(Some("+81311111111"), "100").await;
    line.comes_to(waits.call, "all are busy", |step| matches!(step, Step::NobodyFree { .. })).await;

    line.routing_comes_back().await;
    // The reconciler, a second before the caller's next question, tells routing that the desk is in a call of
    // which it never heard.
    line.advance(secs(4));
    line.desk_is("ito", Presence::InCall).await;
    line.advance(secs(1));
    line.signs_in_to_a_waiting_caller("mori").await;

    let mori = line.phone_is_lifted("mori").await;
    line.talk(waits.leg, mori).await;
    assert_eq!(by(&line.steps(waits.call)), [OfferedBy::Routing]);
    assert_eq!(line.rung_so_often("ito"), 1);
}

#[tokio::test]
async fn a_routing_that_is_back_and_knows_nothing_yet_does_not_ring_a_phone_that_is_in_a_call() {
    let mut line = TestLine::begins(&["ito", "mori"]).await;
    talks_to_ito_without_routing(&mut line).await;

    line.routing_comes_back().await;
    line.signs_in("mori").await;
    line.desk_is("ito", Presence::Available).await;
    let second = line.rings_from(Some("+81311111111"), "100").await;

    let mori = line.phone_is_lifted("mori").await;
    line.talk(second.leg, mori).await;
    assert_eq!(by(&line.steps(second.call)), [OfferedBy::Routing]);
    assert_eq!(line.rung_so_often("ito"), 1);
}

#[tokio::test]
async fn a_routing_that_dies_while_a_phone_rings_does_not_disturb_the_ringing() {
    let mut line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_rings("ito").await;

    line.routing_dies().await;
    line.alarm_is_raised("call_routing_lost").await;
    line.lifts(ito);

    line.talk(caller.leg, ito).await;
    assert_eq!(line.rung_so_often("mori"), 0);
}

#[tokio::test]
async fn with_the_store_locked_the_call_goes_on_and_its_entries_follow_in_order() {
    let quick = Opening { store_budget: Duration::from_millis(100), ..Opening::with([nurse("ito")]) };
    let line = TestLine::opens(quick).await;
    line.signs_in("ito").await;
    line.ring_list_is(&[("ito", true)]).await;
    let mut other =
        SqliteConnection::connect(&format!("sqlite:{}", line.house.store.display())).await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();

    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;
    line.hangs_up(ito);
    line.ended(caller.call).await;
    assert!(matches!(*line.deps.ledger.flow().borrow(), Flow::Spooling { .. }));
    assert!(line.told.overruns("store_takes_event") > 0);
    let told = line.steps(caller.call);
    other.execute("ROLLBACK").await.unwrap();

    line.deps.ledger.flow().wait_for(|flow| *flow == Flow::Direct).await.unwrap();
    let calls = telephony::ledger::calls::Calls::of(
        shell::testkit::operator(),
        line.house.db.clone(),
        line.house.sealer.clone(),
    );
    let entries = calls.entries(caller.call).await.unwrap();
    let (seqs, steps): (Vec<_>, Vec<_>) = entries.into_iter().map(|entry| (entry.seq, entry.step)).unzip();
    assert_eq!(seqs, (0..u32::try_from(seqs.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(steps, told);
    assert_eq!(steps.last(), Some(&Step::Ended { reason: EndReason::Completed, owes_call_back: false }));
}

#[tokio::test]
async fn a_caller_whose_counsellor_is_lost_stays_and_comes_before_those_who_wait() {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;
    let (other, _) = line.is_taken("mori").await;
    let waits = line.rings_from(Some("+81322222222"), "100").await;
    line.comes_to(waits.call, "nobody is free", |step| matches!(step, Step::NobodyFree { .. })).await;

    line.is_lost(ito);
    line.hears(caller.leg, Prompt::NobodyFree).await;
    line.alarm_is_raised("call_counsellor_lost").await;
    // Whoever it is rung for, a broken line cannot be reached.
    let broken = line.is_rung("ito").await;
    line.ends(broken, Cause::Unreachable);
    line.desk_is("ito", Presence::Paused).await;
    line.hangs_up(other.leg);

    line.is_put_to(caller.call, "mori").await;
    let mori = line.phone_is_lifted("mori").await;
    line.talk(caller.leg, mori).await;
    assert!(!line.put_to(waits.call, "mori"));
    let begun = line.steps(waits.call);
    assert!(matches!(&begun[0], Step::Begun(begun) if begun.class == PlaceClass::Ordinary));
}

#[tokio::test]
async fn a_caller_whose_line_is_lost_in_mid_call_is_owed_a_call() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;

    line.is_lost(caller.leg);

    line.is_hung_up(ito).await;
    assert_eq!(
        line.ended(caller.call).await,
        Step::Ended { reason: EndReason::CutOff, owes_call_back: true }
    );
    line.debts_are(&[(caller.call, 1)]).await;
}

#[tokio::test]
async fn a_party_that_holds_the_other_is_in_the_ledger_and_the_call_goes_on() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;

    line.tell(EdgeEvent::Held { leg: ito, held: true });

    line.comes_to(caller.call, "it is held", |step| matches!(step, Step::Held { held: true, .. })).await;
    assert_eq!(line.deps.switchboard.count(), 1);
}
