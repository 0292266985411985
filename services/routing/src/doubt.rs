//! Whether a request can be answered from what this replica last saw of the desks.
//!
//! A change is safe: the store refuses it when another replica was faster. An
//! answer that changes nothing is not: "resume" of a desk that talked a moment
//! ago would be swallowed. Whatever would be refused, or would be nothing to do,
//! is answered only from a board that was just read.

use domain::desk::{Desk, Refusal};
use domain::time::Instant;

use crate::board::{Board, DeskKey};
use crate::request::{Report, Request};
use crate::round::Seekers;

pub(crate) fn doubts(request: &Request, board: &Board, seekers: &Seekers, now: Instant) -> bool {
    let key = |operator: &_, desk: &_| (Clone::clone(operator), Clone::clone(desk));
    let moves = |key: DeskKey, act: &dyn Fn(&mut Desk) -> Result<(), Refusal>| {
        board.desks.get(&key).is_some_and(|seat| changes(&seat.desk, act))
    };
    match request {
        Request::Seek(_) => false,
        Request::Report(report) => !holds(board, report),
        Request::End { operator, call } => {
            !seekers.contains_key(call) && board.holding(operator, *call).is_empty()
        }
        Request::Reconcile { .. } => true,
        Request::Claim(wanted) => {
            let seat = board.desks.get(&key(&wanted.operator, &wanted.desk));
            !seat.is_some_and(|seat| seat.desk.is_free(now))
        }
        // A heartbeat comes again; a hand does not.
        Request::SignIn { operator, desk, renewal, .. } => {
            !renewal || !board.desks.contains_key(&key(operator, desk))
        }
        Request::SignOut { operator, desk } => !moves(key(operator, desk), &|desk| {
            desk.sign_out(now);
            Ok(())
        }),
        Request::Pause { operator, desk, reason } => {
            !moves(key(operator, desk), &|desk| desk.pause(*reason, now))
        }
        Request::Resume { operator, desk } => !moves(key(operator, desk), &|desk| desk.resume(now)),
    }
}

fn changes(desk: &Desk, act: &dyn Fn(&mut Desk) -> Result<(), Refusal>) -> bool {
    let mut after = desk.clone();
    act(&mut after).is_ok() && after != *desk
}

fn holds(board: &Board, report: &Report) -> bool {
    let claims = board.claims().remove(&report.call).unwrap_or_default();
    claims.iter().any(|claim| claim.offer == report.offer)
}
