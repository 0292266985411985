//! Escalations as counsellors would tell them.

use std::time::Duration;

use on_call_rota::Language;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::CallId;
use crate::invariant;

const NOW: Instant = Instant::from_micros(1_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn who(name: &str) -> StaffId {
    name.parse().unwrap()
}

fn case() -> Case {
    Case {
        window: "main".parse().unwrap(),
        call: Some(CallId(Uuid::from_u128(1))),
        reasons: vec![Reason::RiskImminent],
        triage_code: Some(TriageCode::A),
        age_band: Some(AgeBand::Thirties),
        started_by: Some(who("ito")),
    }
}

fn pace() -> Pace {
    Pace {
        rungs_at: [0, 2, 5, 10, 15].map(|minutes| minutes * MINUTE).into(),
        act_within: 3 * MINUTE,
        same_way_again: 2 * MINUTE,
        rounds: None,
    }
}

/// A telephone, and mail half a minute after it.
fn person(name: &str, contacts: usize) -> Person {
    Person {
        staff: who(name),
        language: Language::JAPANESE,
        ways: vec![
            Way { channel: Channel::Voice, contact: contacts, after: Duration::ZERO },
            Way { channel: Channel::Mail, contact: contacts + 1, after: MINUTE / 2 },
        ],
    }
}

fn alone(name: &str, contact: usize) -> Rung {
    Rung { people: vec![person(name, contact)], patience: None }
}

fn ladder() -> Ladder {
    Ladder {
        rungs: vec![alone("aoki", 0), alone("endo", 2), alone("noda", 4)],
        backstop: vec![person("kubo", 6)],
    }
}

fn started() -> Escalation {
    Escalation::start(case(), Priority::P1, ladder(), pace(), NOW).0
}

/// The pages that are owed now, and not yet due ones too: who and how.
fn owed(escalation: &Escalation) -> Vec<(String, Channel)> {
    let owed = escalation.pages().iter().filter(|page| page.state == PageState::Owed);
    owed.map(|page| (page.staff.to_string(), page.channel)).collect()
}

/// The newest page of a person by a channel.
fn page_of(escalation: &Escalation, name: &str, channel: Channel) -> PageNumber {
    escalation.pages().iter().rposition(|page| page.staff == who(name) && page.channel == channel).unwrap()
}

fn rings(escalation: &mut Escalation, name: &str) -> PageNumber {
    let page = page_of(escalation, name, Channel::Voice);
    escalation.page_out(page);
    page
}

fn voice_ends(escalation: &mut Escalation, name: &str, outcome: PageOutcome, now: Instant) -> Vec<Effect> {
    let page = rings(escalation, name);
    escalation.page_ended(page, outcome, now)
}

fn alarms(effects: &[Effect]) -> Vec<EscalationAlarm> {
    effects.iter().filter_map(|e| if let Effect::Alarm(alarm) = e { Some(*alarm) } else { None }).collect()
}

#[test]
fn the_first_rung_is_paged_at_once_and_the_second_when_its_patience_is_over() {
    let mut escalation = started();
    assert_eq!(owed(&escalation), [("aoki".into(), Channel::Voice), ("aoki".into(), Channel::Mail)]);
    assert_eq!(escalation.deadline(), Some(NOW + 2 * MINUTE));

    assert!(escalation.wake(NOW + MINUTE).is_empty());
    escalation.wake(NOW + 2 * MINUTE);

    assert_eq!(page_of(&escalation, "endo", Channel::Voice), 2);
    assert_eq!(escalation.pages()[2].due, NOW + 2 * MINUTE);
    assert_eq!(escalation.deadline(), Some(NOW + 5 * MINUTE));
}

#[test]
fn whoever_is_silent_is_waited_for_and_whoever_cannot_be_reached_or_says_no_is_not() {
    let mut escalation = started();
    voice_ends(&mut escalation, "aoki", PageOutcome::Unanswered, NOW + MINUTE / 2);
    assert_eq!(escalation.place(), (0, 0));

    escalation.wake(NOW + 2 * MINUTE);
    voice_ends(&mut escalation, "endo", PageOutcome::Failed, NOW + 2 * MINUTE + MINUTE / 60);
    assert_eq!(escalation.place(), (0, 2), "busy costs nothing");

    let later = NOW + 3 * MINUTE;
    rings(&mut escalation, "noda");
    let effects = escalation.decline(&who("noda"), later).unwrap();
    assert_eq!(escalation.place(), (1, 0), "the last said no: from the top again");
    assert_eq!(alarms(&effects), [EscalationAlarm::Exhausted]);
}

#[test]
fn a_way_that_fails_brings_the_next_one_forward() {
    let mut escalation = Escalation::start(
        case(),
        Priority::P1,
        Ladder { rungs: vec![Rung { people: vec![two_phones()], patience: None }], backstop: vec![] },
        pace(),
        NOW,
    )
    .0;
    escalation.page_out(0);

    let effects = escalation.page_ended(0, PageOutcome::Failed, NOW + MINUTE / 60);

    assert!(effects.contains(&Effect::Hasten { page: 1 }));
    assert_eq!(escalation.pages()[1].due, NOW + MINUTE / 60);
    assert_eq!(escalation.place(), (0, 0), "the second telephone may still answer");
}

fn two_phones() -> Person {
    let phone = |contact, after| Way { channel: Channel::Voice, contact, after };
    Person { ways: vec![phone(0, Duration::ZERO), phone(1, MINUTE / 2)], ..person("aoki", 0) }
}

#[test]
fn a_rung_without_anybody_and_a_person_without_a_telephone_cost_nothing_but_an_alarm() {
    let nobody = Person { ways: vec![], ..person("aoki", 0) };
    let rungs = vec![Rung::default(), Rung { people: vec![nobody], patience: None }, alone("noda", 4)];

    let (escalation, effects) =
        Escalation::start(case(), Priority::P1, Ladder { rungs, backstop: vec![] }, pace(), NOW);

    assert_eq!(escalation.pages()[0].staff, who("noda"));
    assert_eq!(escalation.pages()[0].due, NOW);
    assert_eq!(alarms(&effects), [EscalationAlarm::RungEmpty, EscalationAlarm::NoContact]);
}

#[test]
fn a_ladder_without_anybody_raises_those_behind_it_again_and_again() {
    let ladder = Ladder { rungs: vec![Rung::default()], backstop: vec![person("kubo", 0)] };

    let (mut escalation, effects) = Escalation::start(case(), Priority::P1, ladder, pace(), NOW);

    assert!(alarms(&effects).contains(&EscalationAlarm::Exhausted));
    assert_eq!(owed(&escalation)[0].0, "kubo");
    let again = escalation.wake(NOW + 2 * MINUTE);
    assert!(alarms(&again).contains(&EscalationAlarm::Exhausted));
}

#[test]
fn an_exhausted_ladder_begins_anew_and_skips_nobody_who_was_tried() {
    let mut escalation = started();
    for (name, minutes) in [("aoki", 2), ("endo", 5), ("noda", 10)] {
        voice_ends(&mut escalation, name, PageOutcome::Unanswered, NOW);
        escalation.wake(NOW + minutes * MINUTE);
    }

    assert_eq!(escalation.place(), (1, 0));
    let again = &escalation.pages()[page_of(&escalation, "aoki", Channel::Voice)];
    assert_eq!((again.round, again.due), (1, NOW + 10 * MINUTE));
    assert!(owed(&escalation).contains(&("kubo".into(), Channel::Voice)));
}

#[test]
fn nobody_is_paged_twice_by_one_way_within_two_minutes_unless_the_priority_rises() {
    let ladder = Ladder { rungs: vec![alone("aoki", 0)], backstop: vec![] };
    let mut escalation = Escalation::start(case(), Priority::P2, ladder, pace(), NOW).0;
    let failed = NOW + MINUTE / 60;
    voice_ends(&mut escalation, "aoki", PageOutcome::Failed, failed);

    let second = page_of(&escalation, "aoki", Channel::Voice);
    assert_eq!(escalation.pages()[second].due, NOW + 2 * MINUTE);

    escalation.page_out(second);
    escalation.page_ended(second, PageOutcome::Unanswered, NOW + 2 * MINUTE + MINUTE / 2);
    escalation.raise(Priority::P1, pace(), NOW + 3 * MINUTE).unwrap();
    let third = page_of(&escalation, "aoki", Channel::Voice);
    assert_eq!(escalation.pages()[third].due, NOW + 3 * MINUTE);
}

#[test]
fn a_yes_calls_everything_off_that_was_still_to_come() {
    let mut escalation = started();
    let ringing = rings(&mut escalation, "aoki");

    let effects = escalation.accept(who("aoki"), Some(ringing), NOW + MINUTE / 6).unwrap();

    let mail = page_of(&escalation, "aoki", Channel::Mail);
    assert!(effects.contains(&Effect::Cancel { page: mail }));
    assert_eq!(escalation.pages()[ringing].state, PageState::Accepted);
    assert_eq!(owed(&escalation), []);
}

#[test]
fn of_two_who_say_yes_in_the_same_instant_one_is_told_who_has_it() {
    let mut escalation = started();
    rings(&mut escalation, "aoki");
    escalation.wake(NOW + 2 * MINUTE);
    rings(&mut escalation, "endo");

    assert!(escalation.accept(who("endo"), None, NOW + 3 * MINUTE).is_ok());
    let late = escalation.accept(who("aoki"), None, NOW + 3 * MINUTE);

    assert_eq!(late, Err(Refusal::TakenOver { by: who("endo") }));
    assert_eq!(escalation.accept(who("endo"), None, NOW + 3 * MINUTE), Ok(vec![]), "said twice is said once");
}

#[test]
fn a_late_yes_is_taken_in_any_round() {
    let mut escalation = started();
    for minutes in [2, 5, 10, 12] {
        escalation.wake(NOW + minutes * MINUTE);
    }

    assert!(escalation.accept(who("aoki"), Some(0), NOW + 13 * MINUTE).is_ok());
    assert_eq!(escalation.accept(who("ueda"), None, NOW), Err(Refusal::TakenOver { by: who("aoki") }));
}

#[test]
fn a_stranger_cannot_accept() {
    assert_eq!(started().accept(who("ueda"), None, NOW), Err(Refusal::NotOnLadder));
}

#[test]
fn who_accepts_and_vanishes_is_not_waited_for_longer_than_was_set() {
    let mut escalation = started();
    escalation.accept(who("aoki"), Some(0), NOW + MINUTE).unwrap();
    assert_eq!(escalation.deadline(), Some(NOW + 4 * MINUTE));

    let effects = escalation.wake(NOW + 4 * MINUTE);

    assert_eq!(alarms(&effects), [EscalationAlarm::AcceptanceLapsed]);
    assert_eq!(escalation.pages()[page_of(&escalation, "endo", Channel::Voice)].due, NOW + 4 * MINUTE);
    assert_eq!(*escalation.state(), State::Climbing);
}

#[test]
fn joining_or_advice_settles_it_and_nothing_else_does() {
    for act in [Act::Joined, Act::CalledBack, Act::Advised] {
        let mut escalation = started();
        escalation.accept(who("aoki"), Some(0), NOW).unwrap();
        assert!(escalation.is_open());

        escalation.act(who("aoki"), act, NOW + MINUTE).unwrap();

        assert_eq!(*escalation.state(), State::Acted { by: who("aoki"), act });
        assert_eq!(escalation.deadline(), None);
    }
}

#[test]
fn advice_written_without_a_yes_before_counts_as_one() {
    let mut escalation = started();

    escalation.act(who("endo"), Act::Advised, NOW).unwrap();

    assert_eq!(owed(&escalation), []);
    assert!(!escalation.is_open());
}

#[test]
fn who_accepted_and_then_cannot_passes_it_on_at_once() {
    let mut escalation = started();
    escalation.accept(who("aoki"), Some(0), NOW).unwrap();

    escalation.decline(&who("aoki"), NOW + MINUTE / 60).unwrap();

    assert_eq!(escalation.place(), (0, 1));
    assert_eq!(*escalation.state(), State::Climbing);
}

#[test]
fn after_an_outage_every_rung_that_was_due_is_paged_at_once_with_its_own_time() {
    let mut escalation = started();

    escalation.wake(NOW + 6 * MINUTE);

    let due = |name| escalation.pages()[page_of(&escalation, name, Channel::Voice)].due;
    assert_eq!((due("endo"), due("noda")), (NOW + 2 * MINUTE, NOW + 5 * MINUTE));
}

#[test]
fn a_withdrawal_stops_all_and_a_yes_after_it_is_told_so() {
    let mut escalation = started();
    rings(&mut escalation, "aoki");

    let effects = escalation.withdraw(Withdrawal::Resolved).unwrap();

    assert_eq!(effects.iter().filter(|e| matches!(e, Effect::Cancel { .. })).count(), 2);
    assert_eq!(escalation.accept(who("aoki"), Some(0), NOW), Err(Refusal::Withdrawn));
}

#[test]
fn a_priority_cannot_be_lowered() {
    let mut escalation = started();

    assert_eq!(escalation.raise(Priority::P2, pace(), NOW), Err(Refusal::NotRaised));
}

#[test]
fn a_drill_ends_with_a_key_or_when_the_person_was_not_reached() {
    let drill = |reasons| Case { call: None, reasons, ..case() };
    let once = Pace { rounds: Some(1), ..pace() };
    let ladder = Ladder { rungs: vec![alone("aoki", 0)], backstop: vec![person("kubo", 2)] };
    let start =
        || Escalation::start(drill(vec![Reason::Drill]), Priority::P3, ladder.clone(), once.clone(), NOW).0;

    let mut reached = start();
    reached.accept(who("aoki"), Some(0), NOW).unwrap();
    assert_eq!(*reached.state(), State::Acted { by: who("aoki"), act: Act::Confirmed });

    let mut silent = start();
    let effects = silent.wake(NOW + 2 * MINUTE);
    assert_eq!(*silent.state(), State::Unreached);
    assert_eq!(alarms(&effects), [], "a supervisor is not woken for a drill");
}

#[derive(Clone, Debug)]
enum Push {
    Wait(u64),
    Out(usize),
    Ended(usize, u8),
    Accept(usize),
    Decline(usize),
    Act(usize),
    Raise,
}

fn a_push() -> impl Strategy<Value = Push> {
    prop_oneof![
        4 => (0..400u64).prop_map(Push::Wait),
        4 => (0..12usize).prop_map(Push::Out),
        4 => (0..12usize, 0..3u8).prop_map(|(page, outcome)| Push::Ended(page, outcome)),
        1 => (0..4usize).prop_map(Push::Accept),
        1 => (0..4usize).prop_map(Push::Decline),
        1 => (0..4usize).prop_map(Push::Act),
        1 => Just(Push::Raise),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_happens_an_open_escalation_goes_on_and_a_closed_one_owes_nothing(
        pushes in prop::collection::vec(a_push(), 0..40)
    ) {
        let names = ["aoki", "endo", "noda", "kubo"];
        let (mut escalation, mut now) = (Escalation::start(case(), Priority::P2, ladder(), pace(), NOW).0, NOW);
        for push in pushes {
            match push {
                Push::Wait(seconds) => {
                    now = now + Duration::from_secs(seconds);
                    escalation.wake(now);
                }
                Push::Out(page) => drop(escalation.page_out(page)),
                Push::Ended(page, outcome) => {
                    let outcome = [PageOutcome::Delivered, PageOutcome::Unanswered, PageOutcome::Failed]
                        [usize::from(outcome)];
                    escalation.page_ended(page, outcome, now);
                }
                Push::Accept(name) => drop(escalation.accept(who(names[name]), None, now)),
                Push::Decline(name) => drop(escalation.decline(&who(names[name]), now)),
                Push::Act(name) => drop(escalation.act(who(names[name]), Act::Advised, now)),
                Push::Raise => drop(escalation.raise(Priority::P1, pace(), now)),
            }
            escalation.wake(now);
            prop_assert_eq!(invariant::an_escalation_goes_on(&escalation, now), Ok(()));
            let kept = serde_json::to_string(&escalation).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Escalation>(&kept).unwrap(), &escalation);
        }
    }
}
