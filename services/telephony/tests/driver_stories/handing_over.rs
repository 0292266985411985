//! A caller is held, handed over, listened to and taken over.

use domain::ids::DeskId;
use domain::ledger::{OfferOutcome, Prompt, Step};
use proto::routing::v1::Presence;
use telephony::driver::Act;
use telephony::edge::Cause;
use tonic::Code;

use crate::driver_kit::{Did, TestLine, Way, secs, until};

fn desk(name: &str) -> DeskId {
    DeskId::parse(name).unwrap()
}

fn to(name: &str) -> Act {
    Act::Transfer { to: desk(name) }
}

async fn line_of_ito_and_mori() -> TestLine {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.signs_in("mori").await;
    line
}

#[tokio::test]
async fn a_caller_on_hold_hears_that_they_are_and_not_the_room() {
    let line = line_of_ito_and_mori().await;
    let (caller, ito) = line.talks_to("ito").await;

    line.does("ito", Act::Hold, caller.call).await.unwrap();
    line.does("ito", Act::Hold, caller.call).await.unwrap();
    line.hears(caller.leg, Prompt::OnHold).await;
    line.is_at(caller.leg, Did::Leave(caller.leg)).await;

    line.does("ito", Act::Resume, caller.call).await.unwrap();
    line.is_at(caller.leg, Did::Join(caller.leg, caller.call)).await;
    assert_eq!(line.place_of(ito), Some(Did::Join(ito, caller.call)));
    let held = Step::CallerHeld { desk: desk("ito") };
    let resumed = Step::CallerResumed { desk: desk("ito") };
    assert!(line.steps(caller.call).ends_with(&[held, resumed]));
}

#[tokio::test]
async fn a_transferred_caller_waits_on_hold_and_the_first_counsellor_writes_up() {
    let line = line_of_ito_and_mori().await;
    let (caller, ito) = line.talks_to("ito").await;

    line.does("ito", to("mori"), caller.call).await.unwrap();
    line.does("ito", to("mori"), caller.call).await.unwrap();
    line.desk_is("mori", Presence::Offered).await;
    let mori = line.phone_rings("mori").await;
    line.hears(caller.leg, Prompt::OnHold).await;
    assert_eq!(line.place_of(ito), Some(Did::Join(ito, caller.call)));
    line.lifts(mori);

    line.is_hung_up(ito).await;
    line.is_at(mori, Did::Join(mori, caller.call)).await;
    line.is_at(caller.leg, Did::Join(caller.leg, caller.call)).await;
    line.desk_is("mori", Presence::InCall).await;
    line.desk_is("ito", Presence::Available).await;
    assert!(line.has_step(caller.call, &Step::Transferred { from: desk("ito"), desk: desk("mori") }));

    line.does("ito", to("mori"), caller.call).await.unwrap();
    line.hangs_up(mori);
    line.is_hung_up(caller.leg).await;
    line.desk_is("mori", Presence::Available).await;
}

async fn is_as_it_was(cause: Cause, outcome: OfferOutcome, mori_is: Presence) {
    let line = line_of_ito_and_mori().await;
    let (caller, ito) = line.talks_to("ito").await;
    line.does("ito", to("mori"), caller.call).await.unwrap();
    let mori = line.is_rung("mori").await;

    line.ends(mori, cause);

    line.is_at(caller.leg, Did::Join(caller.leg, caller.call)).await;
    assert_eq!(line.place_of(ito), Some(Did::Join(ito, caller.call)));
    line.desk_is("mori", mori_is).await;
    line.desk_is("ito", Presence::InCall).await;
    let failed = |step: &Step| matches!(step, Step::TransferFailed { outcome: why, .. } if *why == outcome);
    assert!(line.steps(caller.call).iter().any(failed));
}

#[tokio::test]
async fn a_transfer_to_somebody_who_is_busy_leaves_all_as_it_was() {
    is_as_it_was(Cause::Busy, OfferOutcome::Busy, Presence::Available).await;
}

#[tokio::test]
async fn a_transfer_to_somebody_who_declines_leaves_all_as_it_was() {
    is_as_it_was(Cause::Declined, OfferOutcome::Declined, Presence::Available).await;
}

#[tokio::test]
async fn a_transfer_that_nobody_lifts_for_leaves_all_as_it_was() {
    let line = line_of_ito_and_mori().await;
    let (caller, _) = line.talks_to("ito").await;
    line.does("ito", to("mori"), caller.call).await.unwrap();
    line.phone_rings("mori").await;

    line.advance(secs(15));

    line.is_at(caller.leg, Did::Join(caller.leg, caller.call)).await;
    line.desk_is("mori", Presence::Paused).await;
    line.desk_is("ito", Presence::InCall).await;
}

#[tokio::test]
async fn a_desk_that_talks_to_somebody_else_is_not_rung_and_the_caller_notices_nothing() {
    let line = line_of_ito_and_mori().await;
    let (caller, _) = line.talks_to("ito").await;
    line.is_taken("mori").await;
    let before = line.rung_so_often("mori");

    assert_eq!(line.does("ito", to("mori"), caller.call).await, Err(Code::FailedPrecondition));
    assert_eq!(line.does("ito", to("nobody"), caller.call).await, Err(Code::FailedPrecondition));

    assert_eq!(line.rung_so_often("mori"), before);
    assert!(!line.has_heard(caller.leg, Prompt::OnHold));
}

#[tokio::test]
async fn without_routing_a_call_is_handed_over_all_the_same() {
    let line = line_of_ito_and_mori().await;
    let (caller, ito) = line.talks_to("ito").await;
    line.routing_is(Way::Refused);

    line.does("ito", to("mori"), caller.call).await.unwrap();
    let mori = line.phone_is_lifted("mori").await;

    line.is_hung_up(ito).await;
    line.is_at(mori, Did::Join(mori, caller.call)).await;
}

#[tokio::test]
async fn a_counsellor_who_hangs_up_before_the_other_has_lifted_leaves_the_caller_at_the_head_of_the_queue() {
    let line = line_of_ito_and_mori().await;
    let (caller, ito) = line.talks_to("ito").await;
    line.does("ito", to("mori"), caller.call).await.unwrap();
    let mori = line.phone_rings("mori").await;

    line.hangs_up(ito);

    line.is_hung_up(mori).await;
    let again =
        line.comes_to(caller.call, "they are put to a desk again", |step| matches!(step, Step::Left { .. }));
    again.await;
    let rung = until("a phone rings for them", || {
        line.edge.take_ring("mori").or_else(|| line.edge.take_ring("ito"))
    });
    let rung = rung.await;
    line.lifts(rung);
    line.is_at(rung, Did::Join(rung, caller.call)).await;
}

#[tokio::test]
async fn a_supervisor_hears_both_sides_after_a_notice_and_is_in_no_room() {
    let line = line_of_ito_and_mori().await;
    let (caller, ito) = line.talks_to("ito").await;

    line.does("mori", Act::ListenIn, caller.call).await.unwrap();
    line.does("mori", Act::ListenIn, caller.call).await.unwrap();
    let mori = line.is_rung("mori").await;
    assert!(line.was_asked_to_pick_up(mori));
    line.lifts(mori);

    line.is_at(mori, Did::Listen(mori, caller.call)).await;
    for hears in [caller.leg, ito, mori] {
        assert!(line.edge.when(|did| *did == Did::Play { leg: hears, clip: "tone" }).is_some());
    }
    assert!(line.has_step(caller.call, &Step::Listened { desk: desk("mori") }));

    line.does("mori", Act::HangUp, caller.call).await.unwrap();
    line.is_hung_up(mori).await;
    line.comes_to(caller.call, "the listener left", |step| matches!(step, Step::ListenEnded { .. })).await;
    line.does("ito", Act::Hold, caller.call).await.unwrap();
}

#[tokio::test]
async fn a_supervisor_who_takes_over_has_the_call_at_routing_too() {
    let line = line_of_ito_and_mori().await;
    let (caller, ito) = line.talks_to("ito").await;
    line.does("mori", Act::ListenIn, caller.call).await.unwrap();
    let mori = line.phone_is_lifted("mori").await;
    line.is_at(mori, Did::Listen(mori, caller.call)).await;

    line.does("mori", Act::TakeOver, caller.call).await.unwrap();
    line.does("mori", Act::TakeOver, caller.call).await.unwrap();

    line.is_at(mori, Did::Join(mori, caller.call)).await;
    line.is_hung_up(ito).await;
    line.desk_is("mori", Presence::InCall).await;
    line.desk_is("ito", Presence::Available).await;
    let step = Step::TakenOver { from: Some(desk("ito")), desk: desk("mori") };
    assert!(line.has_step(caller.call, &step));
    line.hangs_up(caller.leg);
    line.desk_is("mori", Presence::Available).await;
}

#[tokio::test]
async fn a_supervisor_whose_desk_has_another_caller_cannot_listen() {
    let line = line_of_ito_and_mori().await;
    let (caller, _) = line.talks_to("ito").await;
    line.is_taken("mori").await;

    assert_eq!(line.does("mori", Act::ListenIn, caller.call).await, Err(Code::FailedPrecondition));
}
