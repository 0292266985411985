//! One way to write a name, and the parts of it by which it is found.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Full and half width, capitals, hiragana and katakana are one; spaces and dots are nothing.
pub(crate) fn normal(text: &str) -> String {
    let one_way = text.nfkc().flat_map(char::to_lowercase).map(hiragana);
    one_way.filter(|c| !c.is_whitespace() && !matches!(c, '・' | '.' | ',' | '-' | '\'')).collect()
}

fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => c,
    }
}

/// Every two letters that stand together; a single letter stands for itself.
pub(crate) fn pairs(normal: &str) -> BTreeSet<String> {
    let letters: Vec<char> = normal.chars().collect();
    match letters.len() {
        0 => BTreeSet::new(),
        1 => BTreeSet::from([normal.to_owned()]),
        _ => letters.windows(2).map(|pair| pair.iter().collect()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_typed() {
        for written in ["ヤマダ　ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ", "やまだ・はなこ"] {
            assert_eq!(normal(written), "やまだはなこ", "{written}");
        }
        assert_eq!(normal("Ｏ’Ｂrien Ann"), normal("o’brien ann"));
    }

    #[test]
    fn a_part_of_a_name_has_only_pairs_of_the_whole() {
        let whole = pairs("やまだはなこ");

        assert!(pairs("まだは").is_subset(&whole) && !pairs("まは").is_subset(&whole));
        assert!(pairs("").is_empty());
    }
}
