//! The primary of PostgreSQL dies, and its standby takes its place behind the address that the line knows.

use std::time::{Duration, Instant};

use shell::testkit::Postgres;
use tests::{FaultProxy, LineSetup, PagedTo, Standby, address_of, postgres_dies};

use crate::night::{NO_WRAP_UP, Night, house, lasts};

/// How long those who watch PostgreSQL (Patroni and its like) need to be sure.
const UNTIL_PROMOTED: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_primary_of_postgresql_dies_and_its_standby_is_promoted() {
    takes_its_place("PostgreSQL failover, killed", postgres_dies).await;
}

/// A machine that hangs: its connections stay up and say nothing for ever.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_primary_of_postgresql_hangs_and_its_standby_is_promoted() {
    takes_its_place("PostgreSQL failover, hanging", Postgres::freeze).await;
}

async fn takes_its_place(story: &str, fails: impl Fn(&Postgres)) {
    let primary = Postgres::own();
    let standby = Standby::of(&primary).await;
    let database = primary.create_database().await;
    let gateway = PagedTo::start().await;
    // What an operator has there: a service address, or HAProxy.
    let address = FaultProxy::to_url(&primary.url(&database)).await;
    let store = format!("[store]\nurl = \"{}\"", address.url(&primary.url(&database)));
    let line = house(LineSetup::new(), &gateway).settings(NO_WRAP_UP).settings(&store).start().await;
    let night = Night::on(&line, &gateway).await;

    let told = night
        .goes_on_during(story, async {
            lasts(Duration::from_secs(5)).await;
            let died = Instant::now();
            fails(&primary);
            lasts(UNTIL_PROMOTED).await;
            standby.is_promoted().await;
            address.leads_to(address_of(&standby.url(&database)));
            let promoted = died.elapsed();
            line.spool_is_empty().await;
            println!(
                "{story}: promoted {promoted:.1?} after it failed, the spool empty after {:.1?}",
                died.elapsed()
            );
            lasts(Duration::from_secs(5)).await;
        })
        .await;

    assert!(told.most_spooled > 0);
}
