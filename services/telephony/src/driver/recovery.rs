//! Calls whose process died are closed, and their callers owed a call.
//!
//! Our own predecessors are looked for at once. Others are believed dead only
//! after the store has answered us steadily for longer than a lease: after an
//! outage of the store everybody's lease has run out, and their calls live.

use std::sync::Arc;

use domain::time::Instant;
use proto::routing::v1::EndCallRequest;
use shell::process::{LEASE, RENEW};
use shell::store::StoreError;
use tokio::time::timeout;
use tracing::{debug, info};

use super::Deps;
use crate::ledger::recovery::{Orphan, Reach, RecoveryFault, give_back, recover};

pub(super) async fn run(deps: Arc<Deps>) {
    let mut steady_since = None;
    let mut reach = Reach::Predecessors;
    loop {
        let now = deps.clock.now();
        // A store that vanished without a word is asked again on another connection.
        let looked = timeout(LEASE, look(&deps, reach, now)).await;
        match looked.unwrap_or_else(|late| Err(StoreError::passing("answer in time", late).into())) {
            Ok(()) => {
                let since = *steady_since.get_or_insert(now);
                reach = if now.since(since) > LEASE + LEASE { Reach::Everybody } else { Reach::Predecessors };
            }
            Err(fault) => {
                debug!(%fault, "calls of dead processes cannot be looked for");
                steady_since = None;
            }
        }
        deps.clock.sleep_until(now + RENEW * 2).await;
    }
}

async fn look(deps: &Deps, reach: Reach, now: Instant) -> Result<(), RecoveryFault> {
    for orphan in recover(&deps.ledger, &deps.db, &deps.sealer, &deps.process, reach, now).await? {
        release(deps, &orphan).await;
    }
    let given_back = give_back(&deps.db, &deps.process, reach, now).await?;
    if given_back > 0 {
        info!(given_back, "call-backs that a dead process had taken on are owed again");
    }
    Ok(())
}

/// The desk that talked in a call that is no more is free again.
async fn release(deps: &Deps, orphan: &Orphan) {
    info!(call = %orphan.call, "a call of a dead process is closed");
    let request =
        EndCallRequest { operator_id: orphan.operator.to_string(), call_id: orphan.call.to_string() };
    if let Err(status) = deps.routing.clone().end_call(request).await {
        debug!(call = %orphan.call, code = ?status.code(), "routing was not told that a call is over");
    }
}
