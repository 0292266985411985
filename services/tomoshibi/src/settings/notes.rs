//! What the commented files say, for the page that shows settings and prompts.

use console::accounts::PromptShown;
use toml_edit::DocumentMut;

use crate::serve::DEFAULTS;

/// Every text the line can say, with its words. Spoken by `make.py` beside it.
const TEXTS: &str = include_str!("../../../telephony/prompts/texts.toml");

/// The comment before a key of the defaults.
pub(crate) fn note(key: &str) -> String {
    let (section, name) = key.split_once('.').unwrap_or(("", key));
    let (mut here, mut comment) = (String::new(), Vec::new());
    for line in DEFAULTS.lines().map(str::trim) {
        if let Some(head) = line.strip_prefix('[') {
            here = head.trim_end_matches(']').to_owned();
            comment.clear();
        } else if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim());
        } else if line.is_empty() {
            comment.clear();
        } else if here == section && line.split('=').next().map(str::trim) == Some(name) {
            return comment.join(" ");
        } else {
            // What was said belongs to the key that stood behind it.
            comment.clear();
        }
    }
    String::new()
}

pub(crate) fn prompts() -> Vec<PromptShown> {
    let Ok(texts) = TEXTS.parse::<DocumentMut>() else { return Vec::new() };
    let tables = texts.iter().filter_map(|(name, item)| Some((name, item.as_table()?)));
    tables
        .flat_map(|(name, table)| {
            ["ja", "en"].into_iter().filter_map(move |language| {
                let words = table.get(language)?.as_str()?.to_owned();
                Some(PromptShown {
                    prompt: name.to_owned(),
                    language: language.to_owned(),
                    words,
                    milliseconds: 0,
                })
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_shown_with_the_comment_that_stands_before_it() {
        assert!(note("access.fresh").contains("proving oneself"), "{}", note("access.fresh"));
        assert_eq!(note("access.unknown"), "");
    }

    #[test]
    fn every_prompt_is_shown_in_both_languages() {
        let shown = prompts();

        assert!(shown.iter().any(|prompt| prompt.prompt == "greeting" && prompt.language == "ja"));
        assert_eq!(shown.iter().filter(|one| one.language == "ja").count() * 2, shown.len());
    }
}
