//! Callers who wait for a doctor's call-back are rung by a desk meanwhile: a
//! debt like any other.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::{CallId, OperatorId};
use proto::escalation::v1 as wire;
use shell::store::StoreError;
use tracing::{info, warn};

use super::report::insist;
use crate::driver::Deps;
use crate::ledger::calls::Calls;

const AGAIN: Duration = Duration::from_secs(5);

pub(super) async fn is_owed(deps: Arc<Deps>, told: wire::SafetyCaller) {
    let (Ok(operator), Ok(call), Ok(window)) =
        (told.operator_id.parse(), told.call_id.parse(), told.window_id.parse())
    else {
        return warn!("a caller who waits cannot be understood; is escalation of another release?");
    };
    loop {
        match owe(&deps, &operator, call, &window).await {
            Ok(true) => return info!(%call, "a caller who waits for a doctor is owed a call"),
            Ok(false) => return warn!(%call, "a caller who waits for a doctor withheld their number"),
            Err(fault) if fault.passing => deps.clock.sleep_until(deps.clock.now() + AGAIN).await,
            Err(fault) => return warn!(%call, %fault, "a caller who waits for a doctor cannot be rung"),
        }
    }
}

/// False when there is no number.
async fn owe(
    deps: &Deps,
    operator: &OperatorId,
    call: CallId,
    window: &domain::ids::WindowId,
) -> Result<bool, StoreError> {
    let calls = Calls::of(operator.clone(), deps.db.clone(), deps.sealer.clone());
    let number = calls.entries(call).await?.into_iter().find_map(|entry| entry.number);
    let Some(number) = number else { return Ok(false) };
    deps.call_backs(operator).owe(call, window, &number, "safety", deps.clock.now()).await?;
    Ok(true)
}

/// A person who was owed a call has been reached: if they waited for a doctor, they need not be rung
/// again meanwhile.
pub(in crate::driver) fn reached(deps: &Deps, operator: &OperatorId, call: CallId) {
    let (Some(escalation), clock) = (deps.escalation.clone(), deps.clock.clone()) else { return };
    let request = wire::SettleSafetyCallerRequest {
        operator_id: operator.to_string(),
        call_id: call.to_string(),
        how: "reached".to_owned(),
    };
    tokio::spawn(async move {
        let ask = || {
            let (mut escalation, request) = (escalation.clone(), request.clone());
            async move {
                match escalation.settle_safety_caller(request).await {
                    // Most people who are rung back wait for no doctor.
                    Err(status) if status.code() == tonic::Code::NotFound => Ok(()),
                    answer => answer.map(drop),
                }
            }
        };
        insist(&clock, ask).await;
    });
}
