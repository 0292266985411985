//! Half a drill, for a line whose phones are not ours: the caller's side only.

use std::time::Duration;

use super::full::{HEARS_US, SEEN};
use super::stage::{Listener, Stage, answered, ended, rings};
use super::timeline as step;
use crate::client::Client;

/// Rings, waits for a human or an announcement, hangs up. None: a step did not come.
pub(super) async fn play(
    stage: &mut Stage,
    caller: &mut Listener,
    number: &str,
    announced: Duration,
) -> Option<()> {
    let before: Vec<String> =
        stage.client.newest_calls().await.unwrap_or_default().into_iter().map(|call| call.call_id).collect();
    let rang = stage.clock.now();
    stage.timeline.invited(rang);
    let leg = caller.party.ring(number);
    stage.expect(step::ALERTED, rang, Some(HEARS_US), caller, rings(leg)).await?;
    let picked_up = stage.expect(step::PICKED_UP, rang, Some(announced), caller, answered(leg)).await;
    let now = stage.clock.now();
    caller.party.hang_up(leg);
    let _ = caller.until(stage.limit(None), ended(leg)).await;
    let is_told = async |client: &Client| {
        let calls = client.newest_calls().await?;
        let ended = calls.iter().find(|call| !before.contains(&call.call_id) && !call.end_reason.is_empty());
        ended.map(drop).ok_or_else(|| "the ledger has no new call that has ended".to_owned())
    };
    stage.see(step::LEDGER_HALF, now, Some(SEEN), is_told).await?;
    picked_up.map(drop)
}
