//! Bundles before independent eyes: npm `fhir` knows R4 with its code lists, PyPI `fhir.resources` its
//! structure (R4B). Neither finds everything; together they do (domain.md 4.4). Their envelopes before the
//! SDK of CloudEvents.

use std::fs;

use domain::escalation::TriageCode;
use domain::referral::{Accompanying, Content, Journey, MessageKind, Purpose, Transport};
use domain::time::Instant;
use domain::triage::field::{FIELDS, Kind};
use domain::triage::{Assessment, Fields};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::{Told, bundle};
use crate::cloudevent;
use oracles::{ORACLES, judged_by, judged_by_python};

#[path = "../../tests/oracles/mod.rs"]
mod oracles;

const NODE: &str = include_str!("../../tests/oracles/r4.mjs");
const EVENTS: &str = include_str!("../../tests/oracles/cloudevents.mjs");

fn words(random: &mut StdRng, most: usize) -> String {
    const LETTERS: &[&str] =
        &["夜", "眠れない", " ", "<b>", "&", "\"", "a", "Z", "9", "\n", "😀", "、", "\u{7}"];
    let length = random.random_range(0..most.min(30));
    (0..length).map(|_| *LETTERS.choose(random).unwrap()).collect()
}

fn value(random: &mut StdRng, kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Code(list) => vec![list.values.choose(random).unwrap().code.to_owned()],
        Kind::Codes(list, most) => {
            let many = random.random_range(1..=(*most).min(list.values.len()));
            list.values.sample(random, many).map(|one| one.code.to_owned()).collect()
        }
        Kind::Text(most) => vec![words(random, *most)],
        Kind::Bool => vec![random.random_bool(0.5).to_string()],
        Kind::Date => vec![format!("19{:02}-0{}-1{}", random.random_range(30..99), 3, 5)],
        Kind::Instant => vec!["2026-11-21T15:00:00+09:00".to_owned()],
        Kind::Staff => vec!["ito".to_owned()],
    }
}

fn content(random: &mut StdRng) -> Content {
    let mut fields = Fields::default();
    for field in FIELDS {
        if random.random_bool(0.7) {
            fields.set(field.name, value(random, &field.kind));
        }
    }
    let journey = Journey {
        accompanying: Accompanying::ALL.choose(random).copied().filter(|_| random.random_bool(0.5)),
        transport: Transport::ALL.choose(random).copied(),
        police_involved: random.random_bool(0.5).then_some(true),
        psychiatrist_advice: None,
    };
    let purpose = Purpose::ALL.choose(random).copied().unwrap();
    Content::of(purpose, &fields, &Assessment::default(), journey)
}

/// Something that a centre could be told, as it is written in the end.
fn told<T>(random: &mut StdRng, written: impl FnOnce(&Told<'_>) -> T) -> T {
    let content = content(random);
    let kind = MessageKind::ALL.choose(random).copied().unwrap();
    let answer = (kind == MessageKind::Answer).then_some(("何時ごろ着きますか", "23時ごろ"));
    written(&Told {
        event_id: "0192d3c4-7b1a-7000-8000-000000000001/3",
        referral_id: "0192d3c4-7b1a-7000-8000-000000000001",
        kind,
        code: TriageCode::ALL.choose(random).copied().unwrap(),
        content: &content,
        from: ("example", "例示県"),
        to: ("kitagata-centre", "北方情報センター"),
        at: Instant::from_micros(1_793_581_200_000_000 + random.random_range(0..1_000_000_000)),
        decide_by: random.random_bool(0.5).then_some(Instant::from_micros(1_793_581_800_000_000)),
        answer,
    })
}

fn random_bundle(random: &mut StdRng) -> Value {
    told(random, |told| serde_json::to_value(bundle(told)).unwrap())
}

fn random_event(random: &mut StdRng) -> Value {
    let text = told(random, |told| cloudevent::event("example", told).unwrap());
    serde_json::from_str(&text).unwrap()
}

fn part<'a>(bundle: &'a mut Value, kind: &str) -> &'a mut Value {
    let entries = bundle["entry"].as_array_mut().unwrap();
    let entry = entries.iter_mut().find(|entry| entry["resource"]["resourceType"] == kind).unwrap();
    &mut entry["resource"]
}

fn without(mut bundle: Value, kind: &str, element: &str) -> Value {
    part(&mut bundle, kind).as_object_mut().unwrap().remove(element).unwrap();
    bundle
}

fn with(mut bundle: Value, kind: &str, element: &str, value: Value) -> Value {
    part(&mut bundle, kind)[element] = value;
    bundle
}

/// D1 to D6 of domain.md 4.4.
fn spoilt(good: &Value) -> Vec<(&'static str, Value)> {
    let mut untyped = good.clone();
    untyped.as_object_mut().unwrap().remove("type");
    vec![
        ("D1", without(good.clone(), "ServiceRequest", "subject")),
        ("D2", with(good.clone(), "ServiceRequest", "status", json!("sent"))),
        ("D3", without(good.clone(), "Task", "intent")),
        ("D4", untyped),
        ("D5", with(good.clone(), "Patient", "favouriteColour", json!("blue"))),
        ("D6", with(good.clone(), "Task", "authoredOn", json!("2026-13-45T99:00:00Z"))),
    ]
}

/// What each of the two has against each Bundle.
fn judged(bundles: &[Value]) -> [Vec<Vec<String>>; 2] {
    fs::write(ORACLES.join("r4.mjs"), NODE).unwrap();
    [judged_by("node", "r4.mjs", bundles), judged_by_python(bundles)]
}

#[test]
fn bundles_of_any_records_pass_two_independent_validators() {
    let mut random = StdRng::seed_from_u64(7);
    let bundles: Vec<Value> = (0..1000).map(|_| random_bundle(&mut random)).collect();

    for verdicts in judged(&bundles) {
        let wrong = verdicts.iter().enumerate().find(|(_, faults)| !faults.is_empty());
        assert!(wrong.is_none(), "{wrong:?}: {}", bundles[wrong.unwrap().0]);
        assert_eq!(verdicts.len(), bundles.len());
    }
}

#[test]
fn every_seeded_defect_is_caught_by_at_least_one_validator() {
    let good = random_bundle(&mut StdRng::seed_from_u64(1));
    let (names, bundles): (Vec<_>, Vec<_>) = spoilt(&good).into_iter().unzip();

    let [node, python] = judged(&bundles);

    for (nth, name) in names.iter().enumerate() {
        assert!(!node[nth].is_empty() || !python[nth].is_empty(), "{name} was not caught");
    }
}

#[test]
fn envelopes_of_any_records_pass_the_sdk_of_cloudevents_and_spoilt_ones_do_not() {
    fs::write(ORACLES.join("cloudevents.mjs"), EVENTS).unwrap();
    let mut random = StdRng::seed_from_u64(13);
    let events: Vec<Value> = (0..200).map(|_| random_event(&mut random)).collect();
    let spoilt = ["id", "source", "type", "time"].map(|name| {
        let mut event = events[0].clone();
        event[name] = if name == "time" { json!("yesterday") } else { json!("") };
        event
    });

    let good = judged_by("node", "cloudevents.mjs", &events);
    let bad = judged_by("node", "cloudevents.mjs", &spoilt);

    let wrong = good.iter().position(|faults| !faults.is_empty());
    assert!(wrong.is_none() && good.len() == events.len(), "{wrong:?}: {good:?}");
    assert!(bad.iter().all(|faults| !faults.is_empty()), "{bad:?}");
}
