//! A protocol: what is asked, in which order, and what the answers mean. It is data, written by the
//! people who answer for it; `ProtocolFile::check` makes one that cannot be wrong.
//!
//! What always holds of a checked protocol: the body comes first, every question can be reached, every
//! complete form has a code, and no more dangerous answer makes the code less urgent.

mod check;
pub(super) mod condition;
pub mod cssrs;
mod file;
mod read;
mod when;

use std::time::Duration;

use crate::codes::{Label, codes};
use crate::escalation::{Priority, Reason, TriageCode};
use crate::triage::lists::{EmergencyService, HarmToOthers, JaepClass, SomaticProblem, SuicideLevel};

pub use condition::Condition;
pub use file::{
    AdviceFile, ChoiceFile, ConditionFile, DeadlinesFile, LabelFile, ProtocolFile, QuestionFile, RuleFile,
    SectionFile, StepFile, Unknown, Word,
};
pub use read::ProtocolFault;

/// Which protocol a record was taken by. Both words are kept with the record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ProtocolId {
    pub id: String,
    pub version: String,
}

codes!(
    /// In the order in which they are asked.
    Section, "section", {
    Body = "body" ("からだ", "the body"),
    DangerToSelf = "danger_to_self" ("自分への危険", "danger to self"),
    DangerToOthers = "danger_to_others" ("他人への危険", "danger to others"),
    State = "state" ("状態", "state"),
    Support = "support" ("支え", "support"),
    Willingness = "willingness" ("受診の意思", "willingness"),
});

#[derive(Clone, Debug)]
pub struct Protocol {
    pub id: ProtocolId,
    pub languages: Vec<on_call_rota::Language>,
    pub label: Label,
    /// With what each is called here.
    pub sections: Vec<(Section, Label)>,
    /// In the order in which they are asked.
    pub questions: Vec<Question>,
    pub rules: Vec<Rule>,
    /// Its own, by id.
    pub reasons: Vec<(String, Label)>,
    pub advice: Vec<Advice>,
    /// One for each code.
    pub deadlines: Vec<Deadlines>,
}

#[derive(Clone, Debug)]
pub struct Question {
    pub id: String,
    pub section: Section,
    pub label: Label,
    pub help: Option<Label>,
    pub kind: QuestionKind,
    pub ask_when: Condition,
    /// Must be answered before a record is signed, if it is to be asked at all.
    pub required: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// Shown as three keys: yes, no, not known. From the least to the most dangerous.
    YesNo(Vec<Choice>),
    /// From the least to the most dangerous.
    Choice(Vec<Choice>),
    /// The greater, the more dangerous.
    Number {
        least: i64,
        most: i64,
    },
    Text {
        most: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub code: String,
    pub label: Label,
}

impl Question {
    /// From the least to the most dangerous; none for numbers and texts.
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            QuestionKind::YesNo(choices) | QuestionKind::Choice(choices) => choices,
            QuestionKind::Number { .. } | QuestionKind::Text { .. } => &[],
        }
    }

    /// The name under which its answer is kept.
    pub fn field(&self) -> String {
        format!("{}{}", super::fields::ANSWER, self.id)
    }
}

/// What follows when its condition holds. Rules only ever raise.
#[derive(Clone, Debug)]
pub struct Rule {
    pub id: String,
    pub when: Condition,
    /// The code is at least this urgent.
    pub code: Option<TriageCode>,
    pub suicide_level: Option<SuicideLevel>,
    pub somatic_problem: Option<SomaticProblem>,
    pub harm_to_others: Option<HarmToOthers>,
    pub jaep_class: Option<JaepClass>,
    /// What a page may say.
    pub page_reasons: Vec<Reason>,
    /// The protocol's own, which stay on the screen.
    pub reasons: Vec<String>,
    /// Ids of advice.
    pub advise: Vec<String>,
}

/// Steps to take with the caller on the line, each confirmed as it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub id: String,
    pub service: EmergencyService,
    pub label: Label,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub id: String,
    pub label: Label,
}

/// By when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    Within(Duration),
    ThisShift,
    NextWorkingDay,
}

/// What a code does about the psychiatrist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// At once, by the line itself.
    Start(Priority),
    /// The counsellor is asked whether to.
    Offer(Priority),
    Nothing,
}

/// What a code demands. A setting: its origin is shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    pub code: TriageCode,
    pub paging: Paging,
    /// A psychiatrist has answered.
    pub page: Option<Due>,
    /// The referral has been decided.
    pub referral: Option<Due>,
    /// The person has been heard of again.
    pub follow_up: Option<Due>,
    pub origin: String,
}

impl Protocol {
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    pub fn deadlines(&self, code: TriageCode) -> Option<&Deadlines> {
        self.deadlines.iter().find(|deadlines| deadlines.code == code)
    }

    pub fn paging(&self, code: TriageCode) -> Paging {
        self.deadlines(code).map_or(Paging::Nothing, |deadlines| deadlines.paging)
    }

    pub fn advice(&self, id: &str) -> Option<&Advice> {
        self.advice.iter().find(|advice| advice.id == id)
    }

    pub fn reason(&self, id: &str) -> Option<&Label> {
        self.reasons.iter().find(|(known, _)| known == id).map(|(_, label)| label)
    }
}
