//! The audit lays shifts out in a way of its own, for speed. What it finds is
//! what the shifts themselves leave open.

use std::collections::BTreeSet;

use jiff::Timestamp;
use on_call_rota::{Gap, Missing, Period, Rota, Shift};

use crate::common::{date, in_zone, rota};

const PEOPLE: [&str; 6] = ["ito", "mori", "sato", "abe", "kato", "hara"];

/// Rotations that begin in the stretch and before it, by day of the cycle and
/// kind of day, a pattern that ends, a dated shift, and covers of covers.
const REST: &str = r#"
[[rotation]]
id = "desk"
windows = ["main"]
starts = 2026-12-01
times = { day = "02:30-15:00", night = "15:00-02:30", late = "18:00-24:00" }
cycle = ["day", "night", "late", "-", "night"]
step = 2
staff = ["ito", "mori", "sato"]
[[rotation]]
id = "closed"
windows = ["main"]
starts = 2027-03-20
times = { all = "08:30-08:30" }
cycle = ["all", "-"]
days = ["closed"]
staff = ["abe"]
[[pattern]]
id = "week"
windows = ["main"]
until = 2027-10-30
[[pattern.shift]]
days = ["tue", "sun"]
time = "01:45-09:00"
staff = ["kato"]
[[shift]]
date = 2027-03-28
time = "20:00-04:00"
windows = ["main"]
staff = ["hara"]
[[cover]]
kind = "stand-in"
staff = "ito"
by = "hara"
from = 2027-04-01
until = 2027-04-20
[[cover]]
kind = "absence"
staff = "hara"
from = "2027-04-05T12:00"
until = "2027-04-12T20:30"
[[cover]]
kind = "absence"
staff = "mori"
from = 2027-03-26
until = 2027-03-29
[[rule]]
id = "two"
group = "main"
at_least = 2
"#;

fn on_duty(shifts: &[Shift], at: Timestamp) -> u32 {
    let running = shifts.iter().filter(|shift| shift.time.contains(at));
    running.map(|shift| &shift.staff).collect::<BTreeSet<_>>().len() as u32
}

/// Counted anew between any two instants at which a shift begins or ends.
fn left_open(shifts: &[Shift], period: Period, need: u32) -> Vec<(Period, Missing)> {
    let ends = shifts.iter().flat_map(|shift| [shift.time.from, shift.time.until]);
    let inside = ends.filter(|at| period.contains(*at));
    let edges: BTreeSet<Timestamp> = inside.chain([period.from, period.until]).collect();
    let edges: Vec<Timestamp> = edges.into_iter().collect();
    let mut open: Vec<(Period, Missing)> = Vec::new();
    for pair in edges.windows(2) {
        let (time, on_duty) = (Period { from: pair[0], until: pair[1] }, on_duty(shifts, pair[0]));
        let missing = Missing::People { need, on_duty, reachable: on_duty };
        match open.last_mut() {
            _ if on_duty >= need => {}
            Some((last, before)) if last.until == time.from && *before == missing => last.until = time.until,
            Some(_) | None => open.push((time, missing)),
        }
    }
    open
}

fn found(gaps: &[Gap], rule: &str) -> Vec<(Period, Missing)> {
    gaps.iter().filter(|gap| gap.rule.as_str() == rule).map(|gap| (gap.time, gap.missing)).collect()
}

fn audit_equals_count(rota: &Rota, zone: &str) {
    let period = rota.days(date("2027-03-01"), date("2027-11-15"));
    let (shifts, gaps) = (rota.shifts(period), rota.coverage(period));
    for (rule, need) in [("staffed", 1), ("two", 2)] {
        let expected = left_open(&shifts, period, need);
        assert!(expected.len() > 100, "{zone} {rule}");
        assert_eq!(found(&gaps, rule), expected, "{zone} {rule}");
    }
}

#[test]
fn the_audit_finds_what_the_shifts_leave_open_wherever_clocks_change() {
    for zone in ["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]
    {
        audit_equals_count(&rota(&in_zone(zone, &PEOPLE, REST)), zone);
    }
}

#[test]
fn windows_with_the_same_hours_in_two_zones_are_open_at_different_times() {
    let operator = |id: &str, zone: &str| {
        format!(
            "[[operator]]\nid = \"{id}\"\nname = \"x\"\nzone = \"{zone}\"\n[[window]]\nid = \"w-{id}\"\noperator = \"{id}\"\nname = \"x\"\nnumbers = [\"{id}\"]\nfallback = \"+81300000000\"\nhours = {{ weekday = \"09:00-17:00\", holiday = [] }}\n"
        )
    };
    let rota = rota(&(operator("100", "Asia/Tokyo") + &operator("200", "Europe/Berlin")));
    let day = rota.days(date("2027-06-01"), date("2027-06-01"));
    let told: Vec<String> =
        rota.coverage(day).iter().map(|gap| format!("{} {}", gap.time.from, gap.group)).collect();

    assert_eq!(told, ["2027-06-01T00:00:00Z w-100", "2027-06-01T07:00:00Z w-200"]);
}
