//! Reads hospitals and their turns into `raw`.

use super::fault::Faults;
use super::raw::{RawHospital, RawHospitalTurn};
use super::read::{DATE, HOURS, ID, bare, values, week_hours};
use super::section::Section;

pub(super) fn hospital(from: Section<'_>) -> RawHospital {
    let right = "name what it takes people for, such as [\"voluntary\", \"protection\"]";
    let raw = RawHospital {
        place: from.place().clone(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        name: from.name("name"),
        kind: from.required("kind", "write always, by_turn or somatic"),
        somatic: from.flag("somatic"),
        admissions: values(from.required_list("admissions", right)),
        hours: from.section("hours").map(|hours| (hours.place().clone(), week_hours(hours))),
        latest_arrival: bare(from.optional("latest_arrival")),
        regions: values(from.list("regions")),
        municipalities: values(from.list("municipalities")),
        contacts: values(from.required_list("contacts", "give a number such as tel:+81300000180")),
        checked: bare(from.required("checked", "write the date on which all this was last confirmed")),
    };
    from.finish();
    raw
}

/// By `dates`, by `starts` and `turn`, or by `days` alone.
pub(super) fn turn(from: Section<'_>, faults: &Faults<'_>) -> RawHospitalTurn {
    let (dated, turning) = (from.is_present("dates"), from.is_present("starts") || from.is_present("turn"));
    if dated && turning {
        let right = "write dates, or starts and turn (days each), or days alone";
        faults.add(from.place(), "it is not clear who is on duty when", right);
    }
    let raw = RawHospitalTurn {
        place: from.place().clone(),
        operator: from.optional("operator"),
        area: from.optional("area"),
        hospitals: from.required_list("hospitals", "name at least one hospital").unwrap_or_default(),
        time: bare(from.required("time", HOURS)),
        dates: from.list("dates").unwrap_or_default(),
        starts: if turning { bare(from.required("starts", DATE)) } else { None },
        each: from.count("turn", 1..=366).unwrap_or(1),
        days: values(from.list("days")),
        from: from.optional("from"),
        until: from.optional("until"),
    };
    from.finish();
    raw
}
