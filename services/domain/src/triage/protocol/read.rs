//! From what is written to a protocol: every word is looked up, and every fault is told with its place.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use on_call_rota::Language;

use super::check;
use super::condition::Condition;
use super::file::{
    AdviceFile, ChoiceFile, ConditionFile, DeadlinesFile, ProtocolFile, QuestionFile, RuleFile, Unknown, Word,
};
use super::{
    Advice, Choice, Deadlines, Due, Paging, Protocol, ProtocolId, Question, QuestionKind, Rule, Section, Step,
};
use crate::codes::{Label, UnknownCode};
use crate::escalation::{Priority, Reason};
use crate::triage::field::{Kind, LONG, field};
use crate::triage::lists::SuicideLevel;

/// What is wrong with a protocol: where in the file, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {wrong}")]
pub struct ProtocolFault {
    /// `rules[3].when.all[0].question`
    pub path: String,
    pub wrong: String,
}

#[derive(Default)]
struct Reader {
    languages: Vec<Language>,
    questions: Vec<Question>,
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
        check::check(&protocol, &mut reader.faults);
        match reader.faults.is_empty() {
            true => Ok(protocol),
            false => Err(reader.faults),
        }
    }
}

impl Reader {
    fn fault(&mut self, path: &str, wrong: impl Into<String>) {
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

    fn each<T, U>(&mut self, list: &str, items: &[T], read: impl Fn(&mut Self, &str, &T) -> U) -> Vec<U> {
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

    fn unknown(&mut self, at: &str, keys: &Unknown) {
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
        let service = service.unwrap_or(crate::triage::lists::EmergencyService::None);
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

impl Reader {
    /// `turned`: inside a `not`.
    fn condition(&mut self, at: &str, file: &ConditionFile, turned: bool) -> Condition {
        self.unknown(at, &file.unknown);
        let kinds = [
            file.all.is_some(),
            file.any.is_some(),
            file.not.is_some(),
            file.question.is_some(),
            file.field.is_some(),
            file.cssrs.is_some(),
        ];
        if kinds.iter().filter(|&&is_there| is_there).count() != 1 {
            self.fault(at, "has one of all, any, not, question, field and cssrs");
            return Condition::Always;
        }
        let tests =
            [file.is.is_some(), file.at_least.is_some(), file.one_of.is_some(), file.answered.is_some()];
        let needed = usize::from(file.question.is_some() || file.field.is_some());
        if tests.iter().filter(|&&is_there| is_there).count() != needed {
            self.fault(
                at,
                "has one of is, at_least, in and answered with a question or field, and none else",
            );
            return Condition::Always;
        }
        if let Some(parts) = &file.all {
            return Condition::All(self.parts(&format!("{at}.all"), parts, turned));
        }
        if let Some(parts) = &file.any {
            return Condition::Any(self.parts(&format!("{at}.any"), parts, turned));
        }
        if let Some(part) = &file.not {
            return Condition::Not(Box::new(self.condition(&format!("{at}.not"), part, true)));
        }
        if let Some(name) = &file.field {
            return self.of_field(at, name, file);
        }
        if turned {
            self.fault(at, "stands inside a not: a more dangerous answer would lower the code");
        }
        match (&file.question, &file.cssrs) {
            (Some(question), _) => self.of_question(at, question, file),
            (None, word) => self.of_cssrs(at, word.as_deref().unwrap_or_default()),
        }
    }

    fn parts(&mut self, at: &str, parts: &[ConditionFile], turned: bool) -> Vec<Condition> {
        if parts.is_empty() {
            self.fault(at, "has at least one");
        }
        self.each(at, parts, |reader, at, part| reader.condition(at, part, turned))
    }

    fn of_cssrs(&mut self, at: &str, word: &str) -> Condition {
        match word.parse() {
            Ok(level @ (SuicideLevel::Low | SuicideLevel::Moderate | SuicideLevel::High)) => {
                Condition::Cssrs(level)
            }
            Ok(SuicideLevel::None | SuicideLevel::Imminent) | Err(_) => {
                self.fault(&format!("{at}.cssrs"), "is one of low, moderate, high: at least that");
                Condition::Cssrs(SuicideLevel::High)
            }
        }
    }

    fn of_field(&mut self, at: &str, name: &str, file: &ConditionFile) -> Condition {
        let Some((path, words)) = self.words(at, file) else { return Condition::Always };
        let codes = match field(name).map(|field| field.kind) {
            Some(Kind::Code(list) | Kind::Codes(list, _)) => {
                list.values.iter().map(|value| value.code).collect()
            }
            Some(Kind::Bool) => vec!["true", "false"],
            Some(Kind::Text(_) | Kind::Date | Kind::Instant) | None => {
                self.fault(&format!("{at}.field"), "is a coded field of the record");
                return Condition::Always;
            }
        };
        for _ in words.iter().filter(|word| !codes.contains(&word.as_str())) {
            self.fault(&path, format!("is one of {}", codes.join(", ")));
        }
        Condition::Field { name: name.to_owned(), accepts: words }
    }

    /// The words of `is` or `in`, and where they stand.
    fn words(&mut self, at: &str, file: &ConditionFile) -> Option<(String, Vec<String>)> {
        match (&file.is, &file.one_of) {
            (Some(word), None) => Some((format!("{at}.is"), vec![word.text()])),
            (None, Some(words)) if !words.is_empty() => {
                Some((format!("{at}.in"), words.iter().map(Word::text).collect()))
            }
            (Some(_), Some(_)) | (None, Some(_) | None) => {
                self.fault(at, "is tested by is, or by in with at least one word");
                None
            }
        }
    }

    fn of_question(&mut self, at: &str, id: &str, file: &ConditionFile) -> Condition {
        let Some(question) = self.questions.iter().find(|question| question.id == id).cloned() else {
            self.fault(&format!("{at}.question"), "is none of the protocol's questions");
            return Condition::Always;
        };
        let question_id = question.id.clone();
        if file.answered == Some(false) {
            self.fault(&format!("{at}.answered"), "is true: what is not known lowers nothing");
        }
        if file.answered.is_some() {
            return Condition::Answered { question: question_id };
        }
        match &question.kind {
            QuestionKind::YesNo(choices) | QuestionKind::Choice(choices) => {
                let accepts = self.accepted(at, choices, file);
                Condition::Answer { question: question_id, accepts }
            }
            QuestionKind::Number { least, most } => match &file.at_least {
                Some(Word::Number(number)) if (*least..=*most).contains(number) => {
                    Condition::AtLeast { question: question_id, number: *number }
                }
                Some(_) | None => {
                    self.fault(&format!("{at}.at_least"), format!("is a number from {least} to {most}"));
                    Condition::Always
                }
            },
            QuestionKind::Text { .. } => {
                self.fault(at, "can only be tested by answered = true: it is a text");
                Condition::Always
            }
        }
    }

    /// The answers that make it true: from one on, all that are more dangerous.
    fn accepted(&mut self, at: &str, choices: &[Choice], file: &ConditionFile) -> Vec<String> {
        let (path, words) = match &file.at_least {
            Some(word) => (format!("{at}.at_least"), vec![word.text()]),
            None => match self.words(at, file) {
                Some(words) => words,
                None => return Vec::new(),
            },
        };
        let place = |word: &String| choices.iter().position(|choice| choice.code == *word);
        let places: Vec<usize> = words.iter().filter_map(place).collect();
        if places.len() < words.len() {
            let codes: Vec<&str> = choices.iter().map(|choice| choice.code.as_str()).collect();
            self.fault(&path, format!("is one of {}", codes.join(", ")));
        }
        let Some(first) = places.iter().min().copied() else { return Vec::new() };
        let from_there: Vec<String> = choices[first..].iter().map(|choice| choice.code.clone()).collect();
        if file.at_least.is_none() && from_there.iter().any(|code| !words.contains(code)) {
            let wrong = format!("leaves out a more dangerous answer: it takes in {}", from_there.join(", "));
            self.fault(&path, wrong);
        }
        from_there
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
