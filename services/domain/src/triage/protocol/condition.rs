//! The small language in which a protocol says when. An unanswered question makes nothing true.

use std::collections::HashMap;

use super::{Protocol, cssrs};
use crate::triage::fields::Fields;
use crate::triage::lists::SuicideLevel;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Always,
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// Of fields only: what an answer says is never turned round.
    Not(Box<Condition>),
    Answered {
        question: String,
    },
    /// The answer is one of these: the most dangerous ones, from one on.
    Answer {
        question: String,
        accepts: Vec<String>,
    },
    AtLeast {
        question: String,
        number: i64,
    },
    /// One of the field's values is one of these.
    Field {
        name: String,
        accepts: Vec<String>,
    },
    /// What the six questions of `cssrs` come to is at least this.
    Cssrs(SuicideLevel),
}

/// What conditions look at: only answers to questions that are to be asked count.
pub(in crate::triage) struct Facts<'a> {
    fields: &'a Fields,
    asked: Vec<&'a str>,
    answers: HashMap<&'a str, &'a str>,
    cssrs: Option<SuicideLevel>,
}

impl<'a> Facts<'a> {
    /// Each question depends only on those before it.
    pub(in crate::triage) fn of(protocol: &'a Protocol, fields: &'a Fields) -> Self {
        let mut facts = Self { fields, asked: Vec::new(), answers: HashMap::new(), cssrs: None };
        for question in &protocol.questions {
            if question.ask_when.holds(&facts) && cssrs::is_asked(&question.id, &facts) {
                facts.ask(&question.id);
            }
        }
        facts
    }

    fn ask(&mut self, question: &'a str) {
        self.asked.push(question);
        self.answers.extend(self.fields.answer(question).map(|answer| (question, answer)));
        if cssrs::is_part(question) {
            self.cssrs = cssrs::level(self);
        }
    }

    pub(in crate::triage) fn asked(&self) -> &[&'a str] {
        &self.asked
    }

    pub(in crate::triage) fn cssrs(&self) -> Option<SuicideLevel> {
        self.cssrs
    }

    pub(in crate::triage) fn answer(&self, question: &str) -> Option<&'a str> {
        self.answers.get(question).copied()
    }
}

impl Condition {
    pub(in crate::triage) fn holds(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::All(parts) => parts.iter().all(|part| part.holds(facts)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(facts)),
            Self::Not(part) => !part.holds(facts),
            Self::Answered { question } => facts.answer(question).is_some(),
            Self::Answer { question, accepts } => {
                facts.answer(question).is_some_and(|answer| accepts.iter().any(|one| one == answer))
            }
            Self::AtLeast { question, number } => {
                let answer = facts.answer(question).and_then(|answer| answer.parse::<i64>().ok());
                answer.is_some_and(|answer| answer >= *number)
            }
            Self::Field { name, accepts } => {
                facts.fields.all(name).iter().any(|value| accepts.contains(value))
            }
            Self::Cssrs(level) => facts.cssrs.is_some_and(|found| found >= *level),
        }
    }
}
