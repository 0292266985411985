//! A year of 94 rotas with two people and two shifts a day: 68,620 shifts, in a zone whose clocks change.

use std::fmt::Write;

use anyhow::{Context, bail};
use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use on_call_rota::{Period, Rota, WindowId};

pub(crate) const WINDOWS: usize = 94;
const ZONE: &str = "Europe/Berlin";
const FIRST: Date = date(2027, 1, 1);
const LAST: Date = date(2027, 12, 31);
/// The hour that is twice, and the one that is not there, and the ends of the year.
pub(crate) const EDGES: [DateTime; 4] = [
    DateTime::constant(2027, 3, 28, 2, 30, 0, 0),
    DateTime::constant(2027, 10, 31, 2, 30, 0, 0),
    DateTime::constant(2027, 1, 1, 0, 0, 0, 0),
    DateTime::constant(2027, 12, 31, 23, 59, 59, 0),
];

pub(crate) fn zone() -> anyhow::Result<TimeZone> {
    TimeZone::get(ZONE).context("the zone of the rota is not known")
}

pub(crate) fn period(rota: &Rota) -> Period {
    rota.days(FIRST, LAST)
}

pub(crate) fn whole() -> anyhow::Result<Rota> {
    read(&text())
}

pub(crate) fn window(number: usize) -> String {
    format!("w{number}")
}

/// A stretch in which nobody is on duty at a window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hole {
    pub(crate) window: String,
    pub(crate) time: Period,
}

/// The rota with so many people away for an hour each, and where that leaves nobody.
pub(crate) fn with_holes(many: usize) -> anyhow::Result<(Rota, Vec<Hole>)> {
    let (rota, mut text, mut holes) = (whole()?, text(), Vec::new());
    for number in 0..many {
        let window = window(number % WINDOWS);
        let day = FIRST + i32::try_from(number * 3 + 1)?.days();
        let time = hour(day)?;
        let id: WindowId = window.parse()?;
        let here = rota.on_duty(&id, time.from)?;
        let [one] = here.as_slice() else { bail!("{} people are on duty at {window}", here.len()) };
        let _ = write!(
            text,
            "[[cover]]\nkind = \"absence\"\nstaff = \"{}\"\nfrom = \"{day}T10:00\"\nuntil = \"{day}T11:00\"\n",
            one.staff
        );
        holes.push(Hole { window, time });
    }
    holes.sort();
    Ok((read(&text)?, holes))
}

fn hour(day: Date) -> anyhow::Result<Period> {
    let zone = zone()?;
    let at = |hour| Ok::<Timestamp, anyhow::Error>(day.at(hour, 0, 0, 0).to_zoned(zone.clone())?.timestamp());
    Ok(Period { from: at(10)?, until: at(11)? })
}

fn read(text: &str) -> anyhow::Result<Rota> {
    Rota::read(text).map_err(|faults| {
        let faults: Vec<String> = faults.iter().take(3).map(ToString::to_string).collect();
        anyhow::anyhow!("the rota of the bench has faults: {}", faults.join("; "))
    })
}

fn text() -> String {
    let mut text = format!("[[operator]]\nid = \"all\"\nname = \"all\"\nzone = \"{ZONE}\"\n");
    for number in 0..WINDOWS {
        let _ = write!(
            text,
            r#"
[[group]]
id = "g{number}"
[[window]]
id = "w{number}"
group = "g{number}"
name = "w{number}"
numbers = ["{}"]
hours = {{ weekday = "00:00-24:00", holiday = "00:00-24:00" }}
fallback = "+81300000190"
[[rotation]]
id = "r{number}"
windows = ["w{number}"]
starts = 2026-12-01
times = {{ day = "08:30-20:30", night = "20:30-08:30" }}
cycle = ["day", "night"]
staff = ["a{number}", "b{number}"]
"#,
            1000 + number
        );
        for who in ["a", "b"] {
            let _ = write!(
                text,
                "[[staff]]\nid = \"{who}{number}\"\nname = \"x\"\nqualifications = [\"nurse\"]\n\
                 contacts = [\"sip:{who}{number}\"]\n"
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_has_as_many_shifts_as_the_goals_name() {
        let rota = whole().unwrap();
        let begun = rota.shifts(period(&rota)).into_iter().filter(|shift| shift.date >= FIRST).count();

        assert_eq!(begun, 68_620);
    }

    #[test]
    fn a_hole_is_an_hour_in_which_nobody_is_on_duty() {
        let (rota, holes) = with_holes(100).unwrap();

        assert_eq!(holes.len(), 100);
        for hole in &holes {
            let id: WindowId = hole.window.parse().unwrap();
            assert!(rota.on_duty(&id, hole.time.from).unwrap().is_empty(), "{hole:?}");
            assert!(!rota.on_duty(&id, hole.time.until).unwrap().is_empty(), "{hole:?}");
        }
    }
}
