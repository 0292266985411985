//! A change of a referral: the machine is read, pushed and kept, with its story, what is owed to centres and
//! supervisors, what was said and the audit, in one transaction. Nudges follow.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeFrom;
use std::sync::Arc;

use domain::ids::{OperatorId, TargetId};
use domain::referral::{Effect, Happened, MessageKind, Referral, State};
use domain::time::Instant;
use on_call_rota::Rota;
use serde_json::json;
use shell::audit::{Audit, Entry};
use shell::bus::Bus;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::store::{Batch, Tx};
use tokio::sync::watch;

use crate::config::Settings;
use crate::error::ReferralError;
use crate::store::{DeliveryRow, Received, ReferralRow, Store, Told, Words, big, unreadable};

/// What referrals are called on the bus; the key is the referral.
pub const TOPIC: &str = "referral";
/// What deliveries are called on the bus; the key is operator and centre.
pub(crate) const DELIVERIES: &str = "referral_delivery";

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) bus: Bus,
    pub(crate) audit: Audit,
    pub(crate) settings: Arc<Settings>,
    pub(crate) rota: watch::Receiver<Arc<Rota>>,
}

/// What a push came to.
#[derive(Debug, Default)]
pub(crate) struct Pushed {
    pub(crate) effects: Vec<Effect>,
    pub(crate) words: Vec<Words>,
    /// The question that an answer among the messages is about.
    pub(crate) question: Option<i64>,
    /// For the story, beside what the machine tells: a word and a moment.
    pub(crate) moment: Option<(&'static str, Instant)>,
    /// Why each target is chosen, where that changes.
    pub(crate) chosen: Option<String>,
}

impl From<Vec<Effect>> for Pushed {
    fn from(effects: Vec<Effect>) -> Self {
        Self { effects, ..Self::default() }
    }
}

/// Who pushes, and what else is kept with it.
#[derive(Debug, Default)]
pub(crate) struct By<'a> {
    /// A staff id or a target id; empty: the line itself.
    pub(crate) whom: &'a str,
    pub(crate) entry: Option<Entry>,
    /// What was looked at for it. Written before anything is answered, whether something is changed or not.
    pub(crate) look: Option<Entry>,
    /// Of the referral, where it was read before.
    pub(crate) seal_year: Option<i64>,
    /// What a centre says that it has.
    pub(crate) received: Option<(&'a TargetId, Received)>,
    /// Time has passed and nobody has acted: what is alarmed stays so.
    pub(crate) by_time: bool,
}

impl Keeper {
    /// # Errors
    /// What `how` refuses; then nothing is changed.
    pub(crate) async fn push(
        &self,
        operator: &OperatorId,
        id: &str,
        by: By<'_>,
        how: impl FnOnce(&mut Referral, Instant) -> Result<Pushed, ReferralError>,
    ) -> Result<ReferralRow, ReferralError> {
        // That a centre has it says nothing that is sealed.
        if by.received.is_none() {
            let year = match by.seal_year {
                Some(year) => year,
                None => self.found(operator, id).await?.seal_year,
            };
            self.store.ready(operator, year).await?;
        }
        let mut tx = self.store.db.begin().await?;
        let held = Store::hold(&mut tx, operator, id).await?;
        let mut row = held.ok_or(ReferralError::NotFound("referral_id"))?;
        let (mut machine, now) = (row.machine()?, self.clock.now());
        let pushed = match how(&mut machine, now) {
            Ok(pushed) => pushed,
            Err(refusal) => return self.left_alone(tx, &by).await.and(Err(refusal)),
        };
        let changes = !pushed.effects.is_empty() || !pushed.words.is_empty();
        if !changes && by.received.is_none() {
            return self.left_alone(tx, &by).await.map(|()| row);
        }
        let mut batch = Batch::default();
        if let Some((centre, what)) = &by.received {
            Store::receive(&mut batch, (operator.as_str(), id), centre, what, now);
        }
        let mut told = BTreeSet::new();
        if changes {
            row.describe(&machine, now)?;
            row.revision += 1;
            row.alarm = alarm(&pushed.effects, &machine, by.by_time).unwrap_or(row.alarm);
            row.chosen = pushed.chosen.clone().unwrap_or(row.chosen);
            Store::update(&mut batch, &row);
            told = self.carry_out(&mut tx, &mut batch, &row, &machine, &pushed, by.whom).await?;
        }
        let entries: Vec<Entry> = by.look.into_iter().chain(by.entry).collect();
        self.audit.append_with(&mut tx, &entries, batch).await?;
        tx.commit().await?;
        self.nudge(&row, &told);
        Ok(row)
    }

    /// Nothing is changed; who looked stays to be seen.
    async fn left_alone(&self, mut tx: Tx, by: &By<'_>) -> Result<(), ReferralError> {
        let Some(look) = &by.look else { return Ok(()) };
        self.audit.append(&mut tx, look).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn found(&self, operator: &OperatorId, id: &str) -> Result<ReferralRow, ReferralError> {
        self.store.referral(operator, id).await?.ok_or(ReferralError::NotFound("referral_id"))
    }

    /// A row that is new, with what begins it.
    pub(crate) async fn begin(
        &self,
        row: &ReferralRow,
        machine: &Referral,
        pushed: &Pushed,
        (whom, entry): (&str, &Entry),
    ) -> Result<(), ReferralError> {
        self.store.ready(&row.operator()?, row.seal_year).await?;
        let mut tx = self.store.db.begin().await?;
        Store::insert(&mut tx, row).await?;
        let mut batch = Batch::default();
        let told = self.carry_out(&mut tx, &mut batch, row, machine, pushed, whom).await?;
        self.audit.append_with(&mut tx, std::slice::from_ref(entry), batch).await?;
        tx.commit().await?;
        self.nudge(row, &told);
        Ok(())
    }

    /// Into the batch. The centres that something is owed to from now on are answered.
    async fn carry_out(
        &self,
        tx: &mut Tx,
        batch: &mut Batch,
        row: &ReferralRow,
        machine: &Referral,
        pushed: &Pushed,
        whom: &str,
    ) -> Result<BTreeSet<TargetId>, ReferralError> {
        let now = self.clock.now();
        let mut numbers = Self::numbers(tx, row, &pushed.effects).await?;
        let mut story = Story::default();
        for effect in &pushed.effects {
            match effect {
                Effect::Record(happened) => story.add(event(happened)?, whom),
                Effect::PrintSheet { target, kind } => {
                    let body = json!({ "target": target, "kind": kind });
                    story.add(("sheet_owed".to_owned(), body.to_string()), "");
                }
                Effect::Deliver { message, target, kind, key } => {
                    let owed = Owed { message: *message, target, kind: *kind, key };
                    let number = numbers.get_mut(target).and_then(Iterator::next);
                    Store::owe(batch, delivery(row, machine, &owed, (number, pushed.question), now));
                }
                Effect::NextTarget { target } => Store::add_asked(batch, row, target.as_str(), now),
                Effect::RaiseSupervisor { alarm, .. } => {
                    let duty = (story.place(), alarm.code());
                    Store::owe_duty(batch, &row.operator_id, &row.referral_id, duty, now);
                }
                Effect::Settled => {}
            }
        }
        if let Some((kind, at)) = pushed.moment {
            story.add((kind.to_owned(), json!({ "at": at.to_string() }).to_string()), whom);
        }
        Store::add_events(batch, row, now, story.told);
        for words in &pushed.words {
            self.store.add_words(batch, row, words, now).await?;
        }
        Ok(numbers.into_keys().collect())
    }

    /// For each centre that is told something: the numbers of its deliveries. Taken in the order of the
    /// centres' ids, so that nobody waits for somebody who waits for them.
    async fn numbers(
        tx: &mut Tx,
        row: &ReferralRow,
        effects: &[Effect],
    ) -> Result<BTreeMap<TargetId, RangeFrom<i64>>, ReferralError> {
        let mut told: BTreeMap<&TargetId, i64> = BTreeMap::new();
        for effect in effects {
            if let Effect::Deliver { target, .. } = effect {
                *told.entry(target).or_default() += 1;
            }
        }
        let mut numbers = BTreeMap::new();
        for (centre, many) in told {
            let first = Store::next_numbers(tx, &row.operator_id, centre, many).await?;
            numbers.insert(centre.clone(), first..);
        }
        Ok(numbers)
    }

    fn nudge(&self, row: &ReferralRow, told: &BTreeSet<TargetId>) {
        self.bus.publish(TOPIC, &row.referral_id);
        for centre in told {
            self.bus.publish(DELIVERIES, &key_of(&row.operator_id, centre));
        }
    }

    /// Written before what was asked for is answered.
    pub(crate) async fn looked(&self, entry: &Entry) -> Result<(), ReferralError> {
        Ok(self.audit.note(entry).await.map(drop)?)
    }

    /// The end of the operator's service day that runs at this moment.
    pub(crate) fn day_ends(&self, operator: &OperatorId, at: Instant) -> Instant {
        let rota = self.rota.borrow().clone();
        let Some(calendar) = rota.operator(operator).map(|operator| &operator.calendar) else { return at };
        calendar.service_day_ends(calendar.service_date(at.timestamp())).into()
    }

    /// The year whose data key seals a referral that begins now.
    pub(crate) fn year(&self) -> i64 {
        i64::from(jiff::tz::Offset::UTC.to_datetime(self.clock.now().timestamp()).year())
    }
}

pub(crate) fn key_of(operator: &str, centre: &TargetId) -> String {
    format!("{operator}/{centre}")
}

/// What a supervisor is told from now on; `None`: as before. While nobody is left to ask it stays.
fn alarm(effects: &[Effect], machine: &Referral, by_time: bool) -> Option<Option<String>> {
    let raised = effects.iter().rev().find_map(|effect| match effect {
        Effect::RaiseSupervisor { alarm, .. } => Some(alarm.code().to_owned()),
        Effect::Record(_)
        | Effect::Deliver { .. }
        | Effect::PrintSheet { .. }
        | Effect::NextTarget { .. }
        | Effect::Settled => None,
    });
    match raised {
        Some(raised) => Some(Some(raised)),
        None if by_time || effects.is_empty() => None,
        None if matches!(machine.state(), State::Exhausted { .. }) => None,
        None => Some(None),
    }
}

struct Owed<'a> {
    message: usize,
    target: &'a TargetId,
    kind: MessageKind,
    key: &'a str,
}

fn delivery(
    row: &ReferralRow,
    machine: &Referral,
    owed: &Owed<'_>,
    (number, question): (Option<i64>, Option<i64>),
    now: Instant,
) -> DeliveryRow {
    let version = machine.messages().get(owed.message).map_or(0, |message| message.revision);
    DeliveryRow {
        operator_id: row.operator_id.clone(),
        centre_id: owed.target.to_string(),
        event_id: owed.key.to_owned(),
        referral_id: row.referral_id.clone(),
        message: big(owed.message),
        kind: owed.kind.code().to_owned(),
        version: i64::from(version),
        question: question.filter(|_| owed.kind == MessageKind::Answer),
        at_us: now.micros(),
        decide_by_us: decides_by(machine, owed.target).map(Instant::micros),
        centre_seq: number,
        attempts: 0,
        aside: 0,
        handed_us: None,
    }
}

/// Until when this target is to say yes or no.
fn decides_by(machine: &Referral, of: &TargetId) -> Option<Instant> {
    match machine.state() {
        State::Offered { target, until } | State::Received { target, until } => {
            (machine.targets()[*target].id == *of).then_some(*until)
        }
        State::Drafted { .. }
        | State::Asked { .. }
        | State::Exhausted { .. }
        | State::Accepted { .. }
        | State::Arrived { .. }
        | State::NotArrived { .. }
        | State::Recalled { .. }
        | State::Closed { .. } => None,
    }
}

/// Its name, and all of it as JSON.
fn event(happened: &Happened) -> Result<(String, String), ReferralError> {
    let body = serde_json::to_value(happened).map_err(|_| unreadable("an event"))?;
    let kind = body.get("happened").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
    Ok((kind, body.to_string()))
}

/// What happened in one change, in its order.
#[derive(Debug, Default)]
struct Story {
    told: Vec<Told>,
    last: i64,
}

impl Story {
    /// The next one, taken.
    fn place(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    fn add(&mut self, (kind, body): (String, String), whom: &str) {
        let place = self.place();
        self.told.push(Told { place, kind, by_whom: whom.to_owned(), body });
    }
}
