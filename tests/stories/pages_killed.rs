//! The process dies while ladders are climbed.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it tells a figure, and has a clock of its own"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use proto::escalation::v1::Escalation;
use shell::testkit::Postgres;
use tests::{LineSetup, PagedTo, TestLine, eventually, ladder_of_messages};

/// How often it dies; `PAGES_KILLED=50` for the long way.
fn deaths() -> u64 {
    std::env::var("PAGES_KILLED").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_dies_again_and_again_sends_every_page_that_was_due_on_sqlite() {
    let gateway = PagedTo::start().await;
    dies_again_and_again(setup(&gateway), gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_dies_again_and_again_sends_every_page_that_was_due_on_postgresql() {
    let server = Postgres::shared();
    let database = server.create_database().await;
    let gateway = PagedTo::start().await;
    let store = format!("[store]\nurl = \"{}\"", server.url(&database));
    dies_again_and_again(setup(&gateway).settings(&store), gateway).await;
}

/// Four doctors who are told by a gateway, a second apart, round after round.
fn setup(gateway: &PagedTo) -> LineSetup {
    let settings = format!(
        "[escalation]\np1 = [\"0s\", \"1s\", \"2s\", \"3s\", \"4s\"]\nsame_way_again = \"1s\"\n{}",
        gateway.settings()
    );
    LineSetup::new().rota(ladder_of_messages()).settings(&settings)
}

async fn dies_again_and_again(setup: LineSetup, gateway: PagedTo) {
    let mut line = setup.start().await;
    for n in 0..3 {
        line.escalates("", "P1", &format!("emergency-{n}")).await;
    }
    let mut slowest = Duration::ZERO;
    for death in 0..deaths() {
        tokio::time::sleep(Duration::from_millis(137 * (death + 1) * 7 % 1900)).await;
        line.kill_9();
        line.starts().await;
        slowest = slowest.max(nothing_is_owed(&line, &gateway).await);
    }
    println!("{} deaths: everything due was out at most {slowest:?} after readiness", deaths());
    for escalation in line.escalations().await {
        line.withdraws(&escalation.escalation_id).await;
    }
    each_page_once(&line.escalations().await, &gateway);
}

/// Everything that was due when the line was ready again has reached the gateway; how long it took.
async fn nothing_is_owed(line: &TestLine, gateway: &PagedTo) -> Duration {
    let (begun, ready) = (Instant::now(), jiff::Timestamp::now());
    eventually("every page that was due is out", async || {
        let due: BTreeSet<String> = line
            .escalations_if_told()
            .await?
            .iter()
            .flat_map(|escalation| &escalation.pages)
            .filter(|page| page.due_at.as_ref().is_some_and(|due| due.seconds < ready.as_second()))
            .map(|page| page.page_id.clone())
            .collect();
        due.is_subset(&gateway.pages()).then_some(())
    })
    .await;
    begun.elapsed()
}

/// A page that was sent twice kept its key; nobody was sent what is not in the story, and nothing was lost.
fn each_page_once(escalations: &[Escalation], gateway: &PagedTo) {
    let mut keys: BTreeMap<(String, u32, u32, String), Vec<String>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for escalation in escalations {
        for page in &escalation.pages {
            told.insert(page.page_id.clone());
            let place = (escalation.escalation_id.clone(), page.round, page.rung, page.staff_id.clone());
            keys.entry(place).or_default().push(page.page_id.clone());
        }
    }
    assert!(keys.values().all(|pages| pages.len() == 1), "one place on the ladder, one page: {keys:?}");
    assert!(gateway.pages().is_subset(&told), "only pages of the story were sent");
    assert!(told.len() > 12, "the ladders were climbed: {}", told.len());
}
