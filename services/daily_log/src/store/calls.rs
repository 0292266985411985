//! The ledger's entries of calls that began in a stretch of time.

use domain::ledger::{Entry, Step};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::{Asked, Store, begun_then, small, unreadable};

#[derive(sqlx::FromRow)]
struct EventRow {
    operator_id: String,
    call_id: String,
    seq: i64,
    at_us: i64,
    body: String,
    number_index: Option<String>,
}

/// A line of the ledger and, on the first one of a call, the keyed hash of its number.
pub(crate) type Line = (Entry, Option<String>);

impl Store {
    /// Call by call, each in its order.
    pub(crate) async fn entries(&self, asked: Asked<'_>) -> Result<Vec<Line>, StoreError> {
        const SQL: &str = concat!(
            "SELECT operator_id, call_id, seq, at_us, body, number_index FROM call_event
             WHERE at_us <= $4 AND call_id IN ",
            begun_then!(),
            " ORDER BY call_id, seq"
        );
        let rows: Vec<EventRow> = on!(self.db.read(), pool => {
            sqlx::query_as(SQL).bind(asked.operator.as_str()).bind(asked.span.from.micros())
                .bind(asked.span.until.micros()).bind(asked.as_of.micros()).fetch_all(pool).await
        })
        .attempt("read the ledger of a day")?;
        rows.into_iter().map(line).collect()
    }

    /// When the operator's ledger begins.
    pub(crate) async fn first_entry(&self, operator: &str) -> Result<Option<Instant>, StoreError> {
        let first: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT min(at_us) FROM call_event WHERE operator_id = $1")
                .bind(operator).fetch_one(pool).await
        })
        .attempt("find the first day")?;
        Ok(first.map(Instant::from_micros))
    }
}

fn line(row: EventRow) -> Result<Line, StoreError> {
    let step: Step = serde_json::from_str(&row.body).map_err(|_| unreadable("a call's step"))?;
    let entry = Entry {
        operator: row.operator_id.parse().map_err(|_| unreadable("operator"))?,
        call: row.call_id.parse().map_err(|_| unreadable("call"))?,
        seq: small(row.seq),
        at: Instant::from_micros(row.at_us),
        step,
        number: None,
    };
    Ok((entry, row.number_index))
}
