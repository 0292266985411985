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
use shell::reconciler::{IN_NO_HURRY, Left, Reconcile};
use tokio::sync::Notify;

use crate::centre::Centres;
use crate::error::ReferralError;
use crate::keeper::key_of;
use crate::render::Renderer;
use crate::store::{DeliveryRow, Lease, Letter, Received};
use crate::webhook::{Sent, Webhooks};

/// Read in one go.
const AT_ONCE: i64 = 50;
/// Refused so often, a message is set aside.
const REFUSALS: i64 = 5;
/// Between two tries of a message that is refused, in seconds: these, then the last one for ever.
const AGAIN: [u64; 6] = [1, 2, 5, 15, 30, 60];
/// Between two looks whether a centre is there again, for ever. Only the first message is tried while it is
/// away, so a look costs little; with the time to connect (`webhook::CONNECT`) whoever is back is found
/// within two seconds.
const LOOK_AGAIN: Duration = Duration::from_millis(900);

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

    fn gathers(&self) -> Duration {
        IN_NO_HURRY
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
            let look = round.run().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "a push to a centre failed; it is repeated");
                false
            });
            postman.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            if look {
                postman.nudge.notify_one();
            }
        });
    }
}

/// How far a round came.
#[derive(Clone, Copy, Debug)]
struct Pushed {
    moved: bool,
    stopped: Stopped,
}

/// Why nothing more was pushed.
#[derive(Clone, Copy, Debug)]
enum Stopped {
    AtTheEnd,
    Away,
    /// By this one message, which is not set aside yet.
    Refused {
        wait: Duration,
    },
}

/// One centre, as far as it goes now.
struct Round<'a> {
    postman: &'a Postman,
    operator: OperatorId,
    centre: TargetId,
}

impl Round<'_> {
    /// Whether there is more to look at: something was pushed, or the next try has its moment now.
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
        let failures = store.cursor(&self.operator, &self.centre).await?.failures + 1;
        let (wait, failures) = match pushed.as_ref().map_or(Stopped::Away, |pushed| pushed.stopped) {
            Stopped::AtTheEnd => (Duration::ZERO, 0),
            Stopped::Refused { wait } => (wait, failures),
            Stopped::Away => (by_chance(LOOK_AGAIN), failures),
        };
        let next = (keeper.clock.now() + wait, failures);
        store.leave_centre(&self.operator, &self.centre, owner, next).await?;
        pushed.map(|pushed| pushed.moved || failures > 0)
    }

    async fn push_all(&self) -> Result<Pushed, ReferralError> {
        let keeper = &self.postman.centres.keeper;
        let mut pushed = Pushed { moved: false, stopped: Stopped::AtTheEnd };
        let target = self.postman.renderer.directory.find(&self.operator, self.centre.as_str()).await?;
        let Some(target) = target.filter(|row| row.way == "webhook") else { return Ok(pushed) };
        let letters = keeper.store.to_push(&self.operator, &self.centre, keeper.clock.now(), AT_ONCE).await?;
        for letter in letters {
            let row = &letter.row;
            pushed.stopped = match self.push(&letter, &target.url).await? {
                Sent::Received => {
                    self.received(row).await?;
                    Stopped::AtTheEnd
                }
                Sent::Away => Stopped::Away,
                Sent::Refused => self.refused(row).await?,
            };
            match pushed.stopped {
                Stopped::AtTheEnd => pushed.moved = true,
                Stopped::Away | Stopped::Refused { .. } => return Ok(pushed),
            }
        }
        Ok(pushed)
    }

    async fn push(&self, letter: &Letter, url: &str) -> Result<Sent, ReferralError> {
        let (row, event) = (&letter.row, self.postman.renderer.delivery(letter).await?.event);
        if event.is_empty() {
            return Ok(Sent::Refused);
        }
        let (message, now) =
            ((row.event_id.as_str(), event.as_str()), self.postman.centres.keeper.clock.now());
        Ok(self.postman.webhooks.send((&self.centre, url), message, now).await)
    }

    async fn received(&self, row: &DeliveryRow) -> Result<(), ReferralError> {
        let keeper = &self.postman.centres.keeper;
        let what = Received::One(row.event_id.clone());
        let of = (row.referral_id.as_str(), row.message);
        self.postman.centres.received(&self.operator, &self.centre, of, what).await?;
        let waited = keeper.clock.now().since(Instant::from_micros(row.at_us));
        metrics::counter!("tomoshibi_referral_handed_total", "way" => "webhook").increment(1);
        metrics::histogram!("tomoshibi_referral_handed_seconds").record(waited.as_secs_f64());
        Ok(())
    }

    /// Often enough refused, it is set aside and holds up nothing any more.
    async fn refused(&self, row: &DeliveryRow) -> Result<Stopped, ReferralError> {
        let keeper = &self.postman.centres.keeper;
        let (aside, now) = (row.attempts + 1 >= REFUSALS, keeper.clock.now());
        let wait = pause(row.attempts + 1);
        metrics::counter!("tomoshibi_referral_refused_total").increment(1);
        keeper.store.note_refused(&row.event_id, aside, now + wait).await?;
        if aside && row.aside == 0 {
            let alarm =
                Alarm { kind: "referral_set_aside", operator: Some(self.operator.clone()), window: None };
            self.postman.alarms.raise(alarm, Some(row.referral_id.clone()));
        }
        Ok(if aside { Stopped::AtTheEnd } else { Stopped::Refused { wait } })
    }
}

fn pause(refusals: i64) -> Duration {
    let step = usize::try_from(refusals.max(1) - 1).unwrap_or(0).min(AGAIN.len() - 1);
    by_chance(Duration::from_secs(AGAIN[step]))
}

/// A little shorter, so that not all come at the same moment.
fn by_chance(wait: Duration) -> Duration {
    wait.mul_f64(rand::random_range(0.8..1.0))
}
