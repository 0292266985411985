//! The decision logic of the six-question suicide screener, domain.md 2.2: which question follows
//! which, and what the answers come to. Only the logic is here; a protocol words the questions itself.
//!
//! It informs and does not replace judgement.

use super::condition::Facts;
use crate::triage::lists::SuicideLevel;

/// The last one asks about behaviour.
pub const QUESTIONS: [&str; 6] = ["cssrs_1", "cssrs_2", "cssrs_3", "cssrs_4", "cssrs_5", "cssrs_6"];
pub const BEHAVIOUR_WHEN: &str = "cssrs_behaviour_when";
/// From the least to the most dangerous.
pub const WHEN: [&str; 3] = ["never", "lifetime", "past3m"];

pub fn is_part(question: &str) -> bool {
    question == BEHAVIOUR_WHEN || QUESTIONS.contains(&question)
}

/// Thoughts denied: on to behaviour. Not known is asked further, as a yes is.
pub(in crate::triage) fn is_asked(question: &str, facts: &Facts<'_>) -> bool {
    let not_denied = |before: &str| facts.answer(before).is_some_and(|answer| answer != "no");
    match question {
        "cssrs_3" | "cssrs_4" | "cssrs_5" => not_denied("cssrs_2"),
        BEHAVIOUR_WHEN => not_denied("cssrs_6"),
        _ => true,
    }
}

/// None while neither a danger is shown nor all of it is denied. Behaviour whose time is not yet
/// known counts as behaviour earlier in life.
pub(in crate::triage) fn level(facts: &Facts<'_>) -> Option<SuicideLevel> {
    let yes = |question: &str| facts.answer(question) == Some("yes");
    let denied = |question: &str| facts.answer(question) == Some("no");
    let behaved = |when: &str| yes("cssrs_6") && facts.answer(BEHAVIOUR_WHEN) == Some(when);
    if yes("cssrs_4") || yes("cssrs_5") || behaved("past3m") {
        return Some(SuicideLevel::High);
    }
    if yes("cssrs_3") || yes("cssrs_6") {
        return Some(SuicideLevel::Moderate);
    }
    if yes("cssrs_1") || yes("cssrs_2") {
        return Some(SuicideLevel::Low);
    }
    ["cssrs_1", "cssrs_2", "cssrs_6"].into_iter().all(denied).then_some(SuicideLevel::None)
}
