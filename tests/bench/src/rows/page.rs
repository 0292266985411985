//! Rows 2 and 2b: somebody is needed, a telephone is to ring; and when nobody answers, the next one.

mod crash;
#[path = "../../../../services/escalation/tests/line/rota.rs"]
#[allow(unreachable_pub, reason = "the rota of escalation's own stories")]
mod rota;
mod telephony;

use std::time::{Duration, Instant};

use domain::time::Instant as Moment;
use proto::escalation::v1 as pb;

use crate::floor::{ECHO, Floor, OUTBOX, Part as FloorPart, TIMER};
use crate::house::{Served, Service};
use crate::peers::Store;
use crate::report::{Row, say};
use crate::round::{Round, What};
use crate::rows::Run;
use crate::verdict::{Goal, Part, Promise};

use telephony::Telephony;

const PAGED: What = "paged";
const LATE: What = "next rung late";

/// Commit, and the way there and back.
const FLOOR: &[FloorPart] = &[FloorPart::Outbox, FloorPart::Echo, FloorPart::Timer];
/// The line comes to rest: what follows a page is not measured with the next one.
const REST: Duration = Duration::from_millis(5);

const PROMISES: [Promise; 2] = [
    Promise {
        part: Part::Median,
        system: PAGED,
        floor: &[(1.0, OUTBOX), (1.0, ECHO)],
        goal: Goal::AtMost(1.4),
    },
    Promise { part: Part::Tail, system: PAGED, floor: &[(1.0, OUTBOX)], goal: Goal::AtMost(2.0) },
];
const LATENESS: [Promise; 1] = [Promise {
    part: Part::Tail,
    system: LATE,
    floor: &[(1.0, TIMER), (1.0, OUTBOX)],
    goal: Goal::AtMost(1.5),
}];

pub(crate) async fn rows(run: &Run<'_>) -> anyhow::Result<Vec<Row>> {
    say("\n2 escalate → paged, 2b the next rung");
    let (store, service, mut telephony) = line(run).await?;
    let mut floor = Floor::new(FLOOR, run.peers, &store, service.channel()?).await?;
    let mut failures = Vec::new();
    let rounds = run
        .how
        .plan()
        .play(async |round: &mut Round| {
            floor.turn(round).await?;
            tokio::time::sleep(REST).await;
            escalates(&mut telephony, round, &mut failures).await?;
            tokio::time::sleep(REST).await;
            Ok(())
        })
        .await?;
    let (notes, crashed) = crash::crashes(run, &store, service, telephony).await?;
    failures.extend(crashed);
    let engine = store.db.engine();
    let paged = Row::of("2 escalate → paged", engine, &PROMISES, &rounds).with_failures(failures);
    let late = Row::of("2b nobody answers → the next one", engine, &LATENESS, &rounds);
    Ok(vec![paged, notes.into_iter().fold(late, Row::with_note)])
}

async fn line(run: &Run<'_>) -> anyhow::Result<(Store, Service, Telephony)> {
    let store = run.peers.store().await?;
    std::fs::write(store.path("rota.toml"), rota::rota(r#""sip:noda""#))?;
    let service = Service::start(Served::Escalation, run.peers, &store).await?;
    let telephony = Telephony::arrives(&service, &store).await?;
    Ok((store, service, telephony))
}

/// From the request to the first telephone; and how late the second is when the first is silent.
async fn escalates(
    telephony: &mut Telephony,
    round: &mut Round,
    failures: &mut Vec<String>,
) -> anyhow::Result<()> {
    let asker = telephony.asker();
    let begun = Instant::now();
    let first = async {
        let page = telephony.rings_for("aoki").await?;
        Ok::<(pb::VoicePage, Duration), anyhow::Error>((page, begun.elapsed()))
    };
    let (escalation, first) = tokio::join!(asker.starts(), first);
    let (escalation, (page, took)) = (escalation?, first?);
    round.note(PAGED, took);
    failures.extend(telephony.is_committed(&page).await?);
    let next = telephony.rings_for("endo").await?;
    let (heard, due) = (telephony.clock.now(), due(&next));
    round.note(LATE, heard.since(due));
    if heard < due {
        failures.push(format!("page {} came before it was due", next.page_id));
    }
    failures.extend(telephony.is_committed(&next).await?);
    telephony.accepts(&next).await?;
    telephony.acts(&escalation, "endo").await
}

fn due(page: &pb::VoicePage) -> Moment {
    page.due_at.as_ref().and_then(shell_instant).unwrap_or(Moment::EPOCH)
}

fn shell_instant(at: &prost_types::Timestamp) -> Option<Moment> {
    Some(Moment::from_micros(at.seconds.checked_mul(1_000_000)?.checked_add(i64::from(at.nanos / 1000))?))
}
