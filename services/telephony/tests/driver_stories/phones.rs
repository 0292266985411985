//! A desk is there when its phone is.

use domain::ids::DeskId;
use proto::routing::v1::Presence;
use telephony::edge::EdgeEvent;

use crate::driver_kit::{FALLBACK, TestLine, secs};

#[tokio::test]
async fn a_phone_that_registers_signs_its_desk_in_and_one_that_is_gone_signs_it_out() {
    let line = TestLine::begins(&["ito"]).await;

    line.signs_in("ito").await;
    line.tell(EdgeEvent::PhoneGone { desk: DeskId::parse("ito").unwrap() });
    line.desk_is("ito", Presence::SignedOut).await;

    line.caller_rings().await;
    line.is_rung(FALLBACK).await;
    assert_eq!(line.rung_so_often("ito"), 0);
}

#[tokio::test]
async fn a_phone_without_a_seat_signs_nobody_in_and_hinders_nobody() {
    let line = TestLine::begins(&["ito"]).await;
    let until = line.clock.now() + secs(3600);

    line.tell(EdgeEvent::PhoneRegistered { desk: DeskId::parse("spare").unwrap(), until, came: true });
    line.signs_in("ito").await;

    assert!(line.desk("spare").await.is_none());
}

#[tokio::test]
async fn a_routing_that_was_away_learns_from_the_heartbeat_who_is_there() {
    let mut line = TestLine::begins(&["ito"]).await;
    line.routing_dies().await;
    let until = line.clock.now() + secs(3600);
    line.tell(EdgeEvent::PhoneRegistered { desk: DeskId::parse("ito").unwrap(), until, came: true });
    line.routing_comes_back().await;

    line.advance(secs(10));

    line.desk_is("ito", Presence::Available).await;
}

#[tokio::test]
async fn whoever_leaves_the_desk_stays_away_while_the_phone_goes_on_registering() {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.signs_in("ito").await;
    line.leaves("ito").await;

    let until = line.clock.now() + secs(3600);
    line.tell(EdgeEvent::PhoneRegistered { desk: DeskId::parse("ito").unwrap(), until, came: false });
    line.advance(secs(10));
    // Phones are heard one after the other with the heartbeat: with this one, it has been.
    line.signs_in("mori").await;

    line.desk_is("ito", Presence::SignedOut).await;
    line.signs_in("ito").await;
}

#[tokio::test]
async fn a_registration_that_runs_out_is_not_renewed_by_the_heartbeat() {
    let line = TestLine::begins(&["ito", "mori", "sato"]).await;
    let until = line.clock.now() + secs(25);
    line.tell(EdgeEvent::PhoneRegistered { desk: DeskId::parse("ito").unwrap(), until, came: true });
    line.desk_is("ito", Presence::Available).await;

    line.advance(secs(30));
    // Phones are heard one after the other with the heartbeat: with the second, it has been.
    line.signs_in("mori").await;
    line.signs_in("sato").await;

    line.desk_is("ito", Presence::SignedOut).await;
}
