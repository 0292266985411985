//! What the calendar and the rota say of a service date: its bands, its hours, who was on duty.
//!
//! `Calendar::moment` is the truth, asked once a minute: bands, clocks that go forward or back and service
//! days that begin at any minute come out as calls are counted.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use on_call_rota::{Calendar, Gap, Period, Rota, Shift, Window, WindowId};

use super::facts::{ClockHour, Duty, OnDuty, Span, Stretch};
use crate::time::Instant;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The service date cut at every change of band.
pub fn stretches(calendar: &Calendar, date: Date) -> Vec<Stretch> {
    stretches_in(calendar, date, &minutes(calendar, date))
}

fn stretches_in(calendar: &Calendar, date: Date, minutes: &[Timestamp]) -> Vec<Stretch> {
    let day = calendar.day(date).map(|day| day.kind);
    let bands = runs(minutes, |at| calendar.moment(at).band);
    bands.into_iter().map(|(band, span)| Stretch { band, day, span }).collect()
}

/// Nobody and nothing when the rota has no such window.
pub fn duty(rota: &Rota, window: &WindowId, date: Date) -> Duty {
    let Some(window) = rota.window(window) else { return Duty::default() };
    let calendar = rota.calendar(window);
    let minutes = minutes(calendar, date);
    let stretches = stretches_in(calendar, date, &minutes);
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return Duty::default() };
    let whole = Span { from: first.span.from, until: last.span.until };
    Duty {
        hours: hours(calendar, &minutes),
        people: people(rota, window, whole),
        gaps: gaps(rota, window, whole),
        stretches,
    }
}

fn hours(calendar: &Calendar, minutes: &[Timestamp]) -> Vec<ClockHour> {
    let hour = |at| u8::try_from(calendar.zone().to_datetime(at).hour()).unwrap_or_default();
    runs(minutes, hour).into_iter().map(|(hour, span)| ClockHour { hour, span }).collect()
}

/// What stays the same from minute to minute, in one piece.
fn runs<T: PartialEq>(minutes: &[Timestamp], of: impl Fn(Timestamp) -> T) -> Vec<(T, Span)> {
    let mut runs: Vec<(T, Span)> = Vec::new();
    for &at in minutes {
        let (value, from, until) = (of(at), at.into(), at.saturating_add(MINUTE).unwrap_or(at).into());
        match runs.last_mut() {
            Some((last, span)) if *last == value && span.until == from => span.until = until,
            Some(_) | None => runs.push((value, Span { from, until })),
        }
    }
    runs
}

/// Every minute whose service date this is: it begins on its own local date and ends on the next.
fn minutes(calendar: &Calendar, date: Date) -> Vec<Timestamp> {
    let around = Period::days(date, date.saturating_add(1.day()), calendar.zone());
    let next = |at: &Timestamp| at.saturating_add(MINUTE).ok();
    std::iter::successors(Some(around.from), next)
        .take_while(|at| *at < around.until)
        .filter(|at| calendar.service_date(*at) == date)
        .collect()
}

fn period(span: Span) -> Period {
    Period { from: span.from.timestamp(), until: span.until.timestamp() }
}

fn within(whole: Span, time: Period) -> Span {
    whole.overlap(&Span { from: time.from.into(), until: time.until.into() })
}

fn people(rota: &Rota, window: &Window, whole: Span) -> Vec<OnDuty> {
    let shifts = rota.shifts(period(whole)).into_iter().filter(|shift| shift.windows.contains(&window.id));
    let mut people: Vec<OnDuty> = shifts.map(|shift| on_duty(rota, &shift, whole)).collect();
    people.sort_by(|a, b| (a.span.from, &a.staff, a.on_call).cmp(&(b.span.from, &b.staff, b.on_call)));
    people
}

fn on_duty(rota: &Rota, shift: &Shift, whole: Span) -> OnDuty {
    OnDuty {
        staff: shift.staff.clone(),
        // The first is the one they work by.
        qualification: rota.person(&shift.staff).and_then(|person| person.qualifications.first().copied()),
        on_call: shift.role.needs_physician(),
        span: within(whole, shift.time),
    }
}

fn gaps(rota: &Rota, window: &Window, whole: Span) -> Vec<Span> {
    let ours =
        |gap: &Gap| gap.group == window.group && gap.window.as_ref().is_none_or(|one| *one == window.id);
    let gaps = rota.coverage(period(whole)).into_iter().filter(ours);
    merged(gaps.map(|gap| within(whole, gap.time)).collect())
}

/// In order and apart.
pub(super) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.from < span.until);
    spans.sort_by_key(|span| (span.from, span.until));
    spans.dedup_by(|next, last| {
        let touches = next.from <= last.until;
        if touches {
            last.until = last.until.max(next.until);
        }
        touches
    });
    spans
}

/// The first instant of the service date and the first after it.
pub fn whole(duty: &Duty) -> Option<(Instant, Instant)> {
    Some((duty.stretches.first()?.span.from, duty.stretches.last()?.span.until))
}
