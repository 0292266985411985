//! What adds up in the rows of a log: whoever knows all but one of a sum knows that one too.

use std::collections::BTreeSet;

use super::{Key, is_about_people};
use crate::daily_log::figure::Figure;
use crate::daily_log::row::Row;

/// Counts that add up to nothing: the whole is -1, its parts are 1. What a row does not name is 0.
pub(super) type Sum = Vec<(Key, i8)>;

/// A figure and those that it is the sum of.
const PARTS: &[(&str, &[&str])] = &[
    ("offered", &["answered", "blocked", "abandoned_lt30", "abandoned_ge30", "cut_off", "waiting"]),
    ("referrals", &["referrals_accepted", "referrals_rejected", "referrals_pending", "referrals_withdrawn"]),
    ("advised_to_medical", &["by_disposition/D03"]),
    ("referred_to_centre", &["by_disposition/D04"]),
    ("to_rota_outpatient", &["by_disposition/D05"]),
    ("to_rota_admission", &["by_disposition/D06"]),
    ("to_somatic", &["by_disposition/D07"]),
];

/// A figure and the list whose codes share it out, each case in one.
const LISTS: &[(&str, &str)] = &[
    ("records", "by_caller/"),
    ("records", "by_sex/"),
    ("records", "by_age/"),
    ("records", "by_triage/"),
    ("declines", "by_decline/"),
    ("declines", "by_area_decline/"),
];

/// Within each row, and between the first row and each list of rows that it is the whole of.
pub(super) fn of(rows: &[Row], wholes: &[Vec<usize>]) -> Vec<Sum> {
    let within = rows.iter().enumerate().flat_map(|(place, row)| of_row(place, row));
    let across = wholes.iter().filter(|parts| !parts.is_empty()).flat_map(|parts| of_rows(rows, parts));
    within.chain(across).collect()
}

fn of_row(place: usize, row: &Row) -> Vec<Sum> {
    let sum = |whole: &str, parts: Vec<String>| {
        let parts = parts.into_iter().map(|part| ((place, part), 1));
        std::iter::once(((place, whole.to_owned()), -1)).chain(parts).collect::<Sum>()
    };
    let under = |head: &str| row.counts.keys().filter(|name| name.starts_with(head)).cloned().collect();
    let named =
        PARTS.iter().map(|(whole, parts)| sum(whole, parts.iter().map(|&one| one.to_owned()).collect()));
    let listed = LISTS.iter().map(|(whole, list)| sum(whole, under(list)));
    let reasons: Vec<String> = under("by_decline/");
    let by_reason = reasons.iter().map(|reason| sum(reason, areas_of(row, reason)));
    named.chain(listed).chain(by_reason).collect()
}

/// `by_decline/no_bed` is shared out by `by_area_decline/north:no_bed` and its like.
fn areas_of(row: &Row, reason: &str) -> Vec<String> {
    let Some((_, code)) = reason.split_once('/') else { return Vec::new() };
    let is_of = |name: &&String| {
        name.strip_prefix("by_area_decline/")
            .and_then(|rest| rest.rsplit_once(':'))
            .is_some_and(|(_, one)| one == code)
    };
    row.counts.keys().filter(is_of).cloned().collect()
}

fn of_rows(rows: &[Row], parts: &[usize]) -> Vec<Sum> {
    let names: BTreeSet<&String> =
        rows.iter().flat_map(|row| row.figures.keys().chain(row.counts.keys())).collect();
    let names = names.into_iter().filter(|name| is_about_people(name) && Figure::find(name).is_some());
    names
        .map(|name| {
            let parts = parts.iter().map(|&place| ((place, name.clone()), 1));
            std::iter::once(((0, name.clone()), -1)).chain(parts).collect()
        })
        .collect()
}
