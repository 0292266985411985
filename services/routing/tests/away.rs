//! The store is away: routing says so quickly, keeps what it can, and recovers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

mod line;

use std::time::{Duration, Instant};

use line::{Line, Person};
use proto::routing::v1::Presence;
use shell::store::{Db, StoreSettings};
use shell::testkit::Postgres;
use tonic::Code;

/// The default limit and some room for two cores that do much else.
const QUICK: Duration = Duration::from_millis(1500);

async fn line_over(settings: &StoreSettings) -> (Db, Line) {
    let db = shell::testkit::open(settings).await;
    let mut line = Line::new(db.clone(), &[Person::nurse("ito"), Person::nurse("mori")]);
    line.settings.store_limit = Duration::from_millis(150);
    (db, line)
}

/// Seeks until routing has its store again.
async fn seek_until_served(routing: &mut line::Replica, caller: &line::Caller) -> line::CallNews {
    let begun = Instant::now();
    loop {
        match routing.tries_to_seek(caller).await {
            Ok(news) => return news,
            Err(status) => assert_eq!(status.code(), Code::Unavailable),
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "routing recovers by itself");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_postgresql_that_hangs_is_answered_quickly_and_used_again_when_it_is_back() {
    let server = Postgres::own();
    let name = server.create_database().await;
    let (_db, line) = line_over(&StoreSettings::at(server.url(&name))).await;
    let mut routing = line.replica("one").await;
    routing.signs_in("ito").await;
    routing.signs_in("mori").await;
    let talks = routing.caller();
    let mut news = routing.seeks(&talks).await;
    let offer = news.offer().await;
    routing.answers(&talks, &offer).await;
    server.freeze();

    let begun = Instant::now();
    let refused = routing.tries_to_seek(&routing.caller()).await.err().unwrap();
    let took = begun.elapsed();
    let again = Instant::now();
    assert!(routing.tries_to_seek(&routing.caller()).await.is_err());

    assert_eq!(refused.code(), Code::Unavailable);
    assert!(
        took < QUICK && again.elapsed() < Duration::from_millis(100),
        "{took:?}, then {:?}",
        again.elapsed()
    );
    let mut plan = routing.watches_plan().await;
    plan.until(|plan| plan.windows.iter().any(|window| window.ring_list.len() == 2)).await;

    server.thaw();
    let caller = routing.caller();
    let mut served = seek_until_served(&mut routing, &caller).await;

    assert_ne!(served.offer().await.desk_id, offer.desk_id);
    let raised = line.alarms.list(&line::operator_id(), 100).await.unwrap();
    let away = raised.iter().find(|alarm| alarm.kind == "routing_store_away");
    assert!(away.is_none_or(|alarm| alarm.cleared_us.is_some()), "{away:?}");
    assert_eq!(routing.presence(&offer.desk_id).await, Presence::InCall);
}

#[tokio::test]
async fn a_start_without_store_serves_the_plan_of_the_rota_alone() {
    let server = Postgres::own();
    let name = server.create_database().await;
    let (_db, line) = line_over(&StoreSettings::at(server.url(&name))).await;
    server.stop();
    let mut routing = line.replica("one").await;

    let mut plan = routing.watches_plan().await;
    let known = plan.until(|plan| !plan.windows.is_empty()).await;
    let refused = routing.tries_to_seek(&routing.caller()).await.err().unwrap();

    let main = known.windows.iter().find(|window| window.window_id == "main").unwrap();
    let rung: Vec<&str> = main.ring_list.iter().map(|entry| entry.desk_id.as_str()).collect();
    assert_eq!(rung, ["ito", "mori"]);
    assert_eq!(refused.code(), Code::Unavailable);

    server.start_again();
    let caller = routing.caller();
    let mut served = seek_until_served(&mut routing, &caller).await;
    served.nobody_free().await;
}

#[tokio::test]
async fn an_sqlite_file_that_another_process_holds_locked_is_answered_quickly() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("line.db").display());
    let (_db, line) = line_over(&StoreSettings::at(url.clone())).await;
    let mut routing = line.replica("one").await;
    routing.signs_in("ito").await;
    let other = Db::open(&StoreSettings::at(url)).await.unwrap();
    let lock = other.begin().await.unwrap();

    let begun = Instant::now();
    let refused = routing.tries_to_seek(&routing.caller()).await.err().unwrap();
    assert_eq!(refused.code(), Code::Unavailable);
    assert!(begun.elapsed() < QUICK, "{:?}", begun.elapsed());

    drop(lock);
    let caller = routing.caller();
    let mut served = seek_until_served(&mut routing, &caller).await;
    assert_eq!(served.offer().await.desk_id, "ito");
}
