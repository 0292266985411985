//! A phone that registers signs its desk in.
//!
//! Routing is told at once and again as a heartbeat, so that a routing that
//! was away or lost its store learns who is there. Only a phone that comes seats its person; one that
//! stays renews what is: whoever left the desk at the console, or sits at another one, is let be.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{DeskId, OperatorId, StaffId};
use domain::time::Instant;
use proto::routing::v1 as wire;
use tokio::sync::mpsc;
use tracing::{debug, warn};

use super::Deps;

/// Routing hears again who is there at least this often.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Whose phone it is: the person who is signed in by it.
#[derive(Clone, Debug)]
pub struct Seat {
    pub operator: OperatorId,
    pub staff: StaffId,
}

#[derive(Clone, Debug)]
pub(super) enum PhoneNews {
    Registered { desk: DeskId, until: Instant, came: bool },
    Gone { desk: DeskId },
}

pub(super) async fn run(deps: Arc<Deps>, seats: HashMap<DeskId, Seat>, mut news: mpsc::Receiver<PhoneNews>) {
    let mut present: HashMap<DeskId, Instant> = HashMap::new();
    let mut beat = deps.clock.now() + HEARTBEAT;
    loop {
        tokio::select! {
            heard = news.recv() => match heard {
                Some(PhoneNews::Registered { desk, until, came }) => {
                    sign_in(&deps, &seats, &desk, until, !came).await;
                    present.insert(desk, until);
                }
                Some(PhoneNews::Gone { desk }) => {
                    present.remove(&desk);
                    sign_out(&deps, &seats, &desk).await;
                }
                None => return,
            },
            () = deps.clock.sleep_until(beat) => {
                let now = deps.clock.now();
                beat = now + HEARTBEAT;
                present.retain(|_, until| *until > now);
                for (desk, until) in &present {
                    sign_in(&deps, &seats, desk, *until, true).await;
                }
            }
        }
    }
}

async fn sign_in(deps: &Deps, seats: &HashMap<DeskId, Seat>, desk: &DeskId, until: Instant, renewal: bool) {
    let Some(seat) = seats.get(desk) else {
        debug!(%desk, "a phone without a seat: somebody signs in at the console");
        return;
    };
    let request = wire::SignInRequest {
        operator_id: seat.operator.to_string(),
        desk_id: desk.to_string(),
        staff_id: seat.staff.to_string(),
        lease: until.since(deps.clock.now()).try_into().ok(),
        renewal,
    };
    if let Err(status) = deps.routing.clone().sign_in(request).await {
        warn!(%desk, code = ?status.code(), "a desk could not be signed in; tried again with the next heartbeat");
    }
}

async fn sign_out(deps: &Deps, seats: &HashMap<DeskId, Seat>, desk: &DeskId) {
    let Some(seat) = seats.get(desk) else { return };
    let request = wire::SignOutRequest { operator_id: seat.operator.to_string(), desk_id: desk.to_string() };
    if let Err(status) = deps.routing.clone().sign_out(request).await {
        warn!(%desk, code = ?status.code(), "a desk could not be signed out; its lease will end");
    }
}
