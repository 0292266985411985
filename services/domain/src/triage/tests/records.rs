//! Records as counsellors would tell of them.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::escalation::{Priority, Reason, TriageCode};
use crate::ids::StaffId;
use crate::invariant;
use crate::time::Instant;
use crate::triage::record::{Effect, Happened, Record, Refusal, State};

static PROTOCOL: LazyLock<Protocol> = LazyLock::new(shipped);
const NOW: Instant = Instant::from_micros(1_000_000_000);

fn who(name: &str) -> StaffId {
    name.parse().unwrap()
}

fn opened() -> Record {
    Record::open(who("ito"), &PROTOCOL, Fields::default().with("channel", "voice")).unwrap().0
}

fn save(record: &mut Record, seen: u32, changes: &[(&str, &str)]) -> Result<Vec<Effect>, Refusal> {
    let changes: Fields = changes.iter().map(|&(name, value)| change(name, value)).collect();
    record.save(&who("ito"), seen, &changes, &PROTOCOL)
}

/// An empty value takes the field away.
fn change(name: &str, value: &str) -> (String, Vec<String>) {
    (name.to_owned(), vec![value.to_owned()])
}

fn sign(record: &mut Record) -> Result<Vec<Effect>, Refusal> {
    let seen = record.revision();
    record.sign(&who("ito"), seen, &PROTOCOL, NOW)
}

/// All a quiet call leaves behind.
fn whole() -> Fields {
    let said = [
        ("end_kind", "completed"),
        ("caller_kind", "300"),
        ("anonymity", "anonymous"),
        ("topic", "psychological"),
        ("presenting", "眠れない"),
        ("attending_contacted", "no_doctor"),
        ("triage_code", "G"),
        ("disposition", "D01"),
        ("notes", "話を聞いた"),
    ];
    with(harmless(&PROTOCOL), &said)
}

fn filled_in() -> Record {
    let mut record = opened();
    record.save(&who("ito"), 1, &whole(), &PROTOCOL).unwrap();
    record
}

fn signed() -> Record {
    let mut record = filled_in();
    sign(&mut record).unwrap();
    record
}

fn missing(record: &mut Record) -> Vec<String> {
    match sign(record) {
        Err(Refusal::Incomplete(missing)) => missing.into_iter().map(|one| one.name).collect(),
        other => panic!("{other:?}"),
    }
}

fn pages(effects: &[Effect]) -> Vec<(TriageCode, Priority)> {
    let page = |effect: &Effect| match effect {
        Effect::Escalate { priority, code, .. } => Some((*code, *priority)),
        Effect::OfferEscalation { .. } | Effect::Record(_) => None,
    };
    effects.iter().filter_map(page).collect()
}

#[test]
fn every_save_is_a_revision_and_a_repeated_one_is_none() {
    let mut record = opened();

    let effects = save(&mut record, 1, &[("notes", "words"), ("sex", "female")]).unwrap();

    let fields = vec!["notes".to_owned(), "sex".to_owned()];
    let happened = Happened::Saved { revision: 2, by: who("ito"), fields, merged: false };
    assert_eq!(effects, [Effect::Record(happened)]);
    assert_eq!(save(&mut record, 1, &[("notes", "words")]), Ok(vec![]), "the answer was lost, not the words");
    assert_eq!(record.revision(), 2);
}

#[test]
fn two_screens_that_write_different_fields_lose_nothing() {
    let mut record = opened();
    save(&mut record, 1, &[("notes", "words")]).unwrap();

    let effects = save(&mut record, 1, &[("location", "Sakae 3")]).unwrap();

    assert!(matches!(&effects[0], Effect::Record(Happened::Saved { revision: 3, merged: true, .. })));
    assert_eq!(
        (record.fields().one("notes"), record.fields().one("location")),
        (Some("words"), Some("Sakae 3"))
    );
}

#[test]
fn two_screens_that_write_one_field_are_told_and_nothing_is_overwritten() {
    let mut record = opened();
    save(&mut record, 1, &[("notes", "words")]).unwrap();

    let refused = save(&mut record, 1, &[("notes", "other words"), ("sex", "female")]);

    assert_eq!(refused, Err(Refusal::Stale { revision: 2, fields: vec!["notes".to_owned()] }));
    assert_eq!((record.fields().one("notes"), record.fields().has("sex")), (Some("words"), false));
    assert!(save(&mut record, 2, &[("notes", "other words")]).is_ok());
}

#[test]
fn a_field_taken_away_elsewhere_is_not_brought_back_unseen() {
    let mut record = opened();
    save(&mut record, 1, &[("notes", "words")]).unwrap();
    save(&mut record, 2, &[("notes", "")]).unwrap();

    assert!(!record.fields().has("notes"));
    assert!(matches!(save(&mut record, 2, &[("notes", "words again")]), Err(Refusal::Stale { .. })));
    assert_eq!(save(&mut record, 9, &[("notes", "words")]), Err(Refusal::Ahead { revision: 3 }));
}

#[test]
fn what_cannot_be_kept_is_refused_by_name_and_without_its_words() {
    let mut record = opened();

    let refused = save(&mut record, 1, &[("sex", "secret"), ("colour", "red"), ("q:injury", "secret")]);

    let told = refused.unwrap_err().to_string();
    assert_eq!(
        told,
        "colour is no field of the record; q:injury is one of none, minor, unknown, serious; \
         sex is one of male, female, other, unknown"
    );
    assert_eq!(record.revision(), 1);
}

#[test]
fn only_its_author_writes_and_signs_until_they_hand_it_over() {
    let mut record = filled_in();
    let not_hers = Err(Refusal::NotAuthor { author: who("ito") });
    assert_eq!(record.save(&who("mori"), 2, &answers(&[]), &PROTOCOL), not_hers);
    assert_eq!(record.sign(&who("mori"), 2, &PROTOCOL, NOW), not_hers);
    assert_eq!(record.hand_over(&who("mori"), who("mori")), not_hers);

    record.hand_over(&who("ito"), who("mori")).unwrap();

    assert_eq!(record.hand_over(&who("ito"), who("mori")), Ok(vec![]), "said twice");
    assert_eq!(sign(&mut record), Err(Refusal::NotAuthor { author: who("mori") }));
    assert!(record.sign(&who("mori"), 2, &PROTOCOL, NOW).is_ok());
    assert_eq!(record.take_over(who("kubo")), Err(Refusal::Signed));
}

#[test]
fn a_supervisor_takes_over_what_somebody_left_behind() {
    let mut record = filled_in();

    let effects = record.take_over(who("kubo")).unwrap();

    assert_eq!(effects, [Effect::Record(Happened::TakenOver { from: who("ito"), by: who("kubo") })]);
    assert_eq!(*record.author(), who("kubo"));
}

#[test]
fn a_whole_form_is_signed_once() {
    let mut record = filled_in();

    assert_eq!(sign(&mut record), Ok(vec![Effect::Record(Happened::Signed { revision: 2, by: who("ito") })]));

    assert_eq!(*record.state(), State::Signed { revision: 2, by: who("ito"), at: NOW });
    assert_eq!(sign(&mut record), Ok(vec![]), "said twice");
    assert_eq!(save(&mut record, 2, &[("notes", "more")]), Err(Refusal::Signed));
}

#[test]
fn nobody_signs_what_they_have_not_seen() {
    let mut record = filled_in();
    save(&mut record, 2, &[("notes", "more")]).unwrap();

    let refused = record.sign(&who("ito"), 2, &PROTOCOL, NOW);

    assert_eq!(refused, Err(Refusal::Stale { revision: 3, fields: vec!["notes".to_owned()] }));
}

#[test]
fn an_unfinished_form_is_not_signed_and_says_what_it_lacks() {
    let mut record = filled_in();
    save(&mut record, 2, &[("triage_code", ""), ("q:conscious", ""), ("notes", "  ")]).unwrap();

    assert_eq!(missing(&mut record), ["triage_code", "notes", "q:conscious"]);
}

#[test]
fn a_silent_call_needs_neither_a_topic_nor_an_answer() {
    let mut record = opened();
    let silent =
        [("end_kind", "silent_closed"), ("caller_kind", "380"), ("triage_code", "G"), ("disposition", "D14")];
    save(&mut record, 1, &silent).unwrap();

    assert!(sign(&mut record).is_ok());
}

#[test]
fn a_code_less_urgent_than_the_computed_one_needs_a_reason() {
    let mut record = filled_in();
    save(&mut record, 2, &[("q:distress", "hard")]).unwrap();
    assert_eq!(missing(&mut record), ["own_code_reason"], "D is computed, G was given");

    save(&mut record, 3, &[("own_code_reason", "知っている相談者")]).unwrap();
    assert!(sign(&mut record).is_ok());
}

#[test]
fn a_code_as_urgent_or_more_needs_none() {
    for own in ["D", "A"] {
        let mut record = filled_in();
        save(&mut record, 2, &[("q:distress", "hard"), ("triage_code", own)]).unwrap();

        let lacks = missing_to_sign(record.fields(), &PROTOCOL);
        assert!(lacks.iter().all(|one| one.name != "own_code_reason"), "{own}: {lacks:?}");
    }
}

#[test]
fn an_amendment_adds_a_version_and_leaves_the_signed_one_alone() {
    let mut record = signed();
    let before = record.versions().to_vec();
    let change = Fields::default().with("notes", "訂正した");

    let effects = record.amend(&who("kubo"), 2, "聞き違い", &change, &PROTOCOL, NOW).unwrap();

    assert!(matches!(&effects[0], Effect::Record(Happened::Amended { revision: 3, merged: false, .. })));
    assert_eq!(*record.state(), State::Amended { revision: 3, by: who("kubo"), at: NOW });
    assert_eq!(record.versions()[..1], before);
    assert_eq!(record.versions()[1].fields.one("amendment_reason"), Some("聞き違い"));
    assert_eq!(record.versions()[0].fields.one("notes"), Some("話を聞いた"));
    assert_eq!(record.amend(&who("kubo"), 2, "聞き違い", &change, &PROTOCOL, NOW), Ok(vec![]), "said twice");
}

#[test]
fn an_amendment_says_why_and_leaves_nothing_out() {
    let mut record = signed();
    let amend = |record: &mut Record, reason: &str, change: (&str, &str)| {
        let change = Fields::default().with(change.0, change.1);
        record.amend(&who("ito"), 2, reason, &change, &PROTOCOL, NOW)
    };

    assert!(matches!(amend(&mut record, " ", ("notes", "more")), Err(Refusal::Invalid(_))));
    let gone: Fields = [("notes".to_owned(), vec![])].into_iter().collect();
    let refused = record.amend(&who("ito"), 2, "why", &gone, &PROTOCOL, NOW);
    assert!(matches!(refused, Err(Refusal::Incomplete(missing)) if missing[0].name == "notes"));
    assert_eq!(amend(&mut opened(), "why", ("notes", "more")), Err(Refusal::NotSigned));
    assert_eq!(record, signed(), "a refusal changes nothing");
}

#[test]
fn two_amendments_of_one_field_are_not_laid_over_each_other() {
    let mut record = signed();
    let note = |text| Fields::default().with("notes", text);
    record.amend(&who("ito"), 2, "why", &note("one"), &PROTOCOL, NOW).unwrap();

    let second = record.amend(&who("kubo"), 2, "why too", &note("two"), &PROTOCOL, NOW);
    assert_eq!(second, Err(Refusal::Stale { revision: 3, fields: vec!["notes".to_owned()] }));

    let sex = Fields::default().with("sex", "male");
    assert!(
        record.amend(&who("kubo"), 2, "why too", &sex, &PROTOCOL, NOW).is_ok(),
        "another field is merged"
    );
}

#[test]
fn a_code_that_pages_does_so_once_and_again_only_when_it_rises() {
    let mut record = opened();

    let b = save(&mut record, 1, &[("q:threat", "named")]).unwrap();
    assert_eq!(pages(&b), [(TriageCode::B, Priority::P1)]);
    let again = save(&mut record, 2, &[("q:psychosis", "driven")]).unwrap();
    assert_eq!(pages(&again), []);
    let a = save(&mut record, 3, &[("q:weapon", "yes")]).unwrap();
    assert_eq!(pages(&a), [(TriageCode::A, Priority::P1)]);
    let less = save(&mut record, 4, &[("q:weapon", "no")]).unwrap();
    let back = save(&mut record, 5, &[("q:weapon", "yes")]).unwrap();
    assert_eq!((pages(&less), pages(&back)), (vec![], vec![]));
}

#[test]
fn the_counsellors_own_code_pages_as_well_and_the_more_urgent_one_counts() {
    let mut record = opened();

    let effects = save(&mut record, 1, &[("triage_code", "B"), ("q:distress", "unbearable")]).unwrap();

    let (priority, code) = (Priority::P1, TriageCode::B);
    assert_eq!(effects[1], Effect::Escalate { priority, reasons: vec![Reason::Other], code });
    let lower = save(&mut record, 2, &[("triage_code", "G"), ("q:weapon", "yes")]).unwrap();
    assert_eq!(pages(&lower), [(TriageCode::A, Priority::P1)], "a lower own code holds no page up");
}

#[test]
fn code_c_offers_and_does_not_page() {
    let mut record = opened();

    let effects = save(&mut record, 1, &[("q:dementia", "yes")]).unwrap();

    let (priority, code) = (Priority::P3, TriageCode::C);
    assert_eq!(effects[1], Effect::OfferEscalation { priority, reasons: vec![Reason::Somatic], code });
    assert_eq!(save(&mut record, 2, &[("q:agitation", "yes")]).unwrap().len(), 1, "offered once");
}

#[test]
fn a_record_belongs_to_the_protocol_it_was_taken_by() {
    let mut newer = shipped();
    newer.id.version = "2.0.0".to_owned();

    let refused = opened().save(&who("ito"), 1, &answers(&[("injury", "minor")]), &newer);

    assert_eq!(refused, Err(Refusal::OtherProtocol(PROTOCOL.id.clone())));
}

#[test]
fn nothing_a_record_says_of_itself_carries_what_was_written() {
    let mut record = signed();
    let change = Fields::default().with("notes", "telltale");
    let effects = record.amend(&who("ito"), 2, "telltale", &change, &PROTOCOL, NOW).unwrap();

    assert!(!format!("{record:?} {effects:?}").contains("telltale"));
    assert!(!serde_json::to_string(&effects_told(&effects)).unwrap().contains("telltale"));
}

fn effects_told(effects: &[Effect]) -> Vec<Happened> {
    let told = |effect: &Effect| match effect {
        Effect::Record(happened) => Some(happened.clone()),
        Effect::Escalate { .. } | Effect::OfferEscalation { .. } => None,
    };
    effects.iter().filter_map(told).collect()
}

#[derive(Clone, Debug)]
enum Push {
    Save { by: usize, age: u32, field: usize, value: usize },
    Sign { by: usize, age: u32 },
    Amend { by: usize, age: u32, field: usize, value: usize },
    HandOver { by: usize, to: usize },
    TakeOver { by: usize },
}

fn a_push() -> impl Strategy<Value = Push> {
    prop_oneof![
        4 => (0..2usize, 0..4u32, 0..5usize, 0..3usize)
            .prop_map(|(by, age, field, value)| Push::Save { by, age, field, value }),
        2 => (0..2usize, 0..2u32).prop_map(|(by, age)| Push::Sign { by, age }),
        3 => (0..2usize, 0..4u32, 0..5usize, 0..3usize)
            .prop_map(|(by, age, field, value)| Push::Amend { by, age, field, value }),
        1 => (0..2usize, 0..2usize).prop_map(|(by, to)| Push::HandOver { by, to }),
        1 => (0..2usize).prop_map(|by| Push::TakeOver { by }),
    ]
}

fn a_change(field: usize, value: usize) -> Fields {
    let (name, values) = [
        ("notes", ["one", "two", ""]),
        ("triage_code", ["A", "C", "G"]),
        ("q:threat", ["named", "vague", "none"]),
        ("own_code_reason", ["one", "two", "three"]),
        ("sex", ["male", "female", "neither"]),
    ][field];
    [change(name, values[value])].into_iter().collect()
}

fn pushed(record: &mut Record, push: &Push) -> Result<Vec<Effect>, Refusal> {
    let staff = [who("ito"), who("mori")];
    let seen = |record: &Record, age: u32| record.revision().saturating_sub(age).max(1);
    match push {
        Push::Save { by, age, field, value } => {
            record.save(&staff[*by], seen(record, *age), &a_change(*field, *value), &PROTOCOL)
        }
        Push::Sign { by, age } => record.sign(&staff[*by], seen(record, *age), &PROTOCOL, NOW),
        Push::Amend { by, age, field, value } => {
            let change = a_change(*field, *value);
            record.amend(&staff[*by], seen(record, *age), "why", &change, &PROTOCOL, NOW)
        }
        Push::HandOver { by, to } => record.hand_over(&staff[*by], staff[*to].clone()),
        Push::TakeOver { by } => record.take_over(staff[*by].clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_is_done_to_a_record_what_was_signed_stays_and_a_refusal_changes_nothing(
        pushes in prop::collection::vec(a_push(), 0..25)
    ) {
        let mut record = filled_in();
        for push in pushes {
            let before = record.clone();
            let result = pushed(&mut record, &push);

            prop_assert_eq!(invariant::a_records_history_only_grows(&before, &record), Ok(()));
            prop_assert!(result.is_ok() || record == before, "{:?}", push);
            let kept = serde_json::to_string(&record).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Record>(&kept).unwrap(), &record);
        }
    }
}
