//! PostgreSQL behind a way that fails.

use std::time::Duration;

use shell::testkit::Postgres;
use tests::{FaultProxy, LineSetup, PagedTo, TestLine, Way};

use crate::night::{NO_WRAP_UP, Night, Told, house, lasts};

const AWAY: Duration = Duration::from_secs(20);
/// More than the store's whole budget.
const LATE: Duration = Duration::from_millis(400);

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_each_answer_of_the_store_is_400_ms_late() {
    let told = with_the_way(&[Way::Slow(LATE)], "store slow by 400 ms").await;
    assert!(told.most_spooled > 0, "events went past a store that is slower than its budget");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_the_way_to_the_store_is_half_open() {
    let told = with_the_way(&[Way::Stuck], "store half-open").await;
    assert!(told.most_spooled > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_the_store_refuses_connections() {
    let told = with_the_way(&[Way::Refuses], "store refused").await;
    assert!(told.most_spooled > 0);
}

/// As when its machine loses power and another takes the address: the old connections never say a word again.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_vanished_without_a_word_is_found_again_at_its_address() {
    // Slow at first, so that many an answer is under way when nothing comes any more.
    let told = with_the_way(&[Way::Slow(LATE), Way::Swallows], "store vanished").await;
    assert!(told.most_spooled > 0);
}

/// The way is so, one after the other, and open again at the end.
async fn with_the_way(ways: &[Way], story: &str) -> Told {
    let server = Postgres::own();
    let direct = server.url(&server.create_database().await);
    let proxy = FaultProxy::to_url(&direct).await;
    let gateway = PagedTo::start().await;
    let line = on(&proxy.url(&direct), &gateway).await;
    let night = Night::on(&line, &gateway).await;
    night
        .goes_on_during(story, async {
            lasts(Duration::from_secs(3)).await;
            for way in ways {
                proxy.is(*way);
                lasts(AWAY / u32::try_from(ways.len()).unwrap()).await;
            }
            proxy.is(Way::Open);
        })
        .await
}

async fn on(store: &str, gateway: &PagedTo) -> TestLine {
    house(LineSetup::new(), gateway)
        .settings(NO_WRAP_UP)
        .settings(&format!("[store]\nurl = \"{store}\""))
        .start()
        .await
}
