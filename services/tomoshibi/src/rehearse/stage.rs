//! Where a drill takes place: two parties that listen, the line's own word by
//! gRPC, and how long anything may be waited for.

use std::time::Duration;

use ::telephony::drill::{News, Party};
use ::telephony::edge::{Cause, EdgeEvent};
use domain::ids::LegId;
use domain::time::Instant;
use proto::routing::v1 as routing;
use proto::telephony::v1 as telephony;
use shell::clock::Clock;

use super::timeline::{Timeline, What};
use crate::client::Client;

/// Beyond its budget a step is waited for this long, so that late can be told from never.
const GRACE: Duration = Duration::from_secs(10);
/// Between two looks at what the line says of itself.
const LOOK: Duration = Duration::from_millis(25);
/// Calls that may begin beside the drill on a running line.
const CALLS: u32 = 50;

/// A party and what it has heard that nobody has asked for yet.
pub(super) struct Listener {
    pub(super) party: Party,
    heard: Vec<News>,
}

impl Listener {
    pub(super) fn new(party: Party) -> Self {
        Self { party, heard: Vec::new() }
    }

    /// The first event that `found` wants, heard before or within `limit`.
    pub(super) async fn until<T>(
        &mut self,
        limit: Duration,
        found: impl Fn(&EdgeEvent) -> Option<T>,
    ) -> Option<(Instant, T)> {
        for (n, news) in self.heard.iter().enumerate() {
            if let Some(it) = found(&news.event) {
                return Some((self.heard.remove(n).at, it));
            }
        }
        let news = async {
            while let Some(news) = self.party.next().await {
                match found(&news.event) {
                    Some(it) => return Some((news.at, it)),
                    None => self.heard.push(news),
                }
            }
            None
        };
        tokio::time::timeout(limit, news).await.ok().flatten()
    }
}

/// None from a scene: a step did not come, and the timeline says which.
pub(super) struct Stage {
    pub(super) clock: Clock,
    pub(super) client: Client,
    pub(super) timeline: Timeline,
}

impl Stage {
    pub(super) fn limit(&self, budget: Option<Duration>) -> Duration {
        self.timeline.stretched(budget.unwrap_or_default()) + GRACE
    }

    /// Waits for an event and notes it.
    pub(super) async fn expect<T>(
        &mut self,
        what: What,
        since: Instant,
        budget: Option<Duration>,
        listener: &mut Listener,
        found: impl Fn(&EdgeEvent) -> Option<T>,
    ) -> Option<(Instant, T)> {
        let limit = self.limit(budget);
        match listener.until(limit, found).await {
            Some((at, it)) => {
                self.timeline.came(what, since, at, budget);
                Some((at, it))
            }
            None => {
                self.timeline.missed(what, self.clock.now().since(since), "it did not happen");
                None
            }
        }
    }

    /// Looks at the line until `found`, and notes it; else notes what was seen last.
    pub(super) async fn see<T>(
        &mut self,
        what: What,
        since: Instant,
        budget: Option<Duration>,
        look: impl AsyncFn(&Client) -> Result<T, String>,
    ) -> Option<T> {
        let until = self.clock.now() + self.limit(budget);
        loop {
            let seen = look(&self.client).await;
            let now = self.clock.now();
            match seen {
                Ok(it) => {
                    self.timeline.came(what, since, now, budget);
                    return Some(it);
                }
                Err(note) if now >= until => {
                    self.timeline.missed(what, now.since(since), note);
                    return None;
                }
                Err(_) => tokio::time::sleep(LOOK).await,
            }
        }
    }
}

pub(super) fn rings(leg: LegId) -> impl Fn(&EdgeEvent) -> Option<()> {
    move |event| matches!(event, EdgeEvent::Ringing { leg: it } if *it == leg).then_some(())
}

pub(super) fn answered(leg: LegId) -> impl Fn(&EdgeEvent) -> Option<()> {
    move |event| matches!(event, EdgeEvent::Answered { leg: it } if *it == leg).then_some(())
}

pub(super) fn ended(leg: LegId) -> impl Fn(&EdgeEvent) -> Option<Cause> {
    move |event| {
        if let EdgeEvent::Ended { leg: it, cause } = event
            && *it == leg
        {
            return Some(*cause);
        }
        None
    }
}

/// The phone of this desk is rung: the leg.
pub(super) fn phone_rings(desk: &str) -> impl Fn(&EdgeEvent) -> Option<LegId> {
    move |event| {
        if let EdgeEvent::Incoming(call) = event
            && call.called == desk
        {
            return Some(call.leg);
        }
        None
    }
}

impl Client {
    /// The desk as the line sees it now; a fault in words when it cannot be seen.
    pub(super) async fn desk(&self, desk: &str) -> Result<routing::Desk, String> {
        let request = routing::ListDesksRequest { operator_id: self.operator.clone() };
        let all = self.desks().list_desks(request).await.map_err(|status| status.message().to_owned())?;
        let mut all = all.into_inner().desks.into_iter();
        all.find(|it| it.desk_id == desk).ok_or_else(|| format!("desk {desk} is not signed in"))
    }

    /// The desk when it is doing `presence`; else in words what it is doing.
    pub(super) async fn desk_doing(
        &self,
        desk: &str,
        presence: routing::Presence,
    ) -> Result<routing::Desk, String> {
        let seen = self.desk(desk).await?;
        match seen.presence() == presence {
            true => Ok(seen),
            false => Err(format!("desk {desk} is {}", seen.presence().as_str_name())),
        }
    }

    /// The newest calls.
    pub(super) async fn newest_calls(&self) -> Result<Vec<telephony::Call>, String> {
        let request = telephony::ListCallsRequest {
            operator_id: self.operator.clone(),
            since: None,
            limit: CALLS,
            call_id: String::new(),
        };
        let calls = self.calls().list_calls(request).await.map_err(|status| status.message().to_owned())?;
        Ok(calls.into_inner().calls)
    }

    pub(super) async fn call_backs(&self) -> Result<Vec<telephony::CallBack>, String> {
        let request = telephony::ListCallBacksRequest { operator_id: self.operator.clone() };
        let owed =
            self.calls().list_call_backs(request).await.map_err(|status| status.message().to_owned())?;
        Ok(owed.into_inner().call_backs)
    }
}
