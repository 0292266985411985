//! A protocol as it is written: words only, so that every fault can be told at once. A key that is not
//! known is kept, and told too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

pub type Unknown = BTreeMap<String, IgnoredAny>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProtocolFile {
    pub id: String,
    pub version: String,
    pub languages: Vec<String>,
    pub ja: String,
    pub en: String,
    pub sections: Vec<SectionFile>,
    pub questions: Vec<QuestionFile>,
    pub reasons: Vec<LabelFile>,
    pub advice: Vec<AdviceFile>,
    pub rules: Vec<RuleFile>,
    pub deadlines: Vec<DeadlinesFile>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SectionFile {
    pub id: String,
    pub ja: String,
    pub en: String,
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A reason of the protocol's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LabelFile {
    pub id: String,
    pub ja: String,
    pub en: String,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct QuestionFile {
    pub id: String,
    pub section: String,
    pub ja: String,
    pub en: String,
    pub help_ja: String,
    pub help_en: String,
    /// `yes_no`, `choice`, `number` or `text`.
    pub kind: String,
    /// Of a `yes_no`: the dangerous answer, `yes` unless it says `no`.
    pub danger: Option<String>,
    /// Of a `choice`: from the least to the most dangerous.
    pub options: Vec<ChoiceFile>,
    /// Of a `number`.
    pub least: Option<i64>,
    /// Of a `number`; of a `text`, in characters.
    pub most: Option<i64>,
    pub ask_when: Option<ConditionFile>,
    /// A text is optional unless it says otherwise; everything else is required.
    pub required: Option<bool>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChoiceFile {
    pub code: String,
    pub ja: String,
    pub en: String,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleFile {
    pub id: String,
    pub when: ConditionFile,
    pub code: Option<String>,
    pub suicide_level: Option<String>,
    pub somatic_problem: Option<String>,
    pub harm_to_others: Option<String>,
    pub jaep_class: Option<String>,
    /// Words of the page's list, or ids of the protocol's own reasons.
    pub reasons: Vec<String>,
    pub advise: Vec<String>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// One of `all`, `any`, `not`, `question`, `field` and `cssrs`; the last three with a test.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConditionFile {
    pub all: Option<Vec<ConditionFile>>,
    pub any: Option<Vec<ConditionFile>>,
    pub not: Option<Box<ConditionFile>>,
    pub question: Option<String>,
    pub field: Option<String>,
    pub cssrs: Option<String>,
    pub is: Option<Word>,
    pub at_least: Option<Word>,
    #[serde(rename = "in")]
    pub one_of: Option<Vec<Word>>,
    pub answered: Option<bool>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Word {
    Bool(bool),
    Number(i64),
    Text(String),
}

impl Word {
    pub fn text(&self) -> String {
        match self {
            Self::Bool(yes) => yes.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AdviceFile {
    pub id: String,
    pub service: String,
    pub ja: String,
    pub en: String,
    pub steps: Vec<StepFile>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepFile {
    pub id: String,
    pub ja: String,
    pub en: String,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeadlinesFile {
    pub code: String,
    /// `start`, `offer` or `none`.
    pub paging: String,
    pub priority: Option<String>,
    /// `10m`, `this_shift` or `next_working_day`; so are the two below.
    pub page: Option<String>,
    pub referral: Option<String>,
    pub follow_up: Option<String>,
    /// Where the values come from.
    pub origin: String,
    #[serde(flatten)]
    pub unknown: Unknown,
}
