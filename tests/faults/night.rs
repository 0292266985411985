//! What goes on while something fails: a pair that talks, callers who come and go, doctors who are paged.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use proto::escalation::v1::Escalation;
use serde_json::Value;
use shell::grpc::instant;
use tests::{
    EVERYBODY, LineSetup, PATIENCE, PagedTo, TestCaller, TestDesk, TestLine, eventually, ladder_of_messages,
    within,
};
use tokio::time::{sleep, sleep_until};

/// Far more than a caller waits for a telephone that is lifted at once, also on a busy machine.
pub(crate) const UNNOTICED: Duration = Duration::from_secs(8);
/// A caller who comes and goes needs about so long.
const A_CALL: Duration = Duration::from_secs(1);
/// Between two emergencies.
const NEXT_EMERGENCY: Duration = Duration::from_secs(6);
/// A worker whose question was lost asks again after a minute (`shell::reconciler`).
const HUNG: Duration = Duration::from_secs(90);
/// The request of the emergency that comes after all of it.
const AFTERWARDS: &str = "afterwards";
/// Desks are free as soon as they hang up.
pub(crate) const NO_WRAP_UP: &str = "[routing]\nwrap_up = \"0s\"";

/// Ladders whose rungs follow quickly, so that every outage falls on pages that are due.
pub(crate) fn house(setup: LineSetup, gateway: &PagedTo) -> LineSetup {
    house_by_way_of(setup, gateway.at)
}

/// The gateway is reached there.
pub(crate) fn house_by_way_of(setup: LineSetup, gateway: SocketAddr) -> LineSetup {
    let pace = "[escalation]\np1 = [\"0s\", \"8s\", \"16s\", \"24s\", \"32s\"]\nsame_way_again = \"1s\"";
    let gateway = PagedTo::settings_by_way_of(gateway);
    setup.rota(ladder_of_messages()).settings(&format!("{pace}\n{gateway}"))
}

pub(crate) struct Night<'l> {
    telephony: &'l TestLine,
    escalation: &'l TestLine,
    gateway: &'l PagedTo,
    talking: TestCaller,
    callers: [TestCaller; 2],
    desks: Vec<TestDesk>,
    /// Calls that the story makes itself.
    besides: usize,
}

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    waits: Vec<Duration>,
    /// From the first time of asking until the line had it.
    asked: Vec<Duration>,
    most_spooled: u32,
    spooling: Duration,
}

impl<'l> Night<'l> {
    /// All in one process.
    pub(crate) async fn on(line: &'l TestLine, gateway: &'l PagedTo) -> Self {
        Self::with(line, line, gateway).await
    }

    pub(crate) async fn with(
        telephony: &'l TestLine,
        escalation: &'l TestLine,
        gateway: &'l PagedTo,
    ) -> Self {
        let mut desks = Vec::new();
        for name in EVERYBODY {
            desks.push(TestDesk::that_lifts(telephony, name).await);
        }
        let talking = TestCaller::with_number(telephony, "09000000001").await;
        talking.rings().await;
        talking.is_connected(1).await;
        let callers = [
            TestCaller::with_number(telephony, "09000000002").await,
            TestCaller::with_number(telephony, "09000000003").await,
        ];
        Self { telephony, escalation, gateway, talking, callers, desks, besides: 0 }
    }

    /// The story has so many calls of its own, and judges them itself.
    pub(crate) fn besides(self, calls: usize) -> Self {
        Self { besides: calls, ..self }
    }

    /// People ring and doctors are paged until `fault` is over; `story` is its name for the figures.
    pub(crate) async fn goes_on_during(self, story: &str, fault: impl Future<Output = ()>) -> Told {
        let over = AtomicBool::new(false);
        let fault = async {
            fault.await;
            over.store(true, Relaxed);
        };
        let (first, second, asked, spool, ()) = tokio::join!(
            comes_and_goes(&self.callers[0], &over),
            comes_and_goes(&self.callers[1], &over),
            self.asks_for_doctors(&over),
            self.watches_the_spool(&over),
            fault,
        );
        let figures =
            Figures { waits: [first, second].concat(), asked, most_spooled: spool.0, spooling: spool.1 };
        self.is_over(story, figures).await
    }

    async fn asks_for_doctors(&self, over: &AtomicBool) -> Vec<Duration> {
        let mut asked = Vec::new();
        while !over.load(Relaxed) {
            let (begun, request) = (Instant::now(), format!("emergency-{}", asked.len()));
            eventually("the line takes an emergency", async || {
                self.escalation.asks_for_doctors("", "P1", &request).await.ok()
            })
            .await;
            asked.push(begun.elapsed());
            sleep(NEXT_EMERGENCY).await;
        }
        asked
    }

    /// The most batches that waited there, and for how long any did.
    async fn watches_the_spool(&self, over: &AtomicBool) -> (u32, Duration) {
        let (mut most, mut time) = (0, Duration::ZERO);
        while !over.load(Relaxed) {
            let begun = Instant::now();
            let spooled = self.telephony.describe().await.spooled_batches;
            sleep(Duration::from_millis(100)).await;
            most = most.max(spooled);
            time += if spooled > 0 { begun.elapsed() } else { Duration::ZERO };
        }
        (most, time)
    }

    /// The store has everything, in order; nobody was cut off, nobody is left anywhere.
    async fn is_over(self, story: &str, figures: Figures) -> Told {
        let begun = Instant::now();
        self.telephony.spool_is_empty().await;
        let drained = begun.elapsed();
        for process in [self.telephony, self.escalation] {
            every_worker_runs(process).await;
        }
        self.pages_flow_again().await;
        let working = begun.elapsed();
        let heard = self.talking.phone.heard();
        self.talking.hears(heard).await;
        self.talking.hangs_up().await;
        let count = figures.waits.len() + 1 + self.besides;
        let calls = self.telephony.calls_ended(count).await;
        // The end that another node writes leaves room for what the dead one may still have.
        calls
            .iter()
            .filter(|call| call.end.as_deref() != Some("cut_off"))
            .for_each(tests::ToldCall::is_whole);
        assert_eq!(calls.len(), count);
        let well = |call: &&tests::ToldCall| call.has("answered") && call.end.as_deref() == Some("completed");
        let unwell: Vec<_> = calls.iter().filter(|call| !well(call)).collect();
        assert!(unwell.len() <= self.besides, "{unwell:?}");
        self.nobody_is_left().await;
        let pages = self.every_page_is_out(figures.asked.len() + 1).await;
        let by_ring_list =
            calls.iter().filter(|call| call.told("offered", "by").contains(&"ring_list".to_owned()));
        let by_ring_list = by_ring_list.count();
        let longest = figures.waits.iter().max().copied().unwrap_or_default();
        println!(
            "{story}: {} calls ({by_ring_list} by the ring list), longest wait {longest:.1?}; at most {} batches spooled, for \
             {:.1?}, drained {drained:.1?} after the end, all as before after {working:.1?}; {} pages of {} emergencies, \
             latest {:.1?}, longest until one was taken {:.1?}",
            calls.len(),
            figures.most_spooled,
            figures.spooling,
            pages.count,
            figures.asked.len(),
            pages.latest,
            figures.asked.iter().max().copied().unwrap_or_default(),
        );
        assert!(longest < UNNOTICED, "a caller waited {longest:?}");
        Told { most_spooled: figures.most_spooled, by_ring_list, latest_page: pages.latest }
    }

    /// Somebody who needs a doctor after it has one paged.
    async fn pages_flow_again(&self) {
        let after = self.escalation.escalates("", "P1", AFTERWARDS).await;
        eventually("somebody is paged again", async || {
            let told = self.escalation.escalations_if_told().await?;
            let told = told.iter().find(|told| told.escalation_id == after.escalation_id)?;
            let arrivals = self.gateway.arrivals();
            told.pages.iter().any(|page| arrivals.contains_key(&page.page_id)).then_some(())
        })
        .await;
    }

    async fn nobody_is_left(&self) {
        eventually("nobody is left in a call", async || {
            let desks = self.telephony.desks().await;
            let free = desks.len() == self.desks.len() && desks.iter().all(|desk| desk.call_id.is_empty());
            (free && self.telephony.describe().await.live_calls == 0).then_some(())
        })
        .await;
    }

    async fn every_page_is_out(&self, emergencies: usize) -> Pages {
        let before = self.escalation.escalations().await;
        assert_eq!(before.len(), emergencies, "each emergency once");
        for escalation in &before {
            self.escalation.withdraws(&escalation.escalation_id).await;
        }
        eventually("every page of the story is out", async || {
            let told = self.escalation.escalations_if_told().await?;
            let out = told.iter().flat_map(|told| &told.pages).filter(|page| page.out_at.is_some());
            let out: BTreeSet<String> = out.map(|page| page.page_id.clone()).collect();
            (out == self.gateway.pages()).then_some(())
        })
        .await;
        Pages::of(&self.escalation.escalations().await, self.gateway)
    }
}

/// What a story asks of its night.
pub(crate) struct Told {
    pub(crate) most_spooled: u32,
    pub(crate) by_ring_list: usize,
    pub(crate) latest_page: Duration,
}

pub(crate) struct Pages {
    pub(crate) count: usize,
    pub(crate) latest: Duration,
}

impl Pages {
    /// One place on a ladder has one page. It is late by what lies between its moment and the gateway.
    pub(crate) fn of(escalations: &[Escalation], gateway: &PagedTo) -> Self {
        let arrivals = gateway.arrivals();
        let mut places: BTreeMap<(&str, u32, u32, &str), u32> = BTreeMap::new();
        let (mut count, mut latest) = (0, 0);
        for escalation in escalations {
            for page in &escalation.pages {
                let place = (&*escalation.escalation_id, page.round, page.rung, &*page.staff_id);
                *places.entry(place).or_default() += 1;
                let (Some(due), Some(out)) = (&page.due_at, arrivals.get(&page.page_id)) else { continue };
                count += 1;
                latest = latest.max(out.as_microsecond() - instant(due).micros());
            }
        }
        assert!(places.values().all(|pages| *pages == 1), "one place on the ladder, one page: {places:?}");
        Self { count, latest: Duration::from_micros(latest.unsigned_abs()) }
    }
}

/// Each has run since then, and without a fault: none hangs on something that never comes.
async fn every_worker_runs(line: &TestLine) {
    let begun = eventually("the line tells its clock", async || status(line).await?["now_us"].as_i64()).await;
    within(HUNG, "every worker runs again", async || {
        let told = status(line).await?;
        let mut ran =
            told["workers"].as_object()?.values().filter_map(|worker| worker["last_run_us"].as_i64());
        ran.all(|last| last > begun).then_some(())
    })
    .await;
}

/// What its workers owe, by its own clock.
pub(crate) async fn status(line: &TestLine) -> Option<Value> {
    let page = line.page("/status").await;
    serde_json::from_str(page.split("\r\n\r\n").nth(1)?).ok()
}

/// How long each call waited for a human.
async fn comes_and_goes(caller: &TestCaller, over: &AtomicBool) -> Vec<Duration> {
    let mut waits = Vec::new();
    while !over.load(Relaxed) {
        let next = tokio::time::Instant::now() + A_CALL;
        let nth = waits.len() + 1;
        let (rang, heard) = (Instant::now(), caller.phone.heard());
        caller.rings().await;
        caller.is_connected(nth).await;
        waits.push(rang.elapsed());
        caller.hears(heard).await;
        caller.hangs_up().await;
        caller.is_over(nth).await;
        sleep_until(next).await;
    }
    waits
}

/// That long, as an outage lasts.
pub(crate) async fn lasts(time: Duration) {
    assert!(time < PATIENCE, "whoever waits for the end of it would give up");
    sleep(time).await;
}
