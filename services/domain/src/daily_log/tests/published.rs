use std::collections::BTreeMap;

use proptest::prelude::*;

use super::kit::{Dice, friday, on};
use super::reports::random_day;
use crate::daily_log::{Body, Report, ReportPeriod, Row, count, publish, report, suppress, suppress_rows};

/// Counts that are not known, with their factors, and what they add up to.
type Equation = (BTreeMap<(usize, String), i64>, i64);

/// Whoever adds and subtracts what is published, one or two sums at a time.
fn computed(rows: &[Row], wholes: &[Vec<usize>]) -> BTreeMap<(usize, String), i64> {
    let mut known = BTreeMap::new();
    loop {
        let sums: Vec<Equation> = equations(rows, wholes).iter().map(|sum| put_in(sum, &known)).collect();
        let before = known.len();
        for (place, one) in sums.iter().enumerate() {
            learn(one, &mut known);
            for other in &sums[place + 1..] {
                if one.0.keys().any(|key| other.0.contains_key(key)) {
                    learn(&combined(one, other, 1), &mut known);
                    learn(&combined(one, other, -1), &mut known);
                }
            }
        }
        if known.len() == before {
            return known;
        }
    }
}

fn learn(sum: &Equation, known: &mut BTreeMap<(usize, String), i64>) {
    if let (Some((key, factor)), 1) = (sum.0.iter().next(), sum.0.len()) {
        known.insert(key.clone(), sum.1 / factor);
    }
}

fn put_in(sum: &Equation, known: &BTreeMap<(usize, String), i64>) -> Equation {
    let mut left = sum.clone();
    for (key, factor) in &sum.0 {
        if let Some(value) = known.get(key) {
            left.0.remove(key);
            left.1 -= factor * value;
        }
    }
    left
}

fn combined(one: &Equation, other: &Equation, sign: i64) -> Equation {
    let mut sum = one.clone();
    for (key, factor) in &other.0 {
        *sum.0.entry(key.clone()).or_default() += sign * factor;
    }
    sum.0.retain(|_, factor| *factor != 0);
    sum.1 += sign * other.1;
    sum
}

/// Of the whole and its parts, by name.
const WITHIN: &[(&str, &[&str])] = &[
    ("offered", &["answered", "blocked", "abandoned_lt30", "abandoned_ge30", "cut_off", "waiting"]),
    ("referrals", &["referrals_accepted", "referrals_rejected", "referrals_pending", "referrals_withdrawn"]),
    ("records", &["by_caller/"]),
    ("records", &["by_sex/"]),
    ("records", &["by_age/"]),
    ("records", &["by_triage/"]),
    ("declines", &["by_decline/"]),
    ("declines", &["by_area_decline/"]),
    ("referred_to_centre", &["by_disposition/D04"]),
];

fn equations(rows: &[Row], wholes: &[Vec<usize>]) -> Vec<Equation> {
    let mut sums = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        for (whole, parts) in WITHIN {
            let is_part = |name: &&String| {
                parts.iter().any(|part| name == part || (part.ends_with('/') && name.starts_with(part)))
            };
            let names = names(std::slice::from_ref(row));
            let parts = names.iter().filter(is_part).map(|name| (place, name.clone()));
            sums.push(sum(rows, (place, (*whole).to_owned()), parts));
        }
    }
    for parts in wholes {
        for name in names(rows).into_iter().filter(|name| !name.ends_with("_s") && !name.starts_with("ack_"))
        {
            sums.push(sum(rows, (0, name.clone()), parts.iter().map(|place| (*place, name.clone()))));
        }
    }
    sums
}

fn names(rows: &[Row]) -> Vec<String> {
    let of =
        |row: &Row| row.figures.keys().chain(row.counts.keys()).chain(&row.suppressed).cloned().collect();
    let mut names: Vec<String> = rows.iter().flat_map(|row| -> Vec<String> { of(row) }).collect();
    names.retain(|name| crate::daily_log::Figure::find(name).unwrap().unit == crate::daily_log::Unit::Cases);
    names.sort();
    names.dedup();
    names
}

fn sum(rows: &[Row], whole: (usize, String), parts: impl Iterator<Item = (usize, String)>) -> Equation {
    let mut sum = (BTreeMap::new(), 0);
    for (key, sign) in parts.map(|key| (key, 1)).chain([(whole, -1)]) {
        let row = &rows[key.0];
        match row.suppressed.contains(&key.1) {
            true => drop(sum.0.insert(key, sign)),
            false => sum.1 -= sign * row.figure(&key.1).unwrap_or(row.count(&key.1)) as i64,
        }
    }
    sum
}

fn assert_hidden(before: &[Row], after: &[Row], wholes: &[Vec<usize>]) {
    for (row, shown) in before.iter().zip(after) {
        for (name, count) in
            row.figures.iter().chain(&row.counts).filter(|(_, count)| (1..5).contains(*count))
        {
            let is_shown = shown.figures.contains_key(name) || shown.counts.contains_key(name);
            let of = crate::daily_log::Figure::find(name).unwrap().unit;
            assert!(!is_shown || of != crate::daily_log::Unit::Cases, "{name} {count} is shown");
        }
    }
    for ((place, name), value) in computed(after, wholes) {
        assert!(!(1..5).contains(&value), "row {place} {name} comes out as {value}");
    }
}

fn row(band: &str, counts: &[(&str, u64)]) -> Row {
    let all = |is_list: bool| {
        let these = counts.iter().filter(move |(name, _)| name.contains('/') == is_list);
        these.map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    Row { band: band.to_owned(), figures: all(false), counts: all(true), ..Row::default() }
}

#[test]
fn a_second_count_goes_when_one_alone_would_come_out_of_the_total() {
    let shown = suppress(row(
        "day",
        &[
            ("records", 40),
            ("by_sex/male", 3),
            ("by_sex/female", 30),
            ("by_sex/unknown", 7),
            ("staff_on_duty", 2),
        ],
    ));

    assert_eq!(shown.suppressed.iter().collect::<Vec<_>>(), ["by_sex/male", "by_sex/unknown"]);
    assert_eq!((shown.figure("records"), shown.figure("staff_on_duty")), (Some(40), Some(2)));
}

#[test]
fn a_band_goes_with_another_band_and_the_day_stays() {
    let rows = [("day", 50), ("B1", 30), ("B2", 18), ("B3", 2), ("B4", 0)];
    let shown = suppress_rows(rows.map(|(band, count)| row(band, &[("offered", count)])).to_vec());

    let figures: Vec<_> = shown.iter().map(|row| row.figure("offered")).collect();
    assert_eq!(figures[..1], [Some(50)]);
    assert_eq!(figures[1..], [Some(30), None, None, Some(0)]);
}

#[test]
fn a_mean_of_few_goes_with_their_count() {
    let shown =
        suppress(row("day", &[("answered", 3), ("asa_s", 17), ("p95_answer_s", 31), ("staff_min", 3)]));

    assert!(shown.suppressed.contains("asa_s") && shown.suppressed.contains("p95_answer_s"));
    assert_eq!(shown.figures.into_iter().collect::<Vec<_>>(), [("staff_min".to_owned(), 3)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_count_of_1_to_4_comes_out_of_a_published_day(seed in any::<u64>()) {
        let rows = count(&random_day(&friday(), on("2026-12-01"), &mut Dice(seed)));
        let bands: Vec<usize> = (1..rows.len()).collect();
        assert_hidden(&rows, &suppress_rows(rows.clone()), &[bands]);
    }

    #[test]
    fn no_count_of_1_to_4_comes_out_of_a_published_report(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let dates = ["2026-12-01", "2026-12-02", "2026-12-03"];
        let days: Vec<Body> =
            dates.iter().map(|date| Body::of(&random_day(&friday(), on(date), &mut dice))).collect();
        let before = report(ReportPeriod::Month { year: 2026, month: 12 }, &days);
        let after = publish(before.clone());

        let all = |report: &Report| -> Vec<Row> {
            report.rows.iter().cloned().chain(report.parts.iter().map(|part| part.row.clone())).collect()
        };
        let (bands, parts) = (before.rows.len(), before.parts.len());
        assert_hidden(&all(&before), &all(&after), &[(1..bands).collect(), (bands..bands + parts).collect()]);
        for name in after.region.figures.keys() {
            prop_assert!(after.rows[0].figures.contains_key(name));
        }
    }
}
