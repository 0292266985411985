//! Every fault of a file at once, each with its line and what would be right.

use on_call_rota::Rota;

use crate::common::{file, told};

/// Reads a file in which `#! words` marks each line that has a fault, and
/// finds exactly those faults.
fn faults_are_as_marked(text: &str) {
    let marked: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .flat_map(|(nth, line)| line.split("#! ").skip(1).map(move |words| (nth + 1, words.trim())))
        .collect();
    let faults = Rota::read(text).unwrap_err();
    for (line, words) in &marked {
        let here = faults.iter().any(|fault| fault.line == *line && fault.to_string().contains(words));
        assert!(here, "line {line}: {words}\n{}", told(&faults));
    }
    assert_eq!(faults.len(), marked.len(), "{}", told(&faults));
    assert!(faults.iter().all(|fault| !fault.right.is_empty() && fault.column > 0));
}

#[test]
fn faults_of_what_the_public_is_told_are_told_with_the_others() {
    faults_are_as_marked(
        r#"
[[operator]]
id = "op"
name = "op"
[operator.public]
name_en = ""                      #! not a name
url = "www.kitagata.example"      #! begins with https:// or http://
[[window]]
id = "main"
name = "main"
numbers = ["100"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
[window.public]
listed = "no"                     #! true or false
number = "call us"                #! 3 to 15 digits
plac = "3F"                       #! write place
hours = 24                        #! not a name
"#,
    );
}

#[test]
fn every_fault_of_a_file_is_told_at_once_with_its_line() {
    faults_are_as_marked(
        r#"
revison = 1                       #! unknown key; write revision
[[operator]]
id = "Op"                         #! "Op" cannot be read; an id is
name = "op"
zone = "Asia/Tokio"               #! an IANA zone such as Asia/Tokyo
service_day_starts = "25:00"      #! a time is HH:MM
early_morning = "mine"            #! own (band B6) or night
[[operator.calendar]]
saturday = "maybe"                #! open or closed
year_end = "29-12..03-01"         #! MM-DD..MM-DD
office_hours = "08:30"            #! HH:MM-HH:MM
[[staff]]
id = "ito"
name = ""                         #! not a name
qualifications = ["doctor"]       #! nurse, phn, psw
languages = ["japanese"]          #! two or three letters
contacts = ["tel:03-1234-5678", "ito"]  #! E.164 #! begins with sip:, tel:, mailto: or webhook:
psychiatric_experience = "yes"    #! true or false without quotes
[[rule]]                          #! give either group or window
id = "staffed"                    #! built-in
at_least = 0                      #! from 1 to 1000
days = ["montag"]                 #! days are one or more of daily
[[window]]                        #! hours are missing
id = "main"
name = "main"
numbers = []                      #! numbers is empty
fallback = "0312345678"           #! E.164
priority = 1                      #! true or false
"#,
    );
}

#[test]
fn a_contact_point_that_cannot_be_used_is_told_with_what_would_be_right() {
    faults_are_as_marked(&file(
        &[],
        r#"
[[staff]]
id = "ito"
name = "x"
qualifications = ["nurse"]
contacts = [
  "webhook:SMS",                                #! webhook:NAME or webhook:NAME/ADDRESS
  { at = "webhook:sms/" },                      #! webhook:NAME or webhook:NAME/ADDRESS
  { at = "webhook:push", after_seconds = 3601 }, #! a whole number from 0 to 3600
  { at = "webhook:pager", after_seconds = "5" }, #! a whole number from 0 to 3600
  { at = "sip:ito", after = 5 },                #! after_seconds
]
"#,
    ));
}

#[test]
fn references_lead_somewhere_and_ids_are_given_once() {
    faults_are_as_marked(&file(
        &["ito", "mori"],
        r#"
[[staff]]
id = "ito"                        #! staff "ito" is already given on line
name = "x"
qualifications = ["nurse"]
[[window]]
id = "second"
group = "nowhere"                 #! no group "nowhere" in this file
name = "second"
numbers = ["100"]                 #! 100 is already a number on line
hours = { weekday = [], holiday = [] }
[[window]]
id = "third"
name = "third"
numbers = ["300"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
next = ["third", "mian"]          #! cannot take over from itself #! write "main"
[[pattern]]
id = "desk"
windows = ["main"]
from = 2026-05-01
until = 2026-04-01                #! ends before it begins
[[pattern.shift]]
days = ["daily"]
time = "9-17"                     #! HH:MM-HH:MM
staff = ["itoo"]
[[pattern.shift]]
days = ["daily"]
time = "09:00-17:00"
staff = ["morri"]                 #! no staff "morri" in this file; write "mori"
[[shift]]                         #! which windows it serves
date = 2026-13-01                 #! not TOML
time = "09:00-17:00"
staff = ["ito"]
"#,
    ));
}

#[test]
fn covers_rungs_and_rotations_are_whole() {
    faults_are_as_marked(&file(
        &["ito", "mori"],
        r#"
[[rotation]]                      #! not clear who works when
id = "a"
windows = ["main"]
starts = 2026-03-01
staff = ["ito"]
[[rotation]]
id = "b"
windows = ["main"]
starts = 2026-03-01
times = { day = "08:30-17:00" }
cycle = ["day", "nigth"]          #! times: day
staff = ["ito"]
[[rotation]]                      #! without people
id = "c"
windows = ["main"]
starts = 2026-03-01
time = "08:30-17:00"
staff = []
[[cover]]
kind = "holiday"                  #! an absence, a stand-in or a swap
staff = "ito"
date = 2026-03-01
[[cover]]                         #! by is missing; say who stands in
kind = "stand-in"
staff = "ito"
date = 2026-03-01
[[cover]]
kind = "absence"
staff = "ito"
from = 2026-03-05
until = 2026-03-01                #! ends before it begins
[[cover]]
kind = "absence"
staff = "ito"
from = 2026-03-05
until = "2026-03-06T12:00"        #! both as dates
[[cover]]
kind = "absence"
staff = "ito"
from = "2026-03-05T12:00:30"      #! a local time YYYY-MM-DDTHH:MM
until = "2026-03-06T12:00"
[[cover]]                         #! nobody stands in for themselves
kind = "stand-in"
staff = "ito"
by = "ito"
date = 2026-03-01
[[ladder]]
window = "main"
[[ladder.rung]]                   #! an empty rung
patience_minutes = 5
[[ladder]]                        #! without rungs #! second ladder
window = "main"
"#,
    ));
}

const DESK: &str = r#"
[[pattern]]
id = "desk"
windows = ["main"]
[[pattern.shift]]
days = ["daily"]
time = "09:00-17:00"
staff = ["ito"]
"#;

#[test]
fn nobody_has_two_shifts_at_once() {
    let overlap = format!(
        "{DESK}{}",
        r#"
[[shift]]                         #! ito has two shifts at once: desk of 2030-01-07 and shift-2030-01-07-1600
date = 2030-01-07
time = "16:00-18:00"
windows = ["main"]
staff = ["ito"]
[[rotation]]                      #! mori has two shifts at once
id = "double"
windows = ["main"]
starts = 2026-03-01
time = "09:00-09:30"
staff = ["mori", "mori"]
"#
    );
    let fine = overlap
        .replace("#! mori has two shifts at once", "")
        .replace("16:00", "17:00")
        .replace("#! ito", "# ito");
    assert!(Rota::read(&file(&["ito", "mori"], &fine)).is_ok());
    let double = overlap
        .replace("cycle", "")
        .replace("staff = [\"mori\", \"mori\"]", "staff = [[\"mori\", \"mori\"]]");
    faults_are_as_marked(&file(&["ito", "mori"], &double));
}

#[test]
fn a_long_shift_is_held_against_every_shift_inside_it() {
    let shifts = r#"
[[shift]]
id = "long"
date = 2026-03-01
time = "08:00-20:00"
windows = ["main"]
staff = ["ito"]
[[shift]]                         #! long of 2026-03-01 and early
id = "early"
date = 2026-03-01
time = "09:00-10:00"
windows = ["main"]
staff = ["ito"]
[[shift]]                         #! long of 2026-03-01 and late
id = "late"
date = 2026-03-01
time = "11:00-12:00"
windows = ["main"]
staff = ["ito"]
"#;
    faults_are_as_marked(&file(&["ito"], shifts));
}

#[test]
fn a_group_that_no_window_belongs_to_is_a_mistake() {
    let group = "[[group]] #! a group without windows\nid = \"lonely\"\n";
    faults_are_as_marked(&file(&["ito"], group));
}

#[test]
fn cover_for_somebody_who_is_not_on_duty_is_a_mistake() {
    let covers = r#"
[[cover]]                         #! mori has no such shift between 2026-03-05 and 2026-03-06
kind = "absence"
staff = "mori"
from = 2026-03-05
until = 2026-03-06
[[cover]]                         #! ito has two shifts at once
kind = "swap"
staff = "ito"
with = "sato"
date = 2026-03-07
with_date = 2026-03-08
[[shift]]
date = 2026-03-08
time = "10:00-12:00"
windows = ["main"]
staff = ["sato"]
"#;
    faults_are_as_marked(&file(&["ito", "mori", "sato"], &format!("{DESK}{covers}")));
}

#[test]
fn only_a_physician_is_psychiatrist_on_call() {
    let doctor = DESK.replace("windows = [\"main\"]", "windows = [\"main\"]\nrole = \"psychiatrist\"");
    let marked =
        doctor.replace("[[pattern]]", "[[pattern]] #! ito is not a physician and cannot be psychiatrist");
    faults_are_as_marked(&file(&["ito"], &marked));
}

#[test]
fn windows_that_hand_over_in_a_circle_must_be_open_in_turn() {
    let windows = r#"
[[operator]]
id = "op"
name = "op"
[[window]]                        #! callers reach nobody at 2026-01-01T20:00:00: day is closed and the windows that take over lead round in a circle
id = "day"
name = "day"
numbers = ["200"]
hours = { weekday = "08:00-17:00", holiday = "08:00-17:00" }
next = ["night"]
[[window]]                        #! night is closed
id = "night"
name = "night"
numbers = ["201"]
hours = { weekday = "17:00-20:00", holiday = "17:00-20:00" }
next = ["day"]
"#;
    faults_are_as_marked(&windows.replace("2026-01-01T20:00:00", "2026-01-01T00:00:00"));
    let whole = windows.replace("20:00", "08:00");
    assert!(Rota::read(&whole).is_ok());
    let fallback = windows.replace("next", "fallback = \"+81300000001\"\nnext");
    assert!(Rota::read(&fallback).is_ok());
}

#[test]
fn an_empty_file_says_what_belongs_into_it() {
    let faults = Rota::read("").unwrap_err();
    assert_eq!(
        told(&faults),
        "line 1, column 1: no operator; add [[operator]] with id, name and calendar\n\
         line 1, column 1: no window; add [[window]] with id, name, numbers and hours\n"
    );
}

#[test]
fn a_fault_repeats_neither_names_nor_private_numbers() {
    let text = file(
        &[],
        "[[staff]]\nid = \"ito\"\nname = 5\nqualifications = [\"nurse\"]\ncontacts = [\"tel:0312345678\"]\n",
    );
    let text = text.replace("0312345678\"", "0312345678\", \"webhook:SMS/0312345678\"");
    let faults = told(&Rota::read(&text).unwrap_err());
    assert!(!faults.contains("0312345678"), "{faults}");
}
