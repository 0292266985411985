//! One in flight, in turn with the floor.

use super::{CALL, FLOOR, line, promises};
use crate::floor::Floor;
use crate::report::{Row, say};
use crate::round::Round;
use crate::rows::Run;
use crate::rows::nation::Need;

const NAME: &str = "1 call → decision → ring offered";

pub(crate) async fn one_in_flight(run: &Run<'_>) -> anyhow::Result<Vec<Row>> {
    say(&format!("\n{NAME}: one in flight"));
    let (store, service, mut probe) = line(run).await?;
    let mut floor = Floor::new(FLOOR, run.peers, &store, service.channel()?).await?;
    let rounds = run
        .how
        .plan()
        .play(async |round: &mut Round| {
            floor.turn(round).await?;
            let offered = probe.seeks(Need::any()).await?;
            round.note(CALL, offered.took);
            probe.is_committed(&offered).await?;
            probe.ends(offered).await
        })
        .await?;
    let found = probe.saw(|seen| seen.found);
    let row = Row::of(NAME, store.db.engine(), &promises(), &rounds)
        .with_failures(probe.failures())
        .with_note(format!("checked: {found} offers were in the store when they were heard"));
    Ok(vec![row])
}
