//! What must always hold (design.md 10), as plain questions to facts.
//!
//! Property tests, the race tests over the stores and the simulation ask the
//! same functions, so that one sentence has one meaning.

use std::collections::HashSet;

use crate::desk::{Desk, Presence};
use crate::escalation::{self, Escalation};
use crate::ids::{CallId, DeskId, OfferId, StaffId};
use crate::referral::{self, MessageKind, OfferState, Referral};
use crate::routing::{Choice, Snapshot, Waiting, fits};
use crate::time::Instant;
use crate::triage::record::Record;

/// A sentence of design.md 10 that does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    #[error("offer {0} is held by two desks")]
    OfferOnTwoDesks(OfferId),
    #[error("call {0} is answered by two desks")]
    CallOnTwoDesks(CallId),
    #[error("call {call} waits while desk {desk} is free and suits it")]
    WaitsBesideFreeDesk { call: CallId, desk: DeskId },
    #[error("desk {0} was chosen for two calls")]
    ChosenTwice(DeskId),
    #[error("desk {desk} was chosen for call {call}, which it does not suit")]
    ChosenUnfit { call: CallId, desk: DeskId },
    #[error("an open escalation has no time at which it goes on")]
    EscalationRests,
    #[error("an escalation that is settled still owes a page")]
    PageAfterTheEnd,
    #[error("one contact point is paged twice at once")]
    PagedTwice,
    #[error("a referral that is not settled has no time at which it goes on")]
    ReferralRests,
    #[error("a referral is accepted by {0} targets")]
    Acceptances(usize),
    #[error("a referral is asked of {0} targets at once")]
    AskedAtOnce(usize),
    #[error("the targets of a referral were not asked in their order")]
    TargetsOutOfOrder,
    #[error("a recall is settled that somebody has not seen")]
    RecallUnseen,
    #[error("a signed revision changed or is gone")]
    SignedChanged,
    #[error("desk {desk} went to a later call although it suits call {call}, whose turn was first")]
    OutOfTurn { call: CallId, desk: DeskId },
}

/// Invariant 2: a desk holds at most one offer or call (its type says so), and no two desks hold
/// the same one.
///
/// # Errors
/// The first breach found.
pub fn each_call_has_one_desk(desks: &[Desk]) -> Result<(), Breach> {
    let (mut offers, mut calls) = (HashSet::new(), HashSet::new());
    for desk in desks {
        let (offer, answered) = match desk.presence {
            Presence::Offered { offer, .. } => (offer, None),
            Presence::InCall { offer, call } => (offer, Some(call)),
            Presence::SignedOut | Presence::Available | Presence::Paused { .. } | Presence::WrapUp { .. } => {
                continue;
            }
        };
        if !offers.insert(offer) {
            return Err(Breach::OfferOnTwoDesks(offer));
        }
        if let Some(call) = answered.filter(|call| !calls.insert(*call)) {
            return Err(Breach::CallOnTwoDesks(call));
        }
    }
    Ok(())
}

/// Invariant 3: a caller does not wait while a suitable desk is free.
///
/// # Errors
/// The first call that waits, with a desk that could be rung for it.
pub fn nobody_waits_beside_a_free_desk(snapshot: &Snapshot, now: Instant) -> Result<(), Breach> {
    let idle = |waiting: &&Waiting| waiting.ringing.is_empty();
    for waiting in snapshot.waiting.iter().filter(idle) {
        if let Some(desk) = snapshot.desks.iter().find(|desk| could_ring(snapshot, waiting, desk, now)) {
            return Err(Breach::WaitsBesideFreeDesk { call: waiting.call, desk: desk.id.clone() });
        }
    }
    Ok(())
}

/// What `dispatch` answers: free and fitting desks only, each once, in the callers' turn.
///
/// # Errors
/// The first breach found.
pub fn choices_are_sound(snapshot: &Snapshot, choices: &[Choice], now: Instant) -> Result<(), Breach> {
    let mut taken = HashSet::new();
    let mut passed_over: Vec<&Waiting> = Vec::new();
    for choice in choices {
        let Some(waiting) = snapshot.waiting.iter().find(|waiting| waiting.call == choice.call) else {
            continue;
        };
        let Ok(chosen) = &choice.outcome else {
            passed_over.push(waiting);
            continue;
        };
        for id in chosen {
            let unfit = || Breach::ChosenUnfit { call: choice.call, desk: id.clone() };
            let desk = snapshot.desks.iter().find(|desk| desk.id == *id).ok_or_else(unfit)?;
            if !could_ring(snapshot, waiting, desk, now) {
                return Err(unfit());
            }
            if !taken.insert(id) {
                return Err(Breach::ChosenTwice(id.clone()));
            }
            if let Some(first) = passed_over.iter().find(|first| could_ring(snapshot, first, desk, now)) {
                return Err(Breach::OutOfTurn { call: first.call, desk: id.clone() });
            }
        }
    }
    Ok(())
}

/// Invariant 4: an open escalation has a moment ahead at which it goes on; one that is accepted or
/// settled owes no page; no contact point has two open pages.
///
/// # Errors
/// The first breach found.
pub fn an_escalation_goes_on(escalation: &Escalation, now: Instant) -> Result<(), Breach> {
    if escalation.is_open() != escalation.deadline().is_some_and(|due| due > now) {
        return Err(Breach::EscalationRests);
    }
    let open: Vec<_> = escalation.pages().iter().filter(|page| page.state.is_open()).collect();
    if *escalation.state() != escalation::State::Climbing && !open.is_empty() {
        return Err(Breach::PageAfterTheEnd);
    }
    let mut points = HashSet::new();
    match open.iter().all(|page| points.insert((&page.staff, page.contact))) {
        true => Ok(()),
        false => Err(Breach::PagedTwice),
    }
}

/// Invariant 6: a referral has a moment ahead at which it goes on, until it is closed or its recall was
/// seen by all who had it; its targets are asked one at a time and in their order; one has accepted
/// it, or none.
///
/// # Errors
/// The first breach found.
pub fn a_referral_goes_on(referral: &Referral, now: Instant) -> Result<(), Breach> {
    use referral::State;
    let (asked, held, may_settle) = match referral.state() {
        State::Drafted { .. } | State::Exhausted { .. } => (0, 0..=0, false),
        State::Offered { .. } | State::Received { .. } | State::Asked { .. } => (1, 0..=0, false),
        State::Accepted { .. } | State::Arrived { .. } | State::NotArrived { .. } => (0, 1..=1, false),
        State::Recalled { .. } => (0, 0..=1, true),
        State::Closed { .. } => (0, 0..=1, true),
    };
    if referral.is_settled() == referral.deadline().is_some_and(|due| due > now)
        || (referral.is_settled() && !may_settle)
    {
        return Err(Breach::ReferralRests);
    }
    let count =
        |what: &[OfferState]| referral.offers().iter().filter(|offer| what.contains(&offer.state)).count();
    let accepted = count(&[OfferState::Accepted]);
    if !held.contains(&accepted) {
        return Err(Breach::Acceptances(accepted));
    }
    let open = count(&[OfferState::Sent, OfferState::Received]);
    if !may_settle && open != asked {
        return Err(Breach::AskedAtOnce(open));
    }
    asked_in_order(referral)?;
    recall_is_seen(referral)
}

fn asked_in_order(referral: &Referral) -> Result<(), Breach> {
    let mut places = Vec::new();
    for message in referral.messages() {
        if !places.contains(&message.to) {
            let first = message.kind == MessageKind::Referral && message.to == places.len();
            first.then(|| places.push(message.to)).ok_or(Breach::TargetsOutOfOrder)?;
        }
    }
    match places.len() == referral.offers().len() && places.len() <= referral.targets().len() {
        true => Ok(()),
        false => Err(Breach::TargetsOutOfOrder),
    }
}

fn recall_is_seen(referral: &Referral) -> Result<(), Breach> {
    let referral::State::Recalled { .. } = referral.state() else { return Ok(()) };
    let seen = |place| {
        let last = referral.messages().iter().rev().find(|message| message.to == place);
        last.is_some_and(|last| last.kind == MessageKind::Recall && last.seen_at.is_some())
    };
    match referral.is_settled() == (0..referral.offers().len()).all(seen) {
        true => Ok(()),
        false => Err(Breach::RecallUnseen),
    }
}

fn could_ring(snapshot: &Snapshot, waiting: &Waiting, desk: &Desk, now: Instant) -> bool {
    let suits =
        |staff: &StaffId| snapshot.duty.iter().any(|duty| duty.staff == *staff && fits(waiting, duty));
    desk.is_free(now) && !waiting.refused.contains(&desk.id) && desk.staff.as_ref().is_some_and(suits)
}

/// Invariant 5: a signed revision never changes; a record's history only grows.
///
/// # Errors
/// The first breach found.
pub fn a_records_history_only_grows(before: &Record, after: &Record) -> Result<(), Breach> {
    match after.versions().starts_with(before.versions()) && after.revision() >= before.revision() {
        true => Ok(()),
        false => Err(Breach::SignedChanged),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use on_call_rota::{Language, Qualification, WindowId};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::desk::PauseReason;
    use crate::ledger::PlaceClass;
    use crate::routing::{Circle, OnDuty, Strategy as Ring, dispatch};

    const NOW: Instant = Instant::from_micros(1_000_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn window(n: u8) -> WindowId {
        format!("window-{n}").parse().unwrap()
    }

    prop_compose! {
        fn a_duty()(window_no in 0..2u8, staff in 0..8u8, nurse: bool, experienced: bool, english: bool) -> OnDuty {
            OnDuty {
                window: window(window_no),
                staff: format!("staff-{staff}").parse().unwrap(),
                qualification: if nurse { Qualification::Nurse } else { Qualification::Psw },
                psychiatric_experience: experienced,
                languages: vec![if english { Language::ENGLISH } else { Language::JAPANESE }],
                region: None,
            }
        }
    }

    /// Desk `n` is where staff `n` sits: free, paused, rung for call 90+n, or never signed in.
    fn a_desk(n: u8, state: u8, idle: u64) -> Desk {
        let mut desk = Desk::vacant(DeskId::parse(&format!("desk-{n}")).unwrap(), NOW - HOUR);
        let staff = format!("staff-{n}").parse().unwrap();
        let call = CallId(Uuid::from_u128(90 + u128::from(n)));
        if state < 4 {
            desk.sign_in(staff, NOW + HOUR, NOW - Duration::from_secs(idle)).unwrap();
        }
        match state {
            2 => desk.pause(PauseReason::Own, NOW).unwrap(),
            3 => desk.claim(OfferId(Uuid::from_u128(u128::from(n))), call, NOW + HOUR, NOW).unwrap(),
            _ => {}
        }
        desk
    }

    prop_compose! {
        fn a_caller()(
            class in 0..5usize, waited in 0..300u64, english: bool, group in 1..4usize, sequential: bool,
            narrow: bool, both: bool, refused in prop::collection::vec(0..8u8, 0..3), rung: bool,
        ) -> Waiting {
            let classes = [
                PlaceClass::Resumed, PlaceClass::Agency, PlaceClass::CallBack, PlaceClass::Repeat, PlaceClass::Ordinary,
            ];
            Waiting {
                call: CallId(Uuid::nil()),
                class: classes[class],
                since: NOW - Duration::from_secs(waited),
                language: english.then_some(Language::ENGLISH),
                region: None,
                circle: Circle {
                    windows: if both { vec![window(0), window(1)] } else { vec![window(0)] },
                    qualifications: if narrow { vec![Qualification::Nurse] } else { vec![] },
                    psychiatric_experience: narrow,
                    language: narrow,
                    region: false,
                    strategy: if sequential { Ring::Sequential } else { Ring::RingGroup(group) },
                },
                ringing: if rung { vec![DeskId::parse("elsewhere").unwrap()] } else { vec![] },
                refused: refused.into_iter().map(|n| DeskId::parse(&format!("desk-{n}")).unwrap()).collect(),
            }
        }
    }

    prop_compose! {
        fn a_night()(
            duty in prop::collection::vec(a_duty(), 0..12),
            desks in prop::collection::vec((0..5u8, 0..600u64), 8),
            mut waiting in prop::collection::vec(a_caller(), 0..14),
        ) -> Snapshot {
            for (n, caller) in (1u128..).zip(&mut waiting) {
                caller.call = CallId(Uuid::from_u128(n));
            }
            let desks = (0u8..).zip(desks).map(|(n, (state, idle))| a_desk(n, state, idle)).collect();
            Snapshot { duty, desks, waiting }
        }
    }

    /// What the store holds once every choice is claimed.
    fn carried_out(mut snapshot: Snapshot, choices: &[Choice]) -> Snapshot {
        let mut drawn = 1000;
        for choice in choices {
            for id in choice.outcome.iter().flatten() {
                drawn += 1;
                let desk = snapshot.desks.iter_mut().find(|desk| desk.id == *id).unwrap();
                desk.claim(OfferId(Uuid::from_u128(drawn)), choice.call, NOW + HOUR, NOW).unwrap();
                let caller = snapshot.waiting.iter_mut().find(|waiting| waiting.call == choice.call).unwrap();
                caller.ringing.push(id.clone());
            }
        }
        snapshot
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn whoever_is_on_duty_nobody_waits_beside_a_free_desk_and_no_desk_is_rung_for_two(night in a_night()) {
            let choices = dispatch(&night, NOW);

            prop_assert_eq!(choices_are_sound(&night, &choices, NOW), Ok(()));
            let after = carried_out(night, &choices);
            prop_assert_eq!(each_call_has_one_desk(&after.desks), Ok(()));
            prop_assert_eq!(nobody_waits_beside_a_free_desk(&after, NOW), Ok(()));
        }

        #[test]
        fn once_all_choices_are_carried_out_nobody_else_is_rung(night in a_night()) {
            let choices = dispatch(&night, NOW);

            let after = carried_out(night, &choices);

            prop_assert!(dispatch(&after, NOW).iter().all(|choice| choice.outcome.is_err()));
        }
    }

    #[test]
    fn two_desks_in_one_call_are_a_breach() {
        let call = CallId(Uuid::from_u128(1));
        let mut desks = vec![a_desk(0, 0, 1), a_desk(1, 0, 1)];
        for (desk, offer) in desks.iter_mut().zip(5u128..) {
            desk.found_in_call(OfferId(Uuid::from_u128(offer)), call, NOW);
        }

        assert_eq!(each_call_has_one_desk(&desks), Err(Breach::CallOnTwoDesks(call)));
    }
}
