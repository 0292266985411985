//! The referral's own row, its story, and whose turn it was.

use domain::ids::OperatorId;
use domain::referral::Referral;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, Batch, StoreError, Tx};

use super::{Store, unreadable};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ReferralRow {
    pub(crate) operator_id: String,
    pub(crate) referral_id: String,
    pub(crate) record_id: String,
    pub(crate) call_id: String,
    pub(crate) window_id: String,
    pub(crate) state: String,
    pub(crate) code: String,
    pub(crate) body: String,
    pub(crate) revision: i64,
    pub(crate) chosen: String,
    pub(crate) author_staff: String,
    pub(crate) alarm: Option<String>,
    pub(crate) created_us: i64,
    pub(crate) released_us: Option<i64>,
    pub(crate) due_us: Option<i64>,
    pub(crate) ended_us: Option<i64>,
    pub(crate) seal_year: i64,
}

const COLUMNS: &str = "operator_id, referral_id, record_id, call_id, window_id, state, code, body, revision, \
     chosen, author_staff, alarm, created_us, released_us, due_us, ended_us, seal_year";

impl ReferralRow {
    pub(crate) fn machine(&self) -> Result<Referral, StoreError> {
        serde_json::from_str(&self.body).map_err(|_| unreadable("a referral"))
    }

    pub(crate) fn operator(&self) -> Result<OperatorId, StoreError> {
        self.operator_id.parse().map_err(|_| unreadable("operator"))
    }

    /// What the row says of its machine.
    pub(crate) fn describe(&mut self, machine: &Referral, now: Instant) -> Result<(), StoreError> {
        self.body = serde_json::to_string(machine).map_err(|_| unreadable("a referral"))?;
        self.state = machine.state().code().to_owned();
        self.code = machine.code().to_string();
        self.due_us = machine.deadline().map(Instant::micros);
        self.ended_us = match machine.is_settled() {
            true => self.ended_us.or(Some(now.micros())),
            false => None,
        };
        if machine.is_released() {
            self.released_us.get_or_insert(now.micros());
        }
        Ok(())
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) at_us: i64,
    pub(crate) kind: String,
    pub(crate) by_whom: String,
    pub(crate) body: String,
}

#[derive(sqlx::FromRow)]
struct WithChanges {
    #[sqlx(flatten)]
    row: ReferralRow,
    changes: Option<Vec<u8>>,
}

/// An event before it has its number.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) place: i64,
    pub(crate) kind: String,
    pub(crate) by_whom: String,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
pub(crate) struct Listing<'a> {
    pub(crate) open_only: bool,
    /// Empty: of any.
    pub(crate) record: &'a str,
    pub(crate) most: i64,
}

impl Store {
    pub(crate) async fn referral(
        &self,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<ReferralRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM referral WHERE operator_id = $1 AND referral_id = $2");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(id).fetch_optional(pool).await
        })
        .attempt("read a referral")
    }

    /// With what was said for it alone, sealed.
    pub(crate) async fn referral_with_changes(
        &self,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<(ReferralRow, Option<Vec<u8>>)>, StoreError> {
        let found: Option<WithChanges> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT r.*, c.sealed AS changes FROM referral r LEFT JOIN referral_content c
                        ON c.referral_id = r.referral_id AND c.kind = 'changes' AND c.number = 0
                 WHERE r.operator_id = $1 AND r.referral_id = $2",
            )
            .bind(operator.as_str()).bind(id).fetch_optional(pool).await
        })
        .attempt("read a referral and its changes")?;
        Ok(found.map(|found| (found.row, found.changes)))
    }

    pub(crate) async fn draft_of(
        &self,
        operator: &OperatorId,
        record: &str,
    ) -> Result<Option<ReferralRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM referral WHERE operator_id = $1 AND record_id = $2 AND state = 'drafted'"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(record).fetch_optional(pool).await
        })
        .attempt("find the draft of a record")
    }

    /// The latest first.
    pub(crate) async fn list(
        &self,
        operator: &OperatorId,
        listing: &Listing<'_>,
    ) -> Result<Vec<ReferralRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM referral WHERE operator_id = $1 AND ($2 = '' OR record_id = $2)
               AND ($3 = 0 OR ended_us IS NULL) ORDER BY created_us DESC, referral_id DESC LIMIT $4"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(listing.record)
                .bind(i64::from(listing.open_only)).bind(listing.most).fetch_all(pool).await
        })
        .attempt("list referrals")
    }

    /// Those that this target was asked to take, the latest first.
    pub(crate) async fn cases_of(
        &self,
        operator: &OperatorId,
        target: &str,
        listing: &Listing<'_>,
    ) -> Result<Vec<ReferralRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM referral WHERE operator_id = $1 AND ($3 = 0 OR ended_us IS NULL)
               AND EXISTS (SELECT 1 FROM referral_asked a
                           WHERE a.referral_id = referral.referral_id AND a.target_id = $2)
             ORDER BY created_us DESC, referral_id DESC LIMIT $4"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(target)
                .bind(i64::from(listing.open_only)).bind(listing.most).fetch_all(pool).await
        })
        .attempt("list the cases of a centre")
    }

    pub(crate) async fn was_asked(&self, referral: &str, target: &str) -> Result<bool, StoreError> {
        let found: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT at_us FROM referral_asked WHERE referral_id = $1 AND target_id = $2")
                .bind(referral).bind(target).fetch_optional(pool).await
        })
        .attempt("look up who was asked")?;
        Ok(found.is_some())
    }

    /// Operator and id of referrals whose time has come, and when the next one's comes.
    pub(crate) async fn due(&self, now: Instant, most: i64) -> Result<Vec<(String, String)>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT operator_id, referral_id FROM referral WHERE due_us <= $1 ORDER BY due_us LIMIT $2",
            )
            .bind(now.micros()).bind(most).fetch_all(pool).await
        })
        .attempt("find referrals that are due")
    }

    pub(crate) async fn next_due(&self) -> Result<Option<Instant>, StoreError> {
        let next: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT min(due_us) FROM referral WHERE due_us IS NOT NULL").fetch_one(pool).await
        })
        .attempt("find the next deadline")?;
        Ok(next.map(Instant::from_micros))
    }

    /// How many were due by then, and since when the oldest.
    pub(crate) async fn overdue(&self, by: Instant) -> Result<(i64, Option<Instant>), StoreError> {
        let (debt, oldest): (i64, Option<i64>) = on!(self.db.read(), pool => {
            sqlx::query_as("SELECT count(*), min(due_us) FROM referral WHERE due_us <= $1")
                .bind(by.micros()).fetch_one(pool).await
        })
        .attempt("count overdue referrals")?;
        Ok((debt, oldest.map(Instant::from_micros)))
    }

    /// Operator and window of referrals that wait for a supervisor.
    pub(crate) async fn alarmed(&self) -> Result<Vec<(String, String)>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as("SELECT DISTINCT operator_id, window_id FROM referral WHERE alarm IS NOT NULL")
                .fetch_all(pool).await
        })
        .attempt("find referrals that wait for a supervisor")
    }

    pub(crate) async fn events(&self, referral: &str) -> Result<Vec<EventRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT at_us, kind, by_whom, body FROM referral_event WHERE referral_id = $1 ORDER BY seq",
            )
            .bind(referral).fetch_all(pool).await
        })
        .attempt("read the story of a referral")
    }

    /// The row is held until the transaction ends: a change that changes nothing holds it on both engines.
    pub(crate) async fn hold(
        tx: &mut Tx,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<ReferralRow>, StoreError> {
        let sql = format!(
            "UPDATE referral SET revision = revision WHERE operator_id = $1 AND referral_id = $2 RETURNING {COLUMNS}"
        );
        on!(tx, t => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(id).fetch_optional(&mut **t).await
        })
        .attempt("hold a referral")
    }

    /// Taken when the record has a draft already.
    pub(crate) async fn insert(tx: &mut Tx, row: &ReferralRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO referral (operator_id, referral_id, record_id, call_id, window_id, state, code, body,
                    revision, chosen, author_staff, created_us, due_us, seal_year)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            )
            .bind(&row.operator_id).bind(&row.referral_id).bind(&row.record_id).bind(&row.call_id)
            .bind(&row.window_id).bind(&row.state).bind(&row.code).bind(&row.body).bind(row.revision)
            .bind(&row.chosen).bind(&row.author_staff).bind(row.created_us).bind(row.due_us).bind(row.seal_year)
            .execute(&mut **t).await.map(drop)
        })
        .attempt("begin a referral")
    }

    /// The row must be held by this transaction.
    pub(crate) fn update(batch: &mut Batch, row: &ReferralRow) {
        batch.add(
            "UPDATE referral SET state = $2, code = $3, body = $4, revision = $5, chosen = $6, alarm = $7,
                released_us = $8, due_us = $9, ended_us = $10
             WHERE referral_id = $1",
            [
                (&row.referral_id).into(),
                (&row.state).into(),
                (&row.code).into(),
                (&row.body).into(),
                row.revision.into(),
                (&row.chosen).into(),
                row.alarm.clone().into(),
                row.released_us.into(),
                row.due_us.into(),
                row.ended_us.into(),
            ],
        );
    }

    /// Each is numbered in the story so many places after what is there.
    pub(crate) fn add_events(batch: &mut Batch, of: &ReferralRow, now: Instant, events: Vec<Told>) {
        if events.is_empty() {
            return;
        }
        let first = 4;
        let row = |nth: usize| {
            let [place, kind, whom, body] = [0, 1, 2, 3].map(|column| first + 4 * nth + column);
            format!("(${place}, ${kind}, ${whom}, ${body})")
        };
        let rows: Vec<String> = (0..events.len()).map(row).collect();
        let sql = format!(
            "INSERT INTO referral_event (operator_id, referral_id, seq, at_us, kind, by_whom, body)
             SELECT $1, $2, before.seq + told.column1, $3, told.column2, told.column3, told.column4
             FROM (SELECT coalesce(max(seq), -1) AS seq FROM referral_event WHERE referral_id = $2) before,
                  (VALUES {}) told",
            rows.join(", ")
        );
        let said = [(&of.operator_id).into(), (&of.referral_id).into(), now.micros().into()];
        let told = events
            .into_iter()
            .flat_map(|told| [told.place.into(), told.kind.into(), told.by_whom.into(), told.body.into()]);
        batch.add(&sql, said.into_iter().chain(told));
    }

    pub(crate) fn add_asked(batch: &mut Batch, row: &ReferralRow, target: &str, now: Instant) {
        batch.add(
            "INSERT INTO referral_asked (operator_id, target_id, referral_id, at_us) VALUES ($1, $2, $3, $4)
             ON CONFLICT (referral_id, target_id) DO NOTHING",
            [(&row.operator_id).into(), target.into(), (&row.referral_id).into(), now.micros().into()],
        );
    }
}
