//! What is owed to centres, in the order in which each of them sees it.

use domain::ids::{OperatorId, TargetId};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct DeliveryRow {
    pub(crate) operator_id: String,
    pub(crate) centre_id: String,
    pub(crate) event_id: String,
    pub(crate) referral_id: String,
    pub(crate) message: i64,
    pub(crate) kind: String,
    pub(crate) version: i64,
    pub(crate) question: Option<i64>,
    pub(crate) at_us: i64,
    pub(crate) decide_by_us: Option<i64>,
    pub(crate) centre_seq: Option<i64>,
    pub(crate) attempts: i64,
    pub(crate) aside: i64,
    pub(crate) handed_us: Option<i64>,
}

const COLUMNS: &str = "operator_id, centre_id, event_id, referral_id, message, kind, version, question, at_us, \
     decide_by_us, centre_seq, attempts, aside, handed_us";
/// Numbered in one transaction.
const AT_ONCE: i64 = 500;

/// Up to which of a centre's numbers something reaches.
#[derive(Clone, Debug)]
pub(crate) enum Received {
    /// `is_all`: nothing up to there is open after this, and the centre's cursor moves with it.
    UpTo {
        number: i64,
        is_all: bool,
    },
    One(String),
}

impl Store {
    pub(crate) async fn owe(tx: &mut Tx, row: &DeliveryRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO delivery (operator_id, centre_id, event_id, referral_id, message, kind, version, question,
                    at_us, decide_by_us, state, attempts, next_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'owed', 0, $9)",
            )
            .bind(&row.operator_id).bind(&row.centre_id).bind(&row.event_id).bind(&row.referral_id)
            .bind(row.message).bind(&row.kind).bind(row.version).bind(row.question).bind(row.at_us)
            .bind(row.decide_by_us).execute(&mut **t).await.map(drop)
        })
        .attempt("owe a delivery")
    }

    /// Gives a centre's new deliveries their numbers. Whoever comes at the same time waits for the cursor.
    pub(crate) async fn number(&self, operator: &OperatorId, centre: &TargetId) -> Result<(), StoreError> {
        let owed: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT at_us FROM delivery WHERE operator_id = $1 AND centre_id = $2 AND state = 'owed' LIMIT 1",
            )
            .bind(operator.as_str()).bind(centre.as_str()).fetch_optional(pool).await
        })
        .attempt("look for new deliveries")?;
        if owed.is_none() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        let last = hold_cursor(&mut tx, operator, centre).await?;
        let next: Vec<String> = on!(&mut tx, t => {
            sqlx::query_scalar(
                "SELECT event_id FROM delivery WHERE operator_id = $1 AND centre_id = $2 AND state = 'owed'
                 ORDER BY at_us, referral_id, message LIMIT $3",
            )
            .bind(operator.as_str()).bind(centre.as_str()).bind(AT_ONCE).fetch_all(&mut **t).await
        })
        .attempt("read new deliveries")?;
        for (number, event) in (last + 1..).zip(&next) {
            on!(&mut tx, t => {
                sqlx::query("UPDATE delivery SET centre_seq = $2, state = 'numbered' WHERE event_id = $1")
                    .bind(event).bind(number).execute(&mut **t).await.map(drop)
            })
            .attempt("number a delivery")?;
        }
        on!(&mut tx, t => {
            sqlx::query("UPDATE centre_cursor SET last_seq = $3 WHERE operator_id = $1 AND centre_id = $2")
                .bind(operator.as_str()).bind(centre.as_str()).bind(last + super::big(next.len()))
                .execute(&mut **t).await.map(drop)
        })
        .attempt("move a centre's cursor")?;
        tx.commit().await
    }

    /// Of what was numbered, received or not.
    pub(crate) async fn deliveries_after(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        after: i64,
        most: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE operator_id = $1 AND centre_id = $2 AND centre_seq > $3
             ORDER BY centre_seq LIMIT $4"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(centre.as_str()).bind(after)
                .bind(most).fetch_all(pool).await
        })
        .attempt("read deliveries")
    }

    /// What is numbered and was not received, in order. Of those set aside only the ones that are due.
    pub(crate) async fn to_push(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        now: Instant,
        most: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery
             WHERE operator_id = $1 AND centre_id = $2 AND state = 'numbered' AND (aside = 0 OR next_us <= $3)
             ORDER BY aside, centre_seq LIMIT $4"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(centre.as_str())
                .bind(now.micros()).bind(most).fetch_all(pool).await
        })
        .attempt("read what is to be pushed")
    }

    pub(crate) async fn note_handed(&self, event: &str, now: Instant) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE delivery SET handed_us = $2
                 WHERE event_id = $1 AND handed_us IS NULL AND state <> 'received'",
            )
            .bind(event).bind(now.micros()).execute(pool).await.map(drop)
        })
        .attempt("note that a delivery was handed out")
    }

    pub(crate) async fn note_refused(
        &self,
        event: &str,
        aside: bool,
        next: Instant,
    ) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE delivery SET attempts = attempts + 1, next_us = $2,
                        aside = CASE WHEN $3 = 1 THEN 1 ELSE aside END
                 WHERE event_id = $1",
            )
            .bind(event).bind(next.micros()).bind(i64::from(aside)).execute(pool).await.map(drop)
        })
        .attempt("note that a delivery was refused")
    }

    /// The referrals among what a centre has up to this number, each with its latest message, in order.
    pub(crate) async fn unreceived(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        up_to: i64,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT referral_id, max(message) FROM delivery
                 WHERE operator_id = $1 AND centre_id = $2 AND state = 'numbered' AND centre_seq <= $3
                 GROUP BY referral_id ORDER BY min(centre_seq)",
            )
            .bind(operator.as_str()).bind(centre.as_str()).bind(up_to).fetch_all(pool).await
        })
        .attempt("find what a centre has")
    }

    /// The referral and the message that a centre was told under this key.
    pub(crate) async fn told(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        event: &str,
    ) -> Result<Option<(String, i64)>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT referral_id, message FROM delivery
                 WHERE operator_id = $1 AND centre_id = $2 AND event_id = $3 AND state <> 'owed'",
            )
            .bind(operator.as_str()).bind(centre.as_str()).bind(event).fetch_optional(pool).await
        })
        .attempt("find what a centre was told")
    }

    pub(crate) async fn receive(
        tx: &mut Tx,
        (operator, referral): (&OperatorId, &str),
        centre: &TargetId,
        what: &Received,
        now: Instant,
    ) -> Result<u64, StoreError> {
        let (up_to, event) = match what {
            Received::UpTo { number, .. } => (*number, ""),
            Received::One(event) => (0, event.as_str()),
        };
        if let Received::UpTo { number, is_all: true } = what {
            Self::move_received(tx, operator, centre, *number).await?;
        }
        on!(tx, t => {
            sqlx::query(
                "UPDATE delivery SET state = 'received', received_us = $5, handed_us = coalesce(handed_us, $5)
                 WHERE referral_id = $1 AND centre_id = $2 AND state = 'numbered'
                   AND (centre_seq <= $3 OR event_id = $4)",
            )
            .bind(referral).bind(centre.as_str()).bind(up_to).bind(event).bind(now.micros())
            .execute(&mut **t).await.map(|done| done.rows_affected())
        })
        .attempt("note that a centre has it")
    }

    /// How many are open, and since when the oldest.
    pub(crate) async fn deliveries_open(&self) -> Result<(i64, Option<Instant>), StoreError> {
        let (open, oldest): (i64, Option<i64>) = on!(self.db.read(), pool => {
            sqlx::query_as("SELECT count(*), min(at_us) FROM delivery WHERE state <> 'received'")
                .fetch_one(pool).await
        })
        .attempt("count deliveries")?;
        Ok((open, oldest.map(Instant::from_micros)))
    }
}

/// The number given last; the cursor is held until the transaction ends.
async fn hold_cursor(tx: &mut Tx, operator: &OperatorId, centre: &TargetId) -> Result<i64, StoreError> {
    on!(tx, t => {
        sqlx::query_scalar(
            "INSERT INTO centre_cursor (operator_id, centre_id, last_seq, received_seq, next_us, failures)
             VALUES ($1, $2, 0, 0, 0, 0)
             ON CONFLICT (operator_id, centre_id) DO UPDATE SET last_seq = centre_cursor.last_seq
             RETURNING last_seq",
        )
        .bind(operator.as_str()).bind(centre.as_str()).fetch_one(&mut **t).await
    })
    .attempt("hold a centre's cursor")
}
