//! Two entries for one human become one, and can be parted again.

use shell::store::Tx;

use super::{People, person_id, unmerged};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::{PersonRow, Store};

/// Characters of a reason.
const REASON: usize = 500;

impl People {
    /// Answers the id of the entry that stays.
    pub(crate) async fn merge(
        &self,
        asker: &Asker,
        (id, into): (&str, &str),
        reason: &str,
    ) -> Result<String, TriageError> {
        let (id, into) = (person_id(id, "person_id")?, person_id(into, "into_person_id")?);
        if id == into {
            return Err(TriageError::invalid("into_person_id", "another person than person_id"));
        }
        let reason = said(reason)?;
        let mut tx = self.keeper.db().begin().await?;
        let (gone, stays) = self.both(&mut tx, asker, (&id, &into)).await?;
        if gone.merged_into.as_ref() == Some(&into) {
            return Ok(into);
        }
        unmerged(&gone)?;
        unmerged(&stays)?;
        let gone = PersonRow { merged_into: Some(into.clone()), revision: gone.revision + 1, ..gone };
        self.note(&mut tx, asker, &gone, &into, "merged").await?;
        let entry = self.keeper.entry(asker, "person.merged", ("person", &id), reason)?;
        self.keeper.commit(tx, &entry.with("into", into.as_str())).await?;
        Ok(into)
    }

    pub(crate) async fn part(&self, asker: &Asker, id: &str, reason: &str) -> Result<String, TriageError> {
        let id = person_id(id, "person_id")?;
        let reason = said(reason)?;
        let mut tx = self.keeper.db().begin().await?;
        let held = Store::person_in(&mut tx, &asker.operator, &id).await?;
        let held = held.ok_or(TriageError::NotFound("person_id"))?;
        let Some(from) = held.merged_into.clone() else {
            return Err(TriageError::Refused("this entry is not merged into another".into()));
        };
        let parted = PersonRow { merged_into: None, revision: held.revision + 1, ..held };
        self.note(&mut tx, asker, &parted, &from, "parted").await?;
        let entry = self.keeper.entry(asker, "person.parted", ("person", &id), reason)?;
        self.keeper.commit(tx, &entry.with("from", from.as_str())).await?;
        Ok(id)
    }

    /// Held in one order, so that two merges cannot wait for each other.
    async fn both(
        &self,
        tx: &mut Tx,
        asker: &Asker,
        (id, into): (&str, &str),
    ) -> Result<(PersonRow, PersonRow), TriageError> {
        let (first, second) = if id < into { (id, into) } else { (into, id) };
        let first = Store::person_in(tx, &asker.operator, first).await?;
        let second = Store::person_in(tx, &asker.operator, second).await?;
        let (gone, stays) = if id < into { (first, second) } else { (second, first) };
        let gone = gone.ok_or(TriageError::NotFound("person_id"))?;
        Ok((gone, stays.ok_or(TriageError::NotFound("into_person_id"))?))
    }

    /// In the history of both.
    async fn note(
        &self,
        tx: &mut Tx,
        asker: &Asker,
        row: &PersonRow,
        other: &str,
        happened: &str,
    ) -> Result<(), TriageError> {
        let operator = &asker.operator;
        Store::put_person(tx, row, self.keeper.clock.now()).await?;
        Store::add_person_event(tx, operator, &row.person_id, &self.event(asker, happened, other)).await?;
        Store::add_person_event(tx, operator, other, &self.event(asker, happened, &row.person_id)).await?;
        Ok(())
    }
}

fn said(reason: &str) -> Result<&str, TriageError> {
    match (1..=REASON).contains(&reason.trim().chars().count()) {
        true => Ok(reason.trim()),
        false => Err(TriageError::invalid("reason", "1 to 500 characters")),
    }
}
