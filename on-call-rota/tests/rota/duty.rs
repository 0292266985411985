//! Who is on duty, who takes over, whom to page.

use on_call_rota::{NotInRoster, Rota};

use crate::common::{at, date, days, file, on_duty, rota, window};

const NIGHTS: &str = r#"
[[rotation]]
id = "desk"
windows = ["main"]
starts = 2026-03-02
times = { day = "08:30-17:00", night = "17:00-08:30" }
cycle = ["day", "night", "-"]
staff = ["ito", "mori", "sato"]
"#;

fn nights(rest: &str) -> Rota {
    rota(&file(&["ito", "mori", "sato", "abe"], &format!("{NIGHTS}{rest}")))
}

#[test]
fn a_rotation_gives_everybody_the_same_cycle_a_day_apart() {
    let rota = nights("");
    assert_eq!(on_duty(&rota, "main", "2026-03-05T12:00"), ["ito"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-05T23:00"), ["sato"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-06T12:00"), ["mori"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-06T23:00"), ["ito"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-01T12:00"), [""; 0]);
}

#[test]
fn a_shift_ends_where_the_next_begins_and_nobody_is_there_twice() {
    let rota = nights("");
    assert_eq!(on_duty(&rota, "main", "2026-03-05T16:59:59"), ["ito"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-05T17:00:00"), ["sato"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-06T08:29:59"), ["sato"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-06T08:30:00"), ["mori"]);
}

#[test]
fn a_night_carries_the_date_on_which_it_began() {
    let rota = nights("");
    let night = rota.on_duty(&window("main"), at("2026-03-06T03:00")).unwrap();
    assert_eq!(night[0].date, date("2026-03-05"));
    assert_eq!(night[0].time.from, at("2026-03-05T17:00"));
}

#[test]
fn a_weekly_pattern_follows_the_calendar_of_the_operator() {
    let pattern = r#"
[[pattern]]
id = "week"
windows = ["main"]
[[pattern.shift]]
days = ["open"]
time = "09:00-17:00"
staff = ["ito"]
[[pattern.shift]]
days = ["closed"]
time = "09:00-17:00"
staff = ["mori"]
[[pattern.shift]]
days = ["mon"]
time = "17:00-18:00"
staff = ["abe"]
"#;
    let rota = rota(&file(&["ito", "mori", "abe"], pattern));
    // Monday 2026-11-23 is a holiday, Tuesday is not, Saturday is closed.
    assert_eq!(on_duty(&rota, "main", "2026-11-23T10:00"), ["mori"]);
    assert_eq!(on_duty(&rota, "main", "2026-11-24T10:00"), ["ito"]);
    assert_eq!(on_duty(&rota, "main", "2026-11-28T10:00"), ["mori"]);
    assert_eq!(on_duty(&rota, "main", "2026-11-23T17:30"), ["abe"]);
}

#[test]
fn a_stand_in_takes_whole_shifts_or_a_part_of_one() {
    let rota = nights(
        r#"
[[cover]]
kind = "stand-in"
staff = "sato"
by = "abe"
date = 2026-03-05
[[cover]]
kind = "stand-in"
staff = "ito"
by = "abe"
from = "2026-03-06T20:00"
until = "2026-03-06T22:00"
"#,
    );
    assert_eq!(on_duty(&rota, "main", "2026-03-05T23:00"), ["abe"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-06T05:00"), ["abe"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-06T19:59"), ["ito"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-06T20:00"), ["abe"]);
    assert_eq!(on_duty(&rota, "main", "2026-03-06T22:00"), ["ito"]);
    let stand_in = rota.on_duty(&window("main"), at("2026-03-05T23:00")).unwrap();
    assert_eq!(stand_in[0].instead_of, Some("sato".parse().unwrap()));
}

#[test]
fn a_swap_on_one_day_changes_both_shifts_at_once() {
    let swapped = nights(
        r#"
[[cover]]
kind = "swap"
staff = "mori"
with = "abe"
date = 2026-03-06
[[shift]]
date = 2026-03-06
time = "20:00-22:00"
windows = ["main"]
staff = ["abe"]
"#,
    );
    assert_eq!(on_duty(&swapped, "main", "2026-03-06T12:00"), ["abe"]);
    assert_eq!(on_duty(&swapped, "main", "2026-03-06T21:00"), ["ito", "mori"]);
}

#[test]
fn a_stand_in_who_falls_ill_can_be_covered_in_turn() {
    let rota = nights(
        r#"
[[cover]]
kind = "stand-in"
staff = "sato"
by = "abe"
date = 2026-03-05
[[cover]]
kind = "absence"
staff = "abe"
date = 2026-03-05
"#,
    );
    assert_eq!(on_duty(&rota, "main", "2026-03-05T23:00"), [""; 0]);
}

#[test]
fn a_shift_that_covers_cut_twice_is_told_in_the_order_of_time() {
    let part = |from: &str, until: &str| {
        format!(
            "[[cover]]\nkind = \"stand-in\"\nstaff = \"sato\"\nby = \"abe\"\nfrom = \"2026-03-05T{from}\"\nuntil = \"2026-03-05T{until}\"\n"
        )
    };
    let rota = nights(&(part("22:00", "23:00") + &part("20:00", "21:00")));
    let shifts = rota.shifts(days(&rota, "2026-03-05", "2026-03-05"));
    let of_that_date = shifts.iter().filter(|shift| shift.date == date("2026-03-05"));
    let night: Vec<_> = of_that_date.filter(|shift| shift.staff.as_str() != "ito").collect();

    assert!(night.is_sorted_by_key(|shift| shift.time.from));
    let told: Vec<_> = night.iter().map(|shift| (shift.staff.as_str(), shift.piece)).collect();
    assert_eq!(told, [("sato", 0), ("abe", 0), ("sato", 1), ("abe", 1), ("sato", 2)]);
}

const TWO_WINDOWS: &str = r#"
[[operator]]
id = "op"
name = "op"
[[group]]
id = "together"
[[window]]
id = "day"
group = "together"
name = "day"
numbers = ["+81300000001"]
hours = { weekday = "09:00-17:00", holiday = [], saturday = "09:00-12:00" }
next = ["night"]
[[window]]
id = "night"
group = "together"
name = "night"
numbers = ["2000", "+81300000002"]
hours = { weekday = "17:00-09:00", holiday = "09:00-09:00", saturday = ["12:00-09:00"] }
"#;

#[test]
fn a_closed_window_is_answered_by_the_one_that_takes_over() {
    let rota = rota(TWO_WINDOWS);
    let answers = |asked: &str, local: &str| {
        rota.answering(&window(asked), at(local)).unwrap().map(|id| id.to_string())
    };
    for (local, expected) in [
        ("2026-11-20T08:59:59", "night"),
        ("2026-11-20T09:00", "day"),
        ("2026-11-20T17:00", "night"),
        ("2026-11-21T11:00", "day"),
        ("2026-11-21T12:00", "night"),
        ("2026-11-22T10:00", "night"),
        ("2026-11-23T10:00", "night"),
        ("2026-11-24T08:00", "night"),
        ("2026-11-24T09:00", "day"),
    ] {
        assert_eq!(answers("day", local).as_deref(), Some(expected), "{local}");
        assert_eq!(answers("night", local).as_deref(), Some(expected), "{local}");
    }
}

#[test]
fn a_window_is_found_by_the_number_dialled() {
    let rota = rota(TWO_WINDOWS);
    assert_eq!(rota.window_called("2000").unwrap().id, window("night"));
    assert_eq!(rota.window_called("+81300000001").unwrap().id, window("day"));
    assert!(rota.window_called("+81300000003").is_none());
}

const DOCTORS: &str = r#"
[[staff]]
id = "aoki"
name = "x"
qualifications = ["physician"]
contacts = ["sip:aoki"]
[[staff]]
id = "endo"
name = "x"
qualifications = ["physician"]
contacts = [{ at = "tel:+81300000009", until = 2026-03-04 }]
[[rotation]]
id = "doctor"
windows = ["main"]
role = "psychiatrist"
starts = 2026-03-02
time = "09:00-09:00"
turn = 1
staff = ["aoki", "endo"]
"#;

fn doctors() -> Rota {
    let ladder = r#"
[[ladder]]
window = "main"
[[ladder.rung]]
roles = ["psychiatrist"]
[[ladder.rung]]
roles = ["supervisor"]
[[ladder.rung]]
staff = ["aoki", "endo"]
patience_minutes = 5
"#;
    rota(&file(&[], &format!("{DOCTORS}{ladder}")))
}

#[test]
fn a_rung_with_nobody_on_it_is_told_too_and_nobody_is_paged_twice() {
    let ladder = doctors().ladder(&window("main"), at("2026-03-02T12:00")).unwrap();
    let told: Vec<_> = ladder.iter().map(|rung| (rung.number, format!("{:?}", rung.staff))).collect();
    assert_eq!(told, [(1, "[aoki]".to_string()), (2, "[]".to_string()), (3, "[endo]".to_string())]);
    assert_eq!(ladder[2].patience_minutes, Some(5));
}

#[test]
fn a_contact_point_that_has_run_out_is_not_offered() {
    let rota = doctors();
    let points = |local| rota.contacts(&"endo".parse().unwrap(), at(local)).len();
    assert_eq!(points("2026-03-04T23:59"), 1);
    assert_eq!(points("2026-03-05T00:00"), 0);
}

#[test]
fn each_way_to_a_person_tells_how_long_after_their_turn_it_is_used() {
    let ways = "contacts = [\"webhook:push\", { at = \"sip:endo\", after_seconds = 30 }, \
                { at = \"tel:+81300000009\", after_seconds = 0, until = 2026-03-04 }]";
    let text =
        file(&[], DOCTORS).replace("contacts = [{ at = \"tel:+81300000009\", until = 2026-03-04 }]", ways);
    let rota = rota(&text);
    let told = |local| {
        let ways = rota.ways(&"endo".parse().unwrap(), at(local));
        ways.iter().map(|(point, after)| format!("{point} {after:?}")).collect::<Vec<_>>()
    };
    assert_eq!(
        told("2026-03-04T12:00"),
        ["webhook:push None", "sip:endo Some(30s)", "tel:+81300000009 Some(0ns)"]
    );
    assert_eq!(told("2026-03-05T12:00"), ["webhook:push None", "sip:endo Some(30s)"]);
}

#[test]
fn a_roster_says_so_when_it_is_asked_about_another_time() {
    let rota = nights("");
    let roster = rota.compile(days(&rota, "2026-03-05", "2026-03-06"));
    assert_eq!(roster.on_duty(&window("main"), at("2026-03-06T23:59:59")).unwrap().len(), 1);
    let outside = at("2026-03-07T00:00");
    assert_eq!(roster.on_duty(&window("main"), outside), Err(NotInRoster::OutsidePeriod(outside)));
    assert_eq!(
        roster.on_duty(&window("other"), at("2026-03-06T00:00")),
        Err(NotInRoster::UnknownWindow(window("other")))
    );
}

#[test]
fn a_roster_tells_the_same_as_the_rota_at_every_quarter_of_an_hour() {
    let rota = nights("");
    let period = days(&rota, "2026-03-01", "2026-03-20");
    let roster = rota.compile(period);
    let mut at = period.from;
    while at < period.until {
        assert_eq!(roster.on_duty(&window("main"), at).unwrap(), rota.on_duty(&window("main"), at).unwrap());
        at += jiff::SignedDuration::from_mins(15);
    }
}

#[test]
fn nothing_personal_is_in_what_a_service_might_log() {
    let text = file(&[], DOCTORS).replace("name = \"x\"", "name = \"遠藤 彩\"");
    let rota = rota(&text);
    let printed = format!("{:?}", rota.staff());
    assert!(!printed.contains("遠藤") && !printed.contains("+81300000009"), "{printed}");
}
