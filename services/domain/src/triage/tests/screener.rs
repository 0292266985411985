//! The suicide screener: which question follows, and the level, domain.md 2.2.

use super::*;
use crate::triage::lists::SuicideLevel::{self, High, Low, Moderate};

fn level(form: Form<'_>) -> Option<SuicideLevel> {
    let form = with(answers(form), &[("q:suicide_topic", "yes")]);
    assess(&shipped(), &form).suicide_level
}

fn asked(form: Form<'_>) -> Vec<String> {
    let form = with(answers(form), &[("q:suicide_topic", "yes")]);
    let asked = assess(&shipped(), &form).asked;
    asked.into_iter().filter(|id| protocol::cssrs::is_part(id)).map(|id| id[6..].to_owned()).collect()
}

#[test]
fn thoughts_denied_lead_to_the_question_of_behaviour() {
    assert_eq!(asked(&[]), ["1", "2", "6"]);
    assert_eq!(asked(&[("cssrs_2", "no")]), ["1", "2", "6"]);
    assert_eq!(asked(&[("cssrs_2", "unknown")]), ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(
        asked(&[("cssrs_2", "yes"), ("cssrs_6", "yes")]),
        ["1", "2", "3", "4", "5", "6", "behaviour_when"]
    );
}

#[test]
fn the_level_is_that_of_the_gravest_answer() {
    let table: &[(Form<'_>, Option<SuicideLevel>)] = &[
        (&[], None),
        (&[("cssrs_1", "no"), ("cssrs_2", "no")], None),
        (&[("cssrs_1", "no"), ("cssrs_2", "no"), ("cssrs_6", "no")], Some(SuicideLevel::None)),
        (&[("cssrs_1", "no"), ("cssrs_2", "unknown"), ("cssrs_6", "no")], None),
        (&[("cssrs_1", "yes")], Some(Low)),
        (&[("cssrs_2", "yes")], Some(Low)),
        (&[("cssrs_2", "yes"), ("cssrs_3", "yes")], Some(Moderate)),
        (&[("cssrs_2", "yes"), ("cssrs_4", "yes")], Some(High)),
        (&[("cssrs_2", "yes"), ("cssrs_5", "yes")], Some(High)),
        (&[("cssrs_6", "yes")], Some(Moderate)),
        (&[("cssrs_6", "yes"), ("cssrs_behaviour_when", "lifetime")], Some(Moderate)),
        (&[("cssrs_6", "yes"), ("cssrs_behaviour_when", "past3m")], Some(High)),
        (&[("cssrs_6", "no"), ("cssrs_behaviour_when", "past3m")], None),
    ];
    for (form, expected) in table {
        assert_eq!(level(form), *expected, "{form:?}");
    }
}

#[test]
fn answers_behind_a_denied_thought_no_longer_count() {
    assert_eq!(level(&[("cssrs_2", "no"), ("cssrs_4", "yes")]), None);
}

#[test]
fn a_rule_for_one_level_holds_for_graver_ones() {
    let form = answers(&[("suicide_topic", "yes"), ("cssrs_2", "yes"), ("cssrs_4", "yes")]);

    let fired = assess(&shipped(), &form).rules_fired;

    for rule in ["suicide_high", "suicide_moderate", "suicide_low"] {
        assert!(fired.iter().any(|one| one == rule), "{rule} in {fired:?}");
    }
}
