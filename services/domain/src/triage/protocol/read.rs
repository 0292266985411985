//! From what is written to a protocol: every word is looked up, and every fault is told with its place.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use on_call_rota::Language;

use super::check;
use super::condition::Condition;
use super::file::{AdviceFile, ChoiceFile, DeadlinesFile, ProtocolFile, QuestionFile, RuleFile, Unknown};
use super::{
    Advice, Choice, Deadlines, Due, Paging, Protocol, ProtocolId, Question, QuestionKind, Rule, Section, Step,
};
use crate::codes::{Label, UnknownCode};
use crate::escalation::{Priority, Reason};
use crate::triage::field::LONG;
use crate::triage::lists::EmergencyService;

/// What is wrong with a protocol: where in the file, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {wrong}")]
pub struct ProtocolFault {
    /// `rules[3].when.all[0].question`
    pub path: String,
    pub wrong: String,
}

#[derive(Default)]
pub(super) struct Reader {
    languages: Vec<Language>,
    pub(super) questions: Vec<Question>,
    /// Ids, for the rules that name them.
    reasons: Vec<String>,
    advice: Vec<String>,
    faults: Vec<ProtocolFault>,
}

impl ProtocolFile {
    /// # Errors
    /// All faults of the file.
    pub fn check(&self) -> Result<Protocol, Vec<ProtocolFault>> {
        let mut reader = Reader::default();
        let protocol = reader.protocol(self);
        check::check(&protocol, self, &mut reader.faults);
        match reader.faults.is_empty() {
            true => Ok(protocol),
            false => Err(reader.faults),
        }
    }
}

impl Reader {
    pub(super) fn fault(&mut self, path: &str, wrong: impl Into<String>) {
        self.faults.push(ProtocolFault { path: path.to_owned(), wrong: wrong.into() });
    }

    fn protocol(&mut self, file: &ProtocolFile) -> Protocol {
        self.unknown("", &file.unknown);
        self.name("id", &file.id);
        self.name("version", &file.version);
        self.read_languages(&file.languages);
        let label = self.label("", &file.ja, &file.en);
        let sections = self.sections(file);
        // Conditions name questions, so what can be answered is known before any condition is read.
        self.questions = self.each("questions", &file.questions, Self::question);
        let conditions = self.each("questions", &file.questions, Self::ask_when);
        for (question, ask_when) in self.questions.iter_mut().zip(conditions) {
            question.ask_when = ask_when;
        }
        let reasons = self.each("reasons", &file.reasons, |reader, at, reason| {
            reader.unknown(at, &reason.unknown);
            reader.name(&format!("{at}.id"), &reason.id);
            (reason.id.clone(), reader.label(at, &reason.ja, &reason.en))
        });
        let advice = self.each("advice", &file.advice, Self::advice);
        self.reasons = reasons.iter().map(|(id, _)| id.clone()).collect();
        self.advice = advice.iter().map(|one| one.id.clone()).collect();
        let rules = self.each("rules", &file.rules, Self::rule);
        let deadlines = self.each("deadlines", &file.deadlines, Self::deadlines);
        Protocol {
            id: ProtocolId { id: file.id.clone(), version: file.version.clone() },
            languages: self.languages.clone(),
            label,
            sections,
            questions: self.questions.clone(),
            rules,
            reasons,
            advice,
            deadlines: deadlines.into_iter().flatten().collect(),
        }
    }

    pub(super) fn each<T, U>(
        &mut self,
        list: &str,
        items: &[T],
        read: impl Fn(&mut Self, &str, &T) -> U,
    ) -> Vec<U> {
        let read = |(place, item)| read(self, &format!("{list}[{place}]"), item);
        items.iter().enumerate().map(read).collect()
    }

    fn read_languages(&mut self, languages: &[String]) {
        for (place, word) in languages.iter().enumerate() {
            match word.as_str() {
                "ja" => self.languages.push(Language::JAPANESE),
                "en" => self.languages.push(Language::ENGLISH),
                _ => self.fault(&format!("languages[{place}]"), "is ja or en"),
            }
        }
        if !self.languages.contains(&Language::JAPANESE) {
            self.fault("languages", "must contain ja");
        }
    }

    pub(super) fn unknown(&mut self, at: &str, keys: &Unknown) {
        for key in keys.keys() {
            self.fault(&join(at, key), "is not a key of a protocol here");
        }
    }

    /// Ids become parts of names of fields.
    fn name(&mut self, path: &str, word: &str) {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
        let dotted = path.ends_with("version");
        let right =
            (1..=64).contains(&word.len()) && word.chars().all(fits) && (dotted || !word.contains('.'));
        if !right {
            self.fault(path, "is 1 to 64 of a-z, 0-9, hyphen and underscore");
        }
    }

    fn label(&mut self, at: &str, ja: &str, en: &str) -> Label {
        for (language, key, text) in [(Language::JAPANESE, "ja", ja), (Language::ENGLISH, "en", en)] {
            if self.languages.contains(&language) && text.trim().is_empty() {
                self.fault(&join(at, key), "is empty: people read it");
            }
        }
        Label { ja: ja.to_owned().into(), en: en.to_owned().into() }
    }

    fn code<T: FromStr<Err = UnknownCode>>(&mut self, path: &str, word: &str) -> Option<T> {
        let known = word.parse();
        known.map_err(|fault: UnknownCode| self.fault(path, format!("is one of {}", fault.codes))).ok()
    }

    fn coded<T: FromStr<Err = UnknownCode>>(&mut self, path: &str, word: Option<&String>) -> Option<T> {
        word.and_then(|word| self.code(path, word))
    }

    fn sections(&mut self, file: &ProtocolFile) -> Vec<(Section, Label)> {
        let read = self.each("sections", &file.sections, |reader, at, section| {
            reader.unknown(at, &section.unknown);
            let label = reader.label(at, &section.ja, &section.en);
            reader.code(&format!("{at}.id"), &section.id).map(|known| (known, label))
        });
        read.into_iter().flatten().collect()
    }

    fn question(&mut self, at: &str, file: &QuestionFile) -> Question {
        self.unknown(at, &file.unknown);
        self.name(&format!("{at}.id"), &file.id);
        let label = self.label(at, &file.ja, &file.en);
        let has_help = !file.help_ja.is_empty() || !file.help_en.is_empty();
        let help =
            has_help.then(|| Label { ja: file.help_ja.clone().into(), en: file.help_en.clone().into() });
        let kind = self.kind(at, file);
        Question {
            id: file.id.clone(),
            section: self.code(&format!("{at}.section"), &file.section).unwrap_or(Section::Body),
            label,
            help,
            required: file.required.unwrap_or(!matches!(kind, QuestionKind::Text { .. })),
            kind,
            ask_when: Condition::Always,
        }
    }

    fn kind(&mut self, at: &str, file: &QuestionFile) -> QuestionKind {
        match file.kind.as_str() {
            "yes_no" => QuestionKind::YesNo(self.yes_no(at, file)),
            "choice" => QuestionKind::Choice(self.choices(at, &file.options)),
            "number" => self.number(at, file),
            "text" => {
                let most = file.most.and_then(|most| usize::try_from(most).ok()).unwrap_or(LONG);
                QuestionKind::Text { most: most.clamp(1, LONG) }
            }
            _ => {
                self.fault(&format!("{at}.kind"), "is yes_no, choice, number or text");
                QuestionKind::Text { most: LONG }
            }
        }
    }

    fn yes_no(&mut self, at: &str, file: &QuestionFile) -> Vec<Choice> {
        let choice = |code: &str, ja, en| Choice { code: code.to_owned(), label: Label::fixed(ja, en) };
        let mut choices = vec![
            choice("no", "いいえ", "no"),
            choice("unknown", "わからない", "not known"),
            choice("yes", "はい", "yes"),
        ];
        match file.danger.as_deref() {
            None | Some("yes") => {}
            Some("no") => choices.reverse(),
            Some(_) => self.fault(&format!("{at}.danger"), "is yes or no: the dangerous answer"),
        }
        choices
    }

    fn choices(&mut self, at: &str, options: &[ChoiceFile]) -> Vec<Choice> {
        let at = format!("{at}.options");
        if options.len() < 2 {
            self.fault(&at, "has at least two, from the least to the most dangerous");
        }
        let choices = self.each(&at, options, |reader, at, option| {
            reader.unknown(at, &option.unknown);
            reader.name(&format!("{at}.code"), &option.code);
            Choice { code: option.code.clone(), label: reader.label(at, &option.ja, &option.en) }
        });
        check::once(&at, "code", choices.iter().map(|choice| choice.code.as_str()), &mut self.faults);
        choices
    }

    fn number(&mut self, at: &str, file: &QuestionFile) -> QuestionKind {
        let (least, most) = (file.least.unwrap_or(0), file.most.unwrap_or(i64::MAX));
        if least >= most {
            self.fault(&format!("{at}.most"), "is greater than least");
        }
        QuestionKind::Number { least, most }
    }

    fn ask_when(&mut self, at: &str, file: &QuestionFile) -> Condition {
        match &file.ask_when {
            None => Condition::Always,
            Some(condition) => self.condition(&format!("{at}.ask_when"), condition, false),
        }
    }

    fn advice(&mut self, at: &str, file: &AdviceFile) -> Advice {
        self.unknown(at, &file.unknown);
        self.name(&format!("{at}.id"), &file.id);
        let steps = self.each(&format!("{at}.steps"), &file.steps, |reader, at, step| {
            reader.unknown(at, &step.unknown);
            reader.name(&format!("{at}.id"), &step.id);
            Step { id: step.id.clone(), label: reader.label(at, &step.ja, &step.en) }
        });
        check::once(
            &format!("{at}.steps"),
            "id",
            steps.iter().map(|step| step.id.as_str()),
            &mut self.faults,
        );
        if steps.is_empty() {
            self.fault(&format!("{at}.steps"), "has at least one");
        }
        let service = self.code(&format!("{at}.service"), &file.service);
        let service = service.unwrap_or(EmergencyService::None);
        Advice { id: file.id.clone(), service, label: self.label(at, &file.ja, &file.en), steps }
    }

    fn rule(&mut self, at: &str, file: &RuleFile) -> Rule {
        self.unknown(at, &file.unknown);
        self.name(&format!("{at}.id"), &file.id);
        self.is_known(
            &format!("{at}.advise"),
            &file.advise,
            |reader, id| reader.advice.contains(id),
            "the protocol's advice",
        );
        let reason = |reader: &Self, id: &String| is_page_reason(id) || reader.reasons.contains(id);
        let reasons = format!("{} and the protocol's own reasons", Reason::CODES);
        self.is_known(&format!("{at}.reasons"), &file.reasons, reason, &reasons);
        let (page_reasons, reasons) = file.reasons.iter().partition::<Vec<_>, _>(|word| is_page_reason(word));
        Rule {
            id: file.id.clone(),
            when: self.condition(&format!("{at}.when"), &file.when, false),
            code: self.coded(&format!("{at}.code"), file.code.as_ref()),
            suicide_level: self.coded(&format!("{at}.suicide_level"), file.suicide_level.as_ref()),
            somatic_problem: self.coded(&format!("{at}.somatic_problem"), file.somatic_problem.as_ref()),
            harm_to_others: self.coded(&format!("{at}.harm_to_others"), file.harm_to_others.as_ref()),
            jaep_class: self.coded(&format!("{at}.jaep_class"), file.jaep_class.as_ref()),
            page_reasons: page_reasons.into_iter().filter_map(|word| word.parse().ok()).collect(),
            reasons: reasons.into_iter().cloned().collect(),
            advise: file.advise.clone(),
        }
    }

    fn is_known(&mut self, at: &str, words: &[String], known: impl Fn(&Self, &String) -> bool, all: &str) {
        for (place, word) in words.iter().enumerate() {
            if !known(self, word) {
                self.fault(&format!("{at}[{place}]"), format!("is none of {all}"));
            }
        }
    }

    fn deadlines(&mut self, at: &str, file: &DeadlinesFile) -> Option<Deadlines> {
        self.unknown(at, &file.unknown);
        let paging = self.paging(at, file);
        if file.origin.trim().is_empty() {
            self.fault(&format!("{at}.origin"), "says where the values come from");
        }
        let (page, referral, follow_up) = (
            self.due(&format!("{at}.page"), file.page.as_deref()),
            self.due(&format!("{at}.referral"), file.referral.as_deref()),
            self.due(&format!("{at}.follow_up"), file.follow_up.as_deref()),
        );
        let code = self.code(&format!("{at}.code"), &file.code)?;
        Some(Deadlines { code, paging, page, referral, follow_up, origin: file.origin.clone() })
    }

    fn paging(&mut self, at: &str, file: &DeadlinesFile) -> Paging {
        let priority: Option<Priority> = self.coded(&format!("{at}.priority"), file.priority.as_ref());
        match (file.paging.as_str(), priority) {
            ("start", Some(priority)) => Paging::Start(priority),
            ("offer", Some(priority)) => Paging::Offer(priority),
            ("none", None) => Paging::Nothing,
            ("start" | "offer", None) => {
                if file.priority.is_none() {
                    self.fault(&format!("{at}.priority"), format!("is one of {}", Priority::CODES));
                }
                Paging::Nothing
            }
            ("none", Some(_)) => {
                self.fault(&format!("{at}.priority"), "goes with start or offer");
                Paging::Nothing
            }
            (_, _) => {
                self.fault(&format!("{at}.paging"), "is start, offer or none");
                Paging::Nothing
            }
        }
    }

    fn due(&mut self, path: &str, word: Option<&str>) -> Option<Due> {
        match word? {
            "this_shift" => Some(Due::ThisShift),
            "next_working_day" => Some(Due::NextWorkingDay),
            text => match text.parse::<SignedDuration>().ok().and_then(|it| Duration::try_from(it).ok()) {
                Some(within) => Some(Due::Within(within)),
                None => {
                    self.fault(path, "is a length of time such as 10m, this_shift or next_working_day");
                    None
                }
            },
        }
    }
}

fn is_page_reason(word: &str) -> bool {
    word.parse::<Reason>().is_ok()
}

fn join(at: &str, key: &str) -> String {
    match at.is_empty() {
        true => key.to_owned(),
        false => format!("{at}.{key}"),
    }
}
