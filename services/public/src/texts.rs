//! What the page says in danger and otherwise: data, with a default in our own words.

use std::path::PathBuf;

use on_call_rota::PublicNumber;
use serde::Deserialize;

use crate::language::Both;

const DEFAULT: &str = include_str!("../texts.toml");

#[derive(Debug, thiserror::Error)]
pub enum TextsUnusable {
    #[error("the public texts {0} cannot be read")]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("the public texts are not right: {0}\nwrite all of services/public/texts.toml, in ja and en")]
    Faulty(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub(crate) lead: Both,
    pub(crate) danger_lead: Both,
    pub(crate) note: Both,
    pub(crate) danger: Vec<Danger>,
}

/// Whom to call in danger.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Danger {
    pub(crate) number: PublicNumber,
    pub(crate) name: Both,
    pub(crate) text: Both,
}

impl Texts {
    /// # Errors
    /// What is wrong, with its line.
    pub fn read(text: &str) -> Result<Self, TextsUnusable> {
        let texts: Self = toml::from_str(text).map_err(|fault| TextsUnusable::Faulty(fault.to_string()))?;
        match texts.danger.is_empty() {
            true => Err(TextsUnusable::Faulty("danger is empty: say whom to call".to_owned())),
            false => Ok(texts),
        }
    }

    /// The default, or what the file at `path` says in its place.
    ///
    /// # Errors
    /// When the file cannot be read or is not right.
    pub async fn at(path: Option<&PathBuf>) -> Result<Self, TextsUnusable> {
        match path {
            None => Self::read(DEFAULT),
            Some(path) => {
                let text = tokio::fs::read_to_string(path).await;
                Self::read(&text.map_err(|fault| TextsUnusable::Unreadable(path.clone(), fault))?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_tells_both_emergency_numbers_in_both_languages() {
        let texts = Texts::read(DEFAULT).unwrap();

        let numbers: Vec<&str> = texts.danger.iter().map(|one| one.number.as_str()).collect();
        assert_eq!(numbers, ["119", "110"]);
        assert!(texts.danger.iter().all(|one| !one.text.ja.is_empty() && !one.text.en.is_empty()));
    }

    #[test]
    fn a_fault_of_the_texts_is_told_with_its_line_and_what_is_right() {
        let fault = |text: &str| Texts::read(text).unwrap_err().to_string();

        let unknown = fault(&format!("leed.ja = \"x\"\n{DEFAULT}"));
        assert!(unknown.contains("leed") && unknown.contains("line 1"), "{unknown}");
        assert!(fault(&DEFAULT.replace("number = \"119\"", "number = \"call\"")).contains("3 to 15 digits"));
        let nobody = fault(DEFAULT.split("[[danger]]").next().unwrap());
        assert!(nobody.contains("danger"), "{nobody}");
    }
}
