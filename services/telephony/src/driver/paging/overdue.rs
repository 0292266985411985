//! A call-back that is owed for too long is a reason to page.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::escalation::{Priority, Reason, Withdrawal};
use domain::ids::{CallId, OperatorId};
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use shell::grpc::Route;
use tracing::{debug, warn};

use super::policy::Need;
use crate::driver::Deps;
use crate::ledger::callbacks::CallBack;

const PERIOD: Duration = Duration::from_secs(60);

pub(super) async fn run(deps: Arc<Deps>, escalation: EscalationServiceClient<Route>) {
    let mut paged = HashMap::new();
    loop {
        let operators = deps.plan.borrow().operators();
        for operator in operators {
            look(&deps, &escalation, &operator, &mut paged).await;
        }
        deps.clock.sleep_until(deps.clock.now() + PERIOD).await;
    }
}

/// What does not succeed now is tried at the next look.
async fn look(
    deps: &Deps,
    escalation: &EscalationServiceClient<Route>,
    operator: &OperatorId,
    paged: &mut HashMap<CallId, Need>,
) {
    let owed = match deps.call_backs(operator).owed().await {
        Ok(owed) => owed,
        Err(fault) => return debug!(%fault, "call-backs cannot be read"),
    };
    let now = deps.clock.now();
    let late = |debt: &&CallBack| now.since(debt.owed_since) > deps.settings.paging.overdue;
    for debt in owed.iter().filter(late).filter(|debt| !paged.contains_key(&debt.call)).collect::<Vec<_>>() {
        let need = need(operator, debt);
        match need.start(escalation.clone()).await {
            Ok(()) => drop(paged.insert(debt.call, need)),
            Err(status) => warn!(code = ?status.code(), "nobody is paged for an overdue call-back yet"),
        }
    }
    let is_paid = |call: &CallId| !owed.iter().any(|debt| debt.call == *call);
    let paid: Vec<Need> = paged
        .iter()
        .filter(|(call, need)| need.operator == *operator && is_paid(call))
        .map(|(_, need)| need.clone())
        .collect();
    for need in paid {
        if need.withdraw(escalation.clone(), Withdrawal::Resolved).await.is_ok() {
            paged.remove(&need.call);
        }
    }
}

fn need(operator: &OperatorId, debt: &CallBack) -> Need {
    Need {
        operator: operator.clone(),
        window: debt.window.clone(),
        call: debt.call,
        request: format!("callback:{}", debt.call),
        priority: Priority::P2,
        reason: Reason::CallBackOverdue,
    }
}
