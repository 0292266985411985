//! Records of calls that began in a stretch of time, without anything personal.

use shell::on;
use shell::store::{Attempt, StoreError};

use super::{Asked, Store, begun_then};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct RecordRow {
    pub(crate) record_id: String,
    pub(crate) call_id: String,
    pub(crate) window_id: String,
    pub(crate) author_staff: String,
    /// The machine without personal values; `{}` when its retention is over.
    pub(crate) body: String,
    pub(crate) answered_us: i64,
    pub(crate) signed_us: Option<i64>,
    pub(crate) responder_qual: Option<String>,
}

impl Store {
    pub(crate) async fn records(&self, asked: Asked<'_>) -> Result<Vec<RecordRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT record_id, call_id, window_id, author_staff, body, answered_us, signed_us, responder_qual
             FROM record WHERE operator_id = $1 AND answered_us <= $4 AND call_id IN ",
            begun_then!(),
            " ORDER BY answered_us, record_id"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(SQL).bind(asked.operator.as_str()).bind(asked.span.from.micros())
                .bind(asked.span.until.micros()).bind(asked.as_of.micros()).fetch_all(pool).await
        })
        .attempt("read the records of a day")
    }
}
