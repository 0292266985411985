//! Saving, signing, amending, handing over.

use std::time::Duration;

use domain::ids::StaffId;
use domain::triage::Record;
use domain::triage::record::Refusal;
use proto::triage::v1 as pb;

use super::{Change, Loaded, Records};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::Store;
use crate::wire::{SHORT_WORD, changes, word};

/// Characters of a save's name.
const SAVE: usize = 64;
/// Characters of why a record is amended.
const REASON: usize = 500;

/// What became of a save.
pub(crate) enum Saved {
    Done {
        record: Box<Loaded>,
        escalation: Option<String>,
    },
    /// Nothing was stored: these fields were changed by others as well.
    Stale {
        record: Box<Loaded>,
        conflicting: Vec<String>,
    },
}

impl Records {
    pub(crate) async fn save(
        &self,
        asker: &Asker,
        asked: &pb::SaveRecordRequest,
    ) -> Result<Saved, TriageError> {
        let (staff, id) = (staff(asker)?, record_id(&asked.record_id)?);
        let changes = changes(&asked.changes)?;
        if !(1..=SAVE).contains(&asked.save_id.chars().count()) {
            return Err(TriageError::invalid("save_id", "1 to 64 characters"));
        }
        self.ready(asker, &id).await?;
        let mut tx = self.keeper.db().begin().await?;
        let mut record = self.held(&mut tx, asker, &id).await?;
        if record.machine.author() != &staff {
            return Err(refused(Refusal::NotAuthor { author: record.machine.author().clone() }));
        }
        if Store::saved(&mut tx, &id, &asked.save_id).await?.is_some() {
            drop(tx);
            return self.saved(record).await;
        }
        let before = record.machine.clone();
        let protocol = record.protocol.clone();
        let effects = match record.machine.save(&staff, asked.seen_revision, &changes, &protocol) {
            Ok(effects) => effects,
            Err(Refusal::Stale { fields, .. }) => {
                return Ok(Saved::Stale { record: Box::new(record), conflicting: fields });
            }
            Err(refusal) => return Err(refused(refusal)),
        };
        if !effects.is_empty() {
            let change = Change::by(asker, "saved", "record.saved");
            self.keep(&mut tx, &before, &mut record, &effects, &change).await?;
            Store::add_save(&mut tx, &id, &asked.save_id, record.row.revision).await?;
            self.done(tx, &record.row, &change).await?;
        }
        self.saved(record).await
    }

    /// Waits shortly for the page that the code demands: the counsellor sees at once that somebody is rung.
    async fn saved(&self, record: Loaded) -> Result<Saved, TriageError> {
        let limit = self.keeper.settings.page_wait;
        let escalation = match &record.row.code {
            Some(code) => self.page(&record.row.record_id, code, limit).await,
            None => None,
        };
        Ok(Saved::Done { record: Box::new(record), escalation })
    }

    /// None when it takes longer; the worker goes on.
    async fn page(&self, record: &str, code: &str, limit: Duration) -> Option<String> {
        let mut paid = self.paid.clone();
        let started = async {
            loop {
                paid.borrow_and_update();
                match self.keeper.store.owes(record, code).await {
                    Ok(Some(None)) => paid.changed().await.ok()?,
                    Ok(Some(Some(escalation))) => return Some(escalation),
                    // No page belongs to this code.
                    Ok(None) | Err(_) => return None,
                }
            }
        };
        tokio::time::timeout(limit, started).await.ok().flatten()
    }

    pub(crate) async fn sign(
        &self,
        asker: &Asker,
        asked: &pb::SignRecordRequest,
    ) -> Result<Loaded, TriageError> {
        let (staff, id) = (staff(asker)?, record_id(&asked.record_id)?);
        let change = Change::by(asker, "signed", "record.signed");
        let now = self.keeper.clock.now();
        self.change(&id, &change, |record| {
            let protocol = record.protocol.clone();
            let effects = record.machine.sign(&staff, asked.seen_revision, &protocol, now)?;
            if !effects.is_empty() {
                record.row.signed_us = Some(now.micros());
            }
            Ok(effects)
        })
        .await
    }

    /// Its author, or a supervisor.
    pub(crate) async fn amend(
        &self,
        asker: &Asker,
        asked: &pb::AmendRecordRequest,
    ) -> Result<Loaded, TriageError> {
        let (staff, id) = (staff(asker)?, record_id(&asked.record_id)?);
        let changes = changes(&asked.changes)?;
        let reason = asked.reason.trim();
        if !(1..=REASON).contains(&reason.chars().count()) {
            return Err(TriageError::invalid("reason", "1 to 500 characters: why the record is amended"));
        }
        let now = self.keeper.clock.now();
        let change = Change::by(asker, "amended", "record.amended");
        self.change(&id, &change, |record| {
            if record.machine.author() != &staff && !asker.is_supervisor() {
                return Err(Refusal::NotAuthor { author: record.machine.author().clone() });
            }
            let protocol = record.protocol.clone();
            record.machine.amend(&staff, asked.seen_revision, reason, &changes, &protocol, now)
        })
        .await
    }

    /// By its author; a supervisor does it for an author who is gone.
    pub(crate) async fn hand_over(
        &self,
        asker: &Asker,
        asked: &pb::HandOverRecordRequest,
    ) -> Result<Loaded, TriageError> {
        let id = record_id(&asked.record_id)?;
        let to: StaffId = word(&asked.staff_id, "staff_id", SHORT_WORD)?;
        self.is_ours(asker, &to)?;
        let account = self.keeper.store.account_of(&asker.operator, to.as_str()).await?;
        let mut change = Change::by(asker, "handed_over", "record.handed_over");
        change.also = Some("author");
        self.change(&id, &change, |record| {
            let effects = match asker.staff() {
                Some(staff) if *record.machine.author() == staff => {
                    record.machine.hand_over(&staff, to.clone())
                }
                Some(_) | None if asker.is_supervisor() => record.machine.take_over(to.clone()),
                Some(_) | None => Err(Refusal::NotAuthor { author: record.machine.author().clone() }),
            }?;
            record.row.author_account = account.map(|account| account.to_string());
            Ok(effects)
        })
        .await
    }

    fn is_ours(&self, asker: &Asker, staff: &StaffId) -> Result<(), TriageError> {
        match self.keeper.rota.borrow().person(staff) {
            Some(known) if known.operator == asker.operator => Ok(()),
            Some(_) | None => Err(TriageError::NotFound("staff_id")),
        }
    }

    /// One change of the machine; nothing is written when it changes nothing.
    pub(super) async fn change(
        &self,
        id: &str,
        change: &Change<'_>,
        push: impl FnOnce(&mut Loaded) -> Result<Vec<domain::triage::record::Effect>, Refusal>,
    ) -> Result<Loaded, TriageError> {
        self.ready(change.asker, id).await?;
        let mut tx = self.keeper.db().begin().await?;
        let mut record = self.held(&mut tx, change.asker, id).await?;
        let before: Record = record.machine.clone();
        let effects = push(&mut record).map_err(refused)?;
        if !effects.is_empty() {
            self.keep(&mut tx, &before, &mut record, &effects, change).await?;
            self.done(tx, &record.row, change).await?;
        }
        Ok(record)
    }

    /// Its data key is at hand before the transaction: making one is a write of its own.
    pub(super) async fn ready(&self, asker: &Asker, id: &str) -> Result<(), TriageError> {
        let row = self.keeper.store.record(&asker.operator, id).await?;
        let row = row.ok_or(TriageError::NotFound("record_id"))?;
        self.keeper.store.sealing.ready(&asker.operator, row.seal_year).await
    }
}

pub(crate) fn record_id(text: &str) -> Result<String, TriageError> {
    word::<uuid::Uuid>(text, "record_id", crate::wire::UUID).map(|id| id.to_string())
}

fn staff(asker: &Asker) -> Result<StaffId, TriageError> {
    asker.staff().ok_or(TriageError::NotYours("an account with a staff id of the rota"))
}

pub(super) fn refused(refusal: Refusal) -> TriageError {
    match refusal {
        Refusal::NotAuthor { author } if author.as_str() == super::NOBODY => {
            TriageError::NotYours("a supervisor, who hands this record to somebody first,")
        }
        Refusal::NotAuthor { .. } => TriageError::NotYours("the author of the record"),
        Refusal::Ahead { revision } => {
            TriageError::invalid("seen_revision", format!("at most {revision}, which the record is at"))
        }
        Refusal::Invalid(faults) => {
            let names: Vec<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
            let right: Vec<String> = faults.iter().map(ToString::to_string).collect();
            TriageError::invalid(names.join(", "), right.join("; "))
        }
        refusal @ Refusal::Stale { .. } => TriageError::Overtaken(refusal.to_string()),
        refusal @ (Refusal::Signed
        | Refusal::NotSigned
        | Refusal::Incomplete(_)
        | Refusal::OtherProtocol(_)) => TriageError::Refused(refusal.to_string()),
    }
}
