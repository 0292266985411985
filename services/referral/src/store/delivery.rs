//! What is owed to centres, in the order in which each of them sees it.

use domain::ids::{OperatorId, TargetId};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, Batch, StoreError, Tx};

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

/// A delivery with all that its event is made of.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Letter {
    #[sqlx(flatten)]
    pub(crate) row: DeliveryRow,
    pub(crate) code: Option<String>,
    /// Sealed, as the two that follow; the answer and its question are there where it tells one.
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) asked: Option<Vec<u8>>,
    pub(crate) answered: Option<Vec<u8>>,
    /// As the directory has it; what only the rota knows has none here.
    pub(crate) target_name: Option<String>,
}

const LETTER: &str = "SELECT d.*, r.code, c.sealed AS content, q.sealed AS asked, a.sealed AS answered,
       t.name AS target_name
     FROM delivery d
     LEFT JOIN referral r ON r.referral_id = d.referral_id AND r.operator_id = d.operator_id
     LEFT JOIN referral_content c
            ON c.referral_id = d.referral_id AND c.kind = 'content' AND c.number = d.version
     LEFT JOIN referral_content q
            ON q.referral_id = d.referral_id AND q.kind = 'question' AND q.number = d.question
     LEFT JOIN referral_content a
            ON a.referral_id = d.referral_id AND a.kind = 'answer' AND a.number = d.question
     LEFT JOIN referral_target t ON t.operator_id = d.operator_id AND t.target_id = d.centre_id";

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
    /// The numbers of so many more deliveries to a centre; the first is answered. The cursor is held until the
    /// transaction ends, so that each centre sees one order without holes. Whoever needs several centres takes
    /// them in the order of their ids.
    pub(crate) async fn next_numbers(
        tx: &mut Tx,
        operator: &str,
        centre: &TargetId,
        many: i64,
    ) -> Result<i64, StoreError> {
        let last: i64 = on!(tx, t => {
            sqlx::query_scalar(
                "INSERT INTO centre_cursor (operator_id, centre_id, last_seq, received_seq, next_us, failures)
                 VALUES ($1, $2, $3, 0, 0, 0)
                 ON CONFLICT (operator_id, centre_id) DO UPDATE SET last_seq = centre_cursor.last_seq + $3
                 RETURNING last_seq",
            )
            .bind(operator).bind(centre.as_str()).bind(many).fetch_one(&mut **t).await
        })
        .attempt("number a delivery")?;
        Ok(last - many + 1)
    }

    pub(crate) fn owe(batch: &mut Batch, row: DeliveryRow) {
        batch.add(
            "INSERT INTO delivery (operator_id, centre_id, event_id, referral_id, message, kind, version, question,
                at_us, decide_by_us, centre_seq, state, attempts, next_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'numbered', 0, $9)",
            [
                row.operator_id.into(),
                row.centre_id.into(),
                row.event_id.into(),
                row.referral_id.into(),
                row.message.into(),
                row.kind.into(),
                row.version.into(),
                row.question.into(),
                row.at_us.into(),
                row.decide_by_us.into(),
                row.centre_seq.into(),
            ],
        );
    }

    /// Numbers what a release before this one owed: it left that to whoever hands out.
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
        let last = Self::next_numbers(&mut tx, operator.as_str(), centre, 0).await? - 1;
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
        most: usize,
    ) -> Result<Vec<Letter>, StoreError> {
        let sql = format!(
            "{LETTER} WHERE d.operator_id = $1 AND d.centre_id = $2 AND d.centre_seq > $3
             ORDER BY d.centre_seq LIMIT $4"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(centre.as_str()).bind(after)
                .bind(super::big(most)).fetch_all(pool).await
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
    ) -> Result<Vec<Letter>, StoreError> {
        let sql = format!(
            "{LETTER} WHERE d.operator_id = $1 AND d.centre_id = $2 AND d.state = 'numbered'
               AND (d.aside = 0 OR d.next_us <= $3)
             ORDER BY d.aside, d.centre_seq LIMIT $4"
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

    /// The number that a centre was given last, and the referrals among what it has up to this number, each
    /// with its latest message, in order.
    pub(crate) async fn unreceived(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        up_to: i64,
    ) -> Result<(i64, Vec<(String, i64)>), StoreError> {
        let rows: Vec<(i64, Option<String>, Option<i64>)> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT c.last_seq, d.referral_id, max(d.message) FROM centre_cursor c
                 LEFT JOIN delivery d ON d.operator_id = c.operator_id AND d.centre_id = c.centre_id
                                     AND d.state = 'numbered' AND d.centre_seq <= $3
                 WHERE c.operator_id = $1 AND c.centre_id = $2
                 GROUP BY c.last_seq, d.referral_id ORDER BY min(d.centre_seq)",
            )
            .bind(operator.as_str()).bind(centre.as_str()).bind(up_to).fetch_all(pool).await
        })
        .attempt("find what a centre has")?;
        let last = rows.first().map_or(0, |(last, ..)| *last);
        Ok((last, rows.into_iter().filter_map(|(_, referral, message)| referral.zip(message)).collect()))
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

    pub(crate) fn receive(
        batch: &mut Batch,
        (operator, referral): (&str, &str),
        centre: &TargetId,
        what: &Received,
        now: Instant,
    ) {
        let (up_to, event) = match what {
            Received::UpTo { number, .. } => (*number, ""),
            Received::One(event) => (0, event.as_str()),
        };
        if let Received::UpTo { number, is_all: true } = what {
            let moved = [operator.into(), centre.as_str().into(), (*number).into()];
            batch.add(super::cursor::MOVE_RECEIVED, moved);
        }
        batch.add(
            "UPDATE delivery SET state = 'received', received_us = $5, handed_us = coalesce(handed_us, $5)
             WHERE referral_id = $1 AND centre_id = $2 AND state = 'numbered'
               AND (centre_seq <= $3 OR event_id = $4)",
            [referral.into(), centre.as_str().into(), up_to.into(), event.into(), now.micros().into()],
        );
    }

    /// How many are open, and since when the oldest.
    pub(crate) async fn deliveries_open(&self) -> Result<(i64, Option<Instant>), StoreError> {
        let (open, oldest): (i64, Option<i64>) = on!(self.db.read(), pool => {
            // One index for each of the two.
            sqlx::query_as(
                "SELECT CAST(sum(many) AS BIGINT), min(oldest) FROM (
                    SELECT count(*) AS many, min(at_us) AS oldest FROM delivery WHERE state = 'owed'
                    UNION ALL
                    SELECT count(*) AS many, min(at_us) AS oldest FROM delivery WHERE state = 'numbered') open",
            )
            .fetch_one(pool).await
        })
        .attempt("count deliveries")?;
        Ok((open, oldest.map(Instant::from_micros)))
    }
}
