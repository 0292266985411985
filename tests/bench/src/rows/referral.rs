//! Row 4: a case is released, a centre that listens receives it and says so; one and sixteen in flight. Then
//! the centre stalls: what was released meanwhile comes in order once it listens again, once each.

mod centre;
mod desk;
mod stall;

use std::time::{Duration, Instant};

use futures::future::try_join_all;

use crate::floor::{Floor, PIPELINE, Part as FloorPart, insert_rate};
use crate::house::{Served, Service};
use crate::peers::Store;
use crate::report::{Row, say};
use crate::round::{Round, What};
use crate::rows::Run;
use crate::rows::records::House;
use crate::validity::INSERT;
use crate::verdict::{Goal, Part, Promise};

use centre::Centre;
use desk::Desk;

const ACKED: What = "released and acked";
const RATE: What = "referrals/s, 16 in flight";
const INSERTS: What = "inserts/s, 32 clients";
const IN_FLIGHT: usize = 16;
const FLOOR: &[FloorPart] = &[FloorPart::Pipeline];
/// The line comes to rest: its workers have looked at everything.
const REST: Duration = Duration::from_millis(5);

const ALONE: [Promise; 2] = [
    Promise {
        part: Part::Median,
        system: ACKED,
        floor: &[(3.0, INSERT), (1.0, PIPELINE)],
        goal: Goal::AtMost(1.4),
    },
    Promise { part: Part::Tail, system: ACKED, floor: &[(3.0, INSERT)], goal: Goal::AtMost(2.0) },
];
/// A referral has three rows to make durable.
const TOGETHER: [Promise; 1] =
    [Promise { part: Part::Median, system: RATE, floor: &[(1.0 / 3.0, INSERTS)], goal: Goal::AtLeast(0.6) }];

pub(crate) async fn rows(run: &Run<'_>) -> anyhow::Result<Vec<Row>> {
    say("\n4 referral released → received and acked");
    let mut line = Line::opens(run).await?;
    let alone = line.alone(run).await?;
    say("  16 in flight");
    let together = line.together(run).await?;
    let engine = line.store.db.engine();
    let (notes, mut failures) = stall::stalls(run, &mut line).await?;
    failures.extend(line.centre.faults(&line.store.db).await?);
    let alone = Row::of("4 referral released → acked", engine, &ALONE, &alone).with_failures(failures);
    let together = Row::of("4 with 16 in flight", engine, &TOGETHER, &together);
    Ok(vec![notes.into_iter().fold(alone, Row::with_note), together])
}

/// Referral with triage and escalation, ito at the desk, and a centre that listens.
struct Line {
    store: Store,
    _service: Service,
    house: House,
    desk: Desk,
    centre: Centre,
    floor: Floor,
}

impl Line {
    async fn opens(run: &Run<'_>) -> anyhow::Result<Self> {
        let (store, service, house) = House::opens(run, Served::Referral).await?;
        let desk = Desk::opens(&house, &service).await?;
        let centre = Centre::listens(&house, &service).await?;
        let floor = Floor::new(FLOOR, run.peers, &store, service.channel()?).await?;
        Ok(Self { store, _service: service, house, desk, centre, floor })
    }

    async fn alone(&mut self, run: &Run<'_>) -> anyhow::Result<Vec<Round>> {
        run.how
            .plan()
            .play(async |round: &mut Round| {
                let took = self.releases(1).await?;
                round.note(ACKED, took);
                self.floor.turn(round).await?;
                tokio::time::sleep(REST).await;
                Ok(())
            })
            .await
    }

    async fn together(&mut self, run: &Run<'_>) -> anyhow::Result<Vec<Round>> {
        let (time, url) =
            (run.time(Duration::from_secs(2), Duration::from_millis(300)), self.store.url.clone());
        run.how
            .plan()
            .play_each(async |whole| {
                let (begun, mut round) = (Instant::now(), Round::default());
                for _ in 0..200 {
                    self.floor.turn(&mut round).await?;
                }
                round.note_value(INSERTS, insert_rate(&url, time).await?);
                loop {
                    let took = self.releases(IN_FLIGHT).await?;
                    round.note_value(RATE, 16.0 / took.as_secs_f64());
                    tokio::time::sleep(REST).await;
                    if begun.elapsed() >= whole {
                        break;
                    }
                }
                Ok(round)
            })
            .await
    }

    /// So many at once, from the release until the centre's acknowledgement is answered. Then they are
    /// accepted: nobody waits for them any more.
    async fn releases(&mut self, many: usize) -> anyhow::Result<Duration> {
        let mut drafts = Vec::new();
        for _ in 0..many {
            drafts.push(self.desk.drafts(&self.house).await?);
        }
        tokio::time::sleep(REST).await;
        let begun = Instant::now();
        let released = try_join_all(drafts.iter().map(|draft| self.desk.releases(draft)));
        let (released, heard) = tokio::join!(released, self.centre.takes(many));
        let took = begun.elapsed();
        released?;
        heard?;
        for draft in &drafts {
            self.centre.accepts(draft).await?;
        }
        Ok(took)
    }
}
