//! Records, people, plans, protocols in the store. SQL only, no rules.

mod calls;
mod duty;
mod fields;
mod link;
mod person;
mod person_find;
mod plan;
mod protocol;
mod record;
mod record_list;
mod retention;
mod revision;
mod sealing;

use shell::seal::Sealer;
use shell::store::{Db, StoreError};

pub(crate) use calls::{Answered, CallFacts};
pub(crate) use duty::DutyRow;
pub(crate) use fields::FieldRow;
pub(crate) use person::{Details, PersonEvent, PersonRow};
pub(crate) use plan::{PlanRow, PlanWords};
pub(crate) use protocol::ProtocolRow;
pub(crate) use record::{Concerned, NewRecord, RecordRow};
pub(crate) use record_list::{LineRow, Listing};
pub(crate) use retention::YearRow;
pub(crate) use revision::RevisionRow;
pub(crate) use sealing::{OWN_KEYS, Sealing};

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) db: Db,
    pub(crate) sealer: Sealer,
    pub(crate) sealing: Sealing,
}

/// Numbers are `BIGINT` in the store.
pub(crate) fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

pub(crate) fn big(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unreadable(what: &'static str) -> StoreError {
    StoreError::lasting("read what another release wrote", what)
}
