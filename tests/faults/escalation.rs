//! One of two escalation processes is frozen beyond its lease, and then goes on.

use std::time::Duration;

use shell::testkit::Postgres;
use tests::{FaultProxy, LineSetup, PagedTo, Way};

use crate::night::{NO_WRAP_UP, Night, house_by_way_of, lasts};

/// `shell::process::LEASE` and a period, and the same again for a busy machine.
const LEASE: Duration = Duration::from_secs(22);

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_lost_doubled_or_later_than_a_lease_when_an_escalation_process_freezes() {
    let (server, gateway) = (Postgres::shared(), PagedTo::start().await);
    let store = server.url(&server.create_database().await);
    // A slow receiver: whoever freezes has pages in its hands.
    let to_gateway = FaultProxy::to(gateway.at).await;
    to_gateway.is(Way::Slow(Duration::from_secs(1)));
    let process = |node: &str| {
        let top = LineSetup::new().settings(&format!("node = \"{node}\"\n[store]\nurl = \"{store}\""));
        house_by_way_of(top, to_gateway.at)
    };
    let line = process("line").settings(NO_WRAP_UP).services(&["routing", "telephony"]).start().await;
    let freezes = process("freezes").services(&["escalation"]).beside(&line).start().await;
    let other = process("other").services(&["escalation"]).beside(&line).start().await;
    let night = Night::with(&line, &other, &gateway).await;

    let told = night
        .goes_on_during("escalation process frozen", async {
            lasts(Duration::from_secs(6)).await;
            freezes.freezes();
            lasts(Duration::from_secs(18)).await;
            freezes.thaws();
            lasts(Duration::from_secs(8)).await;
        })
        .await;

    println!("pages brought {} times under {} keys", gateway.times(), gateway.pages().len());
    assert!(told.latest_page < LEASE, "a page was {:?} late", told.latest_page);
}
