//! The caller is answered, by whichever desk lifts.

use domain::ids::DeskId;
use domain::ledger::{AnsweredBy, EndReason, OfferOutcome, Step};
use domain::routing::Strategy;
use proto::routing::v1::{PauseReason, Presence};
use telephony::edge::Cause;

use crate::driver_kit::{Did, Opening, TELLTALE, TestLine, nurse, secs};

#[tokio::test]
async fn a_caller_is_answered_by_the_counsellor_who_has_been_idle_longest() {
    let line = TestLine::begins(&["mori", "ito"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;

    let caller = line.caller_rings().await;
    let ito = line.phone_rings("ito").await;
    line.advance(secs(4));
    line.lifts(ito);

    assert_eq!(line.talk(caller.leg, ito).await, caller.at + secs(4));
    line.desk_is("ito", Presence::InCall).await;
    assert_eq!(line.rung_so_often("mori"), 0);
    let answered =
        Step::Answered { by: AnsweredBy::Desk(DeskId::parse("ito").unwrap()), waited_micros: 4_000_000 };
    assert!(line.steps(caller.call).contains(&answered));
}

#[tokio::test]
async fn the_caller_hears_the_ringing_tone_at_once_and_is_picked_up_only_by_a_human() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;

    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;

    let done: Vec<Did> = line.edge.done().into_iter().map(|(_, did)| did).collect();
    let rang = Did::Ring { leg: ito, to: "ito".into(), limit: secs(15), picks_up: false };
    let joined = [Did::Join(caller.leg, caller.call), Did::Join(ito, caller.call)];
    let expected = [Did::Alert(caller.leg), rang, Did::Answer(caller.leg)].into_iter().chain(joined);
    assert_eq!(done, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_call_that_both_had_ends_for_both_and_the_desk_is_free_again() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;

    line.hangs_up(ito);

    line.is_hung_up(caller.leg).await;
    assert_eq!(
        line.ended(caller.call).await,
        Step::Ended { reason: EndReason::Completed, owes_call_back: false }
    );
    line.desk_is("ito", Presence::Available).await;
    assert_eq!(line.owed().await, []);
}

#[tokio::test]
async fn a_desk_that_does_not_answer_is_paused_and_the_next_one_rings() {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    let caller = line.caller_rings().await;
    line.phone_rings("ito").await;

    line.advance(secs(15));

    let mori = line.phone_is_lifted("mori").await;
    line.talk(caller.leg, mori).await;
    let ito = line.desk("ito").await.unwrap();
    assert_eq!((ito.presence(), ito.pause_reason()), (Presence::Paused, PauseReason::NoAnswer));
}

#[tokio::test]
async fn a_desk_that_did_not_answer_stays_paused_while_its_phone_stays_registered() {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    line.caller_rings().await;
    line.phone_rings("ito").await;
    line.advance(secs(15));
    line.phone_is_lifted("mori").await;

    // Two heartbeats later the next caller would ring it.
    line.advance(secs(10));
    line.advance(secs(10));
    line.rings_from(Some("+81311111111"), "100").await;
    line.advance(secs(3));
    let greeted = line.edge.done().len();

    crate::driver_kit::until("the second caller is spoken to", || {
        (line.edge.done().len() > greeted).then_some(())
    })
    .await;
    line.desk_is("ito", Presence::Paused).await;
    assert_eq!(line.rung_so_often("ito"), 1);
}

async fn goes_on_to_mori_after(cause: Cause, outcome: OfferOutcome, ito_is: Presence) {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    let caller = line.caller_rings().await;

    let ito = line.is_rung("ito").await;
    line.ends(ito, cause);

    let mori = line.phone_is_lifted("mori").await;
    assert_eq!(line.talk(caller.leg, mori).await, caller.at);
    let ended = |step: &Step| matches!(step, Step::OfferEnded { outcome: found, .. } if *found == outcome);
    assert!(line.steps(caller.call).iter().any(ended));
    line.desk_is("ito", ito_is).await;
    assert_eq!(line.rung_so_often("ito"), 1);
}

#[tokio::test]
async fn a_busy_desk_costs_the_caller_no_time() {
    goes_on_to_mori_after(Cause::Busy, OfferOutcome::Busy, Presence::Available).await;
}

#[tokio::test]
async fn a_desk_that_declines_costs_the_caller_no_time() {
    goes_on_to_mori_after(Cause::Declined, OfferOutcome::Declined, Presence::Available).await;
}

#[tokio::test]
async fn a_phone_that_cannot_be_reached_costs_the_caller_no_time_and_is_paused() {
    goes_on_to_mori_after(Cause::Unreachable, OfferOutcome::Unreachable, Presence::Paused).await;
}

#[tokio::test]
async fn of_two_desks_that_ring_together_the_one_that_is_not_lifted_is_hung_up() {
    let together =
        Opening { strategy: Strategy::RingGroup(2), ..Opening::with([nurse("ito"), nurse("mori")]) };
    let line = TestLine::opens(together).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    let caller = line.caller_rings().await;
    let (ito, mori) = (line.phone_rings("ito").await, line.phone_rings("mori").await);

    line.lifts(mori);

    line.talk(caller.leg, mori).await;
    line.is_hung_up(ito).await;
    line.desk_is("ito", Presence::Available).await;
    line.desk_is("mori", Presence::InCall).await;
}

#[tokio::test]
async fn two_phones_lifted_in_the_same_moment_do_not_both_have_the_call() {
    let together =
        Opening { strategy: Strategy::RingGroup(2), ..Opening::with([nurse("ito"), nurse("mori")]) };
    let line = TestLine::opens(together).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    let caller = line.caller_rings().await;
    let (ito, mori) = (line.phone_rings("ito").await, line.phone_rings("mori").await);

    line.lifts(mori);
    line.lifts(ito);

    line.talk(caller.leg, mori).await;
    line.is_hung_up(ito).await;
    assert_eq!(line.edge.how_often(|did| matches!(did, Did::Join(leg, _) if *leg == ito)), 0);
    line.desk_is("ito", Presence::Available).await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_stops_the_phone_and_is_owed_one_call() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_rings("ito").await;

    line.hangs_up(caller.leg);

    line.is_hung_up(ito).await;
    assert_eq!(
        line.ended(caller.call).await,
        Step::Ended { reason: EndReason::AbandonedInQueue, owes_call_back: true }
    );
    line.debts_are(&[(caller.call, 1)]).await;
    for file in ["line.db", "line.db-wal"] {
        let bytes = std::fs::read(line.house.folder.path().join(file)).unwrap();
        assert!(!bytes.windows(TELLTALE.len() - 3).any(|found| found == &TELLTALE.as_bytes()[3..]));
    }
}

#[tokio::test]
async fn a_caller_who_gives_up_before_the_call_has_begun_leaves_nothing_ringing() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let leg = line.deps.ids.leg();
    line.edge.comes_in(telephony::edge::IncomingCall {
        leg,
        at: line.clock.now(),
        source: telephony::edge::Source::Trunk("carrier".into()),
        called: "100".into(),
        caller: None,
    });
    line.hangs_up(leg);

    let call = crate::driver_kit::until("the call is kept", || line.call_of(leg)).await;
    line.ended(call).await;

    line.desk_is("ito", Presence::Available).await;
    assert_eq!(line.deps.switchboard.count(), 0);
}
