//! Routing in a process of its own: frozen, half-open, slow, without its store.

use std::time::Duration;

use shell::testkit::Postgres;
use tests::{FaultProxy, LineSetup, PagedTo, TestLine, Way};

use crate::night::{NO_WRAP_UP, Night, Told, house, lasts};

const AWAY: Duration = Duration::from_secs(15);
/// Routing answers within 300 ms, or the ring list is taken.
const LATE: Duration = Duration::from_millis(400);

struct House {
    gateway: PagedTo,
    /// Between telephony and routing, and between routing and PostgreSQL.
    to_routing: FaultProxy,
    to_store: FaultProxy,
    routing: TestLine,
    telephony: TestLine,
    _server: Postgres,
}

impl House {
    async fn stands() -> Self {
        let (server, gateway) = (Postgres::shared(), PagedTo::start().await);
        let direct = server.url(&server.create_database().await);
        let to_store = FaultProxy::to_url(&direct).await;
        let routing = process("routing-1", &gateway, &to_store.url(&direct)).settings(NO_WRAP_UP);
        let routing = routing.services(&["routing"]).start().await;
        let to_routing = FaultProxy::to(routing.http).await;
        let telephony = process("telephony-1", &gateway, &direct).services(&["telephony", "escalation"]);
        let telephony = telephony.routed_through(to_routing.at, &routing).start().await;
        Self { gateway, to_routing, to_store, routing, telephony, _server: server }
    }

    async fn goes_on_during(&self, story: &str, begin: impl Fn(&Self), end: impl Fn(&Self)) -> Told {
        let night = Night::on(&self.telephony, &self.gateway).await;
        let told = night
            .goes_on_during(story, async {
                lasts(Duration::from_secs(3)).await;
                begin(self);
                lasts(AWAY).await;
                end(self);
                lasts(Duration::from_secs(5)).await;
            })
            .await;
        assert_eq!(told.most_spooled, 0, "the store of telephony was there all the time");
        assert!(told.by_ring_list > 0, "routing was not missed");
        told
    }
}

fn process(node: &str, gateway: &PagedTo, store: &str) -> LineSetup {
    // A setting outside every table comes first in the file.
    let top = LineSetup::new().settings(&format!("node = \"{node}\"\n[store]\nurl = \"{store}\""));
    house(top, gateway)
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_routing_is_frozen() {
    let house = House::stands().await;
    house
        .goes_on_during("routing frozen", |house| house.routing.freezes(), |house| house.routing.thaws())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_the_way_to_routing_is_half_open() {
    goes_by_the_ring_list("routing half-open", Way::Stuck).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_routing_answers_400_ms_late() {
    goes_by_the_ring_list("routing slow by 400 ms", Way::Slow(LATE)).await;
}

async fn goes_by_the_ring_list(story: &str, way: Way) {
    let house = House::stands().await;
    house
        .goes_on_during(story, |house| house.to_routing.is(way), |house| house.to_routing.is(Way::Open))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_routing_alone_has_no_store() {
    let house = House::stands().await;
    let (begin, end) =
        (|house: &House| house.to_store.is(Way::Stuck), |house: &House| house.to_store.is(Way::Open));
    house.goes_on_during("routing without its store", begin, end).await;
}
