//! A change of a referral: the machine is read, pushed and kept, with its story, what is owed to centres and
//! supervisors, what was said and the audit, in one transaction. Nudges follow.

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
use shell::store::Tx;
use tokio::sync::watch;

use crate::config::Settings;
use crate::error::ReferralError;
use crate::store::{DeliveryRow, EventRow, Received, ReferralRow, Store, Words, big, unreadable};

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
            let found =
                self.store.referral(operator, id).await?.ok_or(ReferralError::NotFound("referral_id"))?;
            self.store.ready(operator, found.seal_year).await?;
        }
        let mut tx = self.store.db.begin().await?;
        let held = Store::hold(&mut tx, operator, id).await?;
        let mut row = held.ok_or(ReferralError::NotFound("referral_id"))?;
        let (mut machine, now) = (row.machine()?, self.clock.now());
        let pushed = how(&mut machine, now)?;
        let received = match &by.received {
            Some((centre, what)) => Store::receive(&mut tx, (operator, id), centre, what, now).await?,
            None => 0,
        };
        if received == 0 && pushed.effects.is_empty() && pushed.words.is_empty() {
            return Ok(row);
        }
        row.describe(&machine, now)?;
        row.revision += 1;
        row.alarm = alarm(&pushed.effects, &machine, by.by_time).unwrap_or(row.alarm);
        row.chosen = pushed.chosen.clone().unwrap_or(row.chosen);
        Store::update(&mut tx, &row).await?;
        let told = self.carry_out(&mut tx, &row, &machine, &pushed, by.whom).await?;
        for words in &pushed.words {
            self.store.add_words(&mut tx, &row, words, now).await?;
        }
        if let Some(entry) = &by.entry {
            self.audit.append(&mut tx, entry).await?;
        }
        tx.commit().await?;
        self.nudge(&row, &told);
        Ok(row)
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
        self.carry_out(&mut tx, row, machine, pushed, whom).await?;
        for words in &pushed.words {
            self.store.add_words(&mut tx, row, words, self.clock.now()).await?;
        }
        self.audit.append(&mut tx, entry).await?;
        tx.commit().await?;
        self.nudge(row, &[]);
        Ok(())
    }

    /// The centres that something is owed to from now on.
    async fn carry_out(
        &self,
        tx: &mut Tx,
        row: &ReferralRow,
        machine: &Referral,
        pushed: &Pushed,
        whom: &str,
    ) -> Result<Vec<TargetId>, ReferralError> {
        let now = self.clock.now();
        let mut seq = Store::next_event(tx, &row.referral_id).await?;
        let mut told = Vec::new();
        for effect in &pushed.effects {
            match effect {
                Effect::Record(happened) => {
                    add(tx, row, seq, (event(happened)?, whom), now).await?;
                    seq += 1;
                }
                Effect::PrintSheet { target, kind } => {
                    let body = json!({ "target": target, "kind": kind });
                    add(tx, row, seq, (("sheet_owed".to_owned(), body.to_string()), ""), now).await?;
                    seq += 1;
                }
                Effect::Deliver { message, target, kind, key } => {
                    let owed = Owed { message: *message, target, kind: *kind, key };
                    Store::owe(tx, &delivery(row, machine, &owed, pushed.question, now)).await?;
                    told.push(target.clone());
                }
                Effect::NextTarget { target } => {
                    Store::add_asked(tx, row, target.as_str(), now).await?;
                }
                Effect::RaiseSupervisor { alarm, .. } => {
                    let duty = (seq, alarm.code());
                    Store::owe_duty(tx, &row.operator_id, &row.referral_id, duty, now).await?;
                    seq += 1;
                }
                Effect::Settled => {}
            }
        }
        if let Some((kind, at)) = pushed.moment {
            let body = json!({ "at": at.to_string() }).to_string();
            add(tx, row, seq, ((kind.to_owned(), body), whom), now).await?;
        }
        Ok(told)
    }

    fn nudge(&self, row: &ReferralRow, told: &[TargetId]) {
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
    question: Option<i64>,
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
        centre_seq: None,
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

async fn add(
    tx: &mut Tx,
    row: &ReferralRow,
    seq: i64,
    ((kind, body), whom): ((String, String), &str),
    now: Instant,
) -> Result<(), ReferralError> {
    let event = EventRow { seq, at_us: now.micros(), kind, by_whom: whom.to_owned(), body };
    Ok(Store::add_event(tx, &row.operator_id, &row.referral_id, &event).await?)
}
