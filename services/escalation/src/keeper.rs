//! The one place that pushes a machine: read, decide, write back if it still is what was seen, tell.

use std::sync::Arc;

use domain::escalation::{
    Case, Channel, Effect, Escalation, EscalationAlarm, Pace, Page, PageNumber, Priority, Refusal, State,
};
use domain::ids::{EscalationId, OperatorId, PageId, StaffId};
use domain::time::Instant;
use on_call_rota::ContactPoint;
use shell::alarms::{Alarm, Alarms};
use shell::bus::Bus;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::store::{StoreError, Tx};

use crate::config::Settings;
use crate::error::EscalationError;
use crate::figures;
use crate::handing::{self, Handing};
use crate::ladder::Frozen;
use crate::start::Deps;
use crate::store::{AdviceRow, Kept, NewEscalation, PageChange, PageRow, Seen, Shown, Store, Taking, small};
use crate::takers::Takers;

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
    pub(crate) settings: Arc<Settings>,
    pub(crate) takers: Takers,
    bus: Bus,
    alarms: Alarms,
}

/// What an escalation begins with.
pub(crate) struct Beginning<'a> {
    pub(crate) operator: OperatorId,
    pub(crate) request: &'a str,
    pub(crate) case: Case,
    pub(crate) priority: Priority,
    pub(crate) pace: Pace,
    pub(crate) frozen: Frozen,
    /// The telephony process that has the call.
    pub(crate) home: Option<String>,
}

/// What was pushed, and what follows the commit.
struct Pushed<T> {
    kept: Kept,
    effects: Vec<Effect>,
    value: T,
    changes: Vec<PageChange>,
    handings: Vec<Handing>,
    beside: Beside,
}

/// What came of `Also`.
#[derive(Debug, Default)]
struct Beside {
    /// Of the page that was taken, from 1.
    attempt: u32,
    contacts: Vec<ContactPoint>,
}

/// A page that was taken.
pub(crate) struct Taken {
    pub(crate) kept: Kept,
    pub(crate) contacts: Vec<ContactPoint>,
    pub(crate) attempt: u32,
}

/// What one try came to.
enum Tried<T> {
    Done(Box<Pushed<T>>),
    Lost,
    /// What was to be written beside it is not possible any more.
    Void,
}

impl Keeper {
    pub(crate) fn new(store: Store, settings: Arc<Settings>, deps: &Deps) -> Self {
        Self {
            store,
            settings,
            takers: Takers::default(),
            clock: deps.clock.clone(),
            ids: deps.ids.clone(),
            bus: deps.bus.clone(),
            alarms: deps.alarms.clone(),
        }
    }

    /// Begins one, or finds the one that this request has made.
    pub(crate) async fn begin(&self, beginning: Beginning<'_>) -> Result<Shown, EscalationError> {
        let Beginning { operator, request, case, priority, pace, frozen, home } = beginning;
        let now = self.clock.now();
        let (mut machine, mut effects) = Escalation::start(case, priority, frozen.ladder, pace, now);
        let contacts = &frozen.contacts;
        let handings = self.reserve(&mut machine, &mut effects, contacts, home.as_deref(), now);
        let ended = (!machine.is_open()).then_some(now);
        let id = EscalationId(self.ids.draw());
        let kept = Kept { operator, id, machine, revision: 0, started: now, ended };
        let pages = self.changes(&[], &kept.machine, &effects, None, &handings);
        let new = NewEscalation { kept: &kept, request, contacts, effects: &effects, pages: &pages };
        let Some(shown) = self.store.begin(&new).await? else {
            return self.made(&kept.operator, request).await?.ok_or(EscalationError::Contended);
        };
        self.hand_over(handings, &kept, &pages);
        self.told(&kept, &effects);
        self.clear_at_begin(&kept, &effects);
        Ok(shown)
    }

    /// What this request has made.
    pub(crate) async fn made(
        &self,
        operator: &OperatorId,
        request: &str,
    ) -> Result<Option<Shown>, EscalationError> {
        match self.store.by_request(operator, request).await? {
            Some(made) => self.store.show(made.id).await,
            None => Ok(None),
        }
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
        let pushed = self.pushed(id, &also, &change).await?;
        Ok(pushed.map(|pushed| (pushed.kept, pushed.value)))
    }

    /// The attempt of a page begins. None when another has it, or it is not open any more.
    pub(crate) async fn take(
        &self,
        id: EscalationId,
        number: PageNumber,
        taking: Taking,
    ) -> Result<Option<Taken>, EscalationError> {
        let change = |machine: &mut Escalation, _| Ok((machine.page_out(number), ()));
        let Some(pushed) = self.pushed(id, &Also::Take(taking), &change).await? else { return Ok(None) };
        let Beside { attempt, contacts } = pushed.beside;
        figures::went_out(self, &pushed.kept, number, attempt);
        Ok(Some(Taken { kept: pushed.kept, contacts, attempt }))
    }

    async fn pushed<T>(
        &self,
        id: EscalationId,
        also: &Also,
        change: &impl Fn(&mut Escalation, Instant) -> Result<(Vec<Effect>, T), Refusal>,
    ) -> Result<Option<Pushed<T>>, EscalationError> {
        for _ in 0..TRIES {
            match self.attempt(id, also, change).await? {
                Tried::Done(mut pushed) => {
                    let handings = std::mem::take(&mut pushed.handings);
                    self.hand_over(handings, &pushed.kept, &pushed.changes);
                    self.told(&pushed.kept, &pushed.effects);
                    if !pushed.effects.is_empty() {
                        self.clear_what_is_over(&pushed.kept).await;
                    }
                    return Ok(Some(*pushed));
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
        let (before, mut machine) = (&seen.kept, seen.kept.machine.clone());
        let (mut effects, value) = change(&mut machine, now)?;
        if machine == before.machine && matches!(also, Also::Nothing | Also::From(_)) {
            let (changes, handings, beside) = (Vec::new(), Vec::new(), Beside::default());
            let pushed = Pushed { kept: seen.kept, effects, value, changes, handings, beside };
            return Ok(Tried::Done(Box::new(pushed)));
        }
        let handings = self.reserved(&mut tx, &seen, &mut machine, &mut effects, now).await?;
        let ended = before.ended.or((!machine.is_open()).then_some(now)).filter(|_| !machine.is_open());
        let next = Kept { machine, revision: before.revision + 1, ended, ..before.clone() };
        if !Store::update(&mut tx, &next, before.revision).await? {
            return Ok(Tried::Lost);
        }
        let Some(beside) = self.beside(&mut tx, &seen, &next, also, now).await? else {
            return Ok(Tried::Void);
        };
        let from = if let Also::From(page) = also { Some(*page) } else { None };
        let changes = self.changes(before.machine.pages(), &next.machine, &effects, from, &handings);
        Store::follow(&mut tx, &next, (&effects, seen.next_event), &changes, now).await?;
        if before.machine.is_open() && !next.machine.is_open() {
            Store::settle_safety_of(&mut tx, id, "doctor_acted", now).await?;
        }
        tx.commit().await?;
        Ok(Tried::Done(Box::new(Pushed { kept: next, effects, value, changes, handings, beside })))
    }

    /// Pages that this change owes and that can go out with it.
    async fn reserved(
        &self,
        tx: &mut Tx,
        seen: &Seen,
        machine: &mut Escalation,
        effects: &mut Vec<Effect>,
        now: Instant,
    ) -> Result<Vec<Handing>, EscalationError> {
        if handing::due_at_once(machine, effects, now).next().is_none() {
            return Ok(Vec::new());
        }
        let home = match machine.case().call {
            Some(call) => Store::process_of(tx, call).await?,
            None => None,
        };
        // What cannot be opened must not hold up the climb: whoever takes the page says so.
        let contacts = self.store.contacts_of(seen).unwrap_or_default();
        Ok(self.reserve(machine, effects, &contacts, home.as_deref(), now))
    }

    /// None when it is not possible.
    async fn beside(
        &self,
        tx: &mut Tx,
        seen: &Seen,
        of: &Kept,
        also: &Also,
        now: Instant,
    ) -> Result<Option<Beside>, EscalationError> {
        match also {
            Also::Nothing | Also::From(_) => {}
            Also::Take(taking) => {
                let contacts = self.store.contacts_of(seen)?;
                let attempt = Store::take(tx, taking, now).await?;
                return Ok(attempt.map(|attempt| Beside { attempt: small(attempt), contacts }));
            }
            Also::Detail(page, detail) => Store::note_detail(tx, *page, detail).await?,
            Also::Advice(advice) => self.store.add_advice(tx, of, advice, now).await?,
        }
        Ok(Some(Beside::default()))
    }

    /// The pages that are not what they were.
    fn changes(
        &self,
        before: &[Page],
        after: &Escalation,
        effects: &[Effect],
        from: Option<PageNumber>,
        handings: &[Handing],
    ) -> Vec<PageChange> {
        let fresh = |number: usize| (number >= before.len()).then(|| PageId(self.ids.draw()));
        let handed = |number: usize| handings.iter().find(|handing| handing.number == number);
        let cancelled = |number| effects.contains(&Effect::Cancel { page: number });
        let differs = |number: usize, page: &Page| before.get(number) != Some(page);
        let pages = after.pages().iter().enumerate().filter(|(number, page)| differs(*number, page));
        pages
            .map(|(number, page)| {
                let fresh = fresh(number);
                let taken = fresh.zip(handed(number)).map(|(id, handing)| handing.taking(id, self));
                let called_off = page.channel == Channel::Voice && cancelled(number) && from != Some(number);
                PageChange { fresh, number, page: page.clone(), called_off, taken }
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
        self.bus.publish(TOPIC, &kept.id.to_string());
    }

    /// An alarm is about every escalation of its window: it is over with the last. Where they cannot be
    /// counted it stands, and the next that ends is asked again.
    async fn clear_what_is_over(&self, kept: &Kept) {
        if kept.machine.is_open() || kept.machine.case().is_drill() {
            return;
        }
        let (store, operator, window) = (&self.store, &kept.operator, &kept.machine.case().window);
        if kept.machine.place().0 > 0 {
            let stands = store.stands(operator, window, "exhausted").await;
            self.clear_unless(stands, kept, "escalation_exhausted");
        }
        if let State::Acted { .. } = kept.machine.state() {
            let stands = store.stands(operator, window, "acceptance_lapsed").await;
            self.clear_unless(stands, kept, "escalation_acceptance_lapsed");
            let stands = store.late_stands(operator, window, self.settings.late_after).await;
            self.clear_unless(stands, kept, "escalation_page_late");
        }
    }

    fn clear_unless(&self, stands: Result<bool, StoreError>, kept: &Kept, kind: &'static str) {
        match stands {
            Ok(true) => {}
            Ok(false) => self.clear(kept, kind),
            Err(error) => tracing::warn!(%error, kind, "an alarm cannot be cleared; it stands"),
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
