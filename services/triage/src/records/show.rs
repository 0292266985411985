//! A record as people see it, now or at an earlier revision.

use std::collections::BTreeMap;

use domain::time::Instant;
use domain::triage::field::{AMENDMENT_REASON, is_personal};
use domain::triage::{Fields, assess, missing_to_sign};
use proto::triage::v1 as pb;

use super::{Loaded, Moments, NOBODY, Records, record_id};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::{RecordRow, RevisionRow, small, unreadable};
use crate::wire::{UUID, at, fields, missing, word};

/// How much of a record is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    All,
    /// Nothing personal.
    Codes,
}

impl Records {
    /// With a reason, unless they have a part in it. The look is in the audit, or answered to who writes it there.
    pub(crate) async fn get(
        &self,
        asker: &Asker,
        asked: &pb::GetRecordRequest,
    ) -> Result<(pb::Record, Option<pb::Look>), TriageError> {
        if asked.noted_by_asker && asked.revision == 0 && !asked.record_id.is_empty() {
            return self.get_to_note(asker, asked).await.map(|(record, look)| (record, Some(look)));
        }
        let row = self.find(asker, asked).await?;
        let has_part = self.has_part(asker, &row).await?;
        let reason = self.keeper.reason_of(has_part, &asked.reason)?;
        let at = i64::from(asked.revision);
        if at > row.revision {
            return Err(TriageError::invalid("revision", format!("at most {}", row.revision)));
        }
        let seen = if at == 0 { row.revision } else { at };
        let subject = ("record", row.record_id.as_str());
        let entry = self.keeper.entry(asker, "record.viewed", subject, reason)?;
        self.keeper.looked(&entry.with("revision", seen)).await?;
        let record = self.load(row).await?;
        let said = match seen == record.row.revision {
            true => self.said(&record, Shown::All).await?,
            false => self.said_at(&record, at).await?,
        };
        Ok((said, None))
    }

    /// What it says now, without how it came to that. All of it is read at the same time: somebody waits who is
    /// on the way to a centre.
    async fn get_to_note(
        &self,
        asker: &Asker,
        asked: &pb::GetRecordRequest,
    ) -> Result<(pb::Record, pb::Look), TriageError> {
        let (id, store) = (record_id(&asked.record_id)?, &self.keeper.store);
        let row = store.record(&asker.operator, &id);
        let (row, sealed, escalation_ids) = tokio::try_join!(row, store.fields(&id), store.pages_of(&id))?;
        let row = row.ok_or(TriageError::NotFound("record_id"))?;
        let reason = self.keeper.reason_of(self.has_part(asker, &row).await?, &asked.reason)?;
        let reason_sealed = match reason {
            "" => String::new(),
            said => self.keeper.sealed_reason(&id, said)?,
        };
        let look = pb::Look { reason_sealed, revision: small(row.revision) };
        let record = self.opened(row, sealed).await?;
        let of = record.machine.fields();
        let assessment = Some(self.assessed(&record, of));
        let said = pb::Record { fields: fields(of.iter()), assessment, escalation_ids, ..facts(&record.row) };
        Ok((said, look))
    }

    async fn find(&self, asker: &Asker, asked: &pb::GetRecordRequest) -> Result<RecordRow, TriageError> {
        let (store, operator) = (&self.keeper.store, &asker.operator);
        if asked.record_id.is_empty() {
            let call = word(&asked.call_id, "call_id", UUID)?;
            return store.record_of(operator, call).await?.ok_or(TriageError::NotFound("call_id"));
        }
        let id = record_id(&asked.record_id)?;
        store.record(operator, &id).await?.ok_or(TriageError::NotFound("record_id"))
    }

    pub(crate) async fn said(&self, record: &Loaded, shown: Shown) -> Result<pb::Record, TriageError> {
        let mut said = self.with_fields(record, record.machine.fields()).await?;
        if shown == Shown::Codes {
            said.fields.retain(|field| !is_personal(&field.name));
            said.person_id.clear();
            said.revisions.iter_mut().for_each(|revision| revision.reason.clear());
        }
        Ok(said)
    }

    /// Fields as they were; what was decided later is not shown.
    async fn said_at(&self, record: &Loaded, revision: i64) -> Result<pb::Record, TriageError> {
        let revisions = self.keeper.store.revisions(&record.row.record_id).await?;
        let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in revisions.iter().filter(|row| row.revision <= revision) {
            let codes: BTreeMap<String, Vec<String>> =
                serde_json::from_str(&row.codes).map_err(|_| unreadable("codes"))?;
            held.extend(codes);
        }
        held.retain(|_, values| !values.is_empty());
        held.extend(record.history.at(revision).map(|(name, values)| (name.to_owned(), values.clone())));
        let mut said = self.with_fields(record, &held.into_iter().collect()).await?;
        said.revision = small(revision);
        said.revisions.retain(|row| i64::from(row.revision) <= revision);
        let signed = said.revisions.iter().any(|row| row.kind == "signed");
        let amended = said.revisions.iter().any(|row| row.kind == "amended");
        said.state = if amended {
            "amended"
        } else if signed {
            "signed"
        } else {
            "draft"
        }
        .to_owned();
        Ok(said)
    }

    async fn with_fields(&self, record: &Loaded, of: &Fields) -> Result<pb::Record, TriageError> {
        let (row, protocol) = (&record.row, &record.protocol);
        let store = &self.keeper.store;
        let mut said = facts(row);
        said.fields = fields(of.iter());
        said.assessment = Some(self.assessed(record, of));
        said.missing = missing(missing_to_sign(of, protocol));
        let revisions = store.revisions(&row.record_id).await?;
        said.revisions = revisions.into_iter().map(|row| revision(row, record)).collect::<Result<_, _>>()?;
        said.escalation_ids = store.pages_of(&row.record_id).await?;
        Ok(said)
    }

    fn assessed(&self, record: &Loaded, of: &Fields) -> pb::Assessment {
        let rota = self.keeper.rota.borrow().clone();
        let operator = record.row.operator_id.parse().ok();
        let operator = operator.and_then(|id| rota.operator(&id));
        let window = record.row.window_id.parse().ok();
        let moments = Moments {
            rota: &rota,
            calendar: operator.map(|operator| &operator.calendar),
            window: window.as_ref(),
            author: Some(record.machine.author()),
            from: Instant::from_micros(record.row.answered_us),
        };
        moments.said(&assess(&record.protocol, of), &record.protocol)
    }
}

fn facts(row: &RecordRow) -> pb::Record {
    pb::Record {
        record_id: row.record_id.clone(),
        call_id: row.call_id.clone(),
        window_id: row.window_id.clone(),
        state: row.state.clone(),
        revision: small(row.revision),
        author_account: row.author_account.clone().unwrap_or_default(),
        author_staff: author(&row.author_staff),
        person_id: row.person_id.clone().unwrap_or_default(),
        protocol_version: row.protocol_version.clone(),
        opened_at: Some(at(row.opened_us)),
        signed_at: row.signed_us.map(at),
        answered_at: Some(at(row.answered_us)),
        ended_at: row.ended_us.map(at),
        service_date: row.service_date.clone(),
        number: small(row.number),
        legal_hold: row.legal_hold != 0,
        retention_until: row.retention_until.clone(),
        ..pb::Record::default()
    }
}

pub(super) fn author(staff: &str) -> String {
    if staff == NOBODY { String::new() } else { staff.to_owned() }
}

fn revision(row: RevisionRow, record: &Loaded) -> Result<pb::Revision, TriageError> {
    let reason = match row.kind.as_str() {
        "amended" => record.history.value(AMENDMENT_REASON, row.revision).unwrap_or_default(),
        _ => "",
    };
    Ok(pb::Revision {
        revision: small(row.revision),
        at: Some(at(row.at_us)),
        account_id: row.account_id.unwrap_or_default(),
        staff_id: row.staff_id.unwrap_or_default(),
        reason: reason.to_owned(),
        kind: row.kind,
        changed: serde_json::from_str(&row.changed).map_err(|_| unreadable("names"))?,
        code: row.code.unwrap_or_default(),
    })
}
