//! What a change of the file breaks and mends.

use on_call_rota::{Diff, Missing, diff};

use crate::common::{at, days, file, rota};

const DESK: &str = r#"
[[pattern]]
id = "desk"
windows = ["main"]
[[pattern.shift]]
days = ["daily"]
time = "00:00-12:00"
staff = ["ito"]
[[pattern.shift]]
days = ["daily"]
time = "12:00-24:00"
staff = ["mori"]
[[rule]]
id = "two"
window = "main"
time = "18:00-20:00"
at_least = 2
"#;

fn between(old: &str, new: &str) -> Diff {
    let read = |rest: &str| rota(&file(&["ito", "mori", "abe"], &format!("{DESK}{rest}")));
    let (old, new) = (read(old), read(new));
    diff(&old, &new, days(&old, "2026-03-01", "2026-03-07"))
}

const ABSENT: &str = "[[cover]]\nkind = \"absence\"\nstaff = \"mori\"\ndate = 2026-03-03\n";
const EXTRA: &str =
    "[[shift]]\ndate = 2026-03-04\ntime = \"17:00-21:00\"\nwindows = [\"main\"]\nstaff = [\"abe\"]\n";

#[test]
fn the_same_file_has_no_difference() {
    assert!(between("", "").is_empty());
}

#[test]
fn an_absence_opens_a_gap_and_takes_one_shift_from_one_person() {
    let diff = between("", ABSENT);
    let opened: Vec<_> =
        diff.opened.iter().map(|gap| (gap.rule.to_string(), gap.time.from, gap.time.until)).collect();
    assert_eq!(
        opened,
        [
            ("staffed".to_string(), at("2026-03-03T12:00"), at("2026-03-04T00:00")),
            // One person short before, two short now.
            ("two".to_string(), at("2026-03-03T18:00"), at("2026-03-03T20:00")),
        ]
    );
    assert!(diff.closed.is_empty());
    assert_eq!(diff.people.len(), 1);
    assert_eq!(diff.people[0].staff.as_str(), "mori");
    assert_eq!((diff.people[0].gone.len(), diff.people[0].added.len()), (1, 0));
}

#[test]
fn taking_the_change_back_mends_exactly_what_it_broke() {
    let (there, back) = (between("", ABSENT), between(ABSENT, ""));
    assert_eq!(there.opened, back.closed);
    assert_eq!(there.people[0].gone, back.people[0].added);
}

#[test]
fn an_extra_shift_closes_a_gap() {
    let diff = between("", EXTRA);
    assert_eq!(diff.closed.len(), 1);
    assert_eq!(diff.closed[0].missing, Missing::People { need: 2, on_duty: 1, reachable: 1 });
    assert!(diff.opened.is_empty());
}

#[test]
fn a_rule_that_is_taken_out_is_named() {
    let read = |rest: &str| rota(&file(&["ito", "mori"], rest));
    let (old, new) = (read(DESK), read(&DESK[..DESK.find("[[rule]]").unwrap()]));
    let diff = diff(&old, &new, days(&old, "2026-03-01", "2026-03-07"));
    assert_eq!(diff.rules_removed.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["two"]);
    assert_eq!(diff.closed.len(), 7);
    assert!(serde_json::to_string(&diff).unwrap().contains("\"rules_removed\":[\"two\"]"));
}
