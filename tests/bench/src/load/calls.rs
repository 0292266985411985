//! Calls, open loop: over SIP with callers and telephones of our own, or over gRPC as a telephony process.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use shell::grpc::auth::Token;
use shell::grpc::{channel, far};
use tokio::task::JoinSet;

use crate::line::Line;
use crate::report::say;
use crate::rows::call::open::{calls, gap};
use crate::rows::call::probe::Probe;
use crate::rows::nation::{DESKS, REGIONS, number, window};
use crate::sip::{Callers, Heard, Media};

const CONNECTIONS: usize = 16;
const LIMIT: Duration = Duration::from_secs(20);
/// A ring belongs to the only call of its region that has not rung: such a one waits at most so long.
const TURN: Duration = Duration::from_millis(2);

#[derive(Debug, Default)]
pub(super) struct Rung {
    pub(super) due: usize,
    /// From when each was due.
    pub(super) took: Vec<Duration>,
    pub(super) lost: Vec<String>,
    /// At the desks' telephones and at the callers'.
    pub(super) heard: Option<[Heard; 2]>,
}

type Free = Arc<Mutex<VecDeque<usize>>>;

pub(super) async fn by_sip(
    line: &Line,
    rate: f64,
    time: Duration,
    (talk, sound): (Duration, bool),
) -> anyhow::Result<Rung> {
    let media = if sound { Some((Media::start().await?, Media::start().await?)) } else { None };
    let (of_phones, of_callers) = media.clone().unzip();
    let phones = line.phones(DESKS, of_phones).await?;
    say(&format!("{DESKS} telephones are signed in"));
    let (callers, free) = (Callers::new(of_callers).await?, Free::new(Mutex::new((0..REGIONS).collect())));
    let (begun, mut rung, mut under_way) = (Instant::now(), Rung::default(), JoinSet::new());
    let mut due = begun;
    while due.duration_since(begun) < time {
        tokio::time::sleep_until(due.into()).await;
        rung.due += 1;
        let (callers, phones, free, to) = (callers.clone(), phones.clone(), Arc::clone(&free), line.sip);
        under_way.spawn(async move {
            let region = turn(&free).await;
            let waited = due.elapsed();
            let back = || free.lock().unwrap_or_else(PoisonError::into_inner).push_back(region);
            let rung = callers.rings(to, &number(region), &window(region), &phones, talk, back).await;
            rung.map(|took| took + waited)
        });
        while let Some(over) = under_way.try_join_next() {
            rung.notes(over);
        }
        due += gap(rate);
    }
    while let Some(over) = under_way.join_next().await {
        rung.notes(over);
    }
    let (again, unexpected) = phones.strange();
    if again + unexpected > 0 {
        rung.lost.push(format!("{again} requests came again, {unexpected} telephones rang for nobody"));
    }
    rung.heard = media.and_then(|(phones, callers)| Some([phones.heard()?, callers.heard()?]));
    Ok(rung)
}

impl Rung {
    fn notes(&mut self, over: Result<anyhow::Result<Duration>, tokio::task::JoinError>) {
        match over {
            Ok(Ok(took)) => self.took.push(took),
            Ok(Err(lost)) => self.lost.push(format!("{lost:#}")),
            Err(broken) => self.lost.push(broken.to_string()),
        }
    }
}

async fn turn(free: &Free) -> usize {
    loop {
        let region = free.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match region {
            Some(region) => return region,
            None => tokio::time::sleep(TURN).await,
        }
    }
}

pub(super) async fn by_grpc(line: &Line, rate: f64, time: Duration) -> anyhow::Result<Rung> {
    let token = Token::load(&line.store.path("data/token"), false)?;
    let route = || Ok::<_, anyhow::Error>(far(channel(&format!("http://{}", line.http))?, LIMIT, &token));
    let mut first = Probe::new(route()?, &line.store.db);
    first.all_sign_in().await?;
    say(&format!("{DESKS} desks are signed in"));
    let probes =
        (0..CONNECTIONS).map(|_| Ok(first.over(route()?))).collect::<anyhow::Result<Vec<Probe>>>()?;
    let called = calls(time, rate, &probes).await;
    let lost = [called.refused, first.failures()].concat();
    Ok(Rung { due: called.due, took: called.rung, lost, heard: None })
}
