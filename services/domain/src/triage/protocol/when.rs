//! Conditions as they are written, looked up. One that would let a more dangerous answer lower the
//! code is a fault: an answer is only ever tested upwards, and never turned round.

use super::condition::Condition;
use super::file::{ConditionFile, Word};
use super::read::Reader;
use super::{Choice, QuestionKind};
use crate::triage::field::{Kind, field};
use crate::triage::lists::SuicideLevel;

impl Reader {
    /// `turned`: inside a `not`.
    pub(super) fn condition(&mut self, at: &str, file: &ConditionFile, turned: bool) -> Condition {
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
            Some(Kind::Text(_) | Kind::Date | Kind::Instant | Kind::Staff) | None => {
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
