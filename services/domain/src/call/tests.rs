//! Calls as head nurses would tell them.

use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ledger::{NoOneFree, OfferedBy};

pub(super) const NOW: Instant = Instant::from_micros(1_000_000_000);
pub(super) const CALLER: LegId = LegId(Uuid::from_u128(1));

pub(super) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn leg(n: u128) -> LegId {
    LegId(Uuid::from_u128(n))
}

pub(super) fn desk(name: &str) -> DeskId {
    DeskId::parse(name).unwrap()
}

pub(super) fn facts() -> Facts {
    Facts {
        window: "main".parse().unwrap(),
        class: PlaceClass::Ordinary,
        withheld: false,
        came_by: "trunk".into(),
        circles: 3,
        has_fallback: true,
    }
}

pub(super) fn rings() -> Call {
    Call::begin(facts(), Patience::default(), CALLER, NOW).0
}

/// The desk's leg has the number of its offer.
pub(super) fn offer(call: &mut Call, n: u128, name: &str) -> Vec<Effect> {
    call.offered(OfferId(Uuid::from_u128(n)), desk(name), leg(n), OfferedBy::Routing, Reach::default())
}

pub(super) fn sought(effects: &[Effect]) -> Vec<u32> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Seek { circle, .. } = effect { Some(*circle) } else { None })
        .collect()
}

fn said(effects: &[Effect]) -> Vec<Prompt> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Say { prompt, .. } = effect { Some(*prompt) } else { None })
        .collect()
}

pub(super) fn position(effects: &[Effect], wanted: impl Fn(&Effect) -> bool) -> usize {
    effects.iter().position(wanted).expect("the effect is there")
}

pub(super) fn ended(effects: &[Effect]) -> Option<(EndReason, bool)> {
    effects.iter().find_map(|effect| {
        let Effect::Record(Step::Ended { reason, owes_call_back }) = effect else { return None };
        Some((*reason, *owes_call_back))
    })
}

#[test]
fn a_caller_who_is_answered_hears_the_counsellor_and_the_ledger_knew_it_first() {
    let mut call = rings();
    offer(&mut call, 10, "ito");
    call.ringing(leg(10));

    let effects = call.answered(leg(10), NOW + secs(4));

    let recorded = position(&effects, |e| matches!(e, Effect::Record(Step::Answered { .. })));
    let connected = position(&effects, |e| *e == Effect::Connect { caller: CALLER, other: leg(10) });
    assert!(recorded < connected);
    assert_eq!(call.talking_desk(), Some(&desk("ito")));
}

#[test]
fn the_other_phones_of_a_ring_group_stop_when_one_is_lifted() {
    let mut call = rings();
    offer(&mut call, 10, "ito");
    offer(&mut call, 11, "mori");

    let effects = call.answered(leg(11), NOW + secs(4));

    assert!(effects.contains(&Effect::HangUp { leg: leg(10) }));
    let withdrawn = OfferOutcome::Withdrawn;
    assert!(effects.contains(&Effect::Report {
        offer: OfferId(Uuid::from_u128(10)),
        desk: desk("ito"),
        outcome: withdrawn
    }));
}

#[test]
fn a_phone_lifted_a_moment_too_late_is_hung_up_and_the_call_stays_with_the_first() {
    let mut call = rings();
    offer(&mut call, 10, "ito");
    offer(&mut call, 11, "mori");
    call.answered(leg(11), NOW);

    assert_eq!(call.answered(leg(10), NOW), [Effect::HangUp { leg: leg(10) }]);
    assert_eq!(call.talking_desk(), Some(&desk("mori")));
}

#[test]
fn nobody_is_greeted_while_a_telephone_rings() {
    let mut call = rings();
    offer(&mut call, 10, "ito");
    call.ringing(leg(10));

    assert!(said(&call.wake(NOW + secs(19))).is_empty());
}

#[test]
fn a_caller_for_whom_no_telephone_rings_is_greeted_and_then_held() {
    let mut call = rings();
    call.nobody_free(NoOneFree::AllBusy, NOW);

    let effects = call.wake(NOW + secs(3));

    assert!(effects.contains(&Effect::PickUp { leg: CALLER }));
    assert_eq!(said(&effects), [Prompt::Greeting]);
    assert_eq!(call.said(CALLER), [Effect::Hold { leg: CALLER, prompt: Prompt::Hold }]);
}

#[test]
fn a_caller_who_was_picked_up_for_the_greeting_is_not_hung_up_for_it() {
    let mut call = rings();
    call.wake(NOW + secs(3));

    assert!(call.answered(CALLER, NOW + secs(3)).is_empty());
}

#[test]
fn a_caller_does_not_wait_for_the_preferred_ones_beside_a_free_desk() {
    let mut call = rings();

    assert_eq!(sought(&call.nobody_free(NoOneFree::AllBusy, NOW)), [1]);
    assert!(sought(&call.nobody_free(NoOneFree::AllBusy, NOW)).is_empty());
}

#[test]
fn the_circle_widens_with_time_and_the_place_in_the_queue_stays() {
    let mut call = rings();
    offer(&mut call, 10, "ito");

    assert_eq!(sought(&call.wake(NOW + secs(20))), [1]);
    let effects = call.wake(NOW + secs(60));

    assert!(effects.contains(&Effect::Seek { circle: 2, class: PlaceClass::Ordinary, since: NOW }));
}

#[test]
fn where_nobody_is_signed_in_every_circle_is_tried_at_once_and_then_the_fallback_number() {
    let mut call = rings();

    assert_eq!(sought(&call.nobody_free(NoOneFree::NobodySignedIn, NOW)), [1]);
    assert_eq!(sought(&call.nobody_free(NoOneFree::NobodySignedIn, NOW)), [2]);
    let effects = call.nobody_free(NoOneFree::NobodySignedIn, NOW);

    assert!(effects.contains(&Effect::RingFallback));
}

#[test]
fn a_fallback_number_that_fails_promises_a_call_back_and_is_rung_again_later() {
    let mut call = rings();
    call.nobody_free(NoOneFree::AllBusy, NOW);
    assert!(call.wake(NOW + secs(180)).contains(&Effect::RingFallback));
    call.fallback_rung(leg(50));

    let effects = call.leg_ended(leg(50), LegEnd::NoAnswer, NOW + secs(200));

    assert_eq!(said(&effects), [Prompt::CallbackPromised]);
    assert!(call.wake(NOW + secs(260)).contains(&Effect::RingFallback));
}

#[test]
fn a_caller_who_hides_the_number_is_not_promised_a_call_back_nor_owed_one() {
    let mut call = Call::begin(
        Facts { withheld: true, has_fallback: false, ..facts() },
        Patience::default(),
        CALLER,
        NOW,
    )
    .0;

    assert_eq!(said(&call.wake(NOW + secs(180))).last(), Some(&Prompt::CallbackWithheld));
    let effects = call.leg_ended(CALLER, LegEnd::HungUp, NOW + secs(181));

    assert_eq!(ended(&effects), Some((EndReason::AbandonedInQueue, false)));
}

#[test]
fn whoever_hangs_up_before_a_human_answers_is_owed_a_call_and_the_phone_stops_ringing() {
    let mut call = rings();
    offer(&mut call, 10, "ito");

    let effects = call.leg_ended(CALLER, LegEnd::HungUp, NOW + secs(9));

    assert!(effects.contains(&Effect::HangUp { leg: leg(10) }));
    assert_eq!(ended(&effects), Some((EndReason::AbandonedInQueue, true)));
}

#[test]
fn a_call_that_both_had_is_completed_and_owes_nothing() {
    let mut call = rings();
    offer(&mut call, 10, "ito");
    call.answered(leg(10), NOW);

    let effects = call.leg_ended(leg(10), LegEnd::HungUp, NOW + secs(600));

    assert!(effects.contains(&Effect::HangUp { leg: CALLER }));
    assert_eq!(ended(&effects), Some((EndReason::Completed, false)));
}

#[test]
fn a_caller_whose_line_breaks_in_mid_call_is_owed_a_call() {
    let mut call = rings();
    offer(&mut call, 10, "ito");
    call.answered(leg(10), NOW);

    let effects = call.leg_ended(CALLER, LegEnd::Lost, NOW + secs(60));

    assert_eq!(ended(&effects), Some((EndReason::CutOff, true)));
}

#[test]
fn a_caller_whose_counsellor_is_lost_stays_on_the_line_at_the_head_of_the_queue() {
    let mut call = rings();
    offer(&mut call, 10, "ito");
    call.answered(leg(10), NOW);

    let effects = call.leg_ended(leg(10), LegEnd::Lost, NOW + secs(60));

    let released = position(&effects, |e| *e == Effect::Release);
    let again = Effect::Seek { circle: 0, class: PlaceClass::Resumed, since: NOW + secs(60) };
    assert!(released < position(&effects, |e| *e == again));
    assert_eq!(call.state(), &State::Seeking);
}

#[test]
fn routing_that_is_gone_rings_the_list_and_is_asked_again() {
    let mut call = rings();
    assert!(call.routing_lost(NOW).contains(&Effect::AskRingList));
    call.nobody_free(NoOneFree::AllBusy, NOW);

    assert_eq!(sought(&call.wake(NOW + secs(2))), [0]);
}

#[test]
fn a_desk_of_the_ring_list_that_does_not_answer_leads_to_the_next_one() {
    let mut call = rings();
    call.routing_lost(NOW);
    call.offered(OfferId(Uuid::from_u128(10)), desk("ito"), leg(10), OfferedBy::RingList, Reach::default());

    assert_eq!(sought(&call.leg_ended(leg(10), LegEnd::NoAnswer, NOW + secs(15))), [0]);
}

#[test]
fn a_phone_that_rings_when_routing_is_lost_goes_on_ringing_and_no_second_one_is_added() {
    let mut call = rings();
    offer(&mut call, 10, "ito");

    assert!(!call.routing_lost(NOW).contains(&Effect::AskRingList));
    assert!(call.wake(NOW + secs(2)).is_empty());
    assert_eq!(sought(&call.leg_ended(leg(10), LegEnd::NoAnswer, NOW + secs(15))), [0]);
}

#[test]
fn a_person_who_is_owed_a_call_is_rung_when_a_counsellor_is_there() {
    let (mut call, effects) = Call::begin_call_back(
        Facts { class: PlaceClass::CallBack, ..facts() },
        Patience::default(),
        CALLER,
        NOW,
    );
    assert_eq!(sought(&effects), [0]);
    offer(&mut call, 10, "ito");

    let effects = call.answered(leg(10), NOW + secs(5));
    assert_eq!(said(&effects), [Prompt::CallbackCounsellor]);
    assert!(effects.contains(&Effect::RingCaller));
    call.caller_rung(leg(60));

    assert!(
        call.answered(leg(60), NOW + secs(9)).contains(&Effect::Connect { caller: leg(60), other: leg(10) })
    );
}

#[test]
fn a_person_who_does_not_take_the_call_back_frees_the_counsellor() {
    let facts = Facts { class: PlaceClass::CallBack, ..facts() };
    let mut call = Call::begin_call_back(facts, Patience::default(), CALLER, NOW).0;
    offer(&mut call, 10, "ito");
    call.answered(leg(10), NOW);
    call.caller_rung(leg(60));

    let effects = call.leg_ended(leg(60), LegEnd::NoAnswer, NOW + secs(45));

    assert!(effects.contains(&Effect::HangUp { leg: leg(10) }) && effects.contains(&Effect::Release));
    assert_eq!(ended(&effects), Some((EndReason::NotReached, false)));
}

#[test]
fn a_call_back_to_somebody_who_rang_again_rings_no_telephone() {
    let mut call = Call::begin_call_back(facts(), Patience::default(), CALLER, NOW).0;
    offer(&mut call, 10, "ito");

    let effects = call.called_off(NOW);

    assert!(effects.contains(&Effect::HangUp { leg: leg(10) }) && call.is_ended());
}

#[test]
fn a_number_is_rung_only_once_the_ledger_has_it() {
    let mut call = rings();
    call.nobody_free(NoOneFree::AllBusy, NOW);
    call.wake(NOW + secs(180));
    let rung = [Effect::Record(Step::FallbackRung { leg: leg(50) }), Effect::Ring { leg: leg(50) }];
    assert_eq!(call.fallback_rung(leg(50)), rung);

    let mut call = Call::begin_call_back(facts(), Patience::default(), CALLER, NOW).0;
    offer(&mut call, 10, "ito");
    call.answered(leg(10), NOW);
    let rung = [Effect::Record(Step::CallerRung { leg: leg(60) }), Effect::Ring { leg: leg(60) }];
    assert_eq!(call.caller_rung(leg(60)), rung);
}

#[test]
fn a_counsellor_who_has_lifted_for_somebody_who_is_on_the_line_already_is_let_go() {
    let mut call = Call::begin_call_back(facts(), Patience::default(), CALLER, NOW).0;
    offer(&mut call, 10, "ito");
    call.answered(leg(10), NOW);

    let effects = call.called_off(NOW);

    assert!(effects.contains(&Effect::HangUp { leg: leg(10) }) && effects.contains(&Effect::Release));
    assert_eq!(ended(&effects), Some((EndReason::NotReached, false)));
}

#[test]
fn a_person_who_was_rung_back_and_lost_the_counsellor_is_offered_the_fallback_number_too() {
    let mut call = Call::begin_call_back(facts(), Patience::default(), CALLER, NOW).0;
    offer(&mut call, 10, "ito");
    call.answered(leg(10), NOW);
    call.caller_rung(leg(60));
    call.answered(leg(60), NOW);
    call.leg_ended(leg(10), LegEnd::Lost, NOW);

    assert!(call.wake(NOW + secs(180)).contains(&Effect::RingFallback));
}

/// Whatever happens in whatever order.
#[derive(Clone, Debug)]
enum Event {
    Offered(u128),
    NobodyFree(NoOneFree),
    RoutingLost,
    Ringing(u128),
    Answered(u128),
    Ended(u128, LegEnd),
    FallbackRung(u128),
    CallerRung(u128),
    Said(u128),
    Wake(u64),
}

fn any_event() -> impl Strategy<Value = Event> {
    let any_leg = 1_u128..8;
    let why =
        prop_oneof![Just(NoOneFree::NobodyOnDuty), Just(NoOneFree::AllBusy), Just(NoOneFree::NoneSuitable)];
    let end = prop_oneof![Just(LegEnd::HungUp), Just(LegEnd::NoAnswer), Just(LegEnd::Lost)];
    prop_oneof![
        any_leg.clone().prop_map(Event::Offered),
        why.prop_map(Event::NobodyFree),
        Just(Event::RoutingLost),
        any_leg.clone().prop_map(Event::Ringing),
        any_leg.clone().prop_map(Event::Answered),
        (any_leg.clone(), end).prop_map(|(leg, end)| Event::Ended(leg, end)),
        any_leg.clone().prop_map(Event::FallbackRung),
        any_leg.clone().prop_map(Event::CallerRung),
        any_leg.prop_map(Event::Said),
        (0_u64..300).prop_map(Event::Wake),
    ]
}

fn push(call: &mut Call, event: &Event, now: Instant) -> Vec<Effect> {
    match event {
        Event::Offered(n) => offer(call, *n, "ito"),
        Event::NobodyFree(why) => call.nobody_free(*why, now),
        Event::RoutingLost => call.routing_lost(now),
        Event::Ringing(n) => call.ringing(leg(*n)),
        Event::Answered(n) => call.answered(leg(*n), now),
        Event::Ended(n, end) => call.leg_ended(leg(*n), *end, now),
        Event::FallbackRung(n) => call.fallback_rung(leg(*n)),
        Event::CallerRung(n) => call.caller_rung(leg(*n)),
        Event::Said(n) => call.said(leg(*n)),
        Event::Wake(_) => call.wake(now),
    }
}

proptest! {
    #[test]
    fn a_call_always_has_a_next_step_or_has_ended_once(events in prop::collection::vec(any_event(), 1..60), back: bool) {
        let begin = if back { Call::begin_call_back } else { Call::begin };
        let (mut call, mut effects) = begin(facts(), Patience::default(), CALLER, NOW);
        let mut now = NOW;
        let mut ends = 0;
        for event in &events {
            if let Event::Wake(seconds) = event {
                now = now + secs(*seconds);
            }
            effects = push(&mut call, event, now);
            ends += effects.iter().filter(|e| matches!(e, Effect::Record(Step::Ended { .. }))).count();
            match call.state() {
                State::Seeking if !back => prop_assert!(call.deadline().is_some(), "waits with nothing to come"),
                State::Ended { .. } => prop_assert!(call.legs().is_empty() || call.caller().is_some()),
                State::Seeking | State::Reaching { .. } | State::Talking { .. } => {}
            }
        }
        prop_assert_eq!(ends, usize::from(call.is_ended()));
        drop(effects);
    }
}

pub(super) const DOCTOR: u128 = 90;

/// Caller and the counsellor of leg 10 talk, and the psychiatrist has joined.
pub(super) fn three() -> Call {
    let mut call = talks();
    call.doctor_joins("aoki".parse().unwrap(), leg(DOCTOR), NOW).unwrap();
    call
}

pub(super) fn talks() -> Call {
    let mut call = rings();
    offer(&mut call, 10, "ito");
    call.answered(leg(10), NOW);
    call
}

#[test]
fn the_psychiatrist_joins_the_two_who_talk() {
    let mut call = talks();

    let effects = call.doctor_joins("aoki".parse().unwrap(), leg(DOCTOR), NOW).unwrap();

    assert!(
        matches!(effects[..], [Effect::Record(Step::Joined { .. }), Effect::Join { leg: joined }] if joined == leg(DOCTOR))
    );
    assert_eq!(call.doctor_joins("endo".parse().unwrap(), leg(91), NOW), Err(Unjoinable::Taken));
}

#[test]
fn whoever_still_waits_is_answered_by_the_psychiatrist() {
    let mut call = rings();
    offer(&mut call, 10, "ito");

    let effects = call.doctor_joins("aoki".parse().unwrap(), leg(DOCTOR), NOW).unwrap();

    position(&effects, |e| *e == Effect::HangUp { leg: leg(10) });
    position(&effects, |e| *e == Effect::Connect { caller: CALLER, other: leg(DOCTOR) });
    assert_eq!(ended(&call.leg_ended(CALLER, LegEnd::HungUp, NOW)), Some((EndReason::Completed, false)));
}

#[test]
fn a_private_word_holds_the_caller_and_brings_them_back() {
    let mut call = three();

    let alone = call.consult_privately();
    assert!(call.consult_privately().is_empty());
    let together = call.bring_together();

    position(&alone, |e| *e == Effect::Part { leg: CALLER });
    position(&alone, |e| *e == Effect::Hold { leg: CALLER, prompt: Prompt::Consulting });
    position(&together, |e| *e == Effect::Hush { leg: CALLER });
    position(&together, |e| *e == Effect::Join { leg: CALLER });
}

#[test]
fn a_private_word_asked_for_before_the_psychiatrist_comes_begins_with_them() {
    let mut call = talks();
    assert!(call.consult_privately().is_empty());

    let effects = call.doctor_joins("aoki".parse().unwrap(), leg(DOCTOR), NOW).unwrap();

    let parted = position(&effects, |e| *e == Effect::Part { leg: CALLER });
    assert!(parted < position(&effects, |e| *e == Effect::Join { leg: leg(DOCTOR) }));
}

#[test]
fn the_counsellor_may_leave_the_psychiatrist_with_the_caller_even_out_of_a_private_word() {
    let mut call = three();
    call.consult_privately();

    let effects = call.leg_ended(leg(10), LegEnd::HungUp, NOW);

    position(&effects, |e| *e == Effect::Join { leg: CALLER });
    position(&effects, |e| *e == Effect::Release);
    assert_eq!(ended(&effects), None);
    let last = call.leg_ended(leg(DOCTOR), LegEnd::HungUp, NOW);
    position(&last, |e| *e == Effect::HangUp { leg: CALLER });
    assert_eq!(ended(&last), Some((EndReason::Completed, false)));
}

#[test]
fn a_psychiatrist_whose_line_breaks_alone_with_the_caller_leaves_them_at_the_head_of_the_queue() {
    let mut call = three();
    call.leg_ended(leg(10), LegEnd::HungUp, NOW);

    let effects = call.leg_ended(leg(DOCTOR), LegEnd::Lost, NOW);

    assert_eq!(sought(&effects), [0]);
    assert_eq!(ended(&effects), None);
}

#[test]
fn counsellor_and_psychiatrist_finish_their_word_when_the_caller_hangs_up() {
    let mut call = three();
    call.consult_privately();

    assert_eq!(ended(&call.leg_ended(CALLER, LegEnd::Lost, NOW)), None);
    let effects = call.leg_ended(leg(DOCTOR), LegEnd::HungUp, NOW);

    position(&effects, |e| *e == Effect::HangUp { leg: leg(10) });
    assert_eq!(ended(&effects), Some((EndReason::CutOff, true)));
}

#[test]
fn a_psychiatrist_who_leaves_gives_the_caller_back_to_the_counsellor() {
    let mut call = three();
    call.consult_privately();

    let effects = call.leg_ended(leg(DOCTOR), LegEnd::HungUp, NOW);

    position(&effects, |e| *e == Effect::Join { leg: CALLER });
    assert_eq!((ended(&effects), call.is_private()), (None, false));
}
