//! The people whom records are about.

mod find;
mod merge;
pub(crate) mod names;
mod plan;
mod save;
mod show;

pub(crate) use show::Depth;

use domain::ids::OperatorId;

use crate::asker::Asker;
use crate::error::TriageError;
use crate::keeper::Keeper;
use crate::store::{PersonEvent, PersonRow};
use crate::wire::{UUID, word};

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct People {
    pub(crate) keeper: Keeper,
}

impl People {
    /// An entry of this operator.
    pub(crate) async fn known(&self, operator: &OperatorId, id: &str) -> Result<PersonRow, TriageError> {
        let id = person_id(id, "person_id")?;
        let found = self.keeper.store.person(operator, &id).await?;
        found.ok_or(TriageError::NotFound("person_id"))
    }

    fn event(&self, asker: &Asker, happened: &str, with: &str) -> PersonEvent {
        PersonEvent {
            at_us: self.keeper.clock.now().micros(),
            account_id: asker.account().map(|id| id.to_string()),
            happened: happened.to_owned(),
            with_id: with.to_owned(),
        }
    }
}

/// As it is written in the store.
pub(crate) fn person_id(text: &str, field: &'static str) -> Result<String, TriageError> {
    word::<uuid::Uuid>(text, field, UUID).map(|id| id.to_string())
}

/// What was merged is changed where it went.
fn unmerged(row: &PersonRow) -> Result<(), TriageError> {
    match &row.merged_into {
        Some(into) => {
            Err(TriageError::Refused(format!("this entry was merged into {into}: change that one")))
        }
        None => Ok(()),
    }
}
