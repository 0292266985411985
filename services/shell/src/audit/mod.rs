//! Who did what: rows that are only added, each bound to the one before it.
//!
//! The hashes are keyed from the key ring, so whoever has the database alone can
//! neither change a row nor make the chain anew. Codes and ids only: what a
//! person read or wrote is never here.

mod chain;
mod verify;

use std::fmt::Display;

use domain::access::Principal;
use domain::ids::{AccountId, OperatorId, SessionId};
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::on;
use crate::seal::Sealer;
use crate::store::{Attempt, Batch, Db, StoreError, Tx};

use chain::{Chain, Row};
pub use verify::{Fault, Verdict, What};

/// What was done, by whom, to what.
#[derive(Clone, Debug)]
pub struct Entry {
    operator: OperatorId,
    account: Option<AccountId>,
    session: Option<SessionId>,
    actor: &'static str,
    action: &'static str,
    subject_kind: &'static str,
    subject_id: String,
    detail: Map<String, Value>,
}

impl Entry {
    /// Done by whoever makes the request; a stranger is a person without an account.
    pub fn of(who: &Principal, operator: &OperatorId, action: &'static str) -> Self {
        let actor = match who {
            Principal::Service => "service",
            Principal::Person(_) | Principal::Stranger => "person",
        };
        let person = who.person();
        Self {
            account: person.map(|person| person.account),
            session: person.map(|person| person.session),
            ..Self::by(actor, operator, action)
        }
    }

    /// Done by the line itself: a clean-up, a command of the operator's.
    pub fn of_system(operator: &OperatorId, action: &'static str) -> Self {
        Self::by("system", operator, action)
    }

    fn by(actor: &'static str, operator: &OperatorId, action: &'static str) -> Self {
        Self {
            operator: operator.clone(),
            account: None,
            session: None,
            actor,
            action,
            subject_kind: "",
            subject_id: String::new(),
            detail: Map::new(),
        }
    }

    /// While somebody signs in: their account is known, and the request is still a stranger's.
    #[must_use]
    pub fn for_account(self, account: AccountId, session: Option<SessionId>) -> Self {
        Self { account: Some(account), session, ..self }
    }

    /// What it was done to: `("case", id)`.
    #[must_use]
    pub fn about(self, kind: &'static str, id: impl Display) -> Self {
        Self { subject_kind: kind, subject_id: id.to_string(), ..self }
    }

    /// A code or a count, nothing personal.
    #[must_use]
    pub fn with(mut self, name: &'static str, code: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), code.into());
        self
    }
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Audit {
    db: Db,
    clock: Clock,
    chain: Chain,
}

impl Audit {
    pub fn new(db: Db, clock: Clock, sealer: &Sealer) -> Self {
        Self { db, clock, chain: Chain::new(sealer) }
    }

    /// Adds to the audit, together with what the transaction does. One operator's entries queue here,
    /// so let this be the last statement before `commit`.
    ///
    /// # Errors
    /// When the store is away. Then nothing of the transaction may be committed.
    pub async fn append(&self, tx: &mut Tx, entry: &Entry) -> Result<i64, StoreError> {
        self.append_with(tx, std::slice::from_ref(entry), Batch::default()).await
    }

    /// Several entries of one operator, in this order, and what is written with them: all in one go. The
    /// number of the last is answered.
    ///
    /// # Errors
    /// As above, and when what is written with them is refused.
    pub async fn append_with(
        &self,
        tx: &mut Tx,
        entries: &[Entry],
        mut batch: Batch,
    ) -> Result<i64, StoreError> {
        let Some(operator) = entries.first().map(|entry| entry.operator.as_str()) else {
            batch.run(tx, "write what belongs together").await?;
            return Ok(0);
        };
        let many = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let (last, hash, seal): (i64, String, String) = on!(&mut *tx, t => sqlx::query_as(
            "INSERT INTO audit_head (operator_id, seq, hash, seal) VALUES ($1, $2, '', '')
             ON CONFLICT (operator_id) DO UPDATE SET seq = audit_head.seq + $2
             RETURNING seq, hash, seal",
        ).bind(operator).bind(many).fetch_one(&mut **t).await)
        .attempt("lengthen the audit")?;
        let before = last - many;
        // After a head that is not ours the chain goes on, and the break stays to be seen for ever.
        let mut hash = match self.chain.sealed(operator, before, &hash, &seal) {
            true => hash,
            false => String::new(),
        };
        for (entry, seq) in entries.iter().zip(before + 1..) {
            let row = self.chain.close(self.row(entry, seq, hash));
            hash = row.hash.clone();
            add(&mut batch, row);
        }
        let seal = self.chain.seal(operator, last, &hash);
        batch.add(
            "UPDATE audit_head SET hash = $2, seal = $3 WHERE operator_id = $1",
            [operator.into(), hash.into(), seal.into()],
        );
        batch.run(tx, "add to the audit").await?;
        Ok(last)
    }

    /// Adds to the audit alone: somebody looked, or was refused.
    ///
    /// # Errors
    /// When the store is away. Then do not show what was asked for.
    pub async fn note(&self, entry: &Entry) -> Result<i64, StoreError> {
        let mut tx = self.db.begin().await?;
        let seq = self.append(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(seq)
    }

    fn row(&self, entry: &Entry, seq: i64, prev_hash: String) -> Row {
        Row {
            operator_id: entry.operator.to_string(),
            seq,
            at_us: self.clock.now().micros(),
            account_id: entry.account.map(|id| id.to_string()),
            session_id: entry.session.map(|id| id.to_string()),
            actor: entry.actor.to_owned(),
            action: entry.action.to_owned(),
            subject_kind: entry.subject_kind.to_owned(),
            subject_id: entry.subject_id.clone(),
            detail: Value::Object(entry.detail.clone()).to_string(),
            prev_hash,
            hash: String::new(),
        }
    }
}

fn add(batch: &mut Batch, row: Row) {
    batch.add(
        "INSERT INTO audit_event (operator_id, seq, at_us, account_id, session_id, actor, action,
                                  subject_kind, subject_id, detail, prev_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            row.operator_id.into(),
            row.seq.into(),
            row.at_us.into(),
            row.account_id.into(),
            row.session_id.into(),
            row.actor.into(),
            row.action.into(),
            row.subject_kind.into(),
            row.subject_id.into(),
            row.detail.into(),
            row.prev_hash.into(),
            row.hash.into(),
        ],
    );
}
