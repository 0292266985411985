//! Reads patterns, rotations, dated shifts and covers into `raw`.

use super::fault::{At, Faults};
use super::raw::{RawCover, RawDuty, RawRotation, RawTiming, RawTurn};
use super::read::{DATE, HOURS, ID, STAFF, bare, values};
use super::section::Section;
use super::value::{CoverKind, FileDate, FileWhen};
use crate::hours::TimeRange;
use crate::ids::{DutyId, StaffId};
use crate::staff::Role;

/// What a pattern, a rotation and a dated shift have in common.
fn duty(from: &Section<'_>, id: Option<At<DutyId>>, timing: Option<RawTiming>) -> RawDuty {
    RawDuty {
        place: from.place().clone(),
        id,
        group: from.optional("group"),
        windows: from.list("windows").unwrap_or_default(),
        role: bare(from.optional("role")).unwrap_or(Role::Counsellor),
        from: None,
        until: None,
        timing,
    }
}

pub(super) fn pattern(from: Section<'_>, faults: &Faults<'_>) -> RawDuty {
    let turns = from.sections("shift");
    if turns.is_empty() {
        faults.add(
            from.place(),
            "a pattern without shifts",
            "add [[pattern.shift]] with days, time and staff",
        );
    }
    let turns = turns.into_iter().filter_map(|turn| {
        let raw = weekly_turn(&turn);
        turn.finish();
        raw
    });
    let timing = Some(RawTiming::Weekly(turns.collect()));
    let mut raw = duty(&from, from.required("id", ID), timing);
    (raw.from, raw.until) = (from.optional("from"), from.optional("until"));
    from.finish();
    raw
}

fn weekly_turn(from: &Section<'_>) -> Option<RawTurn> {
    let days = values(from.required_list("days", "write days such as [\"weekday\"] or [\"mon\", \"thu\"]"));
    let time = from.required("time", HOURS);
    let staff = from.required_list("staff", STAFF);
    Some(RawTurn { days, time: bare(time)?, staff: staff? })
}

pub(super) fn dated(from: Section<'_>, faults: &Faults<'_>) -> RawDuty {
    let date = from.required::<FileDate>("date", DATE);
    let time = from.required::<TimeRange>("time", HOURS);
    let staff = from.required_list("staff", STAFF);
    let id = from.optional("id");
    let timing = bare(date).zip(bare(time)).zip(staff).map(|((date, time), staff)| {
        let turn = RawTurn { days: Vec::new(), time, staff };
        RawTiming::Dated { date: date.0, turn }
    });
    if timing.is_none() {
        faults.incomplete();
    }
    let raw = duty(&from, id, timing);
    from.finish();
    raw
}

pub(super) fn rotation(from: Section<'_>, faults: &Faults<'_>) -> RawDuty {
    let timing = turning(&from, faults).map(RawTiming::Rotation);
    if timing.is_none() {
        faults.incomplete();
    }
    let mut raw = duty(&from, from.required("id", ID), timing);
    (raw.from, raw.until) = (from.optional("from"), from.optional("until"));
    from.finish();
    raw
}

/// Either `cycle` with `times` and `step`, or `time` with `turn`: everybody
/// in turn has so many days.
fn turning(from: &Section<'_>, faults: &Faults<'_>) -> Option<RawRotation> {
    let starts = from.required::<FileDate>("starts", DATE);
    let teams = from.lists::<StaffId>("staff");
    let days = values(from.list("days"));
    let in_turns = from.is_present("time") || from.is_present("turn");
    if teams.is_empty() || teams.iter().any(Vec::is_empty) {
        faults.add(from.place(), "a rotation without people", STAFF);
    }
    let cycle = match (from.is_present("cycle"), in_turns) {
        (true, false) => named_cycle(from, faults).zip(Some(from.count("step", 0..=3660).unwrap_or(1))),
        (false, true) => turns(from, teams.len()),
        (true, true) | (false, false) => {
            let right = "write either cycle and times, or time and turn (days each)";
            faults.add(from.place(), "it is not clear who works when", right);
            from.is_present("times");
            from.is_present("step");
            None
        }
    };
    let (cycle, step) = cycle?;
    let people = !teams.is_empty() && !cycle.is_empty();
    people.then_some(())?;
    Some(RawRotation { starts: bare(starts)?.0, cycle, step, teams, days })
}

fn turns(from: &Section<'_>, teams: usize) -> Option<(Vec<Vec<TimeRange>>, i64)> {
    let turn = from.count("turn", 1..=366).unwrap_or(1);
    let time = bare(from.required("time", HOURS))?;
    let mut cycle = vec![vec![time]; turn as usize];
    cycle.resize(turn as usize * teams, Vec::new());
    Some((cycle, turn))
}

fn named_cycle(from: &Section<'_>, faults: &Faults<'_>) -> Option<Vec<Vec<TimeRange>>> {
    let cycle =
        from.required_list::<String>("cycle", "write what is worked on each day, \"-\" for a day off")?;
    let Some(times) = from.section("times") else {
        let right = "add times = { day = \"08:30-17:00\", ... } with the words of the cycle";
        faults.add(from.place(), "times are missing", right);
        return None;
    };
    let times = times.entries::<TimeRange>();
    let mut found = Vec::with_capacity(cycle.len());
    for word in cycle {
        let named = times.iter().find(|(name, _)| name.value == word.value);
        match named {
            Some((_, Some(time))) => found.push(vec![time.value]),
            // Its own fault is already told.
            Some((_, None)) => found.push(Vec::new()),
            None if word.value == "-" => found.push(Vec::new()),
            None => {
                let known: Vec<&str> = times.iter().map(|(name, _)| name.value).collect();
                let right = format!("write - for a day off, or one of times: {}", known.join(", "));
                faults.add(&word.place, "unknown word in the cycle", right);
                faults.incomplete();
            }
        }
    }
    Some(found)
}

pub(super) fn cover(from: Section<'_>) -> RawCover {
    let kind = bare(from.required::<CoverKind>("kind", "write absence, stand-in or swap"));
    let date = from.optional::<FileWhen>("date");
    let other = match kind {
        Some(CoverKind::StandIn) => from.required("by", "say who stands in"),
        Some(CoverKind::Swap) => from.required("with", "say with whom"),
        Some(CoverKind::Absence) => None,
        None => from.optional("by").or(from.optional("with")),
    };
    let (start, end) = match date {
        Some(date) => (Some(date.clone()), Some(date)),
        None => (
            from.required("from", "give date, or from and until"),
            from.required("until", "give the last date or the end"),
        ),
    };
    let raw = RawCover {
        place: from.place().clone(),
        kind,
        staff: from.required("staff", "say whose shift it is"),
        other,
        from: start,
        until: end,
        with_date: if kind == Some(CoverKind::Swap) { from.optional("with_date") } else { None },
        duty: from.optional("duty"),
    };
    from.finish();
    raw
}
