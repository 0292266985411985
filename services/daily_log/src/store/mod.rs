//! Sealed days, what the centre said of them, and what they are counted from. SQL only, no rules.

mod calls;
mod changes;
mod due;
mod incidents;
mod log;
mod night;
mod pages;
mod records;
mod referrals;
mod review;

use domain::daily_log::Span;
use domain::ids::OperatorId;
use domain::time::Instant;
use shell::seal::data_keys::DataKeys;
use shell::store::{Db, StoreError};

pub(crate) use due::DueRow;
pub(crate) use log::VersionRow;
pub(crate) use night::NightRow;
pub(crate) use pages::PageFacts;
pub(crate) use records::RecordRow;
pub(crate) use referrals::{ReferralEvent, ReferralRow};
pub(crate) use review::ReviewRow;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) db: Db,
    pub(crate) keys: DataKeys,
}

/// The calls that began in a stretch of time, as they stood at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) operator: &'a OperatorId,
    pub(crate) span: Span,
    pub(crate) as_of: Instant,
}

/// `$1` operator, `$2` from, `$3` until.
macro_rules! begun_then {
    () => {
        "(SELECT b.call_id FROM call_event b
          WHERE b.operator_id = $1 AND b.kind = 'begun' AND b.at_us >= $2 AND b.at_us < $3)"
    };
}
pub(crate) use begun_then;

pub(crate) fn unreadable(what: &'static str) -> StoreError {
    StoreError::lasting("read what another release wrote", what)
}

/// Numbers are `BIGINT` in the store.
pub(crate) fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
