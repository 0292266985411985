//! What a reader asks for: the form by `Accept`, the language by `Accept-Language` (RFC 9110 12.5).

use crate::language::Tongue;

/// In what form a notice is told. The first is told to who asks for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Html,
    JsonLd,
    Json,
    Calendar,
}

impl Form {
    const ALL: [Self; 4] = [Self::Html, Self::JsonLd, Self::Json, Self::Calendar];
    pub(crate) const OFFERED: &'static str =
        "text/html, application/ld+json, application/json, text/calendar";

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::JsonLd => "application/ld+json",
            Self::Json => "application/json",
            Self::Calendar => "text/calendar",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::JsonLd => "application/ld+json",
            Self::Json => "application/json",
            Self::Calendar => "text/calendar; charset=utf-8",
        }
    }
}

/// The best form for an `Accept`; none where it wants something else.
pub(crate) fn form(accept: Option<&str>) -> Option<Form> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return Some(Form::Html) };
    let wanted: Vec<(&str, u16)> = accept.split(',').filter_map(weighed).collect();
    best(Form::ALL.map(|form| (form, media_quality(form.media_type(), &wanted))))
}

/// The language for an `Accept-Language`, Japanese where it names neither.
pub(crate) fn tongue(accept: Option<&str>) -> Tongue {
    let wanted: Vec<(&str, u16)> = accept.unwrap_or_default().split(',').filter_map(weighed).collect();
    best(Tongue::ALL.map(|tongue| (tongue, language_quality(tongue.code(), &wanted))))
        .unwrap_or(Tongue::Japanese)
}

/// The first of those with the highest quality, if that is not 0.
fn best<T: Copy, const N: usize>(all: [(T, u16); N]) -> Option<T> {
    let top = all.iter().map(|(_, quality)| *quality).max().filter(|top| *top > 0)?;
    all.iter().find(|(_, quality)| *quality == top).map(|(one, _)| *one)
}

/// A range and its quality in thousandths. A quality that is no number counts as 0.
fn weighed(element: &str) -> Option<(&str, u16)> {
    let mut parts = element.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let quality = quality.map_or(1.0, |text| text.parse::<f32>().unwrap_or(0.0)).clamp(0.0, 1.0);
    Some((range, (quality * 1000.0) as u16))
}

/// The most exact range decides.
fn media_quality(media_type: &str, wanted: &[(&str, u16)]) -> u16 {
    let any_of_type = media_type.split('/').next().map(|kind| format!("{kind}/*")).unwrap_or_default();
    let named = |range: &str| wanted.iter().find(|(one, _)| one.eq_ignore_ascii_case(range));
    let found = named(media_type).or_else(|| named(&any_of_type)).or_else(|| named("*/*"));
    found.map_or(0, |(_, quality)| *quality)
}

fn language_quality(code: &str, wanted: &[(&str, u16)]) -> u16 {
    let primary = |range: &str| range.split('-').next().unwrap_or_default().eq_ignore_ascii_case(code);
    let own = wanted.iter().filter(|(range, _)| primary(range)).map(|(_, quality)| *quality).max();
    let any = wanted.iter().find(|(range, _)| *range == "*").map(|(_, quality)| *quality);
    own.or(any).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_page_and_a_program_what_it_asks_for() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, expected) in [
            (None, Some(Form::Html)),
            (Some(""), Some(Form::Html)),
            (Some("*/*"), Some(Form::Html)),
            (Some(browser), Some(Form::Html)),
            (Some("application/json"), Some(Form::Json)),
            (Some("application/ld+json, application/json;q=0.9"), Some(Form::JsonLd)),
            (Some("application/*"), Some(Form::JsonLd)),
            (Some("TEXT/CALENDAR"), Some(Form::Calendar)),
            (Some("text/html;q=0.1, text/calendar"), Some(Form::Calendar)),
            (Some("*/*, text/html;q=0"), Some(Form::JsonLd)),
            (Some("image/png"), None),
            (Some("text/html;q=0"), None),
            (Some("text/html;q=high"), None),
        ] {
            assert_eq!(form(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn japanese_comes_first_unless_the_reader_would_rather_have_english() {
        for (accept, expected) in [
            (None, Tongue::Japanese),
            (Some("fr-FR, fr;q=0.9"), Tongue::Japanese),
            (Some("*"), Tongue::Japanese),
            (Some("en-US,en;q=0.9"), Tongue::English),
            (Some("en;q=0.5, ja;q=0.8"), Tongue::Japanese),
            (Some("zh, en;q=0.4, ja;q=0.2"), Tongue::English),
            (Some("ja;q=0, *;q=0.1"), Tongue::English),
        ] {
            assert_eq!(tongue(accept), expected, "{accept:?}");
        }
    }
}
