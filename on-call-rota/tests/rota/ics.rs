//! Calendars. `fixtures/read_ics.py` reads the two files kept here with
//! another reader (PyPI `icalendar`); what is written now must equal them.

use on_call_rota::Rota;

use crate::common::{at, date, in_zone, rota, window};

const NIGHTS: &str = r#"
[[rotation]]
id = "nights"
windows = ["main"]
starts = 2026-10-23
time = "17:00-08:30"
staff = ["ito", "mori"]
[[cover]]
kind = "stand-in"
staff = "mori"
by = "ito"
from = "2026-10-26T20:00"
until = "2026-10-26T22:00"
"#;

fn nights(zone: &str) -> Rota {
    let text = in_zone(zone, &["ito", "mori"], NIGHTS)
        .replace("name = \"main\"", "name = \"24時間精神医療相談窓口, 精神科救急情報センターと共同; 夜間\"");
    rota(&format!("revision = 7\n{text}"))
}

fn of_ito(zone: &str) -> String {
    let rota = nights(zone);
    let period = rota.days(date("2026-10-23"), date("2026-10-27"));
    rota.staff_calendar(&"ito".parse().unwrap(), period, at("2026-10-01T12:00")).unwrap()
}

#[test]
fn a_persons_calendar_is_the_one_that_another_reader_understood() {
    assert_eq!(of_ito("Asia/Tokyo"), include_str!("fixtures/ito-tokyo.ics"));
    assert_eq!(of_ito("Europe/London"), include_str!("fixtures/ito-london.ics"));
}

#[test]
fn lines_end_in_crlf_and_have_at_most_75_octets() {
    let text = of_ito("Asia/Tokyo");
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.split("\r\n").all(|line| line.len() <= 75));
    assert!(text.split("\r\n").any(|line| line.starts_with(' ')));
}

#[test]
fn a_night_is_one_event_and_keeps_its_uid_when_the_stretch_changes() {
    let rota = nights("Asia/Tokyo");
    let uids = |first: &str, last: &str| -> Vec<String> {
        let period = rota.days(date(first), date(last));
        let text = rota.staff_calendar(&"ito".parse().unwrap(), period, at("2026-11-01T00:00")).unwrap();
        text.lines().filter(|line| line.starts_with("UID:")).map(str::to_string).collect()
    };
    assert_eq!(uids("2026-10-23", "2026-10-23"), ["UID:2026-10-23-nights-0.0-ito@op.tomoshibi"]);
    assert_eq!(uids("2026-10-24", "2026-10-24"), ["UID:2026-10-23-nights-0.0-ito@op.tomoshibi"]);
    assert_eq!(uids("2026-10-25", "2026-10-26").len(), 2);
}

#[test]
fn a_windows_calendar_has_everybodys_shifts() {
    let rota = nights("Asia/Tokyo");
    let period = rota.days(date("2026-10-24"), date("2026-10-26"));
    let text = rota.window_calendar(&window("main"), period, at("2026-11-01T00:00")).unwrap();
    let unfolded = text.replace("\r\n ", "");
    let who: Vec<&str> =
        unfolded.lines().filter_map(|line| line.strip_prefix("SUMMARY:counsellor ")).collect();
    assert_eq!(who, ["ito", "mori", "ito", "mori", "ito", "mori"]);
    assert!(rota.window_calendar(&window("other"), period, at("2026-11-01T00:00")).is_none());
}

#[test]
#[ignore = "writes the fixtures: run it, then fixtures/read_ics.py"]
fn write_the_fixtures() {
    for (zone, name) in [("Asia/Tokyo", "tokyo"), ("Europe/London", "london")] {
        let path = format!("{}/tests/rota/fixtures/ito-{name}.ics", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, of_ito(zone)).unwrap();
    }
}
