//! What Prometheus sees of routing.

use std::time::Duration;

use domain::desk::{Desk, Presence};
use metrics::{counter, gauge, histogram};

use crate::board::Board;

pub(crate) fn show(board: &Board) {
    let mut counts = [0_u32; PRESENCES.len()];
    for seat in board.desks.values() {
        counts[place(&seat.desk)] += 1;
    }
    for (presence, count) in PRESENCES.into_iter().zip(counts) {
        gauge!("tomoshibi_desks", "presence" => presence).set(f64::from(count));
    }
    gauge!("tomoshibi_waiting").set(f64::from(u32::try_from(board.places.len()).unwrap_or(u32::MAX)));
}

pub(crate) fn claims_lost(many: usize) {
    counter!("tomoshibi_claim_lost_total").increment(u64::try_from(many).unwrap_or(u64::MAX));
}

pub(crate) fn offered_after(time: Duration) {
    histogram!("tomoshibi_step_seconds", "step" => "seek_to_offer").record(time.as_secs_f64());
}

const PRESENCES: [&str; 6] = ["signed_out", "available", "paused", "offered", "in_call", "wrap_up"];

fn place(desk: &Desk) -> usize {
    match desk.presence {
        Presence::SignedOut => 0,
        Presence::Available => 1,
        Presence::Paused { .. } => 2,
        Presence::Offered { .. } => 3,
        Presence::InCall { .. } => 4,
        Presence::WrapUp { .. } => 5,
    }
}
