use super::kit::{at, call_id, desk, secs};
use crate::daily_log::{Call, Span, call_of, window_of};
use crate::ids::{LegId, OfferId};
use crate::ledger::{
    AnsweredBy, Begun, EndReason, Entry, NoOneFree, OfferedBy, OriginKind, Party, PlaceClass, Step,
};
use uuid::Uuid;

const LEG: LegId = LegId(Uuid::nil());
const OFFER: OfferId = OfferId(Uuid::nil());

/// A call at 23:59:50, with these steps so many seconds later.
fn ledger(steps: Vec<(u64, Step)>) -> Vec<Entry> {
    let begun = Step::Begun(Begun {
        window: "main".parse().unwrap(),
        leg: LEG,
        origin: OriginKind::Incoming,
        class: PlaceClass::Repeat,
        withheld: false,
        came_by: "trunk".to_owned(),
    });
    let steps = std::iter::once((0, begun)).chain(steps).enumerate();
    let entry = |(seq, (after, step))| Entry {
        operator: "kitagata".parse().unwrap(),
        call: call_id(1),
        seq: u32::try_from(seq).unwrap(),
        at: at("2026-12-31T23:59:50") + secs(after),
        step,
        number: None,
    };
    steps.map(entry).collect()
}

fn told(steps: Vec<(u64, Step)>) -> Call {
    call_of(&ledger(steps)).unwrap()
}

fn span(from: u64, until: u64) -> Span {
    let midnight = at("2026-12-31T23:59:50");
    Span { from: midnight + secs(from), until: midnight + secs(until) }
}

fn by(word: &str) -> Step {
    Step::Answered { by: AnsweredBy::Desk(desk(word)), waited_micros: 0 }
}

fn offered() -> Step {
    Step::Offered { offer: OFFER, desk: desk("desk-1"), leg: LEG, by: OfferedBy::Routing }
}

fn nobody(why: NoOneFree) -> Step {
    Step::NobodyFree { why }
}

fn over(reason: EndReason) -> Step {
    Step::Ended { reason, owes_call_back: false }
}

#[test]
fn desks_speak_one_after_another_when_a_call_is_handed_over_and_taken_over() {
    let call = told(vec![
        (1, offered()),
        (15, by("desk-1")),
        (60, Step::Transferred { from: desk("desk-1"), desk: desk("desk-2") }),
        (90, Step::TakenOver { from: Some(desk("desk-2")), desk: desk("boss") }),
        (120, over(EndReason::Completed)),
    ]);

    assert_eq!(call.answered, Some(span(15, 15).from));
    let talks = [("desk-1", span(15, 60)), ("desk-2", span(60, 90)), ("boss", span(90, 120))];
    assert_eq!(call.talks, talks.map(|(word, span)| (desk(word), span)));
    assert_eq!(call.ended, Some((span(120, 120).from, EndReason::Completed)));
}

#[test]
fn a_lost_counsellor_stops_talking_and_the_next_begins_but_the_answer_stays_the_first() {
    let call = told(vec![
        (5, by("desk-1")),
        (20, Step::CounsellorLost { desk: Some(desk("desk-1")) }),
        (50, by("desk-2")),
    ]);

    assert_eq!(call.answered, Some(span(5, 5).from));
    assert_eq!(call.talks[0], (desk("desk-1"), span(5, 20)));
    assert_eq!(call.talks[1], (desk("desk-2"), Span { from: span(50, 50).from, until: Span::OPEN }));
    assert_eq!(call.ended, None);
}

#[test]
fn a_counsellor_who_leaves_caller_and_doctor_alone_has_stopped_talking() {
    let call = told(vec![
        (5, by("desk-1")),
        (30, Step::Left { party: Party::Counsellor }),
        (300, over(EndReason::Completed)),
    ]);

    assert_eq!(call.talks, [(desk("desk-1"), span(5, 30))]);
}

#[test]
fn a_call_is_blocked_when_there_was_nobody_to_ring() {
    let gone = || (40, over(EndReason::AbandonedInQueue));
    for (steps, is_blocked) in [
        (vec![(0, nobody(NoOneFree::NobodyOnDuty)), gone()], true),
        (vec![(0, nobody(NoOneFree::NobodySignedIn)), gone()], true),
        (vec![(0, nobody(NoOneFree::AllBusy)), gone()], false),
        (vec![(0, nobody(NoOneFree::NobodySignedIn)), (5, offered()), gone()], false),
        (vec![(0, nobody(NoOneFree::NobodyOnDuty)), (5, Step::FallbackRung { leg: LEG }), gone()], false),
        (vec![gone()], false),
    ] {
        assert_eq!(told(steps.clone()).blocked, is_blocked, "{steps:?}");
    }
}

#[test]
fn entries_may_come_in_any_order_and_without_a_beginning_there_is_no_call() {
    let mut entries = ledger(vec![(5, by("desk-1")), (9, over(EndReason::Completed))]);
    let call = call_of(&entries);
    entries.reverse();

    assert_eq!(call_of(&entries), call);
    assert_eq!(window_of(&entries).unwrap().to_string(), "main");
    assert_eq!(call_of(&entries[..2]), None);
    assert_eq!(call.unwrap().class, PlaceClass::Repeat);
}
