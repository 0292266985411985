//! Row 1 through SIP: from the caller's INVITE until the INVITE at a desk's telephone, in the whole line as
//! one process. The floor is that of row 1 and a hop of a proxy that decides nothing: Kamailio.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::call::open::gap;
use super::nation::{REGIONS, number, window};
use crate::floor::{CLAIM, ECHO, Floor, OUTBOX, Part as FloorPart};
use crate::house::{Served, Service};
use crate::line::Line;
use crate::report::{Row, say};
use crate::round::{Round, What};
use crate::rows::Run;
use crate::sip::{Callers, Kamailio, Phones};
use crate::verdict::{Goal, Part, Promise};

const RUNG: What = "INVITE → INVITE";
const HOP: What = "Kamailio";
const FLOOR: &[FloorPart] = &[FloorPart::Outbox, FloorPart::Claim, FloorPart::Echo];
/// Two for each region.
const DESKS: usize = 2 * REGIONS;
/// Each ends as soon as somebody has lifted.
const TALK: Duration = Duration::ZERO;
/// The line comes to rest.
const REST: Duration = Duration::from_millis(2);
/// Between turns of the floor beside calls that come by themselves.
const PAUSE: Duration = Duration::from_millis(5);

const PROMISES: [Promise; 2] = [
    Promise {
        part: Part::Median,
        system: RUNG,
        floor: &[(1.0, OUTBOX), (1.0, CLAIM), (1.0, ECHO), (1.0, HOP)],
        goal: Goal::AtMost(1.4),
    },
    Promise { part: Part::Tail, system: RUNG, floor: &[(1.0, OUTBOX), (1.0, HOP)], goal: Goal::AtMost(2.0) },
];

/// Who rings whom by which way.
#[derive(Clone)]
struct Sip {
    callers: Callers,
    phones: Phones,
    line: SocketAddr,
    proxy: SocketAddr,
}

pub(crate) async fn rows(run: &Run<'_>, rates: &[f64]) -> anyhow::Result<Vec<Row>> {
    say("\n1 through SIP: INVITE → INVITE at the telephone");
    let line = Line::start(run.peers).await?;
    let echo = Service::start(Served::OnDuty, run.peers, &line.store).await?;
    let mut floor = Floor::new(FLOOR, run.peers, &line.store, echo.channel()?).await?;
    let phones = line.phones(DESKS, None).await?;
    let kamailio = Kamailio::start(phones.address()?, phones.address()?).await;
    let sip = Sip { callers: Callers::new(None).await?, phones, line: line.sip, proxy: kamailio.address() };
    let mut rows = vec![one_in_flight(run, &sip, &mut floor, line.store.db.engine()).await?];
    for rate in rates {
        rows.push(open_loop(run, *rate, &sip, &mut floor, line.store.db.engine()).await?);
    }
    Ok(rows)
}

async fn one_in_flight(run: &Run<'_>, sip: &Sip, floor: &mut Floor, engine: &str) -> anyhow::Result<Row> {
    let mut turns = 0;
    let rounds = run
        .how
        .plan()
        .play(async |round: &mut Round| {
            floor.turn(round).await?;
            round.note(HOP, sip.rings(sip.proxy, turns % REGIONS).await?);
            tokio::time::sleep(REST).await;
            round.note(RUNG, sip.rings(sip.line, turns % REGIONS).await?);
            tokio::time::sleep(REST).await;
            turns += 1;
            Ok(())
        })
        .await?;
    Ok(Row::of("1 through SIP", engine, &PROMISES, &rounds).with_failures(sip.failures()))
}

/// Each region has at most one call on its way, so that a ring belongs to its call.
async fn open_loop(
    run: &Run<'_>,
    rate: f64,
    sip: &Sip,
    floor: &mut Floor,
    engine: &str,
) -> anyhow::Result<Row> {
    let name = format!("1 through SIP at {rate} calls/s");
    say(&format!("\n{name}"));
    let (mut failures, mut skipped) = (Vec::new(), 0);
    let rounds = run
        .how
        .plan()
        .play_each(async |time| {
            let mut round = Round::default();
            let calls = tokio::spawn(calls(time, rate, sip.clone()));
            while !calls.is_finished() {
                floor.turn(&mut round).await?;
                round.note(HOP, sip.hop().await?);
                tokio::time::sleep(PAUSE).await;
            }
            let called = calls.await?;
            called.rung.iter().for_each(|took| round.note(RUNG, *took));
            failures.extend(called.failed.into_iter().take(3));
            skipped += called.skipped;
            Ok(round)
        })
        .await?;
    failures.extend(sip.failures());
    let row = Row::of(&name, engine, &PROMISES, &rounds).with_failures(failures);
    Ok(row.with_note(format!("{skipped} calls were left out because every region had one on its way")))
}

#[derive(Debug, Default)]
struct Called {
    rung: Vec<Duration>,
    failed: Vec<String>,
    skipped: usize,
}

async fn calls(time: Duration, rate: f64, sip: Sip) -> Called {
    let (begun, mut called, mut under_way) = (Instant::now(), Called::default(), JoinSet::new());
    let free: Arc<Mutex<VecDeque<usize>>> = Arc::new(Mutex::new((0..REGIONS).collect()));
    let mut due = begun;
    while due.duration_since(begun) < time {
        tokio::time::sleep_until(due.into()).await;
        let region = free.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match region {
            Some(region) => {
                let (sip, free) = (sip.clone(), Arc::clone(&free));
                under_way.spawn(async move {
                    let rung = sip.rings(sip.line, region).await;
                    free.lock().unwrap_or_else(PoisonError::into_inner).push_back(region);
                    rung
                });
            }
            None => called.skipped += 1,
        }
        due += gap(rate);
    }
    while let Some(rung) = under_way.join_next().await {
        match rung {
            Ok(Ok(took)) => called.rung.push(took),
            Ok(Err(failed)) => called.failed.push(format!("{failed:#}")),
            Err(broken) => called.failed.push(broken.to_string()),
        }
    }
    called
}

impl Sip {
    async fn rings(&self, to: SocketAddr, region: usize) -> anyhow::Result<Duration> {
        self.callers.rings(to, &number(region), &window(region), &self.phones, TALK, || ()).await
    }

    /// A name that no window has.
    async fn hop(&self) -> anyhow::Result<Duration> {
        self.callers.rings(self.proxy, "100", "proxy", &self.phones, TALK, || ()).await
    }

    /// Nothing is lost on a loopback: who says it again was not heard in time.
    fn failures(&self) -> Option<String> {
        let (again, unexpected) = self.phones.strange();
        (again + unexpected > 0)
            .then(|| format!("{again} requests came again, {unexpected} telephones rang for nobody"))
    }
}
