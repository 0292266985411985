//! Public holidays of Japan by the Act on National Holidays (祝日法) itself:
//! article 2, substitute days (3-2), citizens' holidays (3-3), one-off Acts.
//!
//! Valid for 1980 to 2099, the range of the equinox formula. The equinoxes are
//! fixed each February for the next year, so beyond the published year they,
//! and the days that follow from them, are provisional.

use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

use crate::day::DayKind;

/// Years for which the law is known as a rule.
pub const HOLIDAY_YEARS: RangeInclusive<i16> = 1980..=2099;

/// The last year whose equinoxes are published, unless a setting says otherwise.
pub const PUBLISHED_THROUGH: i16 = 2027;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("holidays are known for 1980 to 2099, not for {0}")]
pub struct YearUnknown(pub i16);

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Holiday {
    pub date: Date,
    pub name_ja: &'static str,
    pub name_en: &'static str,
    /// `Holiday`, `Substitute` or `Citizens`.
    pub kind: DayKind,
    /// Follows from an equinox that is not published yet.
    pub provisional: bool,
}

/// All holidays of a year, by date.
pub fn holidays(year: i16, published_through: i16) -> Result<Vec<Holiday>, YearUnknown> {
    if !HOLIDAY_YEARS.contains(&year) {
        return Err(YearUnknown(year));
    }
    let mut named = named_days(year, year > published_through);
    named.sort_by_key(|day| day.date);
    let mut all = named.clone();
    all.extend(substitutes(&named));
    let between = citizens(&named, &all);
    all.extend(between);
    all.sort_by_key(|day| day.date);
    Ok(all)
}

/// The holidays of each year, worked out when they are first asked for: a calendar is asked of every minute of a day.
#[derive(Clone, Debug)]
pub(crate) struct Years {
    pub(crate) published_through: i16,
    known: Arc<[OnceLock<Vec<Holiday>>]>,
}

impl Years {
    pub(crate) fn new(published_through: i16) -> Self {
        Self { published_through, known: HOLIDAY_YEARS.map(|_| OnceLock::new()).collect() }
    }

    /// `None` outside 1980 to 2099.
    pub(crate) fn of(&self, year: i16) -> Option<&[Holiday]> {
        let place = usize::try_from(year - HOLIDAY_YEARS.start()).ok()?;
        let known = self.known.get(place)?;
        Some(known.get_or_init(|| holidays(year, self.published_through).unwrap_or_default()))
    }
}

/// Article 2 and the one-off Acts.
fn named_days(year: i16, provisional: bool) -> Vec<Holiday> {
    let mut days = Vec::with_capacity(24);
    let mut add = |month, day, name_ja, name_en| {
        let provisional = provisional && name_ja_is_equinox(name_ja);
        days.push(Holiday {
            date: date(year, month, day),
            name_ja,
            name_en,
            kind: DayKind::Holiday,
            provisional,
        });
    };
    add(1, 1, "元日", "New Year's Day");
    add(1, if year >= 2000 { monday(year, 1, 2) } else { 15 }, "成人の日", "Coming of Age Day");
    add(2, 11, "建国記念の日", "Foundation Day");
    add(3, equinox(year, 20.8431), "春分の日", "Vernal Equinox Day");
    add(5, 3, "憲法記念日", "Constitution Day");
    add(5, 5, "こどもの日", "Children's Day");
    add(9, if year >= 2003 { monday(year, 9, 3) } else { 15 }, "敬老の日", "Respect for the Aged Day");
    add(9, equinox(year, 23.2488), "秋分の日", "Autumnal Equinox Day");
    add(11, 3, "文化の日", "Culture Day");
    add(11, 23, "勤労感謝の日", "Labor Thanksgiving Day");
    if let Some((month, day)) = emperors_birthday(year) {
        add(month, day, "天皇誕生日", "Emperor's Birthday");
    }
    if let Some((month, day)) = greenery(year) {
        add(month, day, "みどりの日", "Greenery Day");
    }
    if year >= 2007 {
        add(4, 29, "昭和の日", "Showa Day");
    }
    if let Some((month, day)) = marine(year) {
        add(month, day, "海の日", "Marine Day");
    }
    if let Some((month, day)) = mountain(year) {
        add(month, day, "山の日", "Mountain Day");
    }
    let (month, day) = sports(year);
    match year {
        ..=2019 => add(month, day, "体育の日", "Health and Sports Day"),
        2020.. => add(month, day, "スポーツの日", "Sports Day"),
    }
    for &(of, month, day, name_ja, name_en) in ONE_OFF_ACTS.iter().filter(|act| act.0 == year) {
        debug_assert_eq!(of, year);
        add(month, day, name_ja, name_en);
    }
    days
}

const ONE_OFF_ACTS: [(i16, i8, i8, &str, &str); 5] = [
    (1989, 2, 24, "昭和天皇の大喪の礼の行われる日", "Funeral of Emperor Showa"),
    (1990, 11, 12, "即位礼正殿の儀の行われる日", "Enthronement Ceremony"),
    (1993, 6, 9, "皇太子徳仁親王の結婚の儀の行われる日", "Wedding of the Crown Prince"),
    (2019, 5, 1, "天皇の即位の日", "Day of the Emperor's Accession"),
    (2019, 10, 22, "即位礼正殿の儀の行われる日", "Enthronement Ceremony"),
];

fn name_ja_is_equinox(name: &str) -> bool {
    name == "春分の日" || name == "秋分の日"
}

/// Day of the month on which the sun crosses the equator, 1980 to 2099.
fn equinox(year: i16, base: f64) -> i8 {
    let years = f64::from(year - 1980);
    (base + 0.242194 * years - (years / 4.0).floor()).floor() as i8
}

/// Day of the month of the nth Monday.
fn monday(year: i16, month: i8, nth: i8) -> i8 {
    let first = date(year, month, 1).weekday().to_monday_zero_offset();
    (7 - first) % 7 + 1 + 7 * (nth - 1)
}

fn emperors_birthday(year: i16) -> Option<(i8, i8)> {
    match year {
        ..=1988 => Some((4, 29)),
        1989..=2018 => Some((12, 23)),
        2019 => None,
        2020.. => Some((2, 23)),
    }
}

fn greenery(year: i16) -> Option<(i8, i8)> {
    match year {
        ..=1988 => None,
        1989..=2006 => Some((4, 29)),
        2007.. => Some((5, 4)),
    }
}

/// Moved in 2020 and 2021 for the Olympic Games, as are the two below.
fn marine(year: i16) -> Option<(i8, i8)> {
    match year {
        ..=1995 => None,
        1996..=2002 => Some((7, 20)),
        2020 => Some((7, 23)),
        2021 => Some((7, 22)),
        2003.. => Some((7, monday(year, 7, 3))),
    }
}

fn mountain(year: i16) -> Option<(i8, i8)> {
    match year {
        ..=2015 => None,
        2020 => Some((8, 10)),
        2021 => Some((8, 8)),
        2016.. => Some((8, 11)),
    }
}

fn sports(year: i16) -> (i8, i8) {
    match year {
        ..=1999 => (10, 10),
        2020 => (7, 24),
        2021 => (7, 23),
        2000.. => (10, monday(year, 10, 2)),
    }
}

fn on(days: &[Holiday], date: Date) -> Option<&Holiday> {
    days.iter().find(|day| day.date == date)
}

fn after(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

/// 3-2: a holiday on a Sunday makes the next day that is not a holiday a day
/// off. Before 2007 that was always the Monday, which the same rule gives.
fn substitutes(named: &[Holiday]) -> Vec<Holiday> {
    let sundays = named.iter().filter(|day| day.date.weekday() == Weekday::Sunday);
    sundays.map(|sunday| substitute(named, sunday)).collect()
}

fn substitute(named: &[Holiday], sunday: &Holiday) -> Holiday {
    let mut date = after(sunday.date, 1);
    let mut provisional = sunday.provisional;
    while let Some(taken) = on(named, date) {
        provisional |= taken.provisional;
        date = after(date, 1);
    }
    Holiday {
        date,
        name_ja: "振替休日",
        name_en: "Substitute Holiday",
        kind: DayKind::Substitute,
        provisional,
    }
}

/// 3-3, since 1986: a day between two holidays. A Sunday is free anyway.
fn citizens(named: &[Holiday], all: &[Holiday]) -> Vec<Holiday> {
    let between = |first: &Holiday| {
        let middle = after(first.date, 1);
        let second = on(named, after(first.date, 2))?;
        let free = on(all, middle).is_some() || middle.weekday() == Weekday::Sunday;
        (!free && middle.year() >= 1986).then_some(Holiday {
            date: middle,
            name_ja: "国民の休日",
            name_en: "Citizens' Holiday",
            kind: DayKind::Citizens,
            provisional: first.provisional || second.provisional,
        })
    };
    named.iter().filter_map(between).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_on(date: Date) -> Option<DayKind> {
        let year = holidays(date.year(), PUBLISHED_THROUGH).unwrap();
        on(&year, date).map(|day| day.kind)
    }

    #[test]
    fn a_substitute_day_skips_the_holidays_that_follow() {
        assert_eq!(kind_on(date(2026, 5, 6)), Some(DayKind::Substitute));
        assert_eq!(kind_on(date(2027, 3, 22)), Some(DayKind::Substitute));
        assert_eq!(kind_on(date(2026, 5, 7)), None);
    }

    #[test]
    fn a_day_between_two_holidays_is_a_citizens_holiday() {
        assert_eq!(kind_on(date(2026, 9, 22)), Some(DayKind::Citizens));
        assert_eq!(kind_on(date(2019, 4, 30)), Some(DayKind::Citizens));
    }

    #[test]
    fn the_years_of_a_calendar_are_those_of_the_law_and_no_others() {
        let years = Years::new(PUBLISHED_THROUGH);

        for year in HOLIDAY_YEARS {
            assert_eq!(years.of(year), holidays(year, PUBLISHED_THROUGH).ok().as_deref());
        }
        assert_eq!([1979, 2100, i16::MIN + 1980, i16::MAX].map(|year| years.of(year)), [None; 4]);
    }

    #[test]
    fn what_follows_from_an_unpublished_equinox_is_provisional() {
        let provisional = |year, through| -> Vec<Date> {
            let days = holidays(year, through).unwrap();
            days.into_iter().filter(|day| day.provisional).map(|day| day.date).collect()
        };
        assert!(provisional(2026, 2027).is_empty());
        assert_eq!(provisional(2026, 2025), [date(2026, 3, 20), date(2026, 9, 22), date(2026, 9, 23)]);
        assert_eq!(provisional(2032, 2027), [date(2032, 3, 20), date(2032, 9, 21), date(2032, 9, 22)]);
    }

    #[test]
    fn a_year_the_rule_does_not_cover_is_refused_rather_than_empty() {
        assert_eq!(holidays(1979, 2027), Err(YearUnknown(1979)));
        assert_eq!(holidays(2100, 2027), Err(YearUnknown(2100)));
    }
}
