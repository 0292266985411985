//! Escalations, pages, attempts, advice in the store. SQL only, no rules.

mod advice;
mod begin;
mod escalation;
mod lease;
mod page;
mod read;
mod safety;
mod trip;

use shell::seal::Sealer;
use shell::store::Db;

pub(crate) use advice::AdviceRow;
pub(crate) use begin::NewEscalation;
pub(crate) use escalation::{Kept, Seen};
pub(crate) use lease::{Candidate, Taking};
pub(crate) use page::{PageChange, PageRow};
pub(crate) use read::{AttemptRow, EventRow, KnownCall, Shown};
pub(crate) use safety::SafetyRow;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) db: Db,
    sealer: Sealer,
}

impl Store {
    pub(crate) fn new(db: Db, sealer: Sealer) -> Self {
        Self { db, sealer }
    }
}

/// Numbers are `BIGINT` in the store.
pub(crate) fn big(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
