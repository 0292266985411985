//! What is sealed, its hash, and what of it people are shown.

use std::collections::BTreeSet;

use domain::daily_log::{Body, Facts, Row};
use domain::time::Instant;
use proto::daily_log::v1 as pb;
use sha2::{Digest, Sha256};
use shell::grpc::timestamp;
use shell::store::StoreError;

use crate::store::unreadable;

/// A day's body, sealed or not yet.
#[derive(Clone, Debug)]
pub(crate) struct Sealed(Body);

/// SHA-256 in hex.
pub(crate) fn hash(body: &str) -> String {
    Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Sealed {
    pub(crate) fn of(facts: &Facts) -> Self {
        Self(Body::of(facts))
    }

    pub(crate) fn read(text: &str) -> Result<Self, StoreError> {
        Body::read(text).map(Self).map_err(|_| unreadable("a sealed day"))
    }

    pub(crate) fn body(&self) -> &Body {
        &self.0
    }

    pub(crate) fn text(&self) -> String {
        self.0.text()
    }

    pub(crate) fn as_of(&self) -> Instant {
        self.0.as_of
    }

    /// All but the moment at which it was counted.
    pub(crate) fn says_the_same(&self, other: &str) -> bool {
        let Ok(other) = Body::read(other) else { return false };
        Body { as_of: other.as_of, ..self.0.clone() } == other
    }

    /// The whole day first, then its bands in order.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.0.rows
    }

    pub(crate) fn calls(&self) -> u32 {
        let day = self.0.rows.iter().find(|row| row.band == Row::DAY);
        day.and_then(|row| row.figure("offered")).map_or(0, narrow)
    }

    pub(crate) fn day_kind(&self) -> String {
        self.0.day_kind().map(|kind| kind.to_string()).unwrap_or_default()
    }

    pub(crate) fn hours(&self) -> Vec<pb::HourOfDay> {
        let hour = |hour: &domain::daily_log::HourOfDay| pb::HourOfDay {
            hour: u32::from(hour.hour),
            calls: narrow(hour.calls),
            answered: narrow(hour.answered),
            longest_wait_s: narrow(hour.longest_wait_s),
        };
        self.0.hours.iter().map(hour).collect()
    }

    /// Each once, in the order in which their duty began.
    pub(crate) fn on_call_ids(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let doctors = self.0.duty.people.iter().filter(|person| person.on_call);
        doctors.map(|person| person.staff.to_string()).filter(|id| seen.insert(id.clone())).collect()
    }

    pub(crate) fn incidents(&self) -> Vec<pb::Incident> {
        let incident = |one: &domain::daily_log::Incident| pb::Incident {
            kind: one.kind.clone(),
            raised_at: Some(timestamp(one.raised)),
            cleared_at: one.cleared.map(timestamp),
        };
        self.0.incidents.iter().map(incident).collect()
    }
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_the_standard() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
