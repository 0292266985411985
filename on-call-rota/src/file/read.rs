//! Reads the tables of the file into `raw`.

use std::time::Duration;

use super::fault::{At, Faults, Place};
use super::raw::RawDuty;
use super::raw::{
    RawCalendar, RawCentre, RawGroup, RawLadder, RawOperator, RawOwnDay, RawPublic, RawRota, RawRule,
    RawRung, RawStaff, RawWindow,
};
use super::read_duties::{cover, dated, pattern, rotation};
use super::read_hospitals::{hospital, turn};
use super::section::{Mixed, Section};
use super::value::FileDate;
use crate::contact::ContactPoint;
use crate::hours::WeekHours;
use crate::public::PublicOperator;
use crate::staff::{Contact, Role, StaffName};

pub(super) const ID: &str = "give an id of a-z, 0-9 and -";
pub(super) const DATE: &str = "write a date such as 2026-04-01";
pub(super) const HOURS: &str = "write hours such as 17:00-08:30";
pub(super) const STAFF: &str = "name at least one person";

pub(super) fn bare<T>(at: Option<At<T>>) -> Option<T> {
    at.map(|at| at.value)
}

pub(super) fn values<T>(list: Option<Vec<At<T>>>) -> Vec<T> {
    list.unwrap_or_default().into_iter().map(|at| at.value).collect()
}

pub(super) fn rota(file: Section<'_>, faults: &Faults<'_>) -> RawRota {
    let each = |key| file.sections(key);
    let mut duties: Vec<RawDuty> = each("pattern").into_iter().map(|one| pattern(one, faults)).collect();
    duties.extend(each("rotation").into_iter().map(|one| rotation(one, faults)));
    duties.extend(each("shift").into_iter().map(|one| dated(one, faults)));
    let raw = RawRota {
        place: file.place().clone(),
        revision: file.count("revision", 0..=i64::from(u32::MAX)).unwrap_or(0) as u32,
        operators: each("operator").into_iter().map(operator).collect(),
        groups: each("group").into_iter().map(group).collect(),
        windows: each("window").into_iter().map(|one| window(one, faults)).collect(),
        staff: each("staff").into_iter().map(staff).collect(),
        centres: each("centre").into_iter().map(centre).collect(),
        hospitals: each("hospital").into_iter().map(hospital).collect(),
        hospital_turns: each("hospital_turn").into_iter().map(|one| turn(one, faults)).collect(),
        duties,
        covers: each("cover").into_iter().map(cover).collect(),
        rules: each("rule").into_iter().map(rule).collect(),
        ladders: each("ladder").into_iter().map(ladder).collect(),
    };
    file.finish();
    raw
}

fn operator(from: Section<'_>) -> RawOperator {
    let raw = RawOperator {
        id: from.required("id", ID),
        name: from.name("name"),
        zone: from.optional("zone"),
        service_day_starts: bare(from.optional("service_day_starts")),
        early_morning: bare(from.optional("early_morning")),
        published_through: from.count("holidays_published_through", 1980..=2099),
        calendars: from.sections("calendar").into_iter().map(calendar).collect(),
        public: from.section("public").map(public_operator).unwrap_or_default(),
    };
    from.finish();
    raw
}

fn public_operator(from: Section<'_>) -> PublicOperator {
    let public = PublicOperator { name_en: from.text("name_en"), url: bare(from.optional("url")) };
    from.finish();
    public
}

fn calendar(from: Section<'_>) -> RawCalendar {
    let raw = RawCalendar {
        place: from.place().clone(),
        from: from.optional("from"),
        office_hours: bare(from.optional("office_hours")),
        saturday: bare(from.optional("saturday")),
        year_end: bare(from.optional("year_end")),
        own_days: from.sections("own_day").into_iter().map(own_day).collect(),
    };
    from.finish();
    raw
}

fn own_day(from: Section<'_>) -> RawOwnDay {
    let raw = RawOwnDay {
        date: from.required("date", DATE),
        name: from.name("name"),
        open: from.flag("open").unwrap_or(false),
    };
    from.finish();
    raw
}

fn group(from: Section<'_>) -> RawGroup {
    let raw = RawGroup {
        place: from.place().clone(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        all_day: from.flag("all_day").unwrap_or(true),
    };
    from.finish();
    raw
}

fn window(from: Section<'_>, faults: &Faults<'_>) -> RawWindow {
    let hours = from.section("hours");
    if hours.is_none() && !faults.is_torn() {
        faults.add(from.place(), "hours are missing", "add hours = { weekday = \"...\", holiday = \"...\" }");
    }
    let raw = RawWindow {
        place: from.place().clone(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        group: from.optional("group"),
        name: from.name("name"),
        numbers: from.required_list("numbers", "give the numbers that callers dial").unwrap_or_default(),
        languages: values(from.list("languages")),
        fallback: bare(from.optional("fallback")),
        priority: from.flag("priority").unwrap_or(false),
        next: from.list("next").unwrap_or_default(),
        hours: hours.map(week_hours),
        public: from.section("public").map(public_window).unwrap_or_default(),
    };
    from.finish();
    raw
}

fn public_window(from: Section<'_>) -> RawPublic {
    let raw = RawPublic {
        listed: from.flag("listed"),
        number: bare(from.optional("number")),
        name_en: from.text("name_en"),
        place: from.text("place"),
        place_en: from.text("place_en"),
        hours: from.text("hours"),
        hours_en: from.text("hours_en"),
        url: bare(from.optional("url")),
    };
    from.finish();
    raw
}

pub(super) fn week_hours(from: Section<'_>) -> WeekHours {
    let some = |key| from.list(key).map(|list| values(Some(list)));
    let all = |key| values(from.stated_list(key, "give the hours, or [] for closed"));
    let hours = WeekHours {
        weekday: all("weekday"),
        own: ["mon", "tue", "wed", "thu", "fri"].map(some),
        saturday: some("saturday"),
        sunday: some("sunday"),
        holiday: all("holiday"),
        year_end: some("year_end"),
        local: some("local"),
    };
    from.finish();
    hours
}

fn staff(from: Section<'_>) -> RawStaff {
    let contacts = from.mixed::<ContactPoint>("contacts").into_iter().filter_map(|one| match one {
        Mixed::Plain(point) => Some((point.place, bare_contact(point.value))),
        Mixed::Table(table) => contact(table),
    });
    let raw = RawStaff {
        place: from.place().clone(),
        contacts: contacts.collect(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        name: from.name("name").map(|name| StaffName::new(&name)),
        qualifications: values(from.required_list("qualifications", "name at least one qualification")),
        psychiatric_experience: from.flag("psychiatric_experience").unwrap_or(false),
        languages: values(from.list("languages")),
        region: bare(from.optional("region")),
    };
    from.finish();
    raw
}

fn contact(from: Section<'_>) -> Option<(Place, Contact)> {
    let place = from.place().clone();
    let right = "write sip:USER, tel:+NUMBER, mailto:ADDRESS or webhook:NAME/ADDRESS";
    let point = from.required_private("at", right);
    let date = |key| bare(from.optional::<FileDate>(key)).map(|date| date.0);
    let after =
        from.count("after_seconds", 0..=3600).map(|seconds| Duration::from_secs(seconds.unsigned_abs()));
    let contact = Contact { point: bare(point)?, from: date("from"), until: date("until"), after };
    from.finish();
    Some((place, contact))
}

fn bare_contact(point: ContactPoint) -> Contact {
    Contact { point, from: None, until: None, after: None }
}

fn centre(from: Section<'_>) -> RawCentre {
    let raw = RawCentre {
        place: from.place().clone(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        name: from.name("name"),
        contacts: values(from.list("contacts")),
    };
    from.finish();
    raw
}

fn rule(from: Section<'_>) -> RawRule {
    let roles = values(from.list("roles"));
    let raw = RawRule {
        place: from.place().clone(),
        id: from.required("id", ID),
        group: from.optional("group"),
        window: from.optional("window"),
        days: values(from.list("days")),
        time: bare(from.optional("time")),
        at_least: from.count("at_least", 1..=1000).unwrap_or(1) as u32,
        roles: if roles.is_empty() { vec![Role::Counsellor] } else { roles },
        qualifications: values(from.list("qualifications")),
        psychiatric_experience: from.flag("psychiatric_experience").unwrap_or(false),
        language: bare(from.optional("language")),
    };
    from.finish();
    raw
}

fn ladder(from: Section<'_>) -> RawLadder {
    let raw = RawLadder {
        place: from.place().clone(),
        group: from.optional("group"),
        window: from.optional("window"),
        rungs: from.sections("rung").into_iter().map(rung).collect(),
    };
    from.finish();
    raw
}

fn rung(from: Section<'_>) -> RawRung {
    let raw = RawRung {
        place: from.place().clone(),
        roles: values(from.list("roles")),
        staff: from.list("staff").unwrap_or_default(),
        patience_minutes: from.count("patience_minutes", 1..=120).map(|minutes| minutes as u32),
    };
    from.finish();
    raw
}
