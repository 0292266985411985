//! Offers are taken and declined on a screen.

use domain::ledger::{OfferOutcome, Step};
use proto::routing::v1::Presence;
use telephony::driver::Act;
use telephony::edge::Cause;
use tonic::Code;

use crate::driver_kit::{Did, Opening, TestLine, nurse, picks_up, secs};

async fn line_of_console_first(desks: &[&str]) -> TestLine {
    let opening = Opening::console_first([nurse("ito"), nurse("mori")], desks);
    let line = TestLine::opens(opening).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    line
}

#[tokio::test]
async fn a_console_first_desk_accepts_on_its_screen_and_its_phone_picks_up_by_itself() {
    let line = line_of_console_first(&["ito"]).await;
    let caller = line.caller_rings().await;
    line.is_put_to(caller.call, "ito").await;
    line.advance(secs(2));
    assert_eq!(line.rung_so_often("ito"), 0, "the phone is silent before");

    line.does("ito", Act::Answer, caller.call).await.unwrap();
    line.does("ito", Act::Answer, caller.call).await.unwrap();

    let ito = line.is_rung("ito").await;
    assert!(line.was_asked_to_pick_up(ito));
    line.lifts(ito);
    line.talk(caller.leg, ito).await;
    line.does("ito", Act::Answer, caller.call).await.unwrap();
    assert_eq!(line.rung_so_often("ito"), 1);
}

#[tokio::test]
async fn a_console_that_is_broken_has_its_phone_rung_after_the_grace_and_no_longer_than_the_offer() {
    let line = line_of_console_first(&["ito"]).await;
    let caller = line.caller_rings().await;
    line.is_put_to(caller.call, "ito").await;

    line.advance(secs(5));

    let ito = line.phone_rings("ito").await;
    let rang = Did::Ring { leg: ito, to: "ito".into(), limit: secs(10), picks_up: false };
    assert_eq!(line.edge.how_often(|did| *did == rang), 1);
    line.advance(secs(10));
    line.phone_is_lifted("mori").await;
    line.desk_is("ito", Presence::Paused).await;
}

#[tokio::test]
async fn a_phone_that_rings_already_is_asked_anew_where_it_is_known_to_pick_up() {
    let mut opening = Opening::with([nurse("ito")]);
    opening.driver = picks_up(opening.driver, "ito");
    let line = TestLine::opens(opening).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let rings = line.phone_rings("ito").await;

    line.does("ito", Act::Answer, caller.call).await.unwrap();

    line.is_hung_up(rings).await;
    let again = line.is_rung("ito").await;
    assert!(line.was_asked_to_pick_up(again));
    line.lifts(again);
    line.talk(caller.leg, again).await;
    line.desk_is("ito", Presence::InCall).await;
}

#[tokio::test]
async fn the_offer_outlives_a_phone_that_refuses_to_pick_up_by_itself() {
    let mut opening = Opening::with([nurse("ito")]);
    opening.driver = picks_up(opening.driver, "ito");
    let line = TestLine::opens(opening).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    line.phone_rings("ito").await;
    line.does("ito", Act::Answer, caller.call).await.unwrap();

    let again = line.is_rung("ito").await;
    line.ends(again, Cause::Busy);

    let plain = line.phone_is_lifted("ito").await;
    assert!(!line.was_asked_to_pick_up(plain));
    line.talk(caller.leg, plain).await;
}

#[tokio::test]
async fn a_phone_that_cannot_pick_up_by_itself_rings_on_until_it_is_lifted() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_rings("ito").await;

    line.does("ito", Act::Answer, caller.call).await.unwrap();
    line.lifts(ito);

    line.talk(caller.leg, ito).await;
    assert_eq!(line.rung_so_often("ito"), 1);
}

#[tokio::test]
async fn a_declined_offer_costs_the_caller_no_time() {
    let line = line_of_console_first(&["ito"]).await;
    let caller = line.caller_rings().await;
    line.is_put_to(caller.call, "ito").await;

    line.does("ito", Act::Decline, caller.call).await.unwrap();
    line.does("ito", Act::Decline, caller.call).await.unwrap();

    let mori = line.phone_is_lifted("mori").await;
    assert_eq!(line.talk(caller.leg, mori).await, caller.at);
    line.desk_is("ito", Presence::Available).await;
    let declined = |step: &Step| matches!(step, Step::OfferEnded { outcome: OfferOutcome::Declined, .. });
    assert_eq!(line.steps(caller.call).iter().filter(|step| declined(step)).count(), 1);
    assert_eq!(line.rung_so_often("ito"), 0);
}

#[tokio::test]
async fn who_has_no_part_in_a_call_is_told_so_and_a_call_that_is_not_here_is_not_found() {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    let (caller, ito) = line.talks_to("ito").await;

    for act in [Act::Answer, Act::Decline, Act::Hold, Act::Resume, Act::HangUp] {
        assert_eq!(line.does("mori", act, caller.call).await, Err(Code::FailedPrecondition));
    }
    line.hangs_up(ito);
    line.ended(caller.call).await;
    crate::driver_kit::until("the call is gone", || (line.deps.switchboard.count() == 0).then_some(())).await;

    assert_eq!(line.does("ito", Act::Hold, caller.call).await, Err(Code::NotFound));
}

#[tokio::test]
async fn a_desk_hangs_up_on_its_screen() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let (caller, ito) = line.talks_to("ito").await;

    line.does("ito", Act::HangUp, caller.call).await.unwrap();

    line.is_hung_up(ito).await;
    line.is_hung_up(caller.leg).await;
    line.ended(caller.call).await;
    line.desk_is("ito", Presence::Available).await;
}
