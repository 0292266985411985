//! A change of a record: the row, its revision, its sealed fields, the page it owes and the audit,
//! in one transaction.

use domain::escalation::TriageCode;
use domain::private::Private;
use domain::time::Instant;
use domain::triage::field::{OWN_CODE, is_personal};
use domain::triage::lists::{ContactChannel, Flag};
use domain::triage::record::{Effect, Happened};
use domain::triage::{Fields, Record, assess};
use serde_json::{Map, Value};
use shell::store::Tx;

use super::body::{changed, stripped};
use super::{Loaded, Records};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::keeper::TOPIC;
use crate::payer;
use crate::store::{FieldRow, RecordRow, RevisionRow, Store, unreadable};

/// What is said of a change, in the record's history and in the audit.
pub(crate) struct Change<'a> {
    pub(crate) asker: &'a Asker,
    /// saved, signed, amended, handed_over, linked, unlinked.
    pub(crate) kind: &'static str,
    pub(crate) action: &'static str,
    /// By the line itself, whoever asks.
    pub(crate) by_line: bool,
    pub(crate) reason: &'a str,
    /// Beside the fields of the form.
    pub(crate) also: Option<&'static str>,
}

impl<'a> Change<'a> {
    pub(crate) fn by(asker: &'a Asker, kind: &'static str, action: &'static str) -> Self {
        Self { asker, kind, action, by_line: false, reason: "", also: None }
    }
}

impl Records {
    /// The row as it is now, held, and opened.
    pub(super) async fn held(&self, tx: &mut Tx, asker: &Asker, id: &str) -> Result<Loaded, TriageError> {
        let row =
            Store::record_in(tx, &asker.operator, id).await?.ok_or(TriageError::NotFound("record_id"))?;
        self.load_in(tx, row).await
    }

    /// Keeps what `before` has become. The seq of the revision is answered.
    pub(super) async fn keep(
        &self,
        tx: &mut Tx,
        before: &Record,
        now_is: &mut Loaded,
        effects: &[Effect],
        change: &Change<'_>,
    ) -> Result<i64, TriageError> {
        let now = self.keeper.clock.now();
        let names = changed(before.fields(), now_is.machine.fields());
        contradicts(now_is.machine.fields())?;
        self.describe(now_is, now)?;
        Store::update_record(tx, &now_is.row).await?;
        self.keep_fields(tx, now_is, &names).await?;
        for name in names.iter().filter(|name| is_personal(name)) {
            let values = now_is.machine.fields().all(name).to_vec();
            now_is.history.add(name.clone(), now_is.row.revision, values);
        }
        for effect in effects {
            self.follow(tx, now_is, effect, now).await?;
        }
        let revision = revision(now_is, &names, change, now)?;
        Ok(Store::add_revision(tx, &revision).await?)
    }

    /// The first revision of a record whose row is new in this transaction.
    pub(super) async fn begin(
        &self,
        tx: &mut Tx,
        record: &Loaded,
        effects: &[Effect],
        change: &Change<'_>,
    ) -> Result<(), TriageError> {
        let now = self.keeper.clock.now();
        let names: Vec<String> = record.machine.fields().names().map(str::to_owned).collect();
        self.keep_fields(tx, record, &names).await?;
        for effect in effects {
            self.follow(tx, record, effect, now).await?;
        }
        Store::add_revision(tx, &revision(record, &names, change, now)?).await?;
        Ok(())
    }

    /// Personal fields that changed, sealed one by one.
    pub(super) async fn keep_fields(
        &self,
        tx: &mut Tx,
        record: &Loaded,
        names: &[String],
    ) -> Result<(), TriageError> {
        let operator = record.row.operator_id.parse().map_err(|_| unreadable("operator"))?;
        let place = FieldRow::row(&record.row.record_id, record.row.revision);
        for name in names.iter().filter(|name| is_personal(name)) {
            let values = serde_json::to_string(record.machine.fields().all(name));
            let values = Private::new(values.map_err(|_| unreadable("a field"))?);
            let sealing = &self.keeper.store.sealing;
            let place = FieldRow::place(&place, name);
            let sealed = sealing.seal(&operator, record.row.seal_year, place, &values).await?;
            let row = FieldRow { revision: record.row.revision, name: name.clone(), sealed };
            Store::add_field(tx, &record.row.record_id, &row).await?;
        }
        Ok(())
    }

    /// What the row says of its machine.
    pub(super) fn describe(&self, record: &mut Loaded, now: Instant) -> Result<(), TriageError> {
        let fields = record.machine.fields();
        let row = &mut record.row;
        row.body = stripped(&record.machine)?;
        row.state = record.machine.state().code().to_owned();
        row.revision = i64::from(record.machine.revision());
        row.author_staff = record.machine.author().to_string();
        row.code = code(fields, assess(&record.protocol, fields).code).map(|code| code.to_string());
        row.disposition = words(fields.all("disposition"));
        row.flags = words(fields.all("special_flags"));
        row.retention_until = self.keeper.retained_until(now);
        Ok(())
    }

    async fn follow(
        &self,
        tx: &mut Tx,
        record: &Loaded,
        effect: &Effect,
        now: Instant,
    ) -> Result<(), TriageError> {
        match effect {
            Effect::Escalate { priority, reasons, code } => {
                let duty = payer::duty(record, *priority, reasons, *code, now)?;
                Ok(Store::owe(tx, &duty).await?)
            }
            Effect::Record(Happened::Signed { by, .. }) => {
                let row = &record.row;
                Ok(Store::owe_release(tx, &row.operator_id, &row.record_id, (by.as_str(), now)).await?)
            }
            // The assessment says it; the counsellor decides.
            Effect::OfferEscalation { .. } | Effect::Record(_) => Ok(()),
        }
    }

    /// Writes the audit, commits, and wakes whoever waits for records.
    pub(super) async fn done(
        &self,
        tx: Tx,
        record: &RecordRow,
        change: &Change<'_>,
    ) -> Result<(), TriageError> {
        let subject = ("record", record.record_id.as_str());
        let entry = self.keeper.entry(change.asker, change.action, subject, change.reason)?;
        self.keeper.commit(tx, &entry.with("revision", record.revision)).await?;
        self.keeper.bus.publish(TOPIC, &record.record_id);
        Ok(())
    }
}

fn revision(
    record: &Loaded,
    names: &[String],
    change: &Change<'_>,
    now: Instant,
) -> Result<RevisionRow, TriageError> {
    let plain = names.iter().filter(|name| !is_personal(name));
    let codes: Map<String, Value> =
        plain.map(|name| (name.clone(), record.machine.fields().all(name).into())).collect();
    let told: Vec<&str> = names.iter().map(String::as_str).chain(change.also).collect();
    let asker = (!change.by_line).then_some(change.asker);
    Ok(RevisionRow {
        operator_id: record.row.operator_id.clone(),
        record_id: record.row.record_id.clone(),
        revision: record.row.revision,
        at_us: now.micros(),
        account_id: asker.and_then(Asker::account).map(|id| id.to_string()),
        staff_id: asker.and_then(Asker::staff).map(|id| id.to_string()),
        kind: change.kind.to_owned(),
        changed: serde_json::to_string(&told).map_err(|_| unreadable("names"))?,
        codes: Value::Object(codes).to_string(),
        code: record.row.code.clone(),
    })
}

/// The more urgent of own and computed.
pub(super) fn code(fields: &Fields, computed: Option<TriageCode>) -> Option<TriageCode> {
    fields.code::<TriageCode>(OWN_CODE).into_iter().chain(computed).min()
}

/// So that a list can be searched for ` word `.
fn words(values: &[String]) -> String {
    if values.is_empty() { String::new() } else { format!(" {} ", values.join(" ")) }
}

/// Whoever cannot hear is not a joker: the long silences and the operator's voice belong to the service.
pub(super) fn contradicts(fields: &Fields) -> Result<(), TriageError> {
    let is_relayed =
        fields.is("special_flags", Flag::Relay.code()) || fields.is("channel", ContactChannel::Relay.code());
    match is_relayed && fields.is("special_flags", Flag::Hoax.code()) {
        true => Err(TriageError::invalid(
            "special_flags",
            "a call through the telephone relay service is never marked hoax: take one of the two away",
        )),
        false => Ok(()),
    }
}
