//! What people at desks do with a call, as they would tell it.

use std::collections::HashSet;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::tests::{
    CALLER, DOCTOR, NOW, desk, ended, facts, leg, offer, position, rings, secs, sought, talks, three,
};
use super::*;
use crate::ledger::{OfferedBy, Party};

const GRACE: Duration = Duration::from_secs(5);

fn offer_id(n: u128) -> OfferId {
    OfferId(Uuid::from_u128(n))
}

/// A desk that accepts on its screen; the phone picks up when it is asked to.
fn console_first() -> Reach {
    Reach { screen_until: Some(NOW + GRACE), picks_up: true }
}

fn put_to(call: &mut Call, n: u128, name: &str, reach: Reach) -> Vec<Effect> {
    call.offered(offer_id(n), desk(name), leg(n), OfferedBy::Routing, reach)
}

fn ring(n: u128, name: &str, picks_up: bool) -> Effect {
    Effect::RingDesk { offer: offer_id(n), desk: desk(name), leg: leg(n), picks_up }
}

/// `ito` talks, and `mori`'s phone rings for a transfer, by leg and offer 20.
fn transferring() -> Call {
    let mut call = talks();
    call.transfer(&desk("ito"), &desk("mori")).unwrap();
    call.transfer_offered(offer_id(20), desk("mori"), leg(20), Reach::default());
    call
}

/// `chief` listens by leg 30.
fn listened() -> Call {
    let mut call = talks();
    call.listen_in(&desk("chief"), offer_id(30), leg(30)).unwrap();
    call.answered(leg(30), NOW);
    call
}

#[test]
fn a_console_first_desk_is_not_rung_before_somebody_accepts_and_then_picks_up_by_itself() {
    let mut call = rings();
    assert_eq!(put_to(&mut call, 10, "ito", console_first()).len(), 1, "it is only written down");

    let effects = call.accept_offer(&desk("ito")).unwrap();

    let accepted = position(&effects, |e| matches!(e, Effect::Record(Step::Accepted { .. })));
    assert!(accepted < position(&effects, |e| *e == ring(10, "ito", true)));
    assert_eq!(call.accept_offer(&desk("ito")), Ok(vec![]));
    position(&call.answered(leg(10), NOW), |e| matches!(e, Effect::Connect { .. }));
    assert_eq!(call.accept_offer(&desk("ito")), Ok(vec![]));
}

#[test]
fn a_console_that_stays_silent_has_its_phone_rung_after_the_grace() {
    let mut call = rings();
    put_to(&mut call, 10, "ito", console_first());

    assert!(!call.wake(NOW + secs(4)).contains(&ring(10, "ito", false)));
    assert_eq!(call.deadline(), Some((NOW + GRACE, Due::Screen)));
    assert_eq!(call.wake(NOW + GRACE), [ring(10, "ito", false)]);
    assert!(call.wake(NOW + GRACE).is_empty());
}

#[test]
fn a_ringing_phone_that_is_known_to_pick_up_is_asked_anew_when_its_person_accepts_on_the_screen() {
    let mut call = rings();
    put_to(&mut call, 10, "ito", Reach { screen_until: None, picks_up: true });

    let effects = call.accept_offer(&desk("ito")).unwrap();
    position(&effects, |e| *e == Effect::HangUp { leg: leg(10) });
    position(&effects, |e| *e == Effect::RingAgain { offer: offer_id(10) });
    let again = call.rung_again(offer_id(10), leg(11));

    let kept = position(&again, |e| matches!(e, Effect::Record(Step::RungAgain { .. })));
    let rung = Effect::RingDesk { offer: offer_id(10), desk: desk("ito"), leg: leg(11), picks_up: true };
    assert!(kept < position(&again, |e| *e == rung));
    call.answered(leg(11), NOW);
    assert_eq!(call.talking_desk(), Some(&desk("ito")));
}

#[test]
fn a_ringing_phone_that_cannot_pick_up_by_itself_rings_on() {
    let mut call = rings();
    offer(&mut call, 10, "ito");

    let effects = call.accept_offer(&desk("ito")).unwrap();

    assert!(matches!(effects[..], [Effect::Record(Step::Accepted { .. })]));
    assert_eq!(call.accept_offer(&desk("mori")), Err(Refused::NoPart));
}

#[test]
fn an_offer_outlives_a_phone_that_refuses_to_pick_up_by_itself() {
    let mut call = rings();
    put_to(&mut call, 10, "ito", console_first());
    call.accept_offer(&desk("ito")).unwrap();

    let effects = call.leg_ended(leg(10), LegEnd::Busy, NOW);
    assert_eq!(effects, [Effect::RingAgain { offer: offer_id(10) }]);
    let again = call.rung_again(offer_id(10), leg(11));
    position(&again, |e| matches!(e, Effect::RingDesk { picks_up: false, .. }));

    let gone = call.leg_ended(leg(11), LegEnd::Busy, NOW);
    position(&gone, |e| matches!(e, Effect::Report { outcome: OfferOutcome::Busy, .. }));
}

#[test]
fn a_declined_offer_stops_ringing_and_is_declined_once() {
    let mut call = rings();
    offer(&mut call, 10, "ito");

    let effects = call.decline_offer(&desk("ito")).unwrap();

    position(&effects, |e| *e == Effect::HangUp { leg: leg(10) });
    position(&effects, |e| matches!(e, Effect::Report { outcome: OfferOutcome::Declined, .. }));
    assert_eq!(call.decline_offer(&desk("ito")), Ok(vec![]));
    assert_eq!(call.decline_offer(&desk("mori")), Err(Refused::NoPart));
}

#[test]
fn a_caller_on_hold_is_out_of_the_room_and_comes_back() {
    let mut call = talks();

    let held = call.hold_caller(&desk("ito")).unwrap();
    assert_eq!(call.hold_caller(&desk("ito")), Ok(vec![]));
    let back = call.resume_caller(&desk("ito")).unwrap();

    position(&held, |e| matches!(e, Effect::Record(Step::CallerHeld { .. })));
    position(&held, |e| *e == Effect::Part { leg: CALLER });
    position(&held, |e| *e == Effect::Hold { leg: CALLER, prompt: Prompt::OnHold });
    position(&back, |e| matches!(e, Effect::Record(Step::CallerResumed { .. })));
    assert!(
        position(&back, |e| *e == Effect::Hush { leg: CALLER })
            < position(&back, |e| *e == Effect::Join { leg: CALLER })
    );
    assert_eq!(call.resume_caller(&desk("ito")), Ok(vec![]));
    assert_eq!(call.hold_caller(&desk("mori")), Err(Refused::NoPart));
}

#[test]
fn with_a_psychiatrist_in_the_call_to_hold_the_caller_is_to_talk_alone() {
    let mut call = three();

    let held = call.hold_caller(&desk("ito")).unwrap();
    position(&held, |e| *e == Effect::Record(Step::Consulting { privately: true }));
    assert!(call.is_private());

    position(&call.resume_caller(&desk("ito")).unwrap(), |e| *e == Effect::Join { leg: CALLER });
    assert!(!call.is_private());
}

#[test]
fn a_caller_on_hold_stays_there_when_the_psychiatrist_comes() {
    let mut call = talks();
    call.hold_caller(&desk("ito")).unwrap();

    let effects = call.doctor_joins("aoki".parse().unwrap(), leg(DOCTOR), NOW).unwrap();

    assert!(!effects.contains(&Effect::Join { leg: CALLER }));
    assert!(call.is_private());
    position(&call.bring_together(), |e| *e == Effect::Join { leg: CALLER });
}

#[test]
fn a_transfer_rings_the_other_desk_while_the_caller_is_on_hold_and_releases_the_first() {
    let mut call = talks();
    assert_eq!(
        call.transfer(&desk("ito"), &desk("mori")),
        Ok(vec![Effect::ClaimDesk { desk: desk("mori") }])
    );
    let rung = call.transfer_offered(offer_id(20), desk("mori"), leg(20), Reach::default());
    let held = position(&rung, |e| *e == Effect::Hold { leg: CALLER, prompt: Prompt::OnHold });
    assert!(held < position(&rung, |e| *e == ring(20, "mori", false)));

    let effects = call.answered(leg(20), NOW + secs(5));

    position(&effects, |e| *e == Effect::Record(Step::Transferred { from: desk("ito"), desk: desk("mori") }));
    position(&effects, |e| *e == Effect::MoveTo { offer: offer_id(20), desk: desk("mori") });
    position(&effects, |e| *e == Effect::Join { leg: leg(20) });
    position(&effects, |e| *e == Effect::Join { leg: CALLER });
    position(&effects, |e| *e == Effect::HangUp { leg: leg(10) });
    assert_eq!(call.desks(), [(desk("mori"), offer_id(20))]);
    assert_eq!(call.transfer(&desk("ito"), &desk("mori")), Ok(vec![]), "said twice it is done once");
    assert_eq!(call.hold_caller(&desk("ito")), Err(Refused::NoPart));
}

#[test]
fn a_transfer_that_nobody_takes_leaves_the_call_as_it_was() {
    for end in [LegEnd::NoAnswer, LegEnd::Busy, LegEnd::Declined, LegEnd::Unreachable] {
        let mut call = transferring();

        let effects = call.leg_ended(leg(20), end, NOW + secs(15));

        position(&effects, |e| matches!(e, Effect::Record(Step::TransferFailed { .. })));
        position(&effects, |e| matches!(e, Effect::Report { .. }));
        position(&effects, |e| *e == Effect::Join { leg: CALLER });
        assert_eq!(call.talking_desk(), Some(&desk("ito")));
    }
}

#[test]
fn a_caller_who_was_on_hold_before_a_failed_transfer_is_on_hold_after_it() {
    let mut call = talks();
    call.hold_caller(&desk("ito")).unwrap();
    call.transfer(&desk("ito"), &desk("mori")).unwrap();
    call.transfer_offered(offer_id(20), desk("mori"), leg(20), Reach::default());

    assert!(!call.leg_ended(leg(20), LegEnd::Busy, NOW).contains(&Effect::Join { leg: CALLER }));
    position(&call.resume_caller(&desk("ito")).unwrap(), |e| *e == Effect::Join { leg: CALLER });
}

#[test]
fn a_desk_that_is_not_to_be_had_leaves_the_caller_in_peace() {
    let mut call = talks();
    call.transfer(&desk("ito"), &desk("mori")).unwrap();
    assert_eq!(call.transfer(&desk("ito"), &desk("endo")), Err(Refused::Transferring));

    call.transfer_refused(&desk("mori"));

    assert!(call.transfer(&desk("ito"), &desk("endo")).is_ok());
    assert_eq!(call.transfer(&desk("ito"), &desk("ito")), Err(Refused::InIt));
}

#[test]
fn a_counsellor_who_leaves_in_mid_transfer_leaves_the_caller_at_the_head_of_the_queue() {
    let mut call = transferring();

    let effects = call.leg_ended(leg(10), LegEnd::HungUp, NOW);

    assert_eq!((ended(&effects), sought(&effects)), (None, vec![0]));
    position(&effects, |e| *e == Effect::HangUp { leg: leg(20) });
    position(&effects, |e| *e == Effect::Record(Step::Left { party: Party::Counsellor }));
}

#[test]
fn a_caller_who_hangs_up_in_mid_transfer_stops_the_other_phone() {
    let mut call = transferring();

    let effects = call.leg_ended(CALLER, LegEnd::HungUp, NOW);

    position(&effects, |e| *e == Effect::HangUp { leg: leg(20) });
    assert_eq!(ended(&effects), Some((EndReason::Completed, false)));
}

#[test]
fn a_transfer_to_a_console_first_desk_waits_for_its_screen_and_then_rings() {
    let mut call = talks();
    call.transfer(&desk("ito"), &desk("mori")).unwrap();
    call.transfer_offered(offer_id(20), desk("mori"), leg(20), console_first());
    assert_eq!(call.deadline(), Some((NOW + GRACE, Due::Screen)));

    assert_eq!(call.wake(NOW + GRACE), [ring(20, "mori", false)]);
    let declined = call.decline_offer(&desk("mori")).unwrap();

    position(&declined, |e| matches!(e, Effect::Report { outcome: OfferOutcome::Declined, .. }));
    position(&declined, |e| *e == Effect::Join { leg: CALLER });
}

#[test]
fn a_supervisor_listens_after_a_notice_that_all_hear() {
    let mut call = talks();
    let rung = call.listen_in(&desk("chief"), offer_id(30), leg(30)).unwrap();
    assert!(matches!(rung[..], [Effect::Record(Step::ListenRung { .. }), Effect::Ring { .. }]));
    assert_eq!(call.listen_in(&desk("other"), offer_id(31), leg(31)), Err(Refused::Listened));
    assert_eq!(call.listen_in(&desk("ito"), offer_id(31), leg(31)), Err(Refused::InIt));

    let effects = call.answered(leg(30), NOW);

    let listens = position(&effects, |e| *e == Effect::Listen { leg: leg(30) });
    for hears in [CALLER, leg(10), leg(30)] {
        assert!(position(&effects, |e| *e == Effect::Notice { leg: hears }) < listens);
    }
    assert!(!effects.contains(&Effect::Join { leg: leg(30) }));
    assert_eq!(
        call.leg_ended(leg(30), LegEnd::HungUp, NOW),
        [Effect::Record(Step::ListenEnded { desk: desk("chief") })]
    );
    assert_eq!(call.talking_desk(), Some(&desk("ito")));
}

#[test]
fn a_caller_who_comes_back_to_a_call_that_is_listened_to_hears_the_notice() {
    let mut call = talks();
    call.hold_caller(&desk("ito")).unwrap();
    call.listen_in(&desk("chief"), offer_id(30), leg(30)).unwrap();
    assert!(!call.answered(leg(30), NOW).contains(&Effect::Notice { leg: CALLER }));

    let back = call.resume_caller(&desk("ito")).unwrap();

    position(&back, |e| *e == Effect::Notice { leg: CALLER });
}

#[test]
fn a_supervisor_who_takes_over_talks_in_the_place_of_the_counsellor() {
    let mut call = listened();

    let effects = call.take_over(&desk("chief"), offer_id(31), leg(31)).unwrap();

    let step = Step::TakenOver { from: Some(desk("ito")), desk: desk("chief") };
    position(&effects, |e| *e == Effect::Record(step.clone()));
    position(&effects, |e| *e == Effect::Join { leg: leg(30) });
    position(&effects, |e| *e == Effect::HangUp { leg: leg(10) });
    position(&effects, |e| *e == Effect::MoveTo { offer: offer_id(30), desk: desk("chief") });
    assert_eq!(call.talking_desk(), Some(&desk("chief")));
    assert_eq!(call.take_over(&desk("chief"), offer_id(32), leg(32)), Ok(vec![]));
}

#[test]
fn who_takes_over_without_having_listened_is_rung_first() {
    let mut call = talks();
    call.take_over(&desk("chief"), offer_id(30), leg(30)).unwrap();
    assert_eq!(call.talking_desk(), Some(&desk("ito")));

    call.answered(leg(30), NOW);

    assert_eq!(call.talking_desk(), Some(&desk("chief")));
}

#[test]
fn a_desk_hangs_up_whatever_its_part_is() {
    let mut call = listened();
    position(&call.hang_up(&desk("chief"), NOW).unwrap(), |e| *e == Effect::HangUp { leg: leg(30) });

    let effects = call.hang_up(&desk("ito"), NOW).unwrap();

    assert!(
        effects.contains(&Effect::HangUp { leg: leg(10) })
            && effects.contains(&Effect::HangUp { leg: CALLER })
    );
    assert_eq!(ended(&effects), Some((EndReason::Completed, false)));
    assert_eq!(call.hang_up(&desk("mori"), NOW), Err(Refused::NoPart));
}

/// What a desk does or what comes of it, in any order.
#[derive(Clone, Debug)]
enum Act {
    Offered(u128, bool),
    Accept,
    Decline,
    Hold,
    Resume,
    Transfer,
    Claimed,
    NotClaimed,
    ListenIn,
    TakeOver,
    HangUp(&'static str),
    RungAgain,
    DoctorJoins,
    Consult(bool),
    Answered(u128),
    Ended(u128, LegEnd),
    Wake(u64),
}

fn any_act() -> impl Strategy<Value = Act> {
    let end =
        prop_oneof![Just(LegEnd::HungUp), Just(LegEnd::NoAnswer), Just(LegEnd::Busy), Just(LegEnd::Lost)];
    let who = prop_oneof![Just("ito"), Just("mori"), Just("chief")];
    prop_oneof![
        (1_u128..4, any::<bool>()).prop_map(|(n, screen)| Act::Offered(n, screen)),
        Just(Act::Accept),
        Just(Act::Decline),
        Just(Act::Hold),
        Just(Act::Resume),
        Just(Act::Transfer),
        Just(Act::Claimed),
        Just(Act::NotClaimed),
        Just(Act::ListenIn),
        Just(Act::TakeOver),
        who.prop_map(Act::HangUp),
        Just(Act::RungAgain),
        Just(Act::DoctorJoins),
        any::<bool>().prop_map(Act::Consult),
        (1_u128..60).prop_map(Act::Answered),
        (1_u128..60, end).prop_map(|(n, end)| Act::Ended(n, end)),
        (0_u64..30).prop_map(Act::Wake),
    ]
}

/// The rooms and telephones that the effects make.
#[derive(Debug)]
struct World {
    now: Instant,
    drawn: u128,
    ringing: HashSet<LegId>,
    lifted: HashSet<LegId>,
    room: HashSet<LegId>,
    listens: HashSet<LegId>,
    again: Vec<OfferId>,
}

impl World {
    fn draw(&mut self) -> u128 {
        self.drawn += 1;
        self.drawn
    }

    /// A leg of those that live, chosen by a number.
    fn some(&self, of: &HashSet<LegId>, n: u128) -> Option<LegId> {
        let mut legs: Vec<LegId> = of.iter().copied().collect();
        legs.sort();
        legs.get(usize::try_from(n).unwrap() % legs.len().max(1)).copied()
    }

    fn gone(&mut self, leg: LegId) {
        for legs in [&mut self.ringing, &mut self.lifted, &mut self.room, &mut self.listens] {
            legs.remove(&leg);
        }
    }

    fn carry_out(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::RingDesk { leg, .. } | Effect::Ring { leg } => drop(self.ringing.insert(*leg)),
                Effect::Connect { caller, other } => self.room.extend([*caller, *other]),
                Effect::Join { leg } => {
                    self.listens.remove(leg);
                    self.room.insert(*leg);
                }
                Effect::Listen { leg } => drop(self.listens.insert(*leg)),
                Effect::Part { leg } => drop(self.room.remove(leg)),
                Effect::HangUp { leg } => self.gone(*leg),
                Effect::RingAgain { offer } => self.again.push(*offer),
                Effect::Record(_)
                | Effect::Seek { .. }
                | Effect::AskRingList
                | Effect::ClaimDesk { .. }
                | Effect::MoveTo { .. }
                | Effect::Report { .. }
                | Effect::Release
                | Effect::PickUp { .. }
                | Effect::Say { .. }
                | Effect::Hold { .. }
                | Effect::Hush { .. }
                | Effect::Notice { .. }
                | Effect::RingFallback
                | Effect::RingCaller => {}
            }
        }
    }
}

fn act(call: &mut Call, act: &Act, world: &mut World) -> Vec<Effect> {
    let (ito, mori, chief) = (desk("ito"), desk("mori"), desk("chief"));
    let talking = call.talking_desk().cloned().unwrap_or_else(|| ito.clone());
    let other = if talking == mori { ito.clone() } else { mori.clone() };
    match act {
        Act::Offered(..) if call.is_ended() => Vec::new(),
        Act::Offered(n, screen) => {
            let reach = Reach { screen_until: screen.then_some(world.now + GRACE), picks_up: true };
            let (name, drawn) = (["ito", "mori", "endo"][usize::try_from(*n).unwrap() - 1], world.draw());
            call.offered(offer_id(drawn), desk(name), leg(drawn), OfferedBy::Routing, reach)
        }
        Act::Accept => call.accept_offer(&ito).or_else(|_| call.accept_offer(&other)).unwrap_or_default(),
        Act::Decline => call.decline_offer(&mori).unwrap_or_default(),
        Act::Hold => call.hold_caller(&talking).unwrap_or_default(),
        Act::Resume => call.resume_caller(&talking).unwrap_or_default(),
        Act::Transfer => call.transfer(&talking, &other).unwrap_or_default(),
        Act::Claimed => {
            let drawn = world.draw();
            call.transfer_offered(
                offer_id(drawn),
                other,
                leg(drawn),
                Reach { screen_until: None, picks_up: true },
            )
        }
        Act::NotClaimed => {
            call.transfer_refused(&other);
            Vec::new()
        }
        Act::ListenIn => {
            let drawn = world.draw();
            call.listen_in(&chief, offer_id(drawn), leg(drawn)).unwrap_or_default()
        }
        Act::TakeOver => {
            let drawn = world.draw();
            call.take_over(&chief, offer_id(drawn), leg(drawn)).unwrap_or_default()
        }
        Act::HangUp(name) => call.hang_up(&desk(name), world.now).unwrap_or_default(),
        Act::RungAgain => Vec::new(),
        Act::DoctorJoins => {
            let drawn = leg(world.draw());
            let joined = call.doctor_joins("aoki".parse().unwrap(), drawn, world.now).unwrap_or_default();
            world.lifted.extend((!joined.is_empty()).then_some(drawn));
            joined
        }
        Act::Consult(true) => call.consult_privately(),
        Act::Consult(false) => call.bring_together(),
        Act::Answered(n) => {
            let Some(lifted) = world.some(&world.ringing, *n) else { return Vec::new() };
            world.ringing.remove(&lifted);
            world.lifted.insert(lifted);
            call.answered(lifted, world.now)
        }
        Act::Ended(n, end) => {
            let ringing = world.ringing.union(&world.lifted).copied().collect();
            let Some(gone) = world.some(&ringing, *n) else { return Vec::new() };
            world.gone(gone);
            call.leg_ended(gone, *end, world.now)
        }
        Act::Wake(seconds) => {
            world.now = world.now + secs(*seconds);
            call.wake(world.now)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_desks_do_no_phone_is_forgotten_and_who_talks_is_heard(acts in prop::collection::vec(any_act(), 1..60)) {
        let (mut call, begun) = Call::begin(facts(), Patience::default(), CALLER, NOW);
        let mut world = World {
            now: NOW,
            drawn: 100,
            ringing: HashSet::new(),
            lifted: [CALLER].into(),
            room: HashSet::new(),
            listens: HashSet::new(),
            again: Vec::new(),
        };
        world.carry_out(&begun);
        for one in &acts {
            let effects = act(&mut call, one, &mut world);
            world.carry_out(&effects);
            while let Some(offer) = world.again.pop() {
                let drawn = leg(world.draw());
                let effects = call.rung_again(offer, drawn);
                world.carry_out(&effects);
            }
            let legs: HashSet<LegId> = call.legs().into_iter().collect();
            for living in world.ringing.iter().chain(&world.lifted).filter(|leg| !call.is_ended() || **leg != CALLER) {
                prop_assert!(legs.contains(living), "{living} is forgotten after {one:?}");
            }
            match call.state() {
                State::Talking { leg, .. } => {
                    prop_assert!(world.room.contains(leg), "who talks is not heard after {one:?}");
                    if let Some(caller) = call.caller() {
                        prop_assert_eq!(world.room.contains(&caller), !call.is_apart(), "after {:?}", one);
                    }
                }
                State::Seeking => prop_assert!(call.deadline().is_some(), "waits with nothing to come"),
                State::Ended { .. } => prop_assert!(world.ringing.is_empty() && world.listens.is_empty()),
                State::Reaching { .. } => {}
            }
            prop_assert!(world.listens.is_disjoint(&world.room), "a listener is heard after {one:?}");
        }
    }
}
