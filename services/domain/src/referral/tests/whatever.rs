//! Any events in any order.

use proptest::prelude::*;

use super::*;
use crate::invariant;

#[derive(Clone, Debug)]
enum Push {
    Wait(u64),
    Release,
    Received(usize, usize),
    Accept(usize),
    Decline(usize),
    Ask(usize),
    Answer(usize),
    Arrival(usize, u8),
    Outcome(usize),
    Correct(u8),
    Recall,
    TurnTo(usize),
    Settle,
}

fn a_push() -> impl Strategy<Value = Push> {
    prop_oneof![
        6 => (0..2_000u64).prop_map(Push::Wait),
        1 => (0..400_000u64).prop_map(Push::Wait),
        3 => Just(Push::Release),
        4 => (0..5usize, 0..12usize).prop_map(|(target, message)| Push::Received(target, message)),
        2 => (0..5usize).prop_map(Push::Accept),
        3 => (0..5usize).prop_map(Push::Decline),
        2 => (0..5usize).prop_map(Push::Ask),
        2 => (0..4usize).prop_map(Push::Answer),
        1 => (0..5usize, 0..3u8).prop_map(|(target, arrival)| Push::Arrival(target, arrival)),
        1 => (0..5usize).prop_map(Push::Outcome),
        1 => (0..7u8).prop_map(Push::Correct),
        1 => Just(Push::Recall),
        1 => (0..5usize).prop_map(Push::TurnTo),
        1 => Just(Push::Settle),
    ]
}

const NAMES: [&str; 5] = ["minato", "yamate", "kokoro", "sogo", "stranger"];

fn push(referral: &mut Referral, push: Push, now: Instant) -> Vec<Effect> {
    let name = |nth: usize| to(NAMES[nth]);
    let done = match push {
        Push::Wait(_) => Ok(Vec::new()),
        Push::Release => referral.release(&content(&record()), SIGNED, now),
        Push::Received(nth, message) => referral.received(&name(nth), message, now),
        Push::Accept(nth) => referral.accept(&name(nth), now),
        Push::Decline(nth) => referral.decline(&name(nth), RefusalReason::NoBed, now),
        Push::Ask(nth) => referral.ask(&name(nth), now).map(|(_, effects)| effects),
        Push::Answer(question) => referral.answer(question, now),
        Push::Arrival(nth, arrival) => {
            referral.report_arrival(&name(nth), Arrival::ALL[usize::from(arrival)], now)
        }
        Push::Outcome(nth) => referral.report_outcome(&name(nth), Outcome::Voluntary, now),
        Push::Correct(code) => {
            let code = TriageCode::ALL[usize::from(code)];
            referral.correct(referral.revision() + 1, code, pace(code), now)
        }
        Push::Recall => referral.recall(RecallReason::Resolved, now),
        Push::TurnTo(nth) => referral.turn_to(target(NAMES[nth]), now),
        Push::Settle => referral.settle(Outcome::SomaticEmergency, now),
    };
    done.unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn whatever_happens_a_referral_goes_on_until_it_is_settled_and_has_one_receiver(
        code in 0..7usize, pushes in prop::collection::vec(a_push(), 0..60)
    ) {
        let (mut referral, mut now) = (drafted(TriageCode::ALL[code]), NOW);
        let mut keys = std::collections::HashSet::new();
        for one in pushes {
            if let Push::Wait(seconds) = one {
                now = now + Duration::from_secs(seconds);
            }
            let was_settled = referral.is_settled();
            let mut effects = push(&mut referral, one, now);
            effects.extend(referral.wake(now));
            prop_assert_eq!(invariant::a_referral_goes_on(&referral, now), Ok(()));
            prop_assert_eq!(referral.wake(now), vec![], "waking twice changes nothing");
            let settles = effects.iter().filter(|effect| **effect == Effect::Settled).count();
            prop_assert_eq!(settles, usize::from(!was_settled && referral.is_settled()));
            for effect in &effects {
                if let Effect::Deliver { key, .. } = effect {
                    prop_assert!(keys.insert(key.clone()), "a key is used twice");
                }
            }
            let kept = serde_json::to_string(&referral).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Referral>(&kept).unwrap(), &referral);
        }
    }

    #[test]
    fn however_silent_all_are_a_human_has_it_after_every_target_had_its_time(code in 0..7usize) {
        let code = TriageCode::ALL[code];
        let mut referral = drafted(code);
        referral.release(&content(&record()), SIGNED, NOW).unwrap();
        let mut woken = 0;
        while !matches!(referral.state(), State::Exhausted { .. }) {
            let due = referral.deadline().unwrap();
            prop_assert!(!referral.wake(due).is_empty());
            woken += 1;
            prop_assert!(woken < 10);
        }
        prop_assert_eq!(referral.offers().len(), 3);
    }
}
