//! Pushes to centres that are told by webhook: each by itself and in its order, so that one that is away
//! delays nobody else. What one of them refuses again and again is set aside and tried on.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::ids::{OperatorId, TargetId};
use domain::time::Instant;
use shell::alarms::{Alarm, Alarms};
use shell::reconciler::{Left, Reconcile};
use tokio::sync::Notify;

use crate::centre::Centres;
use crate::error::ReferralError;
use crate::keeper::key_of;
use crate::render::Renderer;
use crate::store::{DeliveryRow, Lease, Received};
use crate::webhook::{Sent, Webhooks};

/// Read in one go.
const AT_ONCE: i64 = 50;
/// Refused so often, a message is set aside.
const REFUSALS: i64 = 5;
/// Between two tries: these, then the last one for ever, each a little shorter or longer by chance.
const AGAIN: [u64; 6] = [1, 2, 5, 15, 30, 60];

#[derive(Clone, Debug)]
pub(crate) struct Postman {
    pub(crate) centres: Centres,
    pub(crate) renderer: Renderer,
    pub(crate) webhooks: Webhooks,
    pub(crate) alarms: Alarms,
    pub(crate) owner: String,
    pub(crate) limit: Duration,
    /// Centres that this process pushes to now.
    pub(crate) busy: Arc<Mutex<BTreeSet<String>>>,
    /// A push has ended: look again.
    pub(crate) nudge: Arc<Notify>,
}

#[async_trait]
impl Reconcile for Postman {
    fn name(&self) -> &'static str {
        "referral_postman"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        let store = self.centres.keeper.store.clone();
        let mut next: Option<Instant> = None;
        for (operator, centre, due) in store.to_be_pushed().await? {
            let due = Instant::from_micros(due);
            if due > now {
                next = Some(next.map_or(due, |sooner| sooner.min(due)));
                continue;
            }
            let (Ok(operator), Ok(centre)) = (operator.parse(), centre.parse()) else { continue };
            self.visit(operator, centre);
        }
        let (open, oldest) = store.deliveries_open().await?;
        let debt = u64::try_from(open).unwrap_or(0);
        metrics::gauge!("tomoshibi_referral_deliveries_open")
            .set(f64::from(u32::try_from(debt).unwrap_or(u32::MAX)));
        Ok(Left { debt, oldest, late: 0, next })
    }
}

impl Postman {
    fn visit(&self, operator: OperatorId, centre: TargetId) {
        let key = key_of(operator.as_str(), &centre);
        if !self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone()) {
            return;
        }
        let postman = self.clone();
        tokio::spawn(async move {
            let round = Round { postman: &postman, operator, centre };
            let moved = round.run().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "a push to a centre failed; it is repeated");
                false
            });
            postman.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            if moved {
                postman.nudge.notify_one();
            }
        });
    }
}

/// One centre, as far as it goes now.
struct Round<'a> {
    postman: &'a Postman,
    operator: OperatorId,
    centre: TargetId,
}

impl Round<'_> {
    /// Whether something was pushed, so that more may follow.
    async fn run(&self) -> Result<bool, ReferralError> {
        let (keeper, owner) = (&self.postman.centres.keeper, self.postman.owner.as_str());
        let store = &keeper.store;
        store.number(&self.operator, &self.centre).await?;
        let now = keeper.clock.now();
        let most = self.postman.limit * u32::try_from(AT_ONCE).unwrap_or(50);
        let lease = Lease { owner, until: now + most };
        if !store.take_centre(&self.operator, &self.centre, &lease, now).await? {
            return Ok(false);
        }
        let pushed = self.push_all().await;
        let failures = store.cursor(&self.operator, &self.centre).await?.failures;
        let (moved, failures) = match &pushed {
            Ok((moved, true)) => (*moved, 0),
            Ok((moved, false)) => (*moved, failures + 1),
            Err(_) => (false, failures + 1),
        };
        let next = if failures == 0 { keeper.clock.now() } else { keeper.clock.now() + pause(failures) };
        store.leave_centre(&self.operator, &self.centre, owner, (next, failures)).await?;
        pushed.map(|_| moved)
    }

    /// Whether something was pushed, and whether the centre is there.
    async fn push_all(&self) -> Result<(bool, bool), ReferralError> {
        let keeper = &self.postman.centres.keeper;
        let target = self.postman.renderer.directory.find(&self.operator, self.centre.as_str()).await?;
        let Some(target) = target.filter(|row| row.way == "webhook") else { return Ok((false, true)) };
        let rows = keeper.store.to_push(&self.operator, &self.centre, keeper.clock.now(), AT_ONCE).await?;
        let mut moved = false;
        for row in rows {
            let event = self.postman.renderer.delivery(&row).await?.event;
            let now = keeper.clock.now();
            let sent = match event.is_empty() {
                true => Sent::Refused,
                false => {
                    let message = (row.event_id.as_str(), event.as_str());
                    self.postman.webhooks.send((&self.centre, &target.url), message, now).await
                }
            };
            match sent {
                Sent::Received => {
                    self.received(&row).await?;
                    moved = true;
                }
                Sent::Away => return Ok((moved, false)),
                Sent::Refused if self.refused(&row).await? => moved = true,
                Sent::Refused => return Ok((moved, false)),
            }
        }
        Ok((moved, true))
    }

    async fn received(&self, row: &DeliveryRow) -> Result<(), ReferralError> {
        let keeper = &self.postman.centres.keeper;
        keeper.store.note_handed(&row.event_id, keeper.clock.now()).await?;
        let what = Received::One(row.event_id.clone());
        let of = (row.referral_id.as_str(), row.message);
        self.postman.centres.received(&self.operator, &self.centre, of, what).await?;
        let waited = keeper.clock.now().since(Instant::from_micros(row.at_us));
        metrics::counter!("tomoshibi_referral_handed_total", "way" => "webhook").increment(1);
        metrics::histogram!("tomoshibi_referral_handed_seconds").record(waited.as_secs_f64());
        Ok(())
    }

    /// Whether it holds up nothing any more.
    async fn refused(&self, row: &DeliveryRow) -> Result<bool, ReferralError> {
        let keeper = &self.postman.centres.keeper;
        let (aside, now) = (row.attempts + 1 >= REFUSALS, keeper.clock.now());
        metrics::counter!("tomoshibi_referral_refused_total").increment(1);
        keeper.store.note_refused(&row.event_id, aside, now + pause(row.attempts + 1)).await?;
        if aside && row.aside == 0 {
            let alarm =
                Alarm { kind: "referral_set_aside", operator: Some(self.operator.clone()), window: None };
            self.postman.alarms.raise(alarm, Some(row.referral_id.clone()));
        }
        Ok(aside)
    }
}

fn pause(failures: i64) -> Duration {
    let step = usize::try_from(failures.max(1) - 1).unwrap_or(0).min(AGAIN.len() - 1);
    Duration::from_secs(AGAIN[step]).mul_f64(rand::random_range(0.8..1.0))
}
