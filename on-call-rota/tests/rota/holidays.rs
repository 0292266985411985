//! The holiday rule against an outside reader of the same law
//! (`fixtures/make_holidays.py`).

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use on_call_rota::{DayKind, Holiday, PUBLISHED_THROUGH, holidays};

fn oracle() -> BTreeMap<Date, &'static str> {
    let lines = include_str!("fixtures/holidays.csv").lines().skip(1);
    let read = |line: &'static str| {
        let (date, name) = line.split_once(',').unwrap();
        (date.parse().unwrap(), name)
    };
    lines.map(read).collect()
}

fn ours() -> BTreeMap<Date, Holiday> {
    let years = (1980..=2099).flat_map(|year| holidays(year, PUBLISHED_THROUGH).unwrap());
    years.map(|holiday| (holiday.date, holiday)).collect()
}

#[test]
fn every_day_from_1980_to_2099_is_a_holiday_by_both_readings_or_by_neither() {
    let (oracle, ours) = (oracle(), ours());
    assert_eq!(oracle.len(), 2076);
    let mut day = date(1980, 1, 1);
    while day <= date(2099, 12, 31) {
        assert_eq!(ours.contains_key(&day), oracle.contains_key(&day), "{day}");
        day = day.saturating_add(1.day());
    }
}

#[test]
fn names_and_kinds_are_those_of_the_oracle_but_for_one_off_acts() {
    const ONE_OFF: [&str; 5] =
        ["大喪の礼", "即位礼正殿の儀", "結婚の儀", "天皇の即位の日", "即位礼正殿の儀が行われる日"];
    let ours = ours();
    for (date, name) in oracle() {
        if !ONE_OFF.contains(&name) {
            assert_eq!(ours[&date].name_ja, name, "{date}");
        }
        let kind = match name {
            "振替休日" => DayKind::Substitute,
            "国民の休日" => DayKind::Citizens,
            _ => DayKind::Holiday,
        };
        assert_eq!(ours[&date].kind, kind, "{date}");
    }
}
