//! What anybody may read: it stays up when the rest is down, and takes nothing from callers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use shell::testkit::Postgres;
use tests::{Browser, LineSetup, Look, Sent, Tab, TestCaller, TestDesk, TestLine, eventually, get};

use crate::NUMBER;

const PAGE: &str = "/public/window";
/// Far more than a page needs that is ready, also on a busy machine, and less than a store's limits.
const AT_ONCE: Duration = Duration::from_secs(8);

/// In each of its forms, with the number of the window.
async fn answers(at: SocketAddr) {
    for form in ["text/html", "application/ld+json", "text/calendar"] {
        let begun = Instant::now();
        let told: Sent = get(at, PAGE, &[("accept", form)]).await;
        assert_eq!(told.status, 200, "{form}: {}", told.head);
        assert!(begun.elapsed() < AT_ONCE, "{form} took {:?}", begun.elapsed());
        assert!(told.header("content-type").is_some_and(|kind| kind.starts_with(form)));
        // The calendar has special days only; every form names the window.
        assert!(String::from_utf8(told.body).unwrap().contains("24時間相談"), "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_answers_while_postgresql_is_stopped() {
    let server = Postgres::own();
    let database = server.create_database().await;
    let store = format!("[store]\nurl = \"{}\"", server.url(&database));
    let line = LineSetup::new().settings(&store).start().await;
    answers(line.http).await;

    server.stop();
    eventually("the line sees that the store is away", async || {
        line.page("/ready").await.contains("the store does not answer").then_some(())
    })
    .await;
    answers(line.http).await;

    server.start_again();
    answers(line.http).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn served_alone_the_page_needs_no_store_and_opens_none() {
    let nowhere = "[store]\nurl = \"postgres://nobody@127.0.0.1:1/nothing\"";
    let mut alone = LineSetup::new().settings(nowhere).services(&["public"]).start().await;

    answers(alone.http).await;
    assert!(alone.page("/ready").await.ends_with("\r\n\r\nready\n"));
    assert!(!alone.data().join("line.db").exists() && !alone.data().join("keys.toml").exists());

    alone.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_answers_while_the_line_drains() {
    let mut line = LineSetup::new().start().await;
    let desk = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    line.call_that("the call is answered", |call| call.has("picked_up")).await;

    line.told_to_stop();
    line.logs("draining").await;
    answers(line.http).await;

    caller.hangs_up().await;
    assert!(line.ends().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_readers_is_told_to_come_again_and_callers_notice_nothing() {
    let line = LineSetup::new().settings("[public]\nmost_per_second = 20").start().await;
    let _desk = TestDesk::that_lifts(&line, "ito").await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    let flood = Flood::begins(line.http);
    flood.has_refused(100).await;

    let rang = Instant::now();
    caller.rings().await;
    caller.is_connected(1).await;

    assert!(rang.elapsed() < AT_ONCE, "the caller waited {:?}", rang.elapsed());
    let heard = caller.phone.heard();
    caller.hears(heard).await;
    flood.ends().await;
}

/// Readers who ask again as soon as they have their answer.
struct Flood {
    refused: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    readers: Vec<tokio::task::JoinHandle<()>>,
}

impl Flood {
    fn begins(at: SocketAddr) -> Self {
        let (refused, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let reader = || {
            let (refused, over) = (refused.clone(), over.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let told = get(at, PAGE, &[]).await;
                    assert!(matches!(told.status, 200 | 503), "{}", told.head);
                    refused.fetch_add(usize::from(told.status == 503), Ordering::Relaxed);
                }
            })
        };
        let readers = (0..8).map(|_| reader()).collect();
        Self { refused, over, readers }
    }

    async fn has_refused(&self, many: usize) {
        eventually("readers are told to come again", async || {
            (self.refused.load(Ordering::Relaxed) >= many).then_some(())
        })
        .await;
    }

    async fn ends(self) {
        self.over.store(true, Ordering::Relaxed);
        for reader in self.readers {
            reader.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_no_fault_in_either_language_on_a_desktop_and_a_phone() {
    let line: TestLine = LineSetup::example().start().await;
    let browser = Browser::starts();
    let mut faults = Vec::new();
    for (tongue, words) in [("ja", "今の受付"), ("en", "Now")] {
        for (name, asked) in [("all", ""), ("one", "window=welfare&")] {
            let url = format!("http://{}{PAGE}?{asked}lang={tongue}", line.http);
            let name = format!("public-{name}-{tongue}");
            let page = Tab::opens(&browser, &name, &url, Look::JAPANESE).await;
            page.sees_heading(words).await;
            faults.extend(page.faults(&name).await);
            faults.extend(page.errors().await);
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
