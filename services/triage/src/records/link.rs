//! Whom a record is about. What it was before stays in the history.

use domain::ids::OperatorId;
use shell::store::Tx;

use super::{Change, Loaded, Records, record_id};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::people::person_id;
use crate::store::{PersonEvent, Store};

impl Records {
    /// An empty person takes the link away.
    pub(crate) async fn link(
        &self,
        asker: &Asker,
        (record, person): (&str, &str),
    ) -> Result<Loaded, TriageError> {
        let record = record_id(record)?;
        let to = if person.is_empty() { None } else { Some(person_id(person, "person_id")?) };
        self.may_link(asker, &record).await?;
        self.ready(asker, &record).await?;
        let mut tx = self.keeper.db().begin().await?;
        let mut found = self.held(&mut tx, asker, &record).await?;
        if found.row.person_id == to {
            return Ok(found);
        }
        let before = std::mem::replace(&mut found.row.person_id, to.clone());
        if let Some(before) = &before {
            self.note(&mut tx, asker, (&record, before), "unlinked").await?;
            Store::end_link(&mut tx, &record, self.keeper.clock.now()).await?;
        }
        let (kind, action) = match &to {
            Some(_) => ("linked", "record.linked"),
            None => ("unlinked", "record.unlinked"),
        };
        let change = Change { also: Some("person_id"), ..Change::by(asker, kind, action) };
        let machine = found.machine.clone();
        let seq = self.keep(&mut tx, &machine, &mut found, &[], &change).await?;
        if let Some(to) = &to {
            self.note(&mut tx, asker, (&record, to), "linked").await?;
            Store::add_link(&mut tx, &found.row, seq, to, self.keeper.clock.now()).await?;
        }
        self.done(tx, &found.row, &change).await?;
        Ok(found)
    }

    async fn may_link(&self, asker: &Asker, record: &str) -> Result<(), TriageError> {
        let row = self.keeper.store.record(&asker.operator, record).await?;
        let row = row.ok_or(TriageError::NotFound("record_id"))?;
        match asker.is_supervisor() || self.has_part(asker, &row).await? {
            true => Ok(()),
            false => Err(TriageError::NotYours("the author, who talks in the call, or a supervisor,")),
        }
    }

    /// In the person's history.
    async fn note(
        &self,
        tx: &mut Tx,
        asker: &Asker,
        (record, person): (&str, &str),
        happened: &str,
    ) -> Result<(), TriageError> {
        let operator: &OperatorId = &asker.operator;
        let held = Store::person_in(tx, operator, person).await?;
        let held = held.ok_or(TriageError::NotFound("person_id"))?;
        if let (Some(into), "linked") = (&held.merged_into, happened) {
            return Err(TriageError::Refused(format!("person_id was merged into {into}: link that one")));
        }
        let event = PersonEvent {
            at_us: self.keeper.clock.now().micros(),
            account_id: asker.account().map(|id| id.to_string()),
            happened: happened.to_owned(),
            with_id: record.to_owned(),
        };
        Ok(Store::add_person_event(tx, operator, person, &event).await?)
    }
}
