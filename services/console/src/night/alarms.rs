//! Standing alarms, in the board's words.

use domain::ids::OperatorId;
use domain::time::Instant;
use proto::console::v1 as pb;
use shell::alarms::{Alarms, Raised};
use shell::grpc::timestamp;
use shell::store::StoreError;

const MOST: u32 = 50;
/// Nudges the boards: somebody has seen one.
pub(crate) const TOPIC: &str = "alarm";

pub(crate) async fn standing(
    alarms: &Alarms,
    operator: &OperatorId,
) -> Result<Vec<pb::BoardAlarm>, StoreError> {
    let raised = alarms.list(operator, MOST).await?;
    Ok(raised.into_iter().filter(|alarm| alarm.cleared_us.is_none()).map(shown).collect())
}

fn shown(raised: Raised) -> pb::BoardAlarm {
    pb::BoardAlarm {
        alarm_id: raised.alarm_id,
        kind: raised.kind,
        window_id: raised.window_id.unwrap_or_default(),
        raised_at: Some(timestamp(Instant::from_micros(raised.raised_us))),
        times: u32::try_from(raised.times).unwrap_or(u32::MAX),
        seen_by: raised.seen_by.unwrap_or_default(),
    }
}
