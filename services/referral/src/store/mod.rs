//! Referrals, what is sealed beside them, and what is owed to centres. SQL only, no rules.

mod content;
mod cursor;
mod delivery;
mod duty;
mod referral;
mod release;
mod target;

use shell::seal::data_keys::DataKeys;
use shell::store::{Db, StoreError};

pub(crate) use content::{BY_HAND, DECLINES, Kept, Words};
pub(crate) use cursor::Lease;
pub(crate) use delivery::{DeliveryRow, Letter, Received};
pub(crate) use duty::DutyRow;
pub(crate) use referral::{EventRow, Listing, ReferralRow, Told};
pub(crate) use release::ReleaseRow;
pub(crate) use target::{PlacesRow, TargetRow};

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) db: Db,
    pub(crate) keys: DataKeys,
}

pub(crate) fn unreadable(what: &'static str) -> StoreError {
    StoreError::lasting("read what another release wrote", what)
}

/// Numbers are `BIGINT` in the store.
pub(crate) fn big(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
