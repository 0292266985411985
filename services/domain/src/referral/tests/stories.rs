//! One case, told from both ends.

use super::*;

#[test]
fn the_first_declines_the_second_is_silent_and_the_third_accepts() {
    let mut referral = released();
    assert_eq!(
        (asked(&referral), referral.due()),
        (Some("minato"), Some((DueKind::Receipt, NOW + 2 * MINUTE)))
    );

    referral.received(&to("minato"), 0, NOW + MINUTE).unwrap();
    assert_eq!(referral.due(), Some((DueKind::Decision, NOW + 10 * MINUTE)));
    referral.decline(&to("minato"), RefusalReason::NoBed, NOW + 3 * MINUTE).unwrap();
    assert_eq!(asked(&referral), Some("yamate"));

    assert_eq!(alarms(&referral.wake(NOW + 5 * MINUTE)), [Alarm::NotReceived]);
    let effects = referral.wake(NOW + 13 * MINUTE);
    assert_eq!(alarms(&effects), [Alarm::Silent]);
    assert!(
        effects.contains(&Effect::PrintSheet { target: Some(to("yamate")), kind: MessageKind::Referral })
    );
    assert_eq!(asked(&referral), Some("kokoro"));

    referral.accept(&to("kokoro"), NOW + 14 * MINUTE).unwrap();
    let states: Vec<_> = referral.offers().iter().map(|offer| offer.state.code()).collect();
    assert_eq!(states, ["declined", "silent", "accepted"]);
    assert_eq!(referral.due(), Some((DueKind::Arrival, NOW + 14 * MINUTE + 3 * HOUR)));

    referral.report_arrival(&to("kokoro"), Arrival::Arrived, NOW + HOUR).unwrap();
    let effects = referral.report_outcome(&to("kokoro"), Outcome::Voluntary, NOW + 2 * HOUR).unwrap();
    assert!(effects.contains(&Effect::Settled));
    assert_eq!(referral.deadline(), None);
}

#[test]
fn a_late_yes_is_taken_while_nobody_else_said_it_and_a_second_is_told_who_did() {
    let mut referral = released();
    referral.wake(NOW + 2 * MINUTE);
    referral.wake(NOW + 10 * MINUTE);
    assert_eq!(asked(&referral), Some("yamate"));

    let effects = referral.accept(&to("minato"), NOW + 11 * MINUTE).unwrap();

    assert_eq!(sent(&effects), [("yamate", MessageKind::StandDown)]);
    assert_eq!(
        referral.accept(&to("yamate"), NOW + 11 * MINUTE),
        Err(Refusal::AlreadyAcceptedBy { by: to("minato") })
    );
    assert_eq!(referral.accept(&to("minato"), NOW + 12 * MINUTE), Ok(vec![]), "said twice is said once");
    assert_eq!(referral.accept(&to("kokoro"), NOW), Err(Refusal::NotAsked(to("kokoro"))));
}

#[test]
fn what_was_accepted_and_is_given_back_returns_to_who_was_interrupted() {
    let mut referral = released();
    referral.wake(NOW + 10 * MINUTE);
    referral.accept(&to("minato"), NOW + 11 * MINUTE).unwrap();

    let effects = referral.decline(&to("minato"), RefusalReason::NoBed, NOW + 12 * MINUTE).unwrap();

    assert_eq!(alarms(&effects), [Alarm::GivenBack]);
    assert_eq!(sent(&effects), [("yamate", MessageKind::Referral)]);
    assert_eq!(referral.due(), Some((DueKind::Receipt, NOW + 14 * MINUTE)));
}

#[test]
fn when_nobody_is_left_a_supervisor_is_raised_again_and_again_until_a_human_finds_a_way() {
    let mut referral = released();
    let now = NOW + MINUTE;
    let mut last = Vec::new();
    for name in ["minato", "yamate", "kokoro"] {
        last = referral.decline(&to(name), RefusalReason::NoBed, now).unwrap();
    }
    assert_eq!(alarms(&last), [Alarm::Exhausted]);
    assert!(last.contains(&Effect::PrintSheet { target: None, kind: MessageKind::Referral }));
    assert_eq!(alarms(&referral.wake(now + 10 * MINUTE)), [Alarm::Exhausted]);

    referral.turn_to(target("sogo"), now + 11 * MINUTE).unwrap();
    assert_eq!(asked(&referral), Some("sogo"));
    referral.accept(&to("sogo"), now + 12 * MINUTE).unwrap();
}

#[test]
fn after_an_outage_the_next_target_has_its_whole_time() {
    let mut referral = released();

    referral.wake(NOW + 3 * HOUR);

    assert_eq!(asked(&referral), Some("yamate"));
    assert_eq!(*referral.state(), State::Offered { target: 1, until: NOW + 3 * HOUR + 10 * MINUTE });
}

#[test]
fn only_a_and_b_go_out_before_the_signature() {
    let unsigned = Release { revision: 2, signed: false };
    for code in TriageCode::ALL {
        let refused = drafted(*code).release(&content(&record()), unsigned, NOW) == Err(Refusal::NotSigned);
        assert_eq!(refused, *code > TriageCode::B, "{code}");
    }
}

#[test]
fn a_draft_that_rests_is_told() {
    let mut referral = drafted(TriageCode::A);

    assert_eq!(alarms(&referral.wake(NOW + 2 * MINUTE)), [Alarm::DraftRests]);
    assert_eq!(referral.due(), Some((DueKind::Release, NOW + 12 * MINUTE)));
}

#[test]
fn a_question_stops_the_clock_until_it_is_answered_or_we_were_silent_too() {
    let mut referral = released();
    let (question, _) = referral.ask(&to("minato"), NOW + 9 * MINUTE).unwrap();
    assert_eq!(referral.due(), Some((DueKind::Answer, NOW + 11 * MINUTE)));

    let effects = referral.answer(question, NOW + 10 * MINUTE).unwrap();
    assert_eq!(sent(&effects), [("minato", MessageKind::Answer)]);
    assert_eq!(*referral.state(), State::Received { target: 0, until: NOW + 20 * MINUTE });

    let (second, _) = referral.ask(&to("minato"), NOW + 12 * MINUTE).unwrap();
    referral.received(&to("minato"), 1, NOW + 12 * MINUTE).unwrap();
    assert_eq!(alarms(&referral.wake(NOW + 14 * MINUTE)), [Alarm::QuestionUnanswered]);
    assert_eq!(*referral.state(), State::Received { target: 0, until: NOW + 24 * MINUTE });
    assert_eq!(referral.open_questions().count(), 1, "it can still be answered");
    referral.wake(NOW + 24 * MINUTE);
    assert_eq!(asked(&referral), Some("yamate"));
    assert_eq!(referral.answer(second, NOW + 25 * MINUTE), Err(Refusal::NoSuchQuestion(second)));
}

#[test]
fn who_asks_for_ever_does_not_hold_the_referral_for_ever() {
    let mut referral = released();
    let mut now = NOW;
    while asked(&referral) == Some("minato") {
        now = now + MINUTE;
        let (question, _) = referral.ask(&to("minato"), now).unwrap();
        referral.answer(question, now).unwrap();
        referral.received(&to("minato"), question + 1, now).unwrap();
        referral.wake(now);
        assert!(now < NOW + HOUR);
    }
}

#[test]
fn a_question_after_the_yes_is_waited_for_as_well() {
    let mut referral = released();
    referral.accept(&to("minato"), NOW).unwrap();

    referral.ask(&to("minato"), NOW + MINUTE).unwrap();

    assert_eq!(referral.due(), Some((DueKind::Answer, NOW + 3 * MINUTE)));
    assert_eq!(alarms(&referral.wake(NOW + 3 * MINUTE)), [Alarm::QuestionUnanswered]);
}

#[test]
fn who_said_no_or_came_second_asks_nothing_any_more() {
    let mut referral = released();
    referral.decline(&to("minato"), RefusalReason::NoBed, NOW).unwrap();
    assert_eq!(referral.ask(&to("minato"), NOW).map(drop), Err(Refusal::NotAsked(to("minato"))));

    referral.decline(&to("yamate"), RefusalReason::NoBed, NOW).unwrap();
    referral.accept(&to("kokoro"), NOW).unwrap();
    let by = to("kokoro");
    assert_eq!(referral.ask(&to("yamate"), NOW).map(drop), Err(Refusal::AlreadyAcceptedBy { by }));
}

#[test]
fn a_correction_goes_to_who_has_it_and_must_be_seen() {
    let mut referral = released();
    referral.decline(&to("minato"), RefusalReason::NoBed, NOW).unwrap();
    referral.accept(&to("yamate"), NOW).unwrap();

    let effects = referral.correct(4, TriageCode::B, pace(TriageCode::B), NOW + MINUTE).unwrap();

    assert_eq!(sent(&effects), [("yamate", MessageKind::Correction)], "not to who declined");
    assert_eq!(referral.due(), Some((DueKind::Receipt, NOW + 3 * MINUTE)));
    for minutes in [3, 13, 23] {
        assert_eq!(alarms(&referral.wake(NOW + minutes * MINUTE)), [Alarm::NotReceived]);
    }
    let last = referral.messages().len() - 1;
    referral.received(&to("yamate"), last, NOW + 24 * MINUTE).unwrap();
    assert_eq!(referral.due(), Some((DueKind::Arrival, NOW + 3 * HOUR)));
    let told = referral.correct(4, TriageCode::B, pace(TriageCode::B), NOW);
    assert_eq!(told, Err(Refusal::OldRevision(4)));
}

#[test]
fn a_correction_that_raises_the_code_shortens_the_time_and_none_lengthens_it() {
    let mut referral = drafted(TriageCode::C);
    referral.release(&content(&record()), SIGNED, NOW).unwrap();

    referral.correct(4, TriageCode::A, pace(TriageCode::A), NOW + MINUTE).unwrap();
    assert_eq!(*referral.state(), State::Offered { target: 0, until: NOW + 11 * MINUTE });
    referral.correct(5, TriageCode::D, pace(TriageCode::D), NOW + 2 * MINUTE).unwrap();
    assert_eq!(*referral.state(), State::Offered { target: 0, until: NOW + 11 * MINUTE });
}

#[test]
fn a_recall_is_open_until_all_who_ever_had_it_have_seen_it() {
    let mut referral = released();
    referral.decline(&to("minato"), RefusalReason::NoBed, NOW).unwrap();

    let effects = referral.recall(RecallReason::WrongPerson, NOW + MINUTE).unwrap();

    assert_eq!(sent(&effects), [("minato", MessageKind::Recall), ("yamate", MessageKind::Recall)]);
    assert_eq!(referral.accept(&to("yamate"), NOW + MINUTE), Err(Refusal::Recalled));
    referral.received(&to("minato"), 2, NOW + 2 * MINUTE).unwrap();
    assert_eq!(alarms(&referral.wake(NOW + 3 * MINUTE)), [Alarm::NotReceived]);
    let effects = referral.received(&to("yamate"), 3, NOW + 4 * MINUTE).unwrap();
    assert!(effects.contains(&Effect::Settled));
    assert!(referral.is_settled());
}

#[test]
fn a_receiver_on_paper_is_sent_a_sheet_and_somebody_confirms_it() {
    let targets = vec![Target { by_sheet: true, ..target("fax") }];
    let draft = Draft { code: TriageCode::B, targets, pace: pace(TriageCode::B) };
    let mut referral = Referral::start(ReferralId(Uuid::from_u128(7)), draft, NOW).unwrap().0;

    let effects = referral.release(&content(&record()), SIGNED, NOW).unwrap();

    assert!(sent(&effects).is_empty());
    assert!(effects.contains(&Effect::PrintSheet { target: Some(to("fax")), kind: MessageKind::Referral }));
    assert_eq!(alarms(&referral.wake(NOW + 2 * MINUTE)), [Alarm::NotReceived]);
}

#[test]
fn who_did_not_arrive_is_told_at_once_and_may_still_come() {
    let mut referral = released();
    referral.accept(&to("minato"), NOW).unwrap();
    assert_eq!(alarms(&referral.wake(NOW + 3 * HOUR)), [Alarm::ArrivalOverdue]);

    let effects = referral.report_arrival(&to("minato"), Arrival::NotArrived, NOW + 4 * HOUR).unwrap();
    assert_eq!(alarms(&effects), [Alarm::NotArrived]);
    referral.report_arrival(&to("minato"), Arrival::Arrived, NOW + 5 * HOUR).unwrap();
    assert_eq!(referral.decline(&to("minato"), RefusalReason::Other, NOW + 5 * HOUR), Err(Refusal::Arrived));
    assert_eq!(
        referral.report_outcome(&to("yamate"), Outcome::Voluntary, NOW),
        Err(Refusal::NotAcceptedBy(to("yamate")))
    );
}

#[test]
fn a_message_keeps_its_key_and_nobody_confirms_anothers() {
    let mut referral = released();

    assert_eq!(referral.key(0), "00000000-0000-0000-0000-000000000007/0");
    assert_eq!(referral.received(&to("yamate"), 0, NOW), Err(Refusal::NotAsked(to("yamate"))));
    assert_eq!(referral.received(&to("minato"), 0, NOW).unwrap().len(), 1);
    assert_eq!(referral.received(&to("minato"), 0, NOW), Ok(vec![]));
}

#[test]
fn a_target_is_in_the_list_once() {
    let targets = vec![target("minato"), target("minato")];
    let draft = Draft { code: TriageCode::B, targets, pace: pace(TriageCode::B) };

    let refused = Referral::start(ReferralId(Uuid::from_u128(7)), draft, NOW).map(drop);

    assert_eq!(refused, Err(Refusal::TargetTwice(to("minato"))));
}
