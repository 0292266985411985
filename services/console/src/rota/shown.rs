//! The rota in the contract's words.

use domain::ids::OperatorId;
use domain::time::Instant;
use jiff::ToSpan;
use jiff::civil::Date;
use on_call_rota::{Gap, Period, Roster, Rota, Shift, Window};
use proto::console::v1 as pb;
use shell::grpc::timestamp;

use super::shift_id;
use crate::night::is_on_call;

pub(crate) fn shift(shift: &Shift) -> pb::Shift {
    pb::Shift {
        shift_id: shift_id::of(shift),
        window_id: shift.windows.first().map(ToString::to_string).unwrap_or_default(),
        staff_id: shift.staff.to_string(),
        role: shift.role.code().to_owned(),
        from: Some(timestamp(Instant::from(shift.time.from))),
        to: Some(timestamp(Instant::from(shift.time.until))),
        cover_id: String::new(),
    }
}

/// The operator's shifts, once for each window they serve.
pub(crate) fn shifts(rota: &Rota, operator: &OperatorId, period: Period) -> Vec<pb::Shift> {
    let mine = rota.shifts(period).into_iter().filter(|one| is_of(rota, operator, one));
    mine.flat_map(|one| {
        let each =
            one.windows.iter().map(|window| pb::Shift { window_id: window.to_string(), ..shift(&one) });
        each.collect::<Vec<_>>()
    })
    .collect()
}

pub(crate) fn is_of(rota: &Rota, operator: &OperatorId, shift: &Shift) -> bool {
    rota.person(&shift.staff).is_some_and(|person| person.operator == *operator)
}

/// Where something is missing for a window of the operator.
pub(crate) fn gaps(rota: &Rota, operator: &OperatorId, period: Period) -> Vec<Gap> {
    let concerns = |gap: &Gap| match &gap.window {
        Some(window) => rota.window(window).is_some_and(|window| window.operator == *operator),
        None => rota.windows().iter().any(|one| one.group == gap.group && one.operator == *operator),
    };
    rota.coverage(period).into_iter().filter(concerns).collect()
}

pub(crate) fn gap(gap: &Gap) -> pb::Gap {
    pb::Gap {
        window_id: gap.window.as_ref().map_or_else(|| gap.group.to_string(), ToString::to_string),
        from: Some(timestamp(Instant::from(gap.time.from))),
        to: Some(timestamp(Instant::from(gap.time.until))),
        missing: format!("{}: {}", gap.rule, gap.missing),
    }
}

pub(crate) fn days(rota: &Rota, operator: &OperatorId, first: Date, last: Date) -> Vec<pb::Day> {
    let Some(operator) = rota.operator(operator) else { return Vec::new() };
    let dates = first.series(1.day()).take_while(|date| *date <= last);
    dates
        .filter_map(|date| Some((date, operator.calendar.day(date)?)))
        .map(|(date, day)| pb::Day {
            date: date.to_string(),
            kind: day.kind.code().to_owned(),
            name: operator.calendar.own_day(date).unwrap_or_default().to_owned(),
        })
        .collect()
}

/// How many are there from each moment on at which that changes.
pub(crate) fn steps(rota: &Rota, operator: &OperatorId, period: Period) -> Vec<pb::CoverageStep> {
    let roster = rota.compile(period);
    let mine = rota.windows().iter().filter(|window| window.operator == *operator);
    mine.flat_map(|window| window_steps(&roster, window, period)).collect()
}

fn window_steps(roster: &Roster, window: &Window, period: Period) -> Vec<pb::CoverageStep> {
    let mut moments = vec![period.from];
    moments.extend(roster.handovers(&window.id).unwrap_or_default().into_iter().map(|change| change.at));
    // Opening and closing change no staff: hours are looked at by the quarter.
    let quarter = jiff::SignedDuration::from_mins(15);
    let mut at = period.from;
    while at < period.until {
        moments.push(at);
        match at.checked_add(quarter) {
            Ok(next) => at = next,
            Err(_) => break,
        }
    }
    moments.sort_unstable();
    moments.dedup();
    let mut steps: Vec<pb::CoverageStep> = Vec::new();
    for at in moments.into_iter().filter(|at| period.contains(*at)) {
        let step = step(roster, window, at);
        let same = |last: &pb::CoverageStep| {
            (last.counsellors, last.on_call, last.open) == (step.counsellors, step.on_call, step.open)
        };
        if !steps.last().is_some_and(same) {
            steps.push(step);
        }
    }
    steps
}

fn step(roster: &Roster, window: &Window, at: jiff::Timestamp) -> pb::CoverageStep {
    let duty = roster.on_duty(&window.id, at).unwrap_or_default();
    let on_call = duty.iter().filter(|person| is_on_call(person.role)).count();
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    pb::CoverageStep {
        window_id: window.id.to_string(),
        from: Some(timestamp(Instant::from(at))),
        counsellors: count(duty.len() - on_call),
        on_call: count(on_call),
        open: roster.is_open(&window.id, at).unwrap_or_default(),
    }
}
