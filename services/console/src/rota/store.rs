//! Covers and calendar addresses in the store.

use domain::ids::OperatorId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, Db, StoreError};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) cover_id: String,
    pub(crate) shift_id: String,
    pub(crate) in_return: Option<String>,
    pub(crate) by_staff: String,
    pub(crate) entry: String,
    pub(crate) state: String,
    pub(crate) waiting_for: String,
    pub(crate) note_sealed: Option<Vec<u8>>,
    pub(crate) proposed_by: String,
    pub(crate) proposed_us: i64,
}

impl Row {
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &str> {
        self.waiting_for.split_whitespace()
    }
}

const COLUMNS_FROM: &str =
    "SELECT cover_id, shift_id, in_return, by_staff, entry, state, waiting_for, note_sealed,
     proposed_by, proposed_us FROM rota_cover";

pub(crate) async fn insert(
    db: &Db,
    operator: &OperatorId,
    row: &Row,
    settled: Option<Instant>,
) -> Result<(), StoreError> {
    on!(db.write(), pool => {
        sqlx::query(
            "INSERT INTO rota_cover (operator_id, cover_id, shift_id, in_return, by_staff, entry, state,
                                     waiting_for, note_sealed, proposed_by, proposed_us, settled_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(operator.as_str()).bind(&row.cover_id).bind(&row.shift_id).bind(&row.in_return)
        .bind(&row.by_staff).bind(&row.entry).bind(&row.state).bind(&row.waiting_for).bind(&row.note_sealed)
        .bind(&row.proposed_by).bind(row.proposed_us).bind(settled.map(Instant::micros))
        .execute(pool).await.map(drop)
    })
    .attempt("keep a cover")
}

pub(crate) async fn find(db: &Db, operator: &OperatorId, cover: &str) -> Result<Option<Row>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS_FROM} WHERE operator_id = $1 AND cover_id = $2"));
    on!(db.read(), pool => {
        sqlx::query_as(sql).bind(operator.as_str()).bind(cover).fetch_optional(pool).await
    })
    .attempt("read a cover")
}

/// Open ones first, then the latest.
pub(crate) async fn list(db: &Db, operator: &OperatorId) -> Result<Vec<Row>, StoreError> {
    let order = "WHERE operator_id = $1
         ORDER BY CASE state WHEN 'proposed' THEN 0 ELSE 1 END, proposed_us DESC LIMIT 200";
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS_FROM} {order}"));
    on!(db.read(), pool => sqlx::query_as(sql).bind(operator.as_str()).fetch_all(pool).await)
        .attempt("list covers")
}

/// Only where the cover is as it was read. False: somebody else was faster.
pub(crate) async fn change(
    db: &Db,
    operator: &OperatorId,
    was: &Row,
    state: &str,
    waiting_for: &str,
    settled: Option<Instant>,
) -> Result<bool, StoreError> {
    on!(db.write(), pool => {
        sqlx::query(
            "UPDATE rota_cover SET state = $3, waiting_for = $4, settled_us = $5
             WHERE operator_id = $1 AND cover_id = $2 AND state = $6 AND waiting_for = $7",
        )
        .bind(operator.as_str()).bind(&was.cover_id).bind(state).bind(waiting_for)
        .bind(settled.map(Instant::micros)).bind(&was.state).bind(&was.waiting_for)
        .execute(pool).await.map(|done| done.rows_affected() == 1)
    })
    .attempt("change a cover")
}

/// One address a person: the one before stops working.
pub(crate) async fn renew_feed(
    db: &Db,
    operator: &OperatorId,
    staff: &str,
    hash: &str,
    now: Instant,
) -> Result<(), StoreError> {
    on!(db.write(), pool => {
        sqlx::query(
            "INSERT INTO calendar_feed (token_hash, operator_id, staff_id, created_us) VALUES ($1, $2, $3, $4)
             ON CONFLICT (operator_id, staff_id)
             DO UPDATE SET token_hash = excluded.token_hash, created_us = excluded.created_us",
        )
        .bind(hash).bind(operator.as_str()).bind(staff).bind(now.micros())
        .execute(pool).await.map(drop)
    })
    .attempt("renew a calendar's address")
}

/// Whose calendar it is.
pub(crate) async fn of_feed(db: &Db, hash: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = on!(db.read(), pool => {
        sqlx::query_as("SELECT staff_id FROM calendar_feed WHERE token_hash = $1")
            .bind(hash).fetch_optional(pool).await
    })
    .attempt("look up a calendar")?;
    Ok(row.map(|(staff,)| staff))
}
