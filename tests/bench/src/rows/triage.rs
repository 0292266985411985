//! Row 3: the outcome of a triage is durable when it is answered; one and 64 in flight. Every outcome that
//! was answered for is looked up afterwards, also after the store and the service were killed.

mod crash;
mod outcome;

use std::time::{Duration, Instant};

use anyhow::Context;
use domain::access::Role;
use futures::future::try_join_all;
use proto::triage::v1 as pb;

use crate::floor::{ECHO, Floor, Part as FloorPart, insert_rate};
use crate::house::{Served, Service};
use crate::peers::Store;
use crate::report::{Row, say};
use crate::round::{Round, What};
use crate::rows::Run;
use crate::rows::records::{Client, House, shown};
use crate::validity::INSERT;
use crate::verdict::{Goal, Part, Promise};

use outcome::{Outcome, found};

const SAVED: What = "outcome saved";
const RATE: What = "outcomes/s, 64 in flight";
const INSERTS: What = "inserts/s, 32 clients";
const IN_FLIGHT: usize = 64;
/// Of each of the many in flight.
const EACH: usize = 4;
const FLOOR: &[FloorPart] = &[FloorPart::Echo];

const ALONE: [Promise; 2] = [
    Promise {
        part: Part::Median,
        system: SAVED,
        floor: &[(1.0, INSERT), (1.0, ECHO)],
        goal: Goal::AtMost(1.3),
    },
    Promise { part: Part::Tail, system: SAVED, floor: &[(1.0, INSERT)], goal: Goal::AtMost(2.0) },
];
const TOGETHER: [Promise; 1] =
    [Promise { part: Part::Median, system: RATE, floor: &[(1.0, INSERTS)], goal: Goal::AtLeast(0.5) }];

pub(crate) async fn rows(run: &Run<'_>) -> anyhow::Result<Vec<Row>> {
    say("\n3 triage outcome durable");
    let mut line = Line::opens(run).await?;
    let alone = line.alone(run).await?;
    say("  64 in flight");
    let together = line.together(run).await?;
    let engine = line.store.db.engine();
    let (note, crashed) = crash::crashes(run, line).await?;
    let alone = Row { failures: alone.1, ..Row::of("3 triage outcome durable", engine, &ALONE, &alone.0) };
    let together = Row::of("3 with 64 in flight", engine, &TOGETHER, &together.0)
        .with_failures(together.1)
        .with_failures(crashed)
        .with_note(note);
    Ok(vec![alone, together])
}

/// Triage with ito at the form.
struct Line {
    store: Store,
    service: Service,
    house: House,
    session: String,
    ito: Client,
    floor: Floor,
}

/// Rounds, and what failed in them.
type Played = (Vec<Round>, Vec<String>);

impl Line {
    async fn opens(run: &Run<'_>) -> anyhow::Result<Self> {
        let (store, service, house) = House::opens(run, Served::Triage).await?;
        let session = house.signs_in("ito", Role::Counsellor).await?;
        let ito = Client::new(shown(service.route()?, &session)?);
        let floor = Floor::new(FLOOR, run.peers, &store, service.channel()?).await?;
        Ok(Self { store, service, house, session, ito, floor })
    }

    async fn alone(&mut self, run: &Run<'_>) -> anyhow::Result<Played> {
        let (mut failures, mut kept) = (Vec::new(), Vec::new());
        let rounds = run
            .how
            .plan()
            .play(async |round: &mut Round| {
                let record = self.house.draft(&mut self.ito).await?;
                self.floor.turn(round).await?;
                kept.push(round.time(SAVED, Outcome::saved(&mut self.ito, record)).await?);
                Ok(())
            })
            .await?;
        failures.extend(found(&self.ito, &kept).await?);
        Ok((rounds, failures))
    }

    async fn together(&mut self, run: &Run<'_>) -> anyhow::Result<Played> {
        let (time, mut kept) = (run.time(Duration::from_secs(2), Duration::from_millis(300)), Vec::new());
        let url = self.store.url.clone();
        let rounds = run
            .how
            .plan()
            .play_each(async |whole| {
                let (begun, mut round) = (Instant::now(), Round::default());
                for _ in 0..200 {
                    self.floor.turn(&mut round).await?;
                }
                round.note_value(INSERTS, insert_rate(&url, time).await?);
                loop {
                    let (rate, mut saved) = self.burst().await?;
                    round.note_value(RATE, rate);
                    kept.append(&mut saved);
                    if begun.elapsed() >= whole {
                        break;
                    }
                }
                Ok(round)
            })
            .await?;
        let failures = found(&self.ito, &kept).await?;
        Ok((rounds, failures))
    }

    /// Outcomes a second of so many in flight; the drafts are there before.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    async fn burst(&mut self) -> anyhow::Result<(f64, Vec<Outcome>)> {
        let lanes = self.lanes().await?;
        let begun = Instant::now();
        let saved = try_join_all(lanes.into_iter().map(|drafts| saves(self.ito.clone(), drafts))).await?;
        let saved: Vec<Outcome> = saved.into_iter().flatten().collect();
        Ok((saved.len() as f64 / begun.elapsed().as_secs_f64(), saved))
    }

    async fn lanes(&mut self) -> anyhow::Result<Vec<Vec<pb::Record>>> {
        let mut lanes = vec![Vec::new(); IN_FLIGHT];
        for lane in &mut lanes {
            for _ in 0..EACH {
                lane.push(self.house.draft(&mut self.ito).await?);
            }
        }
        Ok(lanes)
    }
}

async fn saves(mut ito: Client, drafts: Vec<pb::Record>) -> anyhow::Result<Vec<Outcome>> {
    let mut saved = Vec::new();
    for draft in drafts {
        saved.push(Outcome::saved(&mut ito, draft).await.context("one of 64 in flight")?);
    }
    Ok(saved)
}
