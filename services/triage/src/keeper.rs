//! What every answer needs at hand, and the rule that a look is written down before it is answered.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::ids::OperatorId;
use domain::private::Private;
use on_call_rota::Rota;
use shell::audit::{Audit, Entry};
use shell::bus::Bus;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::seal::Place;
use shell::store::{Db, Tx};
use tokio::sync::watch;

use crate::asker::Asker;
use crate::config::Settings;
use crate::error::TriageError;
use crate::protocols::Protocols;
use crate::store::Store;

/// What records are called on the bus; the key is the record.
pub const TOPIC: &str = "record";
/// Characters of a reason for looking.
const REASON: usize = 200;
/// Lost races before we say so. Each loss means that another has gone on.
pub(crate) const TRIES: usize = 16;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) bus: Bus,
    pub(crate) audit: Audit,
    pub(crate) settings: Arc<Settings>,
    pub(crate) rota: watch::Receiver<Arc<Rota>>,
    pub(crate) protocols: Protocols,
}

/// Where the reason for a look is sealed, base64 in the detail of its audit entry.
pub fn reason_place(subject: &str) -> Place<'_> {
    Place { table: "audit_event", row: subject, column: "reason" }
}

impl Keeper {
    pub(crate) fn db(&self) -> &Db {
        &self.store.db
    }

    /// The year whose data key seals what is not bound to a record.
    pub(crate) fn year(&self) -> i64 {
        i64::from(jiff::tz::Offset::UTC.to_datetime(self.clock.now().timestamp()).year())
    }

    /// Somebody who has a part in it needs no reason, everybody else does.
    pub(crate) fn reason_of<'a>(&self, has_part: bool, reason: &'a str) -> Result<&'a str, TriageError> {
        let said = reason.trim();
        match (has_part, said.chars().count()) {
            (true, 0..=REASON) | (false, 1..=REASON) => Ok(said),
            (false, 0) => Err(TriageError::ReasonNeeded),
            (_, _) => Err(TriageError::invalid("reason", "1 to 200 characters")),
        }
    }

    /// An entry about a subject, with the reason sealed beside it.
    pub(crate) fn entry(
        &self,
        asker: &Asker,
        action: &'static str,
        (kind, id): (&'static str, &str),
        reason: &str,
    ) -> Result<Entry, TriageError> {
        let entry = Entry::of(&asker.who, &asker.operator, action).about(kind, id);
        if reason.is_empty() {
            return Ok(entry);
        }
        Ok(entry.with("reason", self.sealed_reason(id, reason)?))
    }

    pub(crate) fn sealed_reason(&self, subject: &str, reason: &str) -> Result<String, TriageError> {
        let sealed = self.store.sealer.seal(reason_place(subject), &Private::new(reason.to_owned()))?;
        Ok(STANDARD_NO_PAD.encode(sealed))
    }

    /// Written before what was asked for is answered.
    pub(crate) async fn looked(&self, entry: &Entry) -> Result<(), TriageError> {
        Ok(self.audit.note(entry).await.map(drop)?)
    }

    /// The last statement of the transaction, and its end.
    pub(crate) async fn commit(&self, mut tx: Tx, entry: &Entry) -> Result<(), TriageError> {
        self.audit.append(&mut tx, entry).await?;
        Ok(tx.commit().await?)
    }

    /// Whether this is one of the operators of the rota.
    pub(crate) fn operators(&self) -> Vec<OperatorId> {
        self.rota.borrow().operators().iter().map(|operator| operator.id.clone()).collect()
    }
}
