//! Every rule of the shipped protocol at its boundary, and what holds of any form at all.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::escalation::TriageCode::{self, A, B, C, D, E, F, G};
use crate::triage::lists::{HarmToOthers, JaepClass, SomaticProblem, SuicideLevel};
use crate::triage::protocol::QuestionKind;

static PROTOCOL: LazyLock<Protocol> = LazyLock::new(shipped);

/// What was answered, so that it just holds, and the code when nothing else is known.
const RULES: &[(&str, Form<'_>, TriageCode)] = &[
    ("unconscious", &[("conscious", "no")], A),
    ("danger_to_life", &[("breathing", "yes")], A),
    ("overdose_today", &[("overdose", "now")], A),
    ("serious_injury", &[("injury", "serious")], A),
    ("attempt_in_progress", &[("attempt", "yes")], A),
    ("violence_in_progress", &[("violence", "yes")], A),
    ("armed", &[("weapon", "yes")], A),
    ("dependant_in_danger", &[("dependant", "yes")], A),
    ("consciousness_unclear", &[("conscious", "unknown")], B),
    ("overdose_earlier", &[("overdose", "earlier")], B),
    ("attempt_unclear", &[("attempt", "unknown")], B),
    ("suicide_high", &[("suicide_topic", "yes"), ("cssrs_2", "yes"), ("cssrs_4", "yes")], B),
    ("suicide_high", &[("suicide_topic", "yes"), ("cssrs_2", "yes"), ("cssrs_5", "yes")], B),
    ("suicide_high", &[("suicide_topic", "yes"), ("cssrs_6", "yes"), ("cssrs_behaviour_when", "past3m")], B),
    ("suicide_means_at_hand", &[("suicide_topic", "yes"), ("cssrs_6", "yes"), ("means", "yes")], B),
    ("threat_named", &[("threat", "named")], B),
    ("driven_by_psychosis", &[("psychosis", "driven")], B),
    ("severe_intoxication", &[("intoxication", "severe")], B),
    ("severe_side_effects", &[("side_effects", "severe")], B),
    ("minor_alone_in_danger", &[("guardian", "alone"), ("self_harm", "unknown")], B),
    ("minor_alone_in_danger", &[("guardian", "alone"), ("distress", "unbearable")], B),
    ("minor_alone_in_danger", &[("guardian", "alone"), ("suicide_topic", "unknown"), ("cssrs_1", "yes")], B),
    ("danger_to_life_unclear", &[("breathing", "unknown")], C),
    ("overdose_unclear", &[("overdose", "unknown")], C),
    ("injury_unclear", &[("injury", "unknown")], C),
    ("physical_illness", &[("physical_signs", "unknown")], C),
    ("physical_illness", &[("not_eating", "yes")], C),
    ("suicide_moderate", &[("suicide_topic", "unknown"), ("cssrs_2", "unknown"), ("cssrs_3", "yes")], C),
    ("suicide_moderate", &[("suicide_topic", "unknown"), ("cssrs_6", "yes")], C),
    ("suicide_not_ruled_out", &[("suicide_topic", "unknown"), ("cssrs_2", "unknown")], C),
    ("suicide_not_ruled_out", &[("suicide_topic", "unknown"), ("cssrs_6", "unknown")], C),
    (
        "suicide_without_support",
        &[("suicide_topic", "unknown"), ("cssrs_1", "yes"), ("company", "unknown")],
        C,
    ),
    ("recent_self_harm", &[("self_harm", "recent")], C),
    ("violence_unclear", &[("violence", "unknown")], C),
    ("violence_unclear", &[("weapon", "unknown")], C),
    ("violence_unclear", &[("dependant", "unknown")], C),
    ("violence_unclear", &[("threat", "vague")], C),
    ("psychosis", &[("psychosis", "present")], C),
    ("severe_mania", &[("mania", "severe")], C),
    ("agitation", &[("agitation", "yes")], C),
    ("refuses_care", &[("willing", "refuses"), ("psychosis", "present")], C),
    ("refuses_care", &[("willing", "refuses"), ("mania", "severe")], C),
    ("refuses_care", &[("willing", "refuses"), ("agitation", "yes")], C),
    ("confused_with_dementia", &[("dementia", "yes")], C),
    ("unbearable", &[("distress", "unbearable")], C),
    ("not_safe_tonight", &[("safe_tonight", "no")], C),
    ("minor_alone", &[("guardian", "alone")], C),
    ("suicide_low", &[("suicide_topic", "unknown")], D),
    ("self_harm", &[("self_harm", "past")], D),
    ("minor_injury", &[("injury", "minor")], D),
    ("change_of_state", &[("psychosis", "unknown")], D),
    ("change_of_state", &[("mania", "some")], D),
    ("change_of_state", &[("agitation", "unknown")], D),
    ("change_of_state", &[("medicine_stopped", "yes")], D),
    ("side_effects", &[("side_effects", "mild")], D),
    ("intoxicated", &[("intoxication", "some")], D),
    ("sleepless", &[("sleepless_nights", "3")], D),
    ("hard", &[("distress", "hard")], D),
    ("safety_unclear", &[("safe_tonight", "unknown")], D),
    ("asks_for_care", &[("request", "care")], E),
    ("for_another_service", &[("request", "other_service")], F),
    ("advice_only", &[("request", "information")], G),
];

fn fires(rule: &str, fields: &Fields) -> bool {
    assess(&PROTOCOL, fields).rules_fired.iter().any(|fired| fired == rule)
}

/// The answer before it, if there is one.
fn one_less(question: &str, answer: &str) -> Option<String> {
    let question = PROTOCOL.question(question).unwrap();
    if let QuestionKind::Number { least, .. } = question.kind {
        let less = answer.parse::<i64>().unwrap() - 1;
        return (less >= least).then(|| less.to_string());
    }
    let place = question.choices().iter().position(|choice| choice.code == answer).unwrap();
    place.checked_sub(1).map(|less| question.choices()[less].code.clone())
}

#[test]
fn every_rule_holds_from_its_boundary_on_and_gives_its_code() {
    for (rule, form, code) in RULES {
        let assessment = assess(&PROTOCOL, &answers(form));

        assert!(assessment.rules_fired.contains(&(*rule).to_owned()), "{rule} holds with {form:?}");
        assert_eq!(assessment.code, Some(*code), "{rule} with {form:?}");
    }
}

#[test]
fn no_rule_holds_one_answer_below_its_boundary() {
    for (rule, form, _) in RULES {
        for (question, answer) in *form {
            let mut below = answers(form);
            below.set(&format!("q:{question}"), one_less(question, answer).into_iter().collect());

            // What opens further questions may well stay open by an answer less dangerous.
            let opens = ["suicide_topic", "cssrs_2"].contains(question);
            assert!(opens || !fires(rule, &below), "{rule} without {question}={answer}");
        }
    }
}

#[test]
fn no_rule_is_left_out_of_the_table() {
    let in_table = |id: &str| RULES.iter().any(|(rule, _, _)| *rule == id);
    let left_out: Vec<&str> =
        PROTOCOL.rules.iter().map(|rule| rule.id.as_str()).filter(|id| !in_table(id)).collect();

    assert_eq!(left_out, ["police_ask"], "it depends on who rings, and has a test of its own");
}

#[test]
fn what_the_police_ask_for_counts_only_when_the_police_ring() {
    let asked = answers(&[("police_request", "yes")]);
    let by = |caller| assess(&PROTOCOL, &with(asked.clone(), &[("caller_kind", caller)])).code;

    assert_eq!((by("335"), by("336"), by("311")), (Some(B), Some(B), None));
}

#[test]
fn a_form_without_any_danger_is_advice_only_and_leaves_nothing_unasked() {
    let assessment = assess(&PROTOCOL, &harmless(&PROTOCOL));

    assert_eq!((assessment.code, assessment.unanswered.len()), (Some(G), 0));
    assert_eq!(assessment.suicide_level, Some(SuicideLevel::None));
    assert_eq!(assessment.somatic_problem, Some(SomaticProblem::None));
    assert_eq!(assessment.harm_to_others, Some(HarmToOthers::None));
    assert_eq!(assessment.jaep_class, Some(JaepClass::AdviceOnly));
}

#[test]
fn an_empty_form_has_no_code_and_begins_with_the_body() {
    let assessment = assess(&PROTOCOL, &Fields::default());

    assert_eq!(assessment.code, None);
    assert_eq!(assessment.next_questions[..3], ["conscious", "breathing", "overdose"]);
}

#[test]
fn the_body_comes_before_every_other_class_of_emergency() {
    let form = answers(&[("attempt", "yes"), ("psychosis", "driven"), ("overdose", "now")]);

    let assessment = assess(&PROTOCOL, &form);

    assert_eq!(assessment.jaep_class, Some(JaepClass::SomaticFirst));
    assert_eq!(assessment.suicide_level, Some(SuicideLevel::Imminent));
    assert_eq!(assessment.advise, ["call_119", "keep_safe"]);
}

#[test]
fn an_answer_to_a_question_that_is_no_longer_asked_counts_for_nothing() {
    let form = answers(&[("suicide_topic", "no"), ("cssrs_1", "yes"), ("means", "yes")]);

    assert_eq!(assess(&PROTOCOL, &form).code, None);
}

#[test]
fn a_code_brings_its_deadlines() {
    let found = assess(&PROTOCOL, &answers(&[("threat", "named")])).deadlines.unwrap();

    assert_eq!(found.code, B);
    assert_eq!(found.referral, Some(protocol::Due::Within(std::time::Duration::from_secs(600))));
}

/// For each question whether it is answered, and how dangerously.
fn a_form() -> impl Strategy<Value = Vec<Option<usize>>> {
    prop::collection::vec(prop::option::weighted(0.7, 0..8usize), PROTOCOL.questions.len())
}

/// Clamped, so that each of eight degrees is an answer.
fn answer_of(question: &protocol::Question, degree: usize) -> String {
    match &question.kind {
        QuestionKind::YesNo(choices) | QuestionKind::Choice(choices) => {
            choices[degree.min(choices.len() - 1)].code.clone()
        }
        QuestionKind::Number { least, most } => (least + degree as i64).min(*most).to_string(),
        QuestionKind::Text { .. } => "words".repeat(degree + 1),
    }
}

fn filled(form: &[Option<usize>], caller: Option<&str>) -> Fields {
    let mut fields = Fields::default();
    caller.into_iter().for_each(|caller| fields.set("caller_kind", vec![caller.to_owned()]));
    for (question, degree) in PROTOCOL.questions.iter().zip(form) {
        fields.set(&question.field(), degree.iter().map(|degree| answer_of(question, *degree)).collect());
    }
    fields
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn answering_more_dangerously_or_more_never_makes_a_case_less_urgent(
        form in a_form(), which in any::<prop::sample::Index>(), degree in 0..8usize, police in any::<bool>()
    ) {
        let caller = police.then_some("335");
        let which = which.index(form.len());
        let mut worse = form.clone();
        worse[which] = Some(form[which].map_or(degree, |before| before.max(degree)));
        let (before, after) = (assess(&PROTOCOL, &filled(&form, caller)), assess(&PROTOCOL, &filled(&worse, caller)));

        let rank = |code: Option<TriageCode>| code.map_or(usize::MAX, |code| code as usize);
        prop_assert!(rank(after.code) <= rank(before.code), "{:?} then {:?}", before.code, after.code);
        let level = |found: &Assessment| found.suicide_level.unwrap_or(SuicideLevel::None);
        prop_assert!(level(&after) >= level(&before));
        prop_assert!(after.somatic_problem >= before.somatic_problem);
        prop_assert!(after.harm_to_others >= before.harm_to_others);
        prop_assert!(before.rules_fired.iter().all(|rule| after.rules_fired.contains(rule)));
        prop_assert!(before.asked.iter().all(|question| after.asked.contains(question)));
        prop_assert_eq!(check(&filled(&worse, caller), &PROTOCOL), vec![]);
    }
}

proptest! {
    #[test]
    fn whatever_words_stand_in_a_form_it_is_assessed_and_its_faults_are_named(
        words in prop::collection::vec(any::<String>(), 0..4), which in any::<prop::sample::Index>(), name in any::<String>()
    ) {
        let question = &PROTOCOL.questions[which.index(PROTOCOL.questions.len())];
        let fields: Fields = [(question.field(), words.clone()), (name, words)].into_iter().collect();
        assess(&PROTOCOL, &fields);
        check(&fields, &PROTOCOL);
        missing_to_sign(&fields, &PROTOCOL);
    }
}
