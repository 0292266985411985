//! Calls whose process died are closed, and their callers owed a call.
//!
//! Our own predecessors are looked for at once. Others are believed dead only
//! after the store has answered us steadily for longer than a lease: after an
//! outage of the store everybody's lease has run out, and their calls live.

use std::sync::Arc;

use shell::process::{LEASE, RENEW};
use tracing::{debug, info};

use super::Deps;
use crate::ledger::recovery::{Reach, recover};

pub(super) async fn run(deps: Arc<Deps>) {
    let mut steady_since = None;
    let mut reach = Reach::Predecessors;
    loop {
        let now = deps.clock.now();
        match recover(&deps.ledger, &deps.db, &deps.sealer, &deps.process, reach, now).await {
            Ok(closed) => {
                if !closed.is_empty() {
                    info!(calls = closed.len(), "calls of dead processes are closed");
                }
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
