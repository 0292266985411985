//! The centre does not read for five seconds and comes back without what it had not acknowledged; some
//! acknowledgements are said twice.

use std::time::{Duration, Instant};

use futures::future::try_join_all;

use super::Line;
use crate::report::say;
use crate::rows::Run;

/// What waited is there after this.
const DRAINED: Duration = Duration::from_secs(2);
/// Released while nobody reads.
const MEANWHILE: usize = 20;
/// Heard before the stall and not acknowledged.
const HEARD: usize = 3;

pub(super) async fn stalls(run: &Run<'_>, line: &mut Line) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let stall = run.time(Duration::from_secs(5), Duration::from_secs(1));
    let (mut slowest, mut failures) = (Duration::ZERO, Vec::new());
    let times = run.many(7, 1);
    for _ in 0..times {
        let took = one(line, stall).await?;
        slowest = slowest.max(took);
        if took > DRAINED {
            failures.push(format!("what waited for a stalled centre was there only after {took:?}"));
        }
    }
    let note = format!(
        "{times} stalls of {stall:?}: {MEANWHILE} cases that waited were all there {slowest:?} after it"
    );
    say(&format!("  {note}"));
    Ok((vec![note], failures))
}

/// How long it took until all that waited was received and acknowledged.
async fn one(line: &mut Line, stall: Duration) -> anyhow::Result<Duration> {
    let mut drafts = Vec::new();
    for _ in 0..MEANWHILE {
        drafts.push(line.desk.drafts(&line.house).await?);
    }
    let desk = &line.desk;
    try_join_all(drafts.iter().map(|draft| desk.releases(draft))).await?;
    // Some are in its hands, and it dies before it has said so.
    for _ in 0..HEARD {
        line.centre.hears().await?;
    }
    tokio::time::sleep(stall).await;
    let begun = Instant::now();
    line.centre.listens_again().await?;
    line.centre.takes(MEANWHILE).await?;
    let took = begun.elapsed();
    // A duplicate changes nothing.
    line.centre.acknowledges(line.centre.last()).await?;
    for draft in &drafts {
        line.centre.accepts(draft).await?;
    }
    Ok(took)
}
