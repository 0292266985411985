//! What a caller and a counsellor notice of routing, with the clock moved by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

mod line;

use std::future::Future;
use std::time::Duration;

use line::{Caller, Line, Person, code, secs};
use proto::routing::v1 as pb;
use proto::routing::v1::{NoOneFree, OfferOutcome, PlaceClass, Presence};
use tonic::Code;

fn ito_and_mori() -> Vec<Person> {
    vec![Person::nurse("ito"), Person::nurse("mori")]
}

/// The same story on SQLite and on PostgreSQL.
async fn on_both_stores<Fut: Future<Output = ()>>(people: &[Person], story: impl Fn(Line) -> Fut) {
    shell::testkit::both_stores(|db| story(Line::new(db, people))).await;
}

#[tokio::test]
async fn a_desk_that_does_not_answer_is_paused_and_the_next_one_is_rung() {
    on_both_stores(&ito_and_mori(), |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        line.clock.advance(secs(1));
        routing.signs_in("mori").await;
        let caller = routing.caller();
        let mut news = routing.seeks(&caller).await;
        let first = news.offer().await;
        assert_eq!((first.desk_id.as_str(), first.ring_for.unwrap().seconds), ("ito", 15));

        line.clock.advance(secs(15));
        routing.reports(&caller, &first, OfferOutcome::NoAnswer).await.unwrap();

        assert_eq!(news.offer().await.desk_id, "mori");
        let ito = routing.desk("ito").await;
        assert_eq!((ito.presence(), ito.pause_reason()), (Presence::Paused, pb::PauseReason::NoAnswer));
    })
    .await;
}

#[tokio::test]
async fn the_desk_that_answers_has_the_call_and_writes_after_it_before_the_next_one() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let (first, second) = (routing.caller(), routing.caller());
        let mut news = routing.seeks(&first).await;
        let offer = news.offer().await;
        routing.answers(&first, &offer).await;
        news.ends().await;
        let mut waits = routing.seeks(&second).await;
        assert_eq!(waits.nobody_free().await, NoOneFree::AllBusy);

        routing.ends(&first).await;
        assert_eq!(routing.presence("ito").await, Presence::WrapUp);
        line.clock.advance(secs(30));

        assert_eq!(waits.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn a_counsellor_who_is_done_writing_takes_the_next_call_at_once() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let (first, second) = (routing.caller(), routing.caller());
        let offer = routing.seeks(&first).await.offer().await;
        // Its stream is gone by now: the offer was given back.
        assert_eq!(
            code(routing.reports(&first, &offer, OfferOutcome::Answered).await),
            Code::FailedPrecondition
        );
        let mut news = routing.seeks(&first).await;
        let offer = news.offer().await;
        routing.answers(&first, &offer).await;
        routing.ends(&first).await;
        let mut waits = routing.seeks(&second).await;
        waits.nobody_free().await;

        routing.resumes("ito").await;

        assert_eq!(waits.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn a_wider_circle_keeps_the_place_in_the_queue_and_asks_the_refusing_desk_again() {
    on_both_stores(&ito_and_mori(), |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let mut early = Caller { circle: 0, ..routing.caller() };
        let mut news = routing.seeks(&early).await;
        let offer = news.offer().await;
        routing.reports(&early, &offer, OfferOutcome::Declined).await.unwrap();
        assert_eq!(news.nobody_free().await, NoOneFree::NoneSuitable);
        routing.pauses("ito").await.unwrap();
        line.clock.advance(secs(5));
        let late = routing.caller();
        let mut behind = routing.seeks(&late).await;
        behind.nobody_free().await;

        early.circle = 1;
        let mut wider = routing.seeks(&early).await;
        news.ends().await;
        wider.nobody_free().await;
        routing.resumes("ito").await;

        assert_eq!(wider.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn the_widest_circle_rings_the_next_window() {
    let mut people = ito_and_mori();
    people[1].windows = vec!["welfare"];
    on_both_stores(&people, |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("mori").await;
        let mut caller = routing.caller();
        assert_eq!(routing.seeks(&caller).await.nobody_free().await, NoOneFree::NobodySignedIn);

        caller.circle = 2;

        assert_eq!(routing.seeks(&caller).await.offer().await.desk_id, "mori");
    })
    .await;
}

#[tokio::test]
async fn a_window_that_is_closed_is_answered_by_the_one_that_takes_over() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let caller = Caller { window: "welfare", ..routing.caller() };
        let mut news = routing.seeks(&caller).await;
        assert_eq!(news.nobody_free().await, NoOneFree::NobodyOnDuty);

        // 17:15, and no one moved but the clock.
        line.clock.advance(secs(7 * 3600 + 15 * 60));

        assert_eq!(news.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn the_police_come_first_and_somebody_who_rings_again_before_a_first_caller() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        routing.pauses("ito").await.unwrap();
        let ordinary = routing.caller();
        line.clock.advance(secs(60));
        let again = Caller { class: PlaceClass::Repeat, ..routing.caller() };
        let police = Caller { class: PlaceClass::Agency, window: "agency", ..routing.caller() };
        let mut waiting = Vec::new();
        for caller in [&ordinary, &again, &police] {
            let mut news = routing.seeks(caller).await;
            assert_eq!(news.nobody_free().await, NoOneFree::AllPaused);
            waiting.push(news);
        }

        for (caller, place) in [(&police, 2), (&again, 1), (&ordinary, 0)] {
            routing.resumes("ito").await;
            let offer = waiting[place].offer_at_last().await;
            routing.answers(caller, &offer).await;
            routing.ends(caller).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_offer_that_nobody_reports_on_is_withdrawn_at_its_deadline() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let mut news = routing.seeks(&routing.caller()).await;
        let offer = news.offer().await;

        line.clock.advance(secs(20));

        assert_eq!(news.withdrawn().await, offer.offer_id);
        assert_ne!(news.offer().await.offer_id, offer.offer_id);
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_gives_the_desk_to_the_next_one() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let (first, second) = (routing.caller(), routing.caller());
        let mut leaves = routing.seeks(&first).await;
        leaves.offer().await;
        let mut waits = routing.seeks(&second).await;
        waits.nobody_free().await;

        // The stream is let go without EndCall: telephony lost its way.
        drop(leaves);

        assert_eq!(waits.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn of_a_group_that_is_rung_the_first_to_lift_has_the_call() {
    let (_folder, db) = shell::testkit::sqlite().await;
    let mut line = Line::new(db, &ito_and_mori());
    line.settings.strategy = domain::routing::Strategy::RingGroup(2);
    let mut routing = line.replica("one").await;
    routing.signs_in("ito").await;
    routing.signs_in("mori").await;
    let caller = routing.caller();
    let mut news = routing.seeks(&caller).await;
    let (one, two) = (news.offer().await, news.offer().await);

    routing.answers(&caller, &one).await;

    assert_eq!(code(routing.reports(&caller, &two, OfferOutcome::Answered).await), Code::FailedPrecondition);
    news.ends().await;
    assert_eq!(routing.presence(&one.desk_id).await, Presence::InCall);
    assert_eq!(routing.presence(&two.desk_id).await, Presence::Available);
}

#[tokio::test]
async fn somebody_who_signs_in_elsewhere_leaves_the_earlier_desk_and_its_offer() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let mut news = routing.seeks(&routing.caller()).await;
        let offer = news.offer().await;

        routing.signs_in_at("ito", "desk-2").await.unwrap();

        assert_eq!(news.withdrawn().await, offer.offer_id);
        assert_eq!(news.offer().await.desk_id, "desk-2");
        assert_eq!(routing.presence("ito").await, Presence::SignedOut);
    })
    .await;
}

#[tokio::test]
async fn somebody_in_a_call_cannot_sit_down_elsewhere_and_a_stranger_nowhere() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let caller = routing.caller();
        let mut news = routing.seeks(&caller).await;
        let offer = news.offer().await;
        routing.answers(&caller, &offer).await;

        let elsewhere = routing.signs_in_at("ito", "desk-2").await;
        let stranger = routing.signs_in_at("nobody", "desk-3").await.unwrap_err();

        assert_eq!(code(elsewhere), Code::FailedPrecondition);
        assert_eq!(stranger.code(), Code::InvalidArgument);
        assert!(stranger.message().contains("staff_id"), "{stranger}");
    })
    .await;
}

#[tokio::test]
async fn a_desk_rings_where_the_rota_says_first() {
    let mut people = ito_and_mori();
    people[0].contact = Some("tel:+81300001001");
    on_both_stores(&people, |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;

        let offer = routing.seeks(&routing.caller()).await.offer().await;

        assert_eq!(offer.target.unwrap().kind, Some(pb::target::Kind::Number("+81300001001".into())));
    })
    .await;
}

#[tokio::test]
async fn who_sits_at_another_desk_is_rung_at_that_desk() {
    let mut people = ito_and_mori();
    people[0].contact = Some("sip:ito-at-home");
    on_both_stores(&people, |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in_at("ito", "desk-1").await.unwrap();

        let offer = routing.seeks(&routing.caller()).await.offer().await;

        assert_eq!(offer.target.unwrap().kind, Some(pb::target::Kind::Phone("desk-1".into())));
    })
    .await;
}

#[tokio::test]
async fn a_heartbeat_seats_nobody_who_left_and_nobody_who_sits_elsewhere() {
    on_both_stores(&ito_and_mori(), |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        routing.signs_out("ito").await;
        routing.renews("ito", "ito").await;
        assert_eq!(routing.desk("ito").await.presence(), pb::Presence::SignedOut);

        routing.signs_in_at("ito", "desk-1").await.unwrap();
        routing.renews("ito", "ito").await;
        assert_eq!(routing.desk("desk-1").await.staff_id, "ito");
        assert_eq!(routing.desk("ito").await.presence(), pb::Presence::SignedOut);

        // A desk of which the store knows nothing is another matter: it may be the store that is new.
        routing.renews("mori", "mori").await;
        assert_eq!(routing.desk("mori").await.presence(), pb::Presence::Available);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_without_heartbeat_ends_and_the_waiting_caller_hears_why() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        routing.pauses("ito").await.unwrap();
        let mut news = routing.seeks(&routing.caller()).await;
        assert_eq!(news.nobody_free().await, NoOneFree::AllPaused);

        line.clock.advance(secs(8 * 3600));

        assert_eq!(news.nobody_free().await, NoOneFree::NobodySignedIn);
    })
    .await;
}

#[tokio::test]
async fn what_the_telephones_say_is_believed() {
    on_both_stores(&ito_and_mori(), |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        routing.signs_in("mori").await;
        let (forgotten, alive) = (routing.caller(), routing.caller());
        let mut news = routing.seeks(&forgotten).await;
        let offer = news.offer().await;
        routing.answers(&forgotten, &offer).await;
        let other = if offer.desk_id == "ito" { "mori" } else { "ito" };

        let live = pb::LiveCall {
            call_id: alive.call.clone(),
            desk_id: other.into(),
            offer_id: uuid::Uuid::now_v7().to_string(),
            answered: true,
        };
        let settled = routing.reconciles(vec![live]).await;

        assert_eq!(settled, (1, 1));
        assert_eq!(routing.presence(&offer.desk_id).await, Presence::WrapUp);
        assert_eq!(routing.desk(other).await.call_id, alive.call);
    })
    .await;
}

#[tokio::test]
async fn a_desk_that_becomes_free_at_one_replica_is_rung_for_a_caller_of_the_other() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let (mut one, mut two) = (line.replica("one").await, line.replica("two").await);
        one.signs_in("ito").await;
        let (first, second) = (one.caller(), one.caller());
        let mut news = one.seeks(&first).await;
        let offer = news.offer().await;
        let mut waits = two.seeks(&second).await;
        waits.nobody_free().await;
        // Reported where the stream is not, as behind a load balancer.
        two.answers(&first, &offer).await;
        news.ends().await;

        two.ends(&first).await;
        one.resumes("ito").await;

        assert_eq!(waits.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn the_caller_whose_turn_it_is_gets_the_desk_whichever_replica_has_the_call() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let (mut one, mut two) = (line.replica("one").await, line.replica("two").await);
        one.signs_in("ito").await;
        one.pauses("ito").await.unwrap();
        let early = one.caller();
        line.clock.advance(secs(1));
        let mut first = two.seeks(&early).await;
        first.nobody_free().await;
        let late = one.caller();
        let mut second = one.seeks(&late).await;
        second.nobody_free().await;

        one.resumes("ito").await;

        let offer = first.offer().await;
        two.answers(&early, &offer).await;
        assert_eq!(second.nobody_free().await, NoOneFree::AllBusy);
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_dies_loses_its_place_and_its_desk_is_rung_for_others() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let (mut one, mut two) = (line.replica("one").await, line.replica("two").await);
        one.signs_in("ito").await;
        let mut lost = one.seeks(&one.caller()).await;
        lost.offer().await;
        let mut waits = two.seeks(&two.caller()).await;
        assert_eq!(waits.nobody_free().await, NoOneFree::AllBusy);

        one.dies().await;
        line.clock.advance(secs(10));

        assert_eq!(waits.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_sought_at_another_replica_keeps_its_place_and_its_desk() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let (mut one, mut two) = (line.replica("one").await, line.replica("two").await);
        one.signs_in("ito").await;
        let caller = one.caller();
        let mut before = one.seeks(&caller).await;
        let offer = before.offer().await;

        let mut after = two.seeks(&caller).await;

        assert_eq!(after.offer().await.offer_id, offer.offer_id);
        before.ends().await;
        drop(before);
        two.answers(&caller, &offer).await;
        assert_eq!(two.presence("ito").await, Presence::InCall);
    })
    .await;
}

#[tokio::test]
async fn a_busy_desk_that_is_reported_at_the_other_replica_is_not_rung_again() {
    on_both_stores(&ito_and_mori(), |line| async move {
        let (mut one, mut two) = (line.replica("one").await, line.replica("two").await);
        one.signs_in("ito").await;
        let caller = one.caller();
        let mut news = one.seeks(&caller).await;
        let offer = news.offer().await;

        two.reports(&caller, &offer, OfferOutcome::Busy).await.unwrap();

        assert_eq!(news.withdrawn().await, offer.offer_id);
        assert_eq!(news.nobody_free().await, NoOneFree::NoneSuitable);
    })
    .await;
}

#[tokio::test]
async fn a_desk_is_not_kept_for_long_for_a_call_of_another_replica_that_cannot_take_it() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let (mut one, mut two) = (line.replica("one").await, line.replica("two").await);
        one.signs_in("ito").await;
        // Only its own replica knows that this caller asks for English.
        let english = Caller { circle: 0, language: "en", ..two.caller() };
        let mut first = two.seeks(&english).await;
        assert_eq!(first.nobody_free().await, NoOneFree::NoneSuitable);
        line.clock.advance(Duration::from_millis(1));
        let mut second = one.seeks(&one.caller()).await;
        assert_eq!(second.nobody_free().await, NoOneFree::AllBusy);

        line.clock.advance(Duration::from_millis(250));

        assert_eq!(second.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn without_the_bus_another_replica_is_heard_within_a_second() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut one = line.replica("one").await;
        let mut two = line.deaf_replica("two").await;
        let mut waits = two.seeks(&two.caller()).await;
        assert_eq!(waits.nobody_free().await, NoOneFree::NobodySignedIn);
        one.signs_in("ito").await;

        line.clock.advance(secs(1));

        assert_eq!(waits.offer().await.desk_id, "ito");
    })
    .await;
}

#[tokio::test]
async fn what_a_counsellor_asks_is_done_though_the_replica_has_not_heard_how_things_stand() {
    on_both_stores(&ito_and_mori(), |line| async move {
        let (mut one, mut deaf) = (line.replica("one").await, line.deaf_replica("two").await);
        deaf.signs_in("ito").await;
        let (first, second) = (deaf.caller(), one.caller());
        let mut news = deaf.seeks(&first).await;
        let offer = news.offer().await;
        one.answers(&first, &offer).await;
        one.ends(&first).await;

        // It still thinks that ito is being rung.
        deaf.resumes("ito").await;
        assert_eq!(deaf.presence("ito").await, Presence::Available);
        let offer = one.claims(&second, "ito").await.unwrap();
        assert_eq!(deaf.claims(&first, "ito").await.unwrap_err().code(), Code::FailedPrecondition);
        one.reports(&second, &offer, OfferOutcome::Declined).await.unwrap();
        one.ends(&second).await;
        // And now that ito is rung for the second caller.
        deaf.pauses("ito").await.unwrap();
        assert_eq!(deaf.presence("ito").await, Presence::Paused);
        deaf.signs_out("ito").await;
        one.signs_in("ito").await;
        // And now that nobody sits there.
        deaf.signs_out("ito").await;
        assert_eq!(deaf.presence("ito").await, Presence::SignedOut);
        one.signs_in("ito").await;
        deaf.claims(&first, "ito").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_desks_of_one_operator_are_not_touched_by_another() {
    on_both_stores(&[Person::nurse("ito")], |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let caller = routing.caller();
        let mut news = routing.seeks(&caller).await;
        let offer = news.offer().await;

        let foreign = pb::EndCallRequest { operator_id: "elsewhere".into(), call_id: caller.call.clone() };
        routing.client.end_call(foreign).await.unwrap();
        let desks = routing.client.list_desks(pb::ListDesksRequest { operator_id: "elsewhere".into() }).await;

        assert!(desks.unwrap().into_inner().desks.is_empty());
        routing.answers(&caller, &offer).await;
        assert_eq!(routing.presence("ito").await, Presence::InCall);
    })
    .await;
}

#[tokio::test]
async fn a_desk_that_is_wanted_for_a_transfer_is_offered_to_nobody_else_and_then_has_the_call() {
    // The second desk comes before the first in the desks' own order, and after it.
    for (first, second) in [("ito", "mori"), ("mori", "ito")] {
        on_both_stores(&ito_and_mori(), |line| async move {
            let mut routing = line.replica("one").await;
            routing.signs_in(first).await;
            let (caller, next) = (routing.caller(), routing.caller());
            let mut news = routing.seeks(&caller).await;
            let offer = news.offer().await;
            routing.answers(&caller, &offer).await;
            routing.signs_in(second).await;

            let claimed = routing.claims(&caller, second).await.unwrap();
            assert_eq!(routing.claims(&caller, second).await.unwrap().offer_id, claimed.offer_id);
            assert_eq!(routing.claims(&next, second).await.unwrap_err().code(), Code::FailedPrecondition);
            assert_eq!(routing.seeks(&next).await.nobody_free().await, NoOneFree::AllBusy);
            assert_eq!(routing.presence(first).await, Presence::InCall);

            routing.takes_over(&caller, &claimed).await.unwrap();
            routing.takes_over(&caller, &claimed).await.unwrap();
            assert_eq!(routing.presence(first).await, Presence::WrapUp);
            assert_eq!(routing.presence(second).await, Presence::InCall);

            routing.ends(&caller).await;
            assert_eq!(routing.presence(second).await, Presence::WrapUp);
        })
        .await;
    }
}

#[tokio::test]
async fn a_transfer_that_comes_to_nothing_frees_the_desk_and_leaves_the_first_in_its_call() {
    on_both_stores(&ito_and_mori(), |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let caller = routing.caller();
        let mut news = routing.seeks(&caller).await;
        let offer = news.offer().await;
        routing.answers(&caller, &offer).await;
        assert_eq!(routing.claims(&caller, "mori").await.unwrap_err().code(), Code::NotFound);
        assert_eq!(routing.claims(&caller, "ito").await.unwrap_err().code(), Code::FailedPrecondition);
        routing.signs_in("mori").await;

        let claimed = routing.claims(&caller, "mori").await.unwrap();
        routing.reports(&caller, &claimed, OfferOutcome::Declined).await.unwrap();

        assert_eq!(routing.presence("mori").await, Presence::Available);
        assert_eq!(routing.presence("ito").await, Presence::InCall);
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_who_never_signed_in_has_the_call_that_they_took_over() {
    on_both_stores(&ito_and_mori(), |line| async move {
        let mut routing = line.replica("one").await;
        routing.signs_in("ito").await;
        let caller = routing.caller();
        let mut news = routing.seeks(&caller).await;
        let offer = news.offer().await;
        routing.answers(&caller, &offer).await;

        let own = pb::Offer { offer_id: uuid::Uuid::now_v7().to_string(), desk_id: "chief".into(), ..offer };
        routing.takes_over(&caller, &own).await.unwrap();
        assert_eq!(routing.presence("ito").await, Presence::WrapUp);
        assert_eq!(routing.presence("chief").await, Presence::InCall);

        routing.ends(&caller).await;
        assert_eq!(routing.presence("chief").await, Presence::SignedOut);
    })
    .await;
}
