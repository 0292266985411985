//! What the answers so far come to, and what is to be asked next. A function: a form half filled in
//! has a code already, and asking twice changes nothing.

use super::fields::Fields;
use super::lists::{HarmToOthers, JaepClass, SomaticProblem, SuicideLevel};
use super::protocol::condition::Facts;
use super::protocol::{Deadlines, Protocol, Question, Rule};
use crate::escalation::{Reason, TriageCode};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// The most urgent of all rules that hold.
    pub code: Option<TriageCode>,
    pub suicide_level: Option<SuicideLevel>,
    pub somatic_problem: Option<SomaticProblem>,
    pub harm_to_others: Option<HarmToOthers>,
    pub jaep_class: Option<JaepClass>,
    /// For a page; those of the most urgent rule first.
    pub page_reasons: Vec<Reason>,
    /// The protocol's own.
    pub reasons: Vec<String>,
    /// The most urgent first.
    pub rules_fired: Vec<String>,
    pub deadlines: Option<Deadlines>,
    /// Ids of advice.
    pub advise: Vec<String>,
    /// All that are to be asked by what is known, answered or not, in order.
    pub asked: Vec<String>,
    /// Of these, the ones without an answer, in order.
    pub next_questions: Vec<String>,
    /// Of these, the ones without which a record is not signed.
    pub unanswered: Vec<String>,
}

pub fn assess(protocol: &Protocol, fields: &Fields) -> Assessment {
    let facts = Facts::of(protocol, fields);
    let mut fired: Vec<&Rule> = protocol.rules.iter().filter(|rule| rule.when.holds(&facts)).collect();
    fired.sort_by_key(|rule| rule.code.map_or(TriageCode::ALL.len(), |code| code as usize));
    let code = fired.iter().filter_map(|rule| rule.code).min();
    let asked = facts.asked();
    let is_open =
        |question: &&Question| asked.contains(&question.id.as_str()) && facts.answer(&question.id).is_none();
    let open: Vec<&Question> = protocol.questions.iter().filter(is_open).collect();
    Assessment {
        code,
        suicide_level: fired.iter().filter_map(|rule| rule.suicide_level).chain(facts.cssrs()).max(),
        somatic_problem: fired.iter().filter_map(|rule| rule.somatic_problem).max(),
        harm_to_others: fired.iter().filter_map(|rule| rule.harm_to_others).max(),
        jaep_class: fired.iter().filter_map(|rule| rule.jaep_class).max_by_key(|class| class.precedence()),
        page_reasons: once(fired.iter().flat_map(|rule| rule.page_reasons.iter().copied())),
        reasons: once(fired.iter().flat_map(|rule| rule.reasons.iter().cloned())),
        rules_fired: fired.iter().map(|rule| rule.id.clone()).collect(),
        deadlines: code.and_then(|code| protocol.deadlines(code)).cloned(),
        advise: once(fired.iter().flat_map(|rule| rule.advise.iter().cloned())),
        next_questions: open.iter().map(|question| question.id.clone()).collect(),
        unanswered: open
            .iter()
            .filter(|question| question.required)
            .map(|question| question.id.clone())
            .collect(),
        asked: asked.iter().map(|&id| id.to_owned()).collect(),
    }
}

fn once<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.fold(Vec::new(), |mut kept, one| {
        if !kept.contains(&one) {
            kept.push(one);
        }
        kept
    })
}
