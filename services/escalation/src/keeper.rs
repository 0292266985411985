//! The one place that pushes a machine: read, decide, write back if it still is what was seen, tell.

use std::sync::Arc;

use domain::escalation::{
    Case, Channel, Effect, Escalation, EscalationAlarm, Pace, Page, PageNumber, Priority, Refusal, State,
};
use domain::ids::{EscalationId, OperatorId, PageId, StaffId};
use domain::time::Instant;
use shell::alarms::{Alarm, Alarms};
use shell::bus::Bus;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::store::Tx;

use crate::error::EscalationError;
use crate::ladder::Frozen;
use crate::store::{AdviceRow, Kept, NewEscalation, PageChange, PageRow, Store, Taking};

/// What escalations are called on the bus; the key is the escalation.
pub const TOPIC: &str = "escalation";
/// Lost races before we say so. Each loss means that another has gone on.
const TRIES: usize = 32;

/// What is written in the same transaction as the machine.
#[derive(Clone, Debug)]
pub(crate) enum Also {
    Nothing,
    /// Nothing happens at all when the page cannot be taken.
    Take(Taking),
    Detail(PageId, String),
    Advice(AdviceRow),
    /// The person answers at this page: whoever rings for it knows already.
    From(PageNumber),
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    bus: Bus,
    alarms: Alarms,
}

/// What one try came to.
enum Tried<T> {
    Done(Box<Kept>, Vec<Effect>, T),
    Lost,
    /// What was to be written beside it is not possible any more.
    Void,
}

impl Keeper {
    pub(crate) fn new(store: Store, clock: Clock, ids: Ids, bus: Bus, alarms: Alarms) -> Self {
        Self { store, clock, ids, bus, alarms }
    }

    /// Begins one, or finds the one that this request has made.
    pub(crate) async fn begin(
        &self,
        operator: OperatorId,
        request: &str,
        (case, priority, pace): (Case, Priority, Pace),
        frozen: Frozen,
    ) -> Result<Kept, EscalationError> {
        let now = self.clock.now();
        let (machine, effects) = Escalation::start(case, priority, frozen.ladder, pace, now);
        let ended = (!machine.is_open()).then_some(now);
        let id = EscalationId(self.ids.draw());
        let kept = Kept { operator, id, machine, revision: 0, started: now, ended };
        let mut tx = self.store.db.begin().await?;
        let new = NewEscalation { kept: &kept, request, contacts: &frozen.contacts };
        if !self.store.insert(&mut tx, &new).await? {
            drop(tx);
            let made = self.store.by_request(&kept.operator, request).await?;
            return made.ok_or(EscalationError::Contended);
        }
        Store::tell(&mut tx, &kept, &effects, now).await?;
        Store::change_pages(&mut tx, &kept, &self.changes(&[], &kept.machine, &[], None), now).await?;
        tx.commit().await?;
        self.told(&kept, &effects);
        self.clear_at_begin(&kept, &effects);
        Ok(kept)
    }

    /// # Errors
    /// The machine's refusal, the store's, or that there is no such escalation.
    pub(crate) async fn push<T>(
        &self,
        id: EscalationId,
        change: impl Fn(&mut Escalation, Instant) -> Result<(Vec<Effect>, T), Refusal>,
    ) -> Result<(Kept, T), EscalationError> {
        let pushed = self.push_with(id, Also::Nothing, change).await?;
        pushed.ok_or(EscalationError::Contended)
    }

    /// The same, with something beside it. None when that is not possible any more.
    pub(crate) async fn push_with<T>(
        &self,
        id: EscalationId,
        also: Also,
        change: impl Fn(&mut Escalation, Instant) -> Result<(Vec<Effect>, T), Refusal>,
    ) -> Result<Option<(Kept, T)>, EscalationError> {
        for _ in 0..TRIES {
            match self.attempt(id, &also, &change).await? {
                Tried::Done(kept, effects, value) => {
                    self.told(&kept, &effects);
                    return Ok(Some((*kept, value)));
                }
                Tried::Void => return Ok(None),
                Tried::Lost => {}
            }
        }
        Err(EscalationError::Contended)
    }

    async fn attempt<T>(
        &self,
        id: EscalationId,
        also: &Also,
        change: &impl Fn(&mut Escalation, Instant) -> Result<(Vec<Effect>, T), Refusal>,
    ) -> Result<Tried<T>, EscalationError> {
        let now = self.clock.now();
        let mut tx = self.store.db.begin().await?;
        let seen = Store::read_in(&mut tx, id).await?.ok_or(EscalationError::NotFound("escalation_id"))?;
        let mut machine = seen.machine.clone();
        let (effects, value) = change(&mut machine, now)?;
        if machine == seen.machine && matches!(also, Also::Nothing | Also::From(_)) {
            return Ok(Tried::Done(Box::new(seen), effects, value));
        }
        let ended = seen.ended.or((!machine.is_open()).then_some(now)).filter(|_| !machine.is_open());
        let next = Kept { machine, revision: seen.revision + 1, ended, ..seen.clone() };
        if !Store::update(&mut tx, &next, seen.revision).await? {
            return Ok(Tried::Lost);
        }
        if !self.beside(&mut tx, &next, also, now).await? {
            return Ok(Tried::Void);
        }
        Store::tell(&mut tx, &next, &effects, now).await?;
        let from = if let Also::From(page) = also { Some(*page) } else { None };
        let changes = self.changes(seen.machine.pages(), &next.machine, &effects, from);
        Store::change_pages(&mut tx, &next, &changes, now).await?;
        if seen.machine.is_open() && !next.machine.is_open() {
            Store::settle_safety_of(&mut tx, id, "doctor_acted", now).await?;
        }
        tx.commit().await?;
        Ok(Tried::Done(Box::new(next), effects, value))
    }

    async fn beside(
        &self,
        tx: &mut Tx,
        of: &Kept,
        also: &Also,
        now: Instant,
    ) -> Result<bool, EscalationError> {
        match also {
            Also::Nothing | Also::From(_) => {}
            Also::Take(taking) => return Ok(Store::take(tx, taking, now).await?),
            Also::Detail(page, detail) => Store::note_detail(tx, *page, detail).await?,
            Also::Advice(advice) => self.store.add_advice(tx, of, advice, now).await?,
        }
        Ok(true)
    }

    /// The pages that are not what they were.
    fn changes(
        &self,
        before: &[Page],
        after: &Escalation,
        effects: &[Effect],
        from: Option<PageNumber>,
    ) -> Vec<PageChange> {
        let cancelled = |number| effects.contains(&Effect::Cancel { page: number });
        let differs = |number: usize, page: &Page| before.get(number) != Some(page);
        let pages = after.pages().iter().enumerate().filter(|(number, page)| differs(*number, page));
        pages
            .map(|(number, page)| PageChange {
                fresh: (number >= before.len()).then(|| PageId(self.ids.draw())),
                number,
                page: page.clone(),
                called_off: page.channel == Channel::Voice && cancelled(number) && from != Some(number),
            })
            .collect()
    }

    /// After the commit: people are alarmed and workers woken.
    fn told(&self, kept: &Kept, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Alarm(alarm) => self.raise(kept, alarm_kind(*alarm)),
                Effect::Record(_) | Effect::Owe { .. } | Effect::Hasten { .. } | Effect::Cancel { .. } => {}
            }
        }
        if !effects.is_empty() && !kept.machine.case().is_drill() {
            self.clear_what_is_over(kept);
        }
        self.bus.publish(TOPIC, &kept.id.to_string());
    }

    fn clear_what_is_over(&self, kept: &Kept) {
        if !kept.machine.is_open() && kept.machine.place().0 > 0 {
            self.clear(kept, "escalation_exhausted");
        }
        if let State::Acted { .. } = kept.machine.state() {
            self.clear(kept, "escalation_acceptance_lapsed");
            self.clear(kept, "escalation_page_late");
        }
    }

    /// A drill found that this person cannot be paged.
    pub(crate) fn unreachable(&self, operator: &OperatorId, staff: &StaffId) {
        self.alarms.raise(unreachable(operator), Some(staff.to_string()));
    }

    pub(crate) fn all_reachable(&self, operator: &OperatorId) {
        self.alarms.clear(&unreachable(operator));
    }

    /// What the rota lacked the last time it lacks no more.
    fn clear_at_begin(&self, kept: &Kept, effects: &[Effect]) {
        for alarm in [EscalationAlarm::RungEmpty, EscalationAlarm::NoContact] {
            if !kept.machine.case().is_drill() && !effects.contains(&Effect::Alarm(alarm)) {
                self.clear(kept, alarm_kind(alarm));
            }
        }
    }

    pub(crate) fn raise(&self, kept: &Kept, kind: &'static str) {
        self.alarms.raise(alarm(kept, kind), Some(kept.id.to_string()));
    }

    fn clear(&self, kept: &Kept, kind: &'static str) {
        self.alarms.clear(&alarm(kept, kind));
    }

    pub(crate) async fn page(&self, id: PageId) -> Result<(PageRow, EscalationId), EscalationError> {
        let row = self.store.page(id).await?.ok_or(EscalationError::NotFound("page_id"))?;
        let escalation = row.escalation_id.parse().map_err(|_| EscalationError::NotFound("page_id"))?;
        Ok((row, escalation))
    }

    pub(crate) fn nudges(&self) -> shell::bus::Nudges {
        self.bus.subscribe(&[TOPIC])
    }

    /// Something beside the machine has changed.
    pub(crate) fn nudge(&self, key: &str) {
        self.bus.publish(TOPIC, key);
    }
}

fn alarm(kept: &Kept, kind: &'static str) -> Alarm {
    let window = Some(kept.machine.case().window.clone());
    Alarm { kind, operator: Some(kept.operator.clone()), window }
}

fn unreachable(operator: &OperatorId) -> Alarm {
    Alarm { kind: "contact_unreachable", operator: Some(operator.clone()), window: None }
}

fn alarm_kind(alarm: EscalationAlarm) -> &'static str {
    match alarm {
        EscalationAlarm::Exhausted => "escalation_exhausted",
        EscalationAlarm::RungEmpty => "escalation_rung_empty",
        EscalationAlarm::NoContact => "escalation_no_contact",
        EscalationAlarm::AcceptanceLapsed => "escalation_acceptance_lapsed",
    }
}

/// Wakes workers whenever an escalation changes.
pub(crate) async fn relay(
    mut nudges: shell::bus::Nudges,
    to: Vec<Arc<tokio::sync::Notify>>,
    shutdown: shell::shutdown::Shutdown,
) {
    loop {
        tokio::select! {
            nudge = nudges.next() => match nudge {
                Some(_) => to.iter().for_each(|worker| worker.notify_one()),
                None => return,
            },
            () = shutdown.ended() => return,
        }
    }
}
