//! The data dictionary: what may stand in each field, and when it must.

use super::*;
use crate::triage::field::{Kind, LONG, NUMBER, SHORT, is_personal};
use crate::triage::lists::{CallerGroup, CallerKind};

fn faults(fields: &[(&str, &[&str])]) -> Vec<String> {
    let values = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    let fields: Fields = fields.iter().map(|(name, all)| ((*name).to_owned(), values(all))).collect();
    check(&fields, &shipped()).iter().map(ToString::to_string).collect()
}

fn lacks(fields: Form<'_>, name: &str) -> bool {
    missing_to_sign(&with(Fields::default(), fields), &shipped()).iter().any(|one| one.name == name)
}

#[test]
fn every_field_is_there_once_and_can_be_read_in_both_languages() {
    for (place, field) in FIELDS.iter().enumerate() {
        assert!(FIELDS[..place].iter().all(|before| before.name != field.name), "{}", field.name);
        assert!(!field.label.ja.is_empty() && !field.label.en.is_empty(), "{}", field.name);
    }
}

#[test]
fn whatever_is_written_in_free_words_about_a_person_is_personal() {
    for field in FIELDS {
        let free = matches!(field.kind, Kind::Text(_));
        let birth = field.name == "birth_date";
        assert_eq!(field.personal, free || birth, "{}", field.name);
    }
    assert!(is_personal("q:overdose_what") && is_personal("what_is_this"));
}

#[test]
fn a_field_holds_what_its_kind_allows() {
    let right: &[(&str, &[&str])] = &[
        ("birth_date", &["1980-02-29"]),
        ("contact_confirmed_at", &["2026-11-21T03:00:00+09:00"]),
        ("number_withheld", &["true"]),
        ("topic", &["home", "other", "services"]),
        ("disposition", &["D04", "D11"]),
        ("q:sleepless_nights", &["60"]),
        ("a:call_119.arrived", &["2026-11-21T03:00:00Z"]),
        ("notes", &["一行目\r\n\t二行目 🙂 \u{202e}עברית"]),
    ];
    assert_eq!(faults(right), [""; 0]);
}

#[test]
fn a_field_that_holds_something_else_is_told_what_would_be_right() {
    let table: &[(&str, &[&str], &str)] = &[
        ("birth_date", &["1981-02-29"], "birth_date is a date such as 2026-11-21"),
        ("birth_date", &["1980-02-28T00:00"], "birth_date is a date such as 2026-11-21"),
        (
            "contact_confirmed_at",
            &["03:00"],
            "contact_confirmed_at is a moment such as 2026-11-21T15:00:00+09:00",
        ),
        ("number_withheld", &["yes"], "number_withheld is true or false"),
        ("topic", &["home", "other", "services", "living"], "topic has at most 3 values"),
        ("topic", &["home", "home"], "topic has each value once"),
        ("sex", &["male", "female"], "sex has one value only"),
        ("sex", &[], "sex has one value"),
        ("q:sleepless_nights", &["61"], "q:sleepless_nights is a number from 0 to 60"),
        ("q:sleepless_nights", &["-1"], "q:sleepless_nights is a number from 0 to 60"),
        ("q:conscious", &["perhaps"], "q:conscious is one of yes, unknown, no"),
        ("q:colour", &["red"], "q:colour is no question of this protocol"),
        ("a:call_119.rest", &["2026-11-21T03:00:00Z"], "a:call_119.rest is no step of this protocol"),
        ("colour", &["red"], "colour is no field of the record"),
        ("supervisor_id", &["Ms Kubo"], "supervisor_id is a staff id"),
        ("notes", &["a\u{0}b"], "notes has no control characters other than line ends and tabs"),
        ("notes", &["a\u{1b}[2J"], "notes has no control characters other than line ends and tabs"),
    ];
    for (name, values, told) in table {
        assert_eq!(faults(&[(name, values)]), [*told]);
    }
}

#[test]
fn a_text_ends_where_its_limit_says_counted_in_characters() {
    for (name, most) in [("notes", LONG), ("subject_name", SHORT), ("callback_number", NUMBER)] {
        assert_eq!(faults(&[(name, &["字".repeat(most).as_str()])]), [""; 0]);
        let told = format!("{name} has at most {most} characters");
        assert_eq!(faults(&[(name, &["字".repeat(most + 1).as_str()])]), [told]);
    }
}

#[test]
fn the_name_of_an_unknown_field_is_not_repeated_at_length() {
    let told = faults(&[("x".repeat(100_000).as_str(), &["1"])]);

    assert!(told[0].len() < 120, "{}", told[0].len());
}

#[test]
fn a_legal_route_stands_under_its_code_on_its_date_only() {
    let on = |route: &'static str, day: &'static str| {
        faults(&[("legal_route", &[route]), ("legal_route_date", &[day])]).len()
    };

    assert_eq!((on("N23", "2014-03-31"), on("N23", "2014-04-01")), (1, 0));
    assert_eq!((on("N24_OLD", "2014-03-31"), on("N24_OLD", "2014-04-01")), (0, 1));
}

#[test]
fn a_relay_call_is_never_marked_as_a_hoax() {
    let told = ["special_flags leave hoax out: this is a relay call"];
    assert_eq!(faults(&[("special_flags", &["hoax", "relay"])]), told);
    assert_eq!(faults(&[("special_flags", &["hoax"]), ("channel", &["relay"])]), told);
    assert_eq!(faults(&[("special_flags", &["hoax"]), ("channel", &["voice"])]), [""; 0]);
}

#[test]
fn what_depends_on_something_else_is_needed_only_then() {
    let table: &[(&str, Form<'_>, Form<'_>)] = &[
        ("caller_org", &[("caller_kind", "335")], &[("caller_kind", "311")]),
        ("subject_aware", &[("caller_kind", "311")], &[("caller_kind", "300")]),
        ("subject_name", &[("anonymity", "named")], &[("anonymity", "anonymous")]),
        ("location", &[("q:threat", "vague")], &[("q:distress", "hard")]),
        ("location", &[("triage_code", "C")], &[("triage_code", "D")]),
        ("callback_number", &[("triage_code", "A")], &[("triage_code", "A"), ("number_withheld", "true")]),
        ("callback_number", &[("disposition", "D13")], &[("disposition", "D01")]),
        ("consent", &[("disposition", "D04")], &[("disposition", "D03")]),
        ("consent_basis", &[("disposition", "D11")], &[("disposition", "D12")]),
        ("emergency_service", &[("disposition", "D09")], &[("disposition", "D10")]),
        ("emergency_service", &[("triage_code", "A")], &[("triage_code", "B")]),
        ("contact_confirmed_at", &[("emergency_service", "119")], &[("emergency_service", "none")]),
        (
            "not_referred_reason",
            &[("triage_code", "B"), ("disposition", "D01")],
            &[("triage_code", "B"), ("disposition", "D04")],
        ),
        ("legal_route_date", &[("legal_route", "N23")], &[]),
        ("own_code_reason", &[("q:weapon", "yes"), ("triage_code", "B")], &[("triage_code", "B")]),
        ("suicide_level", &[], &[("q:attempt", "yes")]),
        ("presenting", &[("end_kind", "caller_hung_up")], &[("end_kind", "silent_closed")]),
        ("q:conscious", &[("end_kind", "completed")], &[("end_kind", "caller_hung_up")]),
        ("q:weapon", &[], &[("q:conscious", "no")]),
    ];
    for (name, needed, not_needed) in table {
        assert!(lacks(needed, name), "{name} is needed with {needed:?}");
        assert!(!lacks(not_needed, name), "{name} is not needed with {not_needed:?}");
    }
}

#[test]
fn callers_are_rolled_up_as_the_daily_log_counts_them() {
    use CallerGroup::{Family, FireService, Government, Medical, Other, Person, Police, Unknown};
    let groups: Vec<CallerGroup> = CallerKind::ALL.iter().map(|kind| kind.group()).collect();

    assert_eq!(
        groups,
        [
            Person,
            Family,
            Family,
            Family,
            Family,
            Medical,
            Medical,
            Medical,
            Government,
            Government,
            Government,
            Government,
            Police,
            FireService,
            Other,
            Other,
            Other,
            Other,
            Unknown
        ]
    );
}
