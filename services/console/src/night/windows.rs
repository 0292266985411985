//! Which windows are open, who is on duty and on call for them, and until when.

use domain::ids::OperatorId;
use domain::time::Instant;
use jiff::{SignedDuration, Timestamp};
use on_call_rota::{OnDuty, Period, Role, Roster, Rota, Window};
use proto::console::v1 as pb;
use shell::grpc::timestamp;

/// How far ahead the next change is looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);

pub(crate) fn shown(rota: &Rota, operator: &OperatorId, now: Instant) -> Vec<pb::BoardWindow> {
    let from = now.timestamp();
    let until = from.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let roster = rota.compile(Period { from, until });
    let mine = rota.windows().iter().filter(|window| window.operator == *operator);
    mine.map(|window| one(&roster, window, from)).collect()
}

fn one(roster: &Roster, window: &Window, at: Timestamp) -> pb::BoardWindow {
    let duty = roster.on_duty(&window.id, at).unwrap_or_default();
    let next = roster.handovers(&window.id).unwrap_or_default().into_iter().find(|change| change.at > at);
    pb::BoardWindow {
        window_id: window.id.to_string(),
        name: window.name.clone(),
        open: roster.is_open(&window.id, at).unwrap_or_default(),
        on_duty_staff: of(duty, |role| !is_on_call(role)),
        on_call_staff: of(duty, is_on_call),
        until: next.map(|change| timestamp(Instant::from(change.at))),
        ladder: ladder(roster, window, at),
    }
}

/// Rungs on which nobody stands are passed over, as an escalation passes them over.
fn ladder(roster: &Roster, window: &Window, at: Timestamp) -> Vec<pb::BoardRung> {
    let rungs = roster.ladder(&window.id, at).unwrap_or_default().into_iter();
    let staffed = rungs.filter(|rung| !rung.staff.is_empty());
    staffed
        .map(|rung| pb::BoardRung { staff_ids: rung.staff.iter().map(ToString::to_string).collect() })
        .collect()
}

fn of(duty: &[OnDuty], wanted: impl Fn(Role) -> bool) -> Vec<String> {
    duty.iter().filter(|person| wanted(person.role)).map(|person| person.staff.to_string()).collect()
}

pub(crate) fn is_on_call(role: Role) -> bool {
    match role {
        Role::Psychiatrist | Role::PsychiatristBehind => true,
        Role::Counsellor | Role::Supervisor => false,
    }
}

/// Everybody of the operator, so that the page can say names.
pub(crate) fn staff(rota: &Rota, operator: &OperatorId) -> Vec<pb::BoardStaff> {
    let mine = rota.staff().iter().filter(|person| person.operator == *operator);
    mine.map(|person| pb::BoardStaff {
        staff_id: person.id.to_string(),
        name: person.name.reveal().to_owned(),
    })
    .collect()
}
