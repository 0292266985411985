//! Small rota files, and words to ask about them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use on_call_rota::{Period, Rota, RotaFault, WindowId};

/// One operator, one window `main` that never closes, and people with a desk phone.
pub(crate) fn file(people: &[&str], rest: &str) -> String {
    in_zone("Asia/Tokyo", people, rest)
}

pub(crate) fn in_zone(zone: &str, people: &[&str], rest: &str) -> String {
    let staff = people.iter().map(|id| {
        format!(
            "[[staff]]\nid = \"{id}\"\nname = \"x\"\nqualifications = [\"nurse\"]\ncontacts = [\"sip:{id}\"]\n"
        )
    });
    format!(
        r#"
[[operator]]
id = "op"
name = "op"
zone = "{zone}"
[[window]]
id = "main"
name = "main"
numbers = ["100"]
hours = {{ weekday = "00:00-24:00", holiday = "00:00-24:00" }}
{}{rest}"#,
        staff.collect::<String>()
    )
}

pub(crate) fn rota(text: &str) -> Rota {
    match Rota::read(text) {
        Ok(rota) => rota,
        Err(faults) => panic!("{}", told(&faults)),
    }
}

pub(crate) fn told(faults: &[RotaFault]) -> String {
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

pub(crate) fn window(id: &str) -> WindowId {
    id.parse().unwrap()
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A local time in Tokyo.
pub(crate) fn at(local: &str) -> Timestamp {
    at_in("Asia/Tokyo", local)
}

pub(crate) fn at_in(zone: &str, local: &str) -> Timestamp {
    let local: DateTime = local.parse().unwrap();
    TimeZone::get(zone).unwrap().to_timestamp(local).unwrap()
}

pub(crate) fn days(rota: &Rota, first: &str, last: &str) -> Period {
    rota.days(date(first), date(last))
}

/// Who is on duty at a window at a local time in Tokyo, by id.
pub(crate) fn on_duty(rota: &Rota, id: &str, local: &str) -> Vec<String> {
    let people = rota.on_duty(&window(id), at(local)).unwrap();
    people.into_iter().map(|one| one.staff.to_string()).collect()
}
