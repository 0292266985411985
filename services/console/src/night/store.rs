//! What the board reads of the store. It writes nothing there.

use std::collections::BTreeMap;

use domain::ids::{CallId, OperatorId};
use domain::ledger::Step;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, Db, StoreError};

/// More open calls than any operator has at once.
const MOST_ENTRIES: i64 = 20_000;

pub(crate) type Story = Vec<(Instant, Step)>;

/// A debt, as the board shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Debt {
    pub(crate) call_id: String,
    pub(crate) window_id: String,
    pub(crate) owed_us: i64,
    pub(crate) attempts: i64,
}

/// How one call of today went, as far as the picture by hours needs it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Mark {
    pub(crate) at_us: i64,
    pub(crate) body: String,
    pub(crate) call_id: String,
}

#[derive(sqlx::FromRow)]
struct Line {
    call_id: String,
    at_us: i64,
    body: String,
}

/// The entries of every open call, in order. A step that this release does not know is passed over.
pub(crate) async fn open_calls(
    db: &Db,
    operator: &OperatorId,
) -> Result<BTreeMap<CallId, Story>, StoreError> {
    let lines: Vec<Line> = on!(db.read(), pool => {
        sqlx::query_as(
            "SELECT e.call_id, e.at_us, e.body FROM open_call o JOIN call_event e ON e.call_id = o.call_id
             WHERE o.operator_id = $1 ORDER BY e.call_id, e.seq LIMIT $2",
        )
        .bind(operator.as_str()).bind(MOST_ENTRIES).fetch_all(pool).await
    })
    .attempt("read the open calls")?;
    let mut calls: BTreeMap<CallId, Story> = BTreeMap::new();
    for line in lines {
        if let (Ok(call), Ok(step)) = (line.call_id.parse(), serde_json::from_str(&line.body)) {
            calls.entry(call).or_default().push((Instant::from_micros(line.at_us), step));
        }
    }
    Ok(calls)
}

pub(crate) async fn call_backs(db: &Db, operator: &OperatorId) -> Result<Vec<Debt>, StoreError> {
    on!(db.read(), pool => {
        sqlx::query_as(
            "SELECT call_id, window_id, owed_us, attempts FROM callback
             WHERE operator_id = $1 AND state IN ('owed', 'leased') ORDER BY owed_us LIMIT 200",
        )
        .bind(operator.as_str()).fetch_all(pool).await
    })
    .attempt("read the call-backs owed")
}

/// Desks whose phone is registered now.
pub(crate) async fn phones(db: &Db, operator: &OperatorId, now: Instant) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = on!(db.read(), pool => {
        sqlx::query_as("SELECT DISTINCT desk_id FROM phone_binding WHERE operator_id = $1 AND until_us > $2")
            .bind(operator.as_str()).bind(now.micros()).fetch_all(pool).await
    })
    .attempt("read the phones")?;
    Ok(rows.into_iter().map(|(desk,)| desk).collect())
}

/// Until when each ringing call may be answered by the desk that is claimed for it.
pub(crate) async fn offers(db: &Db, operator: &OperatorId) -> Result<BTreeMap<String, Instant>, StoreError> {
    let rows: Vec<(String, i64)> = on!(db.read(), pool => {
        sqlx::query_as(
            "SELECT call_id, claim_until_us FROM desk
             WHERE operator_id = $1 AND presence = 'offered' AND call_id IS NOT NULL AND claim_until_us IS NOT NULL",
        )
        .bind(operator.as_str()).fetch_all(pool).await
    })
    .attempt("read the offers")?;
    Ok(rows.into_iter().map(|(call, until)| (call, Instant::from_micros(until))).collect())
}

/// Beginnings, answers and ends since `from`.
pub(crate) async fn marks(db: &Db, operator: &OperatorId, from: Instant) -> Result<Vec<Mark>, StoreError> {
    on!(db.read(), pool => {
        sqlx::query_as(
            "SELECT at_us, body, call_id FROM call_event
             WHERE operator_id = $1 AND at_us >= $2 AND kind IN ('begun', 'answered', 'ended')
             ORDER BY at_us LIMIT 20000",
        )
        .bind(operator.as_str()).bind(from.micros()).fetch_all(pool).await
    })
    .attempt("read the calls of the day")
}
