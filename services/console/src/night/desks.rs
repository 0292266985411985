//! Desks as routing tells them, in the board's words; and those that the rota knows.

use std::collections::BTreeSet;

use domain::ids::{DeskId, OperatorId};
use domain::time::Instant;
use on_call_rota::{ContactPoint, Rota};
use proto::console::v1 as pb;
use proto::routing::v1 as routing;
use proto::routing::v1::{PauseReason, Presence};

/// Desks that somebody has signed in to, and those whose phone is there, or is only in the rota, though nobody
/// has.
pub(crate) fn shown(
    told: Vec<routing::Desk>,
    phones: &BTreeSet<String>,
    of_rota: &BTreeSet<String>,
    console_first: &BTreeSet<DeskId>,
) -> Vec<pb::BoardDesk> {
    let known: BTreeSet<&str> = told.iter().map(|desk| desk.desk_id.as_str()).collect();
    let empty = phones.union(of_rota).filter(|desk| !known.contains(desk.as_str())).map(|desk| {
        routing::Desk { desk_id: desk.clone(), presence: Presence::SignedOut.into(), ..Default::default() }
    });
    let empty: Vec<routing::Desk> = empty.collect();
    let mut desks: Vec<pb::BoardDesk> = told
        .into_iter()
        .chain(empty)
        .map(|desk| pb::BoardDesk {
            presence: presence(desk.presence()).to_owned(),
            pause_reason: pause_reason(desk.pause_reason()).to_owned(),
            kind: kind(&desk.desk_id, console_first).to_owned(),
            phone_registered: phones.contains(&desk.desk_id),
            desk_id: desk.desk_id,
            staff_id: desk.staff_id,
            since: desk.since,
            call_id: desk.call_id,
            on_duty: desk.on_duty,
        })
        .collect();
    desks.sort_by(|a, b| a.desk_id.cmp(&b.desk_id));
    desks
}

/// The telephones of this line at which people sit. A doctor's own is paged, nobody sits there.
pub(crate) fn of_rota(rota: &Rota, operator: &OperatorId, now: Instant) -> BTreeSet<String> {
    let sitting = rota.staff().iter().filter(|person| person.operator == *operator && !person.is_physician());
    let contacts = sitting.flat_map(|person| rota.contacts(&person.id, now.timestamp()));
    contacts.filter_map(phone_of_line).collect()
}

fn phone_of_line(point: ContactPoint) -> Option<String> {
    match point {
        ContactPoint::Sip(user) => Some(user.to_string()),
        ContactPoint::Tel(_) | ContactPoint::Mail(_) | ContactPoint::Webhook { .. } => None,
    }
}

fn kind(desk: &str, console_first: &BTreeSet<DeskId>) -> &'static str {
    match console_first.iter().any(|one| one.as_str() == desk) {
        true => "console_first",
        false => "phone_first",
    }
}

fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Unspecified | Presence::SignedOut => "signed_out",
        Presence::Available => "available",
        Presence::Paused => "paused",
        Presence::Offered => "offered",
        Presence::InCall => "in_call",
        Presence::WrapUp => "wrap_up",
    }
}

fn pause_reason(reason: PauseReason) -> &'static str {
    match reason {
        PauseReason::Unspecified => "",
        PauseReason::Own => "own",
        PauseReason::NoAnswer => "no_answer",
        PauseReason::Unreachable => "unreachable",
    }
}
