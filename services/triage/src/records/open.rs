//! A record opens by itself when its call is answered, or with the first look at it.

use domain::ids::{CallId, OperatorId, StaffId};
use domain::ledger::{AnsweredBy, EndReason};
use domain::time::Instant;
use domain::triage::lists::{ContactChannel, EndKind};
use domain::triage::{Fields, Record};
use on_call_rota::Calendar;
use shell::audit::Entry;

use super::write::refused;
use super::{Change, Loaded, NOBODY, Records};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::keeper::{TOPIC, TRIES};
use crate::store::{CallFacts, NewRecord, RecordRow, Store, unreadable};

impl Records {
    /// The record there is, or a new draft. Only for who talks in the call, its author, or a supervisor;
    /// a supervisor who has no part in it is shown codes only.
    pub(crate) async fn open(&self, asker: &Asker, call: CallId) -> Result<(Loaded, bool), TriageError> {
        let facts = self.keeper.store.call(&asker.operator, call).await?;
        let facts = facts.ok_or(TriageError::NotFound("call_id"))?;
        let is_in = self.is_in(asker, &facts).await?;
        let row = self.keeper.store.record_of(&asker.operator, call).await?;
        let is_author = row
            .as_ref()
            .is_some_and(|row| asker.staff().is_some_and(|staff| row.author_staff == staff.as_str()));
        if !is_in && !is_author && !asker.is_supervisor() {
            return Err(TriageError::NotYours("who talks in the call, or a supervisor,"));
        }
        let row = match row {
            Some(row) => row,
            None => self.draft(&facts).await?,
        };
        let entry = self.keeper.entry(asker, "record.opened", ("record", &row.record_id), "")?;
        self.keeper.looked(&entry).await?;
        let has_part = is_in || self.has_part(asker, &row).await?;
        Ok((self.load(row).await?, has_part))
    }

    /// The same whether the worker or a counsellor asks, and however many at once.
    pub(crate) async fn draft(&self, facts: &CallFacts) -> Result<RecordRow, TriageError> {
        for _ in 0..TRIES {
            match self.try_draft(facts).await {
                Err(TriageError::Store(error)) if error.is_taken() => {}
                drafted => return drafted,
            }
            if let Some(row) = self.keeper.store.record_of(&facts.operator, facts.call).await? {
                return Ok(row);
            }
            // Another call took the running number.
        }
        Err(TriageError::Contended)
    }

    async fn try_draft(&self, facts: &CallFacts) -> Result<RecordRow, TriageError> {
        let Some(answered) = facts.answered else {
            return Err(TriageError::Refused("call_id: the call is not answered yet".into()));
        };
        let author = self.author(facts).await?;
        let now = self.keeper.clock.now();
        let protocol = self.keeper.protocols.in_force(&facts.operator, now).await?;
        let (machine, effects) = Record::open(author.clone(), &protocol, known(facts)).map_err(refused)?;
        let account = self.keeper.store.account_of(&facts.operator, author.as_str()).await?;
        let mut row = self.blank(facts, answered, now);
        row.author_account = account.map(|account| account.to_string());
        (row.protocol_id, row.protocol_version) = (protocol.id.id.clone(), protocol.id.version.clone());
        self.keeper.store.sealing.ready(&facts.operator, row.seal_year).await?;
        let mut record = Loaded { row, machine, history: super::body::History::default(), protocol };
        self.describe(&mut record, now)?;
        let day = self.day(facts, answered, &author);
        let mut tx = self.keeper.db().begin().await?;
        let new = NewRecord { row: &record.row, offered: facts.offered, day: &day };
        record.row.number = Store::insert_record(&mut tx, &new).await?;
        let line = Asker { operator: facts.operator.clone(), who: domain::access::Principal::Service };
        let change = Change { by_line: true, ..Change::by(&line, "saved", "record.drafted") };
        self.begin(&mut tx, &record, &effects, &change).await?;
        let entry =
            Entry::of_system(&facts.operator, "record.drafted").about("record", &record.row.record_id);
        self.keeper.commit(tx, &entry).await?;
        self.keeper.bus.publish(TOPIC, &record.row.record_id);
        Ok(record.row)
    }

    fn blank(&self, facts: &CallFacts, answered: Instant, now: Instant) -> RecordRow {
        let service_date = self.service_date(&facts.operator, answered);
        RecordRow {
            operator_id: facts.operator.to_string(),
            record_id: self.keeper.ids.draw().to_string(),
            call_id: facts.call.to_string(),
            window_id: facts.window.to_string(),
            state: String::new(),
            revision: 0,
            body: String::new(),
            author_account: None,
            author_staff: String::new(),
            person_id: None,
            protocol_id: String::new(),
            protocol_version: String::new(),
            code: None,
            disposition: String::new(),
            flags: String::new(),
            number_index: facts.number_index.clone(),
            service_date: service_date.to_string(),
            number: 0,
            answered_us: answered.micros(),
            ended_us: facts.ended.map(|(at, _)| at.micros()),
            opened_us: now.micros(),
            signed_us: None,
            legal_hold: 0,
            retention_until: String::new(),
            seal_year: i64::from(service_date.year()),
        }
    }

    /// Who has the call: at a desk, or the doctor.
    pub(super) async fn author(&self, facts: &CallFacts) -> Result<StaffId, TriageError> {
        let nobody = || NOBODY.parse().map_err(|_| unreadable("author").into());
        let staff = match &facts.by {
            Some(AnsweredBy::Desk(desk)) => self.keeper.store.staff_at(&facts.operator, desk).await?,
            Some(AnsweredBy::Doctor(staff)) => return Ok(staff.clone()),
            Some(AnsweredBy::Fallback) | None => None,
        };
        staff.and_then(|staff| staff.parse().ok()).map_or_else(nobody, Ok)
    }

    fn service_date(&self, operator: &OperatorId, at: Instant) -> jiff::civil::Date {
        let rota = self.keeper.rota.borrow();
        let calendar = rota.operator(operator).map(|operator| &operator.calendar);
        let utc = || jiff::tz::Offset::UTC.to_datetime(at.timestamp()).date();
        calendar.map_or_else(utc, |calendar| calendar.service_date(at.timestamp()))
    }

    /// What calendar and rota say of the moment and of who answered.
    fn day(&self, facts: &CallFacts, at: Instant, author: &StaffId) -> Day {
        let rota = self.keeper.rota.borrow();
        let calendar = rota.operator(&facts.operator).map(|operator| &operator.calendar);
        let moment = calendar.map(|calendar: &Calendar| calendar.moment(at.timestamp()));
        let staff = rota.person(author);
        Day {
            calendar_date: moment.map_or_else(String::new, |moment| moment.calendar_date.to_string()),
            time_band: moment.map_or_else(|| "B9".to_owned(), |moment| moment.band.to_string()),
            day_kind: moment.and_then(|moment| moment.day).map(|day| day.to_string()),
            responder_qual: staff.and_then(|staff| staff.qualifications.first()).map(ToString::to_string),
            experienced: staff.map(|staff| i64::from(staff.psychiatric_experience)),
        }
    }
}

/// What is kept of a moment beside the record, for who counts calls later.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) calendar_date: String,
    pub(crate) time_band: String,
    pub(crate) day_kind: Option<String>,
    pub(crate) responder_qual: Option<String>,
    pub(crate) experienced: Option<i64>,
}

/// What the line knows already.
fn known(facts: &CallFacts) -> Fields {
    let mut known = Fields::default().with("channel", ContactChannel::Voice.code());
    match &facts.number {
        Some(number) if is_written(number.reveal()) => {
            known.set("callback_number", vec![number.reveal().clone()]);
        }
        None if facts.withheld => known.set("number_withheld", vec!["true".to_owned()]),
        // What a strange network sends in its place is no number to ring.
        Some(_) | None => {}
    }
    if let Some(end) = facts.ended.and_then(|(_, reason)| end_kind(reason)) {
        known.set("end_kind", vec![end.code().to_owned()]);
    }
    known
}

fn is_written(number: &str) -> bool {
    number.chars().count() <= domain::triage::field::NUMBER && !number.chars().any(char::is_control)
}

/// As far as the line can tell.
pub(super) fn end_kind(reason: EndReason) -> Option<EndKind> {
    match reason {
        EndReason::Completed => Some(EndKind::Completed),
        EndReason::CutOff => Some(EndKind::CutOff),
        EndReason::AbandonedInQueue => Some(EndKind::Abandoned),
        EndReason::NotReached => None,
    }
}
