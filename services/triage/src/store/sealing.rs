//! Personal values under the data key of their operator and year.

use domain::ids::OperatorId;
use domain::private::Private;
use shell::seal::Place;
use shell::seal::data_keys::{DataKeyFault, DataKeys};

use super::unreadable;
use crate::error::TriageError;

/// From here on a year is one record that outlives its own.
pub(crate) const OWN_KEYS: i64 = 10_000;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Sealing {
    keys: DataKeys,
}

impl Sealing {
    pub(crate) fn new(keys: DataKeys) -> Self {
        Self { keys }
    }

    /// Makes the key when it is first needed. Before a transaction: it writes.
    pub(crate) async fn ready(&self, operator: &OperatorId, year: i64) -> Result<(), TriageError> {
        let place = Place { table: "data_key", row: "", column: "tried" };
        self.seal(operator, year, place, &Private::new(String::new())).await.map(drop)
    }

    pub(crate) async fn seal(
        &self,
        operator: &OperatorId,
        year: i64,
        place: Place<'_>,
        value: &Private<String>,
    ) -> Result<Vec<u8>, TriageError> {
        let year = self::year(year)?;
        self.keys.seal(operator, year, place, value).await.map_err(fault)
    }

    pub(crate) async fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Private<String>, TriageError> {
        self.keys.open(place, sealed).await.map_err(fault)
    }

    /// Whatever it sealed is unreadable from now on.
    pub(crate) async fn destroy(&self, operator: &OperatorId, year: i64) -> Result<(), TriageError> {
        let year = self::year(year)?;
        Ok(self.keys.destroy(operator, year).await.map(drop)?)
    }
}

/// None is left of a record that was deleted.
fn year(year: i64) -> Result<i16, TriageError> {
    match i16::try_from(year) {
        Ok(0) => Err(TriageError::Deleted("it")),
        Ok(year) => Ok(year),
        Err(_) => Err(unreadable("a year").into()),
    }
}

fn fault(fault: DataKeyFault) -> TriageError {
    match fault {
        DataKeyFault::Destroyed => TriageError::Deleted("it"),
        DataKeyFault::Unknown => unreadable("a data key that is gone").into(),
        DataKeyFault::Seal(fault) => fault.into(),
        DataKeyFault::Store(error) => error.into(),
    }
}
