//! What must hold of a protocol as a whole, once its words are known.

use std::collections::HashSet;

use super::condition::{Condition, Facts};
use super::file::ProtocolFile;
use super::read::ProtocolFault;
use super::{Choice, Deadlines, Due, Paging, Protocol, Question, QuestionKind, Rule, Section, cssrs};
use crate::escalation::{Reason, TriageCode};
use crate::triage::fields::Fields;

type Faults = Vec<ProtocolFault>;

/// Places are those of the file, for what could not be read is in no protocol.
pub(super) fn check(protocol: &Protocol, file: &ProtocolFile, faults: &mut Faults) {
    unique(file, faults);
    sections(protocol, file, faults);
    order_of_questions(protocol, faults);
    screener(protocol, faults);
    reachable(protocol, faults);
    rules(protocol, faults);
    deadlines(protocol, file, faults);
    every_form_has_a_code(protocol, faults);
}

fn fault(faults: &mut Faults, path: impl Into<String>, wrong: impl Into<String>) {
    faults.push(ProtocolFault { path: path.into(), wrong: wrong.into() });
}

/// A fault for each word that was there before.
pub(super) fn once<'a>(list: &str, key: &str, words: impl Iterator<Item = &'a str>, faults: &mut Faults) {
    let mut seen = HashSet::new();
    for (place, word) in words.enumerate() {
        if !seen.insert(word) {
            fault(faults, format!("{list}[{place}].{key}"), "is there twice");
        }
    }
}

fn unique(file: &ProtocolFile, faults: &mut Faults) {
    once("sections", "id", file.sections.iter().map(|one| one.id.as_str()), faults);
    once("questions", "id", file.questions.iter().map(|one| one.id.as_str()), faults);
    once("reasons", "id", file.reasons.iter().map(|one| one.id.as_str()), faults);
    once("advice", "id", file.advice.iter().map(|one| one.id.as_str()), faults);
    once("rules", "id", file.rules.iter().map(|one| one.id.as_str()), faults);
    once("deadlines", "code", file.deadlines.iter().map(|one| one.code.as_str()), faults);
    for (place, reason) in file.reasons.iter().enumerate() {
        if reason.id.parse::<Reason>().is_ok() {
            fault(faults, format!("reasons[{place}].id"), "is a word of the page's own list");
        }
    }
}

fn sections(protocol: &Protocol, file: &ProtocolFile, faults: &mut Faults) {
    let place_of =
        |section: Section| file.sections.iter().rposition(|one| one.id == section.code()).unwrap_or_default();
    if protocol.sections.first().map(|(section, _)| *section) != Some(Section::Body) {
        fault(faults, "sections", "begin with body: the body comes first");
    }
    for pair in protocol.sections.windows(2).filter(|pair| pair[0].0 > pair[1].0) {
        let wrong = format!("out of order: {}", Section::CODES);
        fault(faults, format!("sections[{}].id", place_of(pair[1].0)), wrong);
    }
    for (section, _) in &protocol.sections {
        if !protocol.questions.iter().any(|question| question.section == *section) {
            fault(faults, format!("sections[{}]", place_of(*section)), "has no question");
        }
    }
    for (place, question) in protocol.questions.iter().enumerate() {
        if !protocol.sections.iter().any(|(section, _)| *section == question.section) {
            fault(faults, format!("questions[{place}].section"), "is none of this protocol's sections");
        }
    }
}

/// By section; and a question depends only on those before it.
fn order_of_questions(protocol: &Protocol, faults: &mut Faults) {
    let mut before: Vec<&str> = Vec::new();
    let mut section = Section::Body;
    for (place, question) in protocol.questions.iter().enumerate() {
        if question.section < section {
            fault(faults, format!("questions[{place}].section"), "comes after a later section's question");
        }
        section = section.max(question.section);
        if named_in(&question.ask_when).iter().any(|id| !before.contains(id)) {
            fault(faults, format!("questions[{place}].ask_when"), "names a question that is asked later");
        }
        before.push(&question.id);
    }
}

/// The questions of the suicide screener come all together, in order and in their shape.
fn screener(protocol: &Protocol, faults: &mut Faults) {
    let parts: Vec<(usize, &Question)> =
        protocol.questions.iter().enumerate().filter(|(_, question)| cssrs::is_part(&question.id)).collect();
    let wanted = cssrs::QUESTIONS.into_iter().chain([cssrs::BEHAVIOUR_WHEN]);
    let uses = protocol.rules.iter().any(|rule| tests(&rule.when, is_cssrs));
    if (uses || !parts.is_empty()) && !parts.iter().map(|(_, part)| part.id.as_str()).eq(wanted) {
        fault(
            faults,
            "questions",
            "cssrs_1 to cssrs_6 and cssrs_behaviour_when come together, in this order",
        );
    }
    for (place, part) in parts {
        let codes: Vec<&str> = part.choices().iter().map(|choice| choice.code.as_str()).collect();
        let (right, shape) = match part.id == cssrs::BEHAVIOUR_WHEN {
            true => (codes == cssrs::WHEN, "is a choice of never, lifetime, past3m"),
            false => (codes == ["no", "unknown", "yes"], "is a yes_no whose dangerous answer is yes"),
        };
        if !right {
            fault(faults, format!("questions[{place}].kind"), shape);
        }
    }
}

/// No condition turns an answer round, so the most dangerous form reaches all that can be reached.
fn reachable(protocol: &Protocol, faults: &mut Faults) {
    let mut reached: Vec<&str> = Vec::new();
    for (place, question) in protocol.questions.iter().enumerate() {
        match can_hold(&question.ask_when, &reached, protocol) {
            true => reached.push(&question.id),
            false => {
                fault(faults, format!("questions[{place}].ask_when"), "never comes true: it is never asked")
            }
        }
    }
    for (place, rule) in protocol.rules.iter().enumerate() {
        if !can_hold(&rule.when, &reached, protocol) {
            fault(faults, format!("rules[{place}].when"), "never comes true");
        }
    }
}

fn can_hold(condition: &Condition, reached: &[&str], protocol: &Protocol) -> bool {
    match condition {
        Condition::Always | Condition::Not(_) | Condition::Field { .. } => true,
        Condition::All(parts) => parts.iter().all(|part| can_hold(part, reached, protocol)),
        Condition::Any(parts) => parts.iter().any(|part| can_hold(part, reached, protocol)),
        Condition::Answered { question } | Condition::AtLeast { question, .. } => {
            reached.contains(&question.as_str())
        }
        Condition::Answer { question, accepts } => {
            reached.contains(&question.as_str()) && !accepts.is_empty()
        }
        Condition::Cssrs(_) => protocol.question(cssrs::QUESTIONS[0]).is_some(),
    }
}

fn rules(protocol: &Protocol, faults: &mut Faults) {
    for (place, rule) in protocol.rules.iter().enumerate() {
        let at = format!("rules[{place}]");
        let says_nothing = rule.code.is_none()
            && rule.suicide_level.is_none()
            && rule.somatic_problem.is_none()
            && rule.harm_to_others.is_none()
            && rule.jaep_class.is_none();
        if says_nothing {
            fault(faults, &at, "gives neither a code nor a level nor a class");
        }
        let pages = rule.code.is_some_and(|code| matches!(protocol.paging(code), Paging::Start(_)));
        if pages && rule.page_reasons.is_empty() {
            let wrong = format!("has one of {}: a psychiatrist is paged by this rule", Reason::CODES);
            fault(faults, format!("{at}.reasons"), wrong);
        }
    }
}

/// All seven codes, A and B page by themselves, and none is slower than a less urgent one.
fn deadlines(protocol: &Protocol, file: &ProtocolFile, faults: &mut Faults) {
    for code in TriageCode::ALL {
        let urgent = *code <= TriageCode::B;
        match protocol.deadlines(*code) {
            None => fault(faults, "deadlines", format!("has none for code {code}")),
            Some(found) if urgent && !matches!(found.paging, Paging::Start(_)) => {
                fault(faults, row_of(file, found), "paging of A and B is start");
            }
            Some(_) => {}
        }
    }
    for pair in TriageCode::ALL.windows(2) {
        let (Some(urgent), Some(less)) = (protocol.deadlines(pair[0]), protocol.deadlines(pair[1])) else {
            continue;
        };
        if !is_no_slower(urgent, less) {
            let wrong = format!("is slower than that of {}, which is less urgent", less.code);
            fault(faults, row_of(file, urgent), wrong);
        }
    }
}

fn row_of(file: &ProtocolFile, deadlines: &Deadlines) -> String {
    let place = file.deadlines.iter().position(|one| one.code == deadlines.code.code());
    format!("deadlines[{}]", place.unwrap_or_default())
}

fn is_no_slower(urgent: &Deadlines, less: &Deadlines) -> bool {
    let rank = |paging: &Paging| match paging {
        Paging::Start(priority) => (0, Some(*priority)),
        Paging::Offer(priority) => (1, Some(*priority)),
        Paging::Nothing => (2, None),
    };
    let no_later = |urgent: Option<Due>, less: Option<Due>| match (urgent, less) {
        (Some(urgent), Some(less)) => urgent <= less,
        (None, Some(_)) => false,
        (Some(_) | None, None) => true,
    };
    rank(&urgent.paging) <= rank(&less.paging)
        && no_later(urgent.page, less.page)
        && no_later(urgent.referral, less.referral)
}

/// The least dangerous form of all, whoever rings: whatever else is said only raises it.
fn every_form_has_a_code(protocol: &Protocol, faults: &mut Faults) {
    if protocol.rules.iter().all(|rule| rule.code.is_none()) {
        return fault(faults, "rules", "has no rule that gives a code");
    }
    let mut form = Fields::default();
    for question in &protocol.questions {
        let harmless = match &question.kind {
            QuestionKind::YesNo(choices) | QuestionKind::Choice(choices) => choices.first().map(code),
            QuestionKind::Number { least, .. } => Some(least.to_string()),
            QuestionKind::Text { .. } => None,
        };
        form.set(&question.field(), harmless.into_iter().collect());
    }
    let facts = Facts::of(protocol, &form);
    let holds = |rule: &Rule| rule.code.is_some() && rule.when.holds(&facts) && !tests(&rule.when, is_field);
    if !protocol.rules.iter().any(holds) {
        fault(faults, "rules", "leave a form without any danger without a code: say what it is then");
    }
}

fn code(choice: &Choice) -> String {
    choice.code.clone()
}

fn named_in(condition: &Condition) -> Vec<&str> {
    match condition {
        Condition::Always | Condition::Field { .. } => Vec::new(),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(named_in).collect(),
        Condition::Not(part) => named_in(part),
        Condition::Answered { question }
        | Condition::Answer { question, .. }
        | Condition::AtLeast { question, .. } => vec![question],
        Condition::Cssrs(_) => cssrs::QUESTIONS.to_vec(),
    }
}

/// One of its tests is such a one.
fn tests(condition: &Condition, such: fn(&Condition) -> bool) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| tests(part, such)),
        Condition::Not(part) => tests(part, such),
        Condition::Always
        | Condition::Answered { .. }
        | Condition::Answer { .. }
        | Condition::AtLeast { .. }
        | Condition::Field { .. }
        | Condition::Cssrs(_) => such(condition),
    }
}

fn is_cssrs(condition: &Condition) -> bool {
    matches!(condition, Condition::Cssrs(_))
}

fn is_field(condition: &Condition) -> bool {
    matches!(condition, Condition::Field { .. })
}
