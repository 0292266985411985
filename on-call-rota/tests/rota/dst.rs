//! Nights on which the clocks change.

use jiff::SignedDuration;
use on_call_rota::Rota;

use crate::common::{at_in, date, in_zone, rota, window};

const TWO: &str = r#"
[[pattern]]
id = "desk"
windows = ["main"]
[[pattern.shift]]
days = ["daily"]
time = "14:00-HANDOVER"
staff = ["ito"]
[[pattern.shift]]
days = ["daily"]
time = "HANDOVER-14:00"
staff = ["mori"]
"#;

fn two(zone: &str, handover: &str) -> Rota {
    rota(&in_zone(zone, &["ito", "mori"], &TWO.replace("HANDOVER", handover)))
}

fn handovers(rota: &Rota, day: &str) -> Vec<String> {
    let roster = rota.compile(rota.days(date(day), date(day)));
    let changes = roster.handovers(&window("main")).unwrap();
    changes.iter().map(|change| format!("{} {:?}>{:?}", change.at, change.leaving, change.coming)).collect()
}

#[test]
fn the_night_clocks_go_back_has_one_handover_at_two() {
    // 02:00 comes once: 01:00 to 02:00 is what happens twice.
    let new_york = two("America/New_York", "02:00");
    assert_eq!(
        handovers(&new_york, "2026-11-01"),
        ["2026-11-01T07:00:00Z [ito]>[mori]", "2026-11-01T19:00:00Z [mori]>[ito]"]
    );
}

#[test]
fn a_handover_in_the_hour_that_comes_twice_happens_the_first_time() {
    let london = two("Europe/London", "01:30");
    assert_eq!(
        handovers(&london, "2026-10-25"),
        ["2026-10-25T00:30:00Z [ito]>[mori]", "2026-10-25T14:00:00Z [mori]>[ito]"]
    );
}

#[test]
fn a_handover_in_the_hour_that_is_left_out_happens_at_the_jump() {
    let london = two("Europe/London", "01:30");
    assert_eq!(handovers(&london, "2026-03-29")[0], "2026-03-29T01:00:00Z [ito]>[mori]");
    let new_york = two("America/New_York", "02:30");
    assert_eq!(handovers(&new_york, "2026-03-08")[0], "2026-03-08T07:00:00Z [ito]>[mori]");
}

#[test]
fn no_minute_is_lost_or_counted_twice_when_the_clocks_change() {
    for (zone, handover) in [
        ("Europe/London", "01:30"),
        ("America/New_York", "02:00"),
        ("America/New_York", "02:30"),
        ("Australia/Lord_Howe", "02:15"),
        ("America/Santiago", "00:00"),
    ] {
        let rota = two(zone, handover);
        let year = rota.days(date("2026-01-01"), date("2026-12-31"));
        assert_eq!(rota.coverage(year), [], "{zone} {handover}");
        let worked: SignedDuration = rota
            .shifts(year)
            .iter()
            .map(|shift| shift.time.until.min(year.until).duration_since(shift.time.from.max(year.from)))
            .sum();
        assert_eq!(worked, year.until.duration_since(year.from), "{zone} {handover}");
    }
}

#[test]
fn a_night_over_the_change_is_an_hour_longer_or_shorter() {
    let rota = two("Europe/London", "08:00");
    let hours = |day: &str| {
        let shifts = rota.shifts(rota.days(date(day), date(day)));
        let night = shifts.iter().find(|shift| shift.date == date(day) && shift.staff.as_str() == "ito");
        night.unwrap().time.until.duration_since(night.unwrap().time.from).as_hours()
    };
    assert_eq!([hours("2026-10-24"), hours("2026-03-28"), hours("2026-06-01")], [19, 17, 18]);
}

#[test]
fn a_day_of_the_operator_is_a_local_day() {
    let rota = two("America/New_York", "02:00");
    let day = rota.days(date("2026-11-01"), date("2026-11-01"));
    assert_eq!(day.from, at_in("America/New_York", "2026-11-01T00:00"));
    assert_eq!(day.until.duration_since(day.from).as_hours(), 25);
}
