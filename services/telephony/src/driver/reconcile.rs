//! Tells routing what is really going on here, so that no desk stays claimed
//! for a call that is gone and no live call is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{CallId, OperatorId};
use proto::routing::v1 as wire;
use tracing::{debug, info};

use super::Deps;
use super::switchboard::Live;

const PERIOD: Duration = Duration::from_secs(5);

pub(super) async fn run(deps: Arc<Deps>) {
    let mut told_before = BTreeSet::new();
    loop {
        let next = deps.clock.now() + PERIOD;
        deps.clock.sleep_until(next).await;
        told_before = tell(&deps, told_before).await;
    }
}

/// An operator whose last call has just ended is told once more, with nothing live.
async fn tell(deps: &Deps, told_before: BTreeSet<OperatorId>) -> BTreeSet<OperatorId> {
    let mut by_operator: BTreeMap<OperatorId, Vec<wire::LiveCall>> = BTreeMap::new();
    by_operator.extend(deps.plan.borrow().windows.iter().map(|window| (window.operator.clone(), Vec::new())));
    by_operator.extend(told_before.into_iter().map(|operator| (operator, Vec::new())));
    for (call, live) in deps.switchboard.live() {
        by_operator.entry(live.operator.clone()).or_default().extend(live_calls(call, &live));
    }
    for (operator, live) in &by_operator {
        let request = wire::ReconcileCallsRequest {
            operator_id: operator.to_string(),
            owner: deps.owner.to_string(),
            live: live.clone(),
        };
        match deps.routing.clone().reconcile_calls(request).await.map(tonic::Response::into_inner) {
            Ok(answer) if answer.released + answer.adopted > 0 => {
                info!(released = answer.released, adopted = answer.adopted, "desks put right");
            }
            Ok(_) => {}
            Err(status) => debug!(code = ?status.code(), "routing could not reconcile; asked again"),
        }
    }
    by_operator.into_keys().collect()
}

fn live_calls(call: CallId, live: &Live) -> Vec<wire::LiveCall> {
    let row = |desk_id, offer_id| wire::LiveCall {
        call_id: call.to_string(),
        desk_id,
        offer_id,
        answered: live.answered,
    };
    match live.desks.is_empty() {
        true => vec![row(String::new(), String::new())],
        false => live.desks.iter().map(|(desk, offer)| row(desk.to_string(), offer.to_string())).collect(),
    }
}
