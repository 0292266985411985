//! The notice as a value: which window is open, what answers instead, which days are told.

use on_call_rota::DayKind;
use public::Standing;

use crate::by_hand::{TWO_WINDOWS, at, day_only, notice, window};

#[test]
fn a_window_is_open_from_the_minute_it_opens_to_the_minute_it_closes() {
    let standing = |local| window(&notice(&day_only(), local), "day").standing.clone();

    // A Monday between two ordinary days.
    let opens = Some(at("2026-11-30T08:30"));
    assert_eq!(standing("2026-11-30T08:29:59"), Standing::Closed { opens });
    let until = Some(at("2026-11-30T17:15"));
    assert_eq!(standing("2026-11-30T08:30"), Standing::Open { until });
    assert_eq!(standing("2026-11-30T17:14:59"), Standing::Open { until });
    let opens = Some(at("2026-12-01T08:30"));
    assert_eq!(standing("2026-11-30T17:15"), Standing::Closed { opens });
}

#[test]
fn over_the_turn_of_the_year_the_next_opening_is_the_first_day_that_is_none_of_it() {
    let notice = notice(&day_only(), "2026-12-28T18:00");

    // 29 December to 3 January are closed; the 4th is a Monday.
    let opens = Some(at("2027-01-04T08:30"));
    assert_eq!(window(&notice, "day").standing, Standing::Closed { opens });
    assert_eq!(notice.open().count(), 0);
}

#[test]
fn by_night_it_is_said_which_window_answers_for_the_closed_one() {
    let notice = notice(TWO_WINDOWS, "2026-11-30T23:30");

    let day = &window(&notice, "day").standing;
    let Standing::Covered { by: Some(by), opens } = day else { panic!("{day:?}") };
    assert_eq!((by.id.as_str(), by.number.as_str()), ("night", "0300000100"));
    assert_eq!(*opens, Some(at("2026-12-01T08:30")));
    let until = Some(at("2026-12-01T08:30"));
    assert_eq!(window(&notice, "night").standing, Standing::Open { until });
}

#[test]
fn a_night_goes_on_over_midnight_although_the_day_is_another() {
    let before = notice(TWO_WINDOWS, "2026-11-30T23:59:59");
    let after = notice(TWO_WINDOWS, "2026-12-01T00:00");

    assert_eq!(before.today.to_string(), "2026-11-30");
    assert_eq!(after.today.to_string(), "2026-12-01");
    assert_eq!(window(&before, "night").standing, window(&after, "night").standing);
    assert_eq!(before.until, at("2026-12-01T00:00"));
    assert_eq!(after.until, at("2026-12-01T08:30"));
}

#[test]
fn nights_that_meet_days_off_are_open_without_a_break() {
    // From the close of Monday, 28 December to the opening of Monday, 4 January.
    let notice = notice(TWO_WINDOWS, "2026-12-31T12:00");

    let until = Some(at("2027-01-04T08:30"));
    assert_eq!(window(&notice, "night").standing, Standing::Open { until });
}

#[test]
fn a_line_for_agencies_is_not_told_even_where_it_answers() {
    let hidden = TWO_WINDOWS.replace(
        "hours = { weekday = \"17:15-08:30\", holiday = \"08:30-08:30\" }",
        "hours = { weekday = \"18:00-08:30\", holiday = [] }",
    );
    let notice = notice(&hidden, "2026-11-30T17:30");

    let told: Vec<&str> = notice.windows.iter().map(|window| window.id.as_str()).collect();
    assert_eq!(told, ["day", "night"]);
    let opens = Some(at("2026-12-01T08:30"));
    assert_eq!(window(&notice, "day").standing, Standing::Covered { by: None, opens });
    assert_eq!(notice.open().count(), 0);
}

#[test]
fn fourteen_days_are_told_and_every_special_day_of_two_months_to_its_end() {
    let notice = notice(TWO_WINDOWS, "2026-11-01T12:00");

    assert_eq!(notice.days.len(), 14);
    assert_eq!(notice.days[0].date.to_string(), "2026-11-01");
    let special: Vec<String> =
        notice.special.iter().map(|day| format!("{} {}", day.date, day.name.as_ref().unwrap().ja)).collect();
    assert_eq!(
        special,
        [
            "2026-11-03 文化の日",
            "2026-11-23 勤労感謝の日",
            "2026-12-10 県民の日",
            "2026-12-29 年末年始",
            "2026-12-30 年末年始",
            "2026-12-31 年末年始",
            "2027-01-01 元日",
            // Two months end on the first; the run of days off is told to its end.
            "2027-01-02 年末年始",
            "2027-01-03 年末年始",
        ]
    );
    assert_eq!(notice.special[6].kind, DayKind::Holiday);
    assert!(window(&notice, "day").special.iter().all(Vec::is_empty));
    assert!(window(&notice, "night").special.iter().all(|hours| hours.len() == 1));
}

#[test]
fn where_two_months_have_no_special_day_the_next_one_is_told() {
    let notice = notice(TWO_WINDOWS, "2026-05-07T12:00");

    let special: Vec<String> = notice.special.iter().map(|day| day.date.to_string()).collect();
    assert_eq!(special, ["2026-07-20"]);
}

#[test]
fn the_same_instant_and_rota_tell_the_same() {
    assert_eq!(notice(TWO_WINDOWS, "2026-12-31T12:00"), notice(TWO_WINDOWS, "2026-12-31T12:00"));
}
