//! What a receiver is told, and that it is nothing else.

use super::*;
use crate::triage::field::FIELDS;
use crate::triage::lists::SuicideLevel;

/// Every field of the dictionary is filled in, and what is no field too.
fn everything() -> Fields {
    let all = FIELDS.iter().map(|field| (field.name.to_owned(), vec![format!("word of {}", field.name)]));
    let beside = ["q:plan", "a:stay.line", "unheard_of"].map(|name| (name.to_owned(), vec!["x".to_owned()]));
    all.chain(beside).collect()
}

fn told(purpose: Purpose) -> Vec<String> {
    let content = Content::of(purpose, &everything(), &Assessment::default(), Journey::default());
    content.fields().names().map(str::to_owned).collect()
}

#[test]
fn each_purpose_is_told_its_fields_and_nothing_else_leaks() {
    let identity = ["anonymity", "birth_date", "subject_kana", "subject_name", "sex", "age_band"];
    let caller = ["caller_kind", "caller_org", "callback_number"];
    let basis = ["consent", "consent_basis", "presenting", "triage_code"];
    let risk = ["somatic_problem", "suicide_level", "harm_to_others", "state", "location"];
    let care = ["diagnosis", "history", "medication", "attending_hospital"];
    let legal = ["legal_route", "legal_route_date"];
    let unnamed = ["anonymity", "subject_name", "sex", "age_band"];
    let town = ["municipality"];
    let all: &[(Purpose, &[&[&str]])] = &[
        (Purpose::Coordination, &[&identity, &caller, &basis, &risk, &care, &legal, &town]),
        (Purpose::Visit, &[&identity, &caller, &basis, &risk, &care, &legal, &town]),
        (Purpose::Admission, &[&identity, &caller, &basis, &risk, &care, &legal, &town]),
        (Purpose::Somatic, &[&identity, &caller, &basis, &risk, &care, &legal, &town]),
        (Purpose::Application, &[&identity, &caller, &basis, &risk, &legal, &town]),
        (Purpose::Rescue, &[&unnamed, &caller, &basis, &risk]),
        (Purpose::Support, &[&unnamed, &caller, &basis, &town]),
    ];
    assert_eq!(all.len(), Purpose::ALL.len());
    for (purpose, groups) in all {
        let mut expected: Vec<&str> = groups.iter().flat_map(|group| group.iter().copied()).collect();
        expected.sort_unstable();
        assert_eq!(told(*purpose), expected, "{purpose}");
    }
}

#[test]
fn notes_answers_and_reasons_of_the_line_are_told_to_nobody() {
    let kept = [
        "notes",
        "own_code_reason",
        "protective",
        "substance",
        "topic",
        "special_flags",
        "supervisor_id",
        "amendment_reason",
        "q:plan",
        "a:stay.line",
        "unheard_of",
    ];
    for purpose in Purpose::ALL {
        let told = told(*purpose);
        assert!(kept.iter().all(|name| !told.iter().any(|one| one == name)), "{purpose}");
    }
}

#[test]
fn what_the_answers_come_to_is_told_where_nobody_wrote_it_and_the_more_urgent_code_stands() {
    let assessment = Assessment {
        code: Some(TriageCode::A),
        suicide_level: Some(SuicideLevel::High),
        ..Assessment::default()
    };

    let content = Content::of(Purpose::Admission, &record(), &assessment, Journey::default());
    let support = Content::of(Purpose::Support, &record(), &assessment, Journey::default());

    assert_eq!(content.code(), Some(TriageCode::A));
    assert_eq!(content.fields().one("suicide_level"), Some("high"));
    assert!(!support.fields().has("suicide_level"));
    let written = record().with("suicide_level", "low");
    let content = Content::of(Purpose::Admission, &written, &assessment, Journey::default());
    assert_eq!(content.fields().one("suicide_level"), Some("low"));
}

#[test]
fn nothing_goes_out_without_consent_and_its_basis_and_the_fields_are_named() {
    let bare = Fields::default().with("caller_kind", "311").with("triage_code", "A");
    let mut referral = drafted(TriageCode::A);

    let refusal = referral.release(&content(&bare), SIGNED, NOW).unwrap_err();

    assert_eq!(refusal, Refusal::Missing(vec!["consent", "consent_basis", "presenting"]));
    assert_eq!(
        refusal.to_string(),
        "still needed to release the referral: consent, consent_basis, presenting"
    );
    assert!(!referral.is_released());
}

#[test]
fn who_did_not_consent_is_referred_by_law_or_to_save_a_life_only() {
    for (consent, basis, right) in [
        ("given", "consent", true),
        ("refused", "consent", false),
        ("impossible", "consent", false),
        ("refused", "life_27_1_2", true),
        ("impossible", "law", true),
        ("refused", "public_body", true),
    ] {
        let record = record().with("consent", consent).with("consent_basis", basis);
        assert_eq!(content(&record).check().is_ok(), right, "{consent} {basis}");
    }
}

#[test]
fn an_application_under_article_22_carries_who_where_and_whence() {
    let apply = Content::of(Purpose::Application, &record(), &Assessment::default(), Journey::default());

    assert_eq!(apply.missing(), ["subject_name", "sex", "birth_date", "location", "municipality"]);
}

#[test]
fn no_word_of_a_content_is_printed() {
    let record = record().with("subject_name", "telltale");

    assert!(!format!("{:?}", content(&record)).contains("telltale"));
}
