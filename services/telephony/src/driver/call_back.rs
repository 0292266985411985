//! Rings back whom we owe a call: the debts are rows, this worker pays them.

use std::sync::Arc;
use std::time::Duration;

use domain::call::{Call, Facts};
use domain::ids::{CallId, OperatorId};
use domain::ledger::{EndReason, Entry, PlaceClass, Step};
use tokio::sync::{broadcast, mpsc};
use tracing::{debug, warn};

use super::Deps;
use super::call_task::INBOX;
use super::incoming::{Line, facts};
use crate::ledger::callbacks::CallBack;

/// Between two looks when nothing has nudged.
const PERIOD: Duration = Duration::from_secs(1);
/// How long a debt is ours before anybody may take it again. It waits its turn among the callers,
/// perhaps until somebody signs in, so longer than any night; of a process that dies it is taken
/// back by recovery.
const LEASE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The debt that a call pays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Debt {
    pub call: CallId,
    pub attempts: u32,
}

pub(super) async fn run(deps: Arc<Deps>) {
    let mut entries = deps.entries.subscribe();
    loop {
        let operators = deps.plan.borrow().operators();
        for operator in operators {
            pay_all(&deps, &operator).await;
        }
        let next = deps.clock.now() + PERIOD;
        tokio::select! {
            () = deps.clock.sleep_until(next) => {}
            () = owed_something(&mut entries) => {}
        }
    }
}

async fn owed_something(entries: &mut broadcast::Receiver<Entry>) {
    loop {
        match entries.recv().await {
            Ok(Entry { step: Step::Ended { owes_call_back: true, reason }, .. })
                if reason != EndReason::Completed =>
            {
                return;
            }
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn pay_all(deps: &Arc<Deps>, operator: &OperatorId) {
    loop {
        let now = deps.clock.now();
        match deps.call_backs(operator).lease(None, deps.process.id, now, now + LEASE).await {
            Ok(Some(owed)) => begin(deps, &owed),
            Ok(None) => return,
            Err(fault) => {
                debug!(%fault, "call-backs cannot be read");
                return;
            }
        }
    }
}

fn begin(deps: &Arc<Deps>, owed: &CallBack) {
    let plan = deps.plan.borrow().clone();
    let Some(window) = plan.window(&owed.window).cloned() else {
        warn!(window = %owed.window, "a call-back's window is not in the rota any more: see the rota file");
        return;
    };
    let leg = deps.ids.leg();
    let facts = Facts { class: PlaceClass::CallBack, came_by: owed.call.to_string(), ..facts(&window) };
    let (call, begun) = Call::begin_call_back(facts, deps.settings.patience, leg, deps.clock.now());
    let (to_self, inbox) = mpsc::channel(INBOX);
    let pays = Some(Debt { call: owed.call, attempts: owed.attempts });
    let number = Some(owed.number.clone());
    let line = Line { deps: Arc::clone(deps), window, to_self, inbox, number, leg, pays };
    tokio::spawn(line.run(call, begun));
}
