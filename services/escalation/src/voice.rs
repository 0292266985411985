//! Telephony's work, as one process takes it: pages that are due, pages that are called off, callers
//! who must be rung. A page is taken only when the stream can carry it.

use std::collections::HashSet;
use std::time::Duration;

use domain::escalation::Channel;
use domain::ids::{EscalationId, PageId};
use domain::time::Instant;
use futures::Stream;
use on_call_rota::{ContactPoint, Language};
use proto::escalation::v1 as pb;
use proto::escalation::v1::take_voice_pages_response::Work;
use proto::escalation::v1::voice_page::Target;
use shell::grpc::timestamp;
use shell::shutdown::Shutdown;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::answer::{Answers, holder};
use crate::config::Settings;
use crate::error::EscalationError;
use crate::keeper::Taken;
use crate::store::{Candidate, Kept, Taking};
use crate::takers::{Out, Presence};
use crate::wire;

/// Looked at this often even when nobody nudges.
const PERIOD: Duration = Duration::from_secs(1);
/// Beyond the ringing: dialling, the announcement, the choice of a key.
const REPORTED_WITHIN: Duration = Duration::from_secs(150);
/// Work that waits in a stream for its reader.
const AHEAD: usize = 4;
/// Pages looked at in one go.
const AT_ONCE: u32 = 64;

pub(crate) fn take(
    answers: Answers,
    owner: String,
    shutdown: Shutdown,
) -> impl Stream<Item = Result<pb::TakeVoicePagesResponse, Status>> {
    let (out, work) = mpsc::channel(AHEAD);
    let presence = answers.keeper.takers.arrive(&owner, &out);
    let taker = Taker { answers, owner, out, called_off: HashSet::new(), _presence: presence };
    tokio::spawn(taker.run(shutdown));
    ReceiverStream::new(work)
}

struct Taker {
    answers: Answers,
    owner: String,
    out: Out,
    /// Pages of which this stream has told so. One that breaks may lose it: the next tells it again.
    called_off: HashSet<String>,
    /// Until it ends it may be handed pages at once.
    _presence: Presence,
}

impl Taker {
    async fn run(mut self, shutdown: Shutdown) {
        let clock = self.answers.keeper.clock.clone();
        let mut nudges = self.answers.keeper.nudges();
        loop {
            let now = clock.now();
            let next = match self.round(now).await {
                Ok(next) => next.map_or(now + PERIOD, |next| next.min(now + PERIOD)),
                Err(error) => {
                    tracing::warn!(%error, "voice pages could not be taken; it is tried again");
                    now + PERIOD
                }
            };
            tokio::select! {
                nudge = nudges.next() => if nudge.is_none() { return },
                () = clock.sleep_until(next) => {}
                () = self.out.closed() => return,
                () = shutdown.draining() => return,
            }
        }
    }

    async fn round(&mut self, now: Instant) -> Result<Option<Instant>, EscalationError> {
        self.call_off(now).await?;
        self.ring(now).await?;
        self.safety(now).await?;
        let store = &self.answers.keeper.store;
        let (page, caller) = (store.next_due(Channel::Voice, now).await?, store.next_safety(now).await?);
        Ok(page.into_iter().chain(caller).min())
    }

    async fn ring(&self, now: Instant) -> Result<(), EscalationError> {
        let due = self.answers.keeper.store.due_for(&self.owner, now, AT_ONCE).await?;
        for candidate in due {
            let Ok(permit) = self.out.reserve().await else { return Ok(()) };
            // One page that cannot be read must not keep the others from ringing.
            match self.taken(&candidate).await {
                Ok(Some(page)) => permit.send(Ok(ring(page))),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, page = candidate.page_id, "a page cannot be taken"),
            }
        }
        Ok(())
    }

    async fn taken(&self, candidate: &Candidate) -> Result<Option<pb::VoicePage>, EscalationError> {
        let keeper = &self.answers.keeper;
        let Some((page, id, number)) = key(candidate) else { return Ok(None) };
        let until = keeper.clock.now() + lease(&keeper.settings);
        let taking = Taking { page, owner: self.owner.clone(), until };
        let Some(Taken { kept, contacts, .. }) = keeper.take(id, number, taking).await? else {
            return Ok(None);
        };
        let ring_for = keeper.settings.ring_for;
        Ok(contacts
            .get(contact(candidate))
            .and_then(|point| voice_page(&kept, page, number, point, ring_for)))
    }

    async fn call_off(&mut self, now: Instant) -> Result<(), EscalationError> {
        let store = &self.answers.keeper.store;
        let called_off = store.called_off(&self.owner, now).await?;
        self.called_off.retain(|told| called_off.iter().any(|page| page.page_id == *told));
        for page in called_off {
            if !self.called_off.insert(page.page_id.clone()) {
                continue;
            }
            let Ok(permit) = self.out.reserve().await else { return Ok(()) };
            let kept = match page.escalation_id.parse() {
                Ok(id) => store.read(id).await?,
                Err(_) => None,
            };
            let taken_over_by = kept.as_ref().map(holder).unwrap_or_default();
            permit.send(Ok(said(Work::CalledOff(pb::CalledOff { page_id: page.page_id, taken_over_by }))));
        }
        Ok(())
    }

    async fn safety(&self, now: Instant) -> Result<(), EscalationError> {
        let again = now + self.answers.settings.safety_again;
        loop {
            let Ok(permit) = self.out.reserve().await else { return Ok(()) };
            match self.answers.keeper.store.take_safety(now, again).await? {
                Some(row) => {
                    self.answers.keeper.nudge(&row.call_id);
                    permit.send(Ok(said(Work::CallerWaits(wire::safety_caller(row)))));
                }
                None => return Ok(()),
            }
        }
    }
}

fn said(work: Work) -> pb::TakeVoicePagesResponse {
    pb::TakeVoicePagesResponse { work: Some(work) }
}

pub(crate) fn key(candidate: &Candidate) -> Option<(PageId, EscalationId, usize)> {
    let (page, id) = (candidate.page_id.parse().ok()?, candidate.escalation_id.parse().ok()?);
    Some((page, id, usize::try_from(candidate.number).ok()?))
}

pub(crate) fn contact(candidate: &Candidate) -> usize {
    usize::try_from(candidate.contact).unwrap_or(usize::MAX)
}

/// How long a page is one telephony process's.
pub(crate) fn lease(settings: &Settings) -> Duration {
    settings.ring_for + REPORTED_WITHIN
}

pub(crate) fn ring(page: pb::VoicePage) -> pb::TakeVoicePagesResponse {
    said(Work::Ring(page))
}

/// None when it is no telephone.
pub(crate) fn target(point: &ContactPoint) -> Option<Target> {
    match point {
        ContactPoint::Sip(user) => Some(Target::Phone(user.to_string())),
        ContactPoint::Tel(tel) => Some(Target::Number(tel.to_string())),
        ContactPoint::Mail(_) | ContactPoint::Webhook { .. } => None,
    }
}

pub(crate) fn voice_page(
    kept: &Kept,
    id: PageId,
    number: usize,
    point: &ContactPoint,
    ring_for: Duration,
) -> Option<pb::VoicePage> {
    let (machine, case) = (&kept.machine, kept.machine.case());
    let page = machine.pages().get(number)?;
    let language = machine.ladder().person(&page.staff).map_or(Language::JAPANESE, |person| person.language);
    Some(pb::VoicePage {
        operator_id: kept.operator.to_string(),
        page_id: id.to_string(),
        escalation_id: kept.id.to_string(),
        staff_id: page.staff.to_string(),
        target: Some(target(point)?),
        language: if language == Language::ENGLISH { "en".into() } else { "ja".into() },
        priority: machine.priority().to_string(),
        reasons: case.reasons.iter().map(ToString::to_string).collect(),
        triage_code: case.triage_code.map(|code| code.to_string()).unwrap_or_default(),
        age_band: case.age_band.map(|band| band.to_string()).unwrap_or_default(),
        window_id: case.window.to_string(),
        call_id: case.call.map(|call| call.to_string()).unwrap_or_default(),
        ring_for: prost_types::Duration::try_from(ring_for).ok(),
        drill: case.is_drill(),
        due_at: Some(timestamp(page.due)),
    })
}
