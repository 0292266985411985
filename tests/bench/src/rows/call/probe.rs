//! A telephony process, as routing sees it: it seeks a desk for a call, hears the offer, says that it was
//! answered and that it is over. And it looks whether all that was right.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use proto::routing::v1 as pb;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::routing::v1::seek_desk_response::News;
use shell::clock::Clock;
use shell::grpc::{Route, timestamp};
use shell::on;
use shell::store::Db;
use tonic::Streaming;
use uuid::Uuid;

use crate::rows::nation::{DESKS, Need, OPERATOR, desk_id};

/// No offer takes so long but a lost one.
const LIMIT: Duration = Duration::from_secs(20);
/// A sign-in of the longest run.
const SHIFT: i64 = 12 * 3600;

/// Cheap to clone: many calls have one probe.
#[derive(Clone)]
pub(crate) struct Probe {
    routing: RoutingServiceClient<Route>,
    db: Db,
    clock: Clock,
    seen: Arc<Mutex<Seen>>,
}

/// What must always hold, and where it did not.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Which call holds a desk, from its offer until it is let go.
    held: HashMap<String, String>,
    /// Calls of a region that are sought or held.
    under_way: HashMap<usize, usize>,
    pub(super) failures: Vec<String>,
    /// Offers that were found in the store when they were heard.
    pub(super) found: usize,
    /// Times that a caller was told that nobody is free, rightly.
    pub(super) waited: usize,
}

/// A call that is offered to a desk.
#[derive(Debug)]
pub(crate) struct Offered {
    call: String,
    need: Need,
    offer: pb::Offer,
    /// Whoever lets go of it gives the offer back.
    _news: Streaming<pb::SeekDeskResponse>,
    /// From the request to the offer.
    pub(crate) took: Duration,
}

impl Probe {
    pub(crate) fn new(route: Route, db: &Db) -> Self {
        Self {
            routing: RoutingServiceClient::new(route),
            db: db.clone(),
            clock: Clock::system(),
            seen: Arc::default(),
        }
    }

    /// The same eyes over another connection.
    pub(crate) fn over(&self, route: Route) -> Self {
        Self { routing: RoutingServiceClient::new(route), ..self.clone() }
    }

    pub(crate) async fn all_sign_in(&mut self) -> anyhow::Result<()> {
        for desk in (0..DESKS).map(desk_id) {
            let asked = pb::SignInRequest {
                operator_id: OPERATOR.into(),
                desk_id: desk.clone(),
                staff_id: desk.clone(),
                lease: Some(prost_types::Duration { seconds: SHIFT, nanos: 0 }),
                renewal: false,
            };
            self.routing.sign_in(asked).await.with_context(|| format!("{desk} cannot sign in"))?;
        }
        Ok(())
    }

    /// A caller rings; returns when a desk is offered.
    pub(crate) async fn seeks(&mut self, need: Need) -> anyhow::Result<Offered> {
        let call = Uuid::now_v7().to_string();
        let asked = pb::SeekDeskRequest {
            operator_id: OPERATOR.into(),
            call_id: call.clone(),
            window_id: need.window_id(),
            place_class: pb::PlaceClass::Ordinary.into(),
            waiting_since: Some(timestamp(self.clock.now())),
            circle: 0,
            language: need.language().into(),
            region_id: need.region_id(),
            owner: "bench".into(),
        };
        self.saw(|seen| *seen.under_way.entry(need.region).or_default() += 1);
        let begun = Instant::now();
        let mut news = self.routing.seek_desk(asked).await.context("routing refuses a call")?.into_inner();
        loop {
            let said = tokio::time::timeout(LIMIT, news.message()).await;
            let said = said.context("a call was not rung within 20 s")??.context("a call's stream ended")?;
            match said.news {
                Some(News::Offer(offer)) => {
                    let took = begun.elapsed();
                    self.saw(|seen| seen.offered(&offer.desk_id, &call));
                    return Ok(Offered { call, need, offer, _news: news, took });
                }
                Some(News::NobodyFree(_)) => self.saw(|seen| seen.nobody_free(need)),
                Some(News::Withdrawn(_)) | None => bail!("an offer that nobody ever heard of was withdrawn"),
            }
        }
    }

    /// Whether the store has the offer that was just heard: no telephone rings before its commit.
    pub(crate) async fn is_committed(&self, offered: &Offered) -> anyhow::Result<()> {
        let sql = "SELECT offer_id FROM desk WHERE operator_id = $1 AND desk_id = $2";
        let (stored,): (Option<String>,) = on!(self.db.read(), pool => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(OPERATOR).bind(&offered.offer.desk_id).fetch_one(pool).await)?;
        let offer = &offered.offer.offer_id;
        self.saw(|seen| match stored.as_ref() == Some(offer) {
            true => seen.found += 1,
            false => seen.failures.push(format!("offer {offer} was heard before the store had it")),
        });
        Ok(())
    }

    /// It is answered, and it is over.
    pub(crate) async fn ends(&mut self, offered: Offered) -> anyhow::Result<()> {
        let Offered { call, need, offer, .. } = offered;
        let asked = pb::ReportOfferRequest {
            operator_id: OPERATOR.into(),
            call_id: call.clone(),
            offer_id: offer.offer_id,
            desk_id: offer.desk_id.clone(),
            outcome: pb::OfferOutcome::Answered.into(),
            takes_over: false,
        };
        self.routing.report_offer(asked).await.context("routing does not take an answer")?;
        // From here on routing may offer it to somebody else.
        self.saw(|seen| drop(seen.held.remove(&offer.desk_id)));
        let asked = pb::EndCallRequest { operator_id: OPERATOR.into(), call_id: call };
        self.routing.end_call(asked).await.context("routing does not take an end")?;
        self.saw(|seen| *seen.under_way.entry(need.region).or_default() -= 1);
        Ok(())
    }

    pub(super) fn saw<T>(&self, what: impl FnOnce(&mut Seen) -> T) -> T {
        what(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn failures(&self) -> Vec<String> {
        self.saw(|seen| seen.failures.clone())
    }
}

impl Seen {
    fn offered(&mut self, desk: &str, call: &str) {
        if let Some(other) = self.held.insert(desk.to_owned(), call.to_owned()) {
            self.failures.push(format!("desk {desk} was claimed for {call} and {other} at once"));
        }
    }

    /// With fewer others under way in the region than desks that could answer, one of them was idle.
    fn nobody_free(&mut self, need: Need) {
        let others = self.under_way.get(&need.region).copied().unwrap_or(0).saturating_sub(1);
        let qualified = need.qualified();
        match others < qualified {
            true => self.failures.push(format!(
                "nobody was free for {need:?} though at least {} of {qualified} desks were idle",
                qualified - others
            )),
            false => self.waited += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEED: Need = Need { region: 3, language: 15 };

    #[test]
    fn a_desk_that_is_offered_to_two_calls_at_once_is_a_failure() {
        let mut seen = Seen::default();
        seen.offered("s0001", "a");
        seen.offered("s0002", "b");
        assert!(seen.failures.is_empty());

        seen.offered("s0001", "b");

        assert_eq!(seen.failures, ["desk s0001 was claimed for b and a at once"]);
    }

    #[test]
    fn nobody_free_is_a_failure_only_when_an_idle_desk_is_certain() {
        let mut seen = Seen::default();
        assert_eq!(NEED.qualified(), 1);

        seen.under_way.insert(NEED.region, 2);
        seen.nobody_free(NEED);
        assert_eq!((seen.failures.len(), seen.waited), (0, 1));

        seen.under_way.insert(NEED.region, 1);
        seen.nobody_free(NEED);
        assert_eq!(seen.failures.len(), 1);
    }
}
