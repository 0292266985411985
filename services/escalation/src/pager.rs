//! Pages by mail and webhook. Each receiver has its own places, so that a slow or poisoned one delays
//! nobody else; sends go on while the worker looks again.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::escalation::{Channel, PageNumber, PageOutcome};
use domain::time::Instant;
use on_call_rota::{ContactPoint, Language};
use rand::RngExt;
use shell::call_trace;
use shell::reconciler::{Left, Reconcile};
use shell::shutdown::Shutdown;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tracing::Instrument;

use crate::channels::{Channels, Message, Sent};
use crate::config::Settings;
use crate::error::EscalationError;
use crate::keeper::{Also, Keeper, Taken};
use crate::store::{Candidate, Kept, Taking};
use crate::voice;

/// Messages under way at one receiver.
const PLACES: usize = 8;
/// Messages looked at in one run. Beyond all places of a dozen receivers.
const AT_ONCE: u32 = 1000;
/// Of one attempt, beyond which another process may try.
const LEASE: Duration = Duration::from_secs(120);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

pub(crate) struct Pager {
    pub(crate) keeper: Keeper,
    pub(crate) settings: Arc<Settings>,
    pub(crate) channels: Channels,
    pub(crate) receivers: Receivers,
    /// Woken when a place is free again.
    pub(crate) freed: Arc<Notify>,
    pub(crate) shutdown: Shutdown,
}

/// The places of each receiver.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receivers(Arc<Mutex<BTreeMap<String, Arc<Semaphore>>>>);

impl Receivers {
    /// None when all of its places are taken.
    fn place(&self, receiver: &str) -> Option<OwnedSemaphorePermit> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let places = all.entry(receiver.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(PLACES)));
        places.clone().try_acquire_owned().ok()
    }
}

/// One attempt that has begun.
struct Attempt {
    kept: Kept,
    to: ContactPoint,
    number: PageNumber,
    taking: Taking,
    attempt: u32,
}

#[async_trait]
impl Reconcile for Pager {
    fn name(&self) -> &'static str {
        "escalation_pager"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        let (mut next, owner) = (None, self.settings.owner.to_string());
        for channel in [Channel::Mail, Channel::Webhook] {
            for candidate in self.keeper.store.due_by(channel, &owner, now, AT_ONCE).await? {
                // One message that cannot be sent must not keep the others.
                if let Err(error) = self.begin(&candidate).await {
                    tracing::error!(%error, page = candidate.page_id, "a message cannot be sent");
                }
            }
            next = next.into_iter().chain(self.keeper.store.next_due(channel, now).await?).min();
        }
        let (debt, oldest) = self.keeper.store.debt(self.keeper.clock.now()).await?;
        Ok(Left { debt: u64::try_from(debt).unwrap_or(0), oldest, next, ..Left::default() })
    }
}

impl Pager {
    async fn begin(&self, candidate: &Candidate) -> Result<(), EscalationError> {
        let Some((page, id, number)) = voice::key(candidate) else { return Ok(()) };
        let contacts = self.keeper.store.contacts(id).await?;
        let Some(to) = contacts.get(voice::contact(candidate)).cloned() else { return Ok(()) };
        let Some(place) = self.receivers.place(receiver(&to)) else { return Ok(()) };
        let owner = self.settings.owner.to_string();
        let taking = Taking { page, owner, until: self.keeper.clock.now() + LEASE };
        let taken = self.keeper.take(id, number, taking.clone()).await?;
        let Some(Taken { kept, attempt, .. }) = taken else { return Ok(()) };
        self.go(Attempt { kept, to, number, taking, attempt }, place);
        Ok(())
    }

    /// Sends it beside everything else. A drain waits for it.
    fn go(&self, attempt: Attempt, place: OwnedSemaphorePermit) {
        let (keeper, channels) = (self.keeper.clone(), self.channels.clone());
        let (most, freed) = (self.settings.attempts, self.freed.clone());
        let span = tracing::info_span!("send_page", page = %attempt.taking.page);
        let span = call_trace::joins(span, attempt.kept.machine.case().call);
        let send = async move {
            let sent = match message(&attempt, keeper.clock.now()) {
                Some(message) => channels.send(&attempt.to, &message).await,
                None => Sent::Refused { detail: "no_page".to_owned() },
            };
            if let Err(error) = settle(&keeper, &attempt, sent, most).await {
                // Its lease runs out and it is sent again, under the same key.
                tracing::warn!(%error, page = %attempt.taking.page, "what became of a message is not kept");
            }
            drop(place);
            freed.notify_one();
        };
        self.shutdown.spawn(send.instrument(span));
    }
}

async fn settle(keeper: &Keeper, attempt: &Attempt, sent: Sent, most: u32) -> Result<(), EscalationError> {
    let now = keeper.clock.now();
    let (outcome, detail) = match sent {
        Sent::Delivered => {
            keeper.store.note_delivered(attempt.taking.page, now).await?;
            (PageOutcome::Delivered, String::new())
        }
        Sent::Again { detail } if attempt.attempt < most => {
            let next = now + pause(attempt.attempt);
            return Ok(keeper.store.attempt_again(&attempt.taking, next, &detail, now).await?);
        }
        Sent::Again { detail } | Sent::Refused { detail } => (PageOutcome::Failed, detail),
    };
    let also = Also::Detail(attempt.taking.page, detail);
    let change = |machine: &mut domain::escalation::Escalation, now| {
        Ok((machine.page_ended(attempt.number, outcome, now), ()))
    };
    keeper.push_with(attempt.kept.id, also, change).await.map(drop)
}

/// 1 s, 2 s, 4 s … give or take a fifth, so that many do not come back together.
fn pause(attempt: u32) -> Duration {
    let doubled = FIRST_PAUSE * 2_u32.saturating_pow(attempt.saturating_sub(1).min(16));
    let pause = doubled.min(LONGEST_PAUSE);
    pause.mul_f64(rand::rng().random_range(0.8..1.2))
}

/// Those that share a gateway share its places.
fn receiver(to: &ContactPoint) -> &str {
    match to {
        ContactPoint::Webhook { receiver, .. } => receiver,
        // No webhook is called so: names are without a colon.
        ContactPoint::Mail(_) => "mail:",
        ContactPoint::Sip(_) | ContactPoint::Tel(_) => "voice:",
    }
}

fn message(attempt: &Attempt, at: Instant) -> Option<Message> {
    let (machine, case) = (&attempt.kept.machine, attempt.kept.machine.case());
    let staff = machine.pages().get(attempt.number)?.staff.clone();
    let language = machine.ladder().person(&staff).map_or(Language::JAPANESE, |person| person.language);
    Some(Message {
        page: attempt.taking.page,
        escalation: attempt.kept.id,
        operator: attempt.kept.operator.clone(),
        staff,
        language,
        priority: machine.priority(),
        reasons: case.reasons.clone(),
        triage_code: case.triage_code,
        age_band: case.age_band,
        window: case.window.clone(),
        call: case.call,
        attempt: attempt.attempt,
        at,
    })
}
