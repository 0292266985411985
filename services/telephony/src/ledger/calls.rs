//! Reading the ledger: which calls there were, what each did.

use domain::ids::{CallId, OperatorId, WindowId};
use domain::ledger::{Entry, Step};
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::seal::Sealer;
use shell::store::{Attempt, Db, StoreError};

use super::rows::{event_row, number_at};

/// A call as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallBegun {
    pub call: CallId,
    pub at: Instant,
}

/// Which calls to list, the latest first.
#[derive(Clone, Debug)]
pub struct Span {
    pub from: Instant,
    /// Not included.
    pub to: Instant,
    pub window: Option<WindowId>,
    pub most: u32,
}

/// Reads one operator's calls, and never another's.
#[derive(Clone, Debug)]
pub struct Calls {
    db: Db,
    sealer: Sealer,
    operator: OperatorId,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    call_id: String,
    seq: i64,
    at_us: i64,
    body: String,
    number_sealed: Option<Vec<u8>>,
}

impl Calls {
    pub fn of(operator: OperatorId, db: Db, sealer: Sealer) -> Self {
        Self { db, sealer, operator }
    }

    /// # Errors
    /// The store's.
    pub async fn list(&self, span: &Span) -> Result<Vec<CallBegun>, StoreError> {
        // An id has no character that JSON or LIKE would read otherwise.
        let window = span.window.as_ref().map_or("%".to_owned(), |id| format!("%\"window\":\"{id}\"%"));
        let rows: Vec<(String, i64)> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT call_id, at_us FROM call_event
                 WHERE operator_id = $1 AND kind = 'begun' AND at_us >= $2 AND at_us < $3 AND body LIKE $4
                 ORDER BY at_us DESC, call_id DESC LIMIT $5",
            )
            .bind(self.operator.as_str()).bind(span.from.micros()).bind(span.to.micros())
            .bind(&window).bind(i64::from(span.most))
            .fetch_all(pool).await
        })
        .attempt("list calls")?;
        rows.iter().map(begun).collect()
    }

    /// Everything one call did, in order; empty for an unknown call.
    ///
    /// # Errors
    /// The store's.
    pub async fn entries(&self, call: CallId) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<EventRow> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT call_id, seq, at_us, body, number_sealed FROM call_event
                 WHERE operator_id = $1 AND call_id = $2 ORDER BY seq",
            )
            .bind(self.operator.as_str()).bind(call.to_string()).fetch_all(pool).await
        })
        .attempt("read a call")?;
        rows.into_iter().map(|row| self.entry(row)).collect()
    }

    /// Entries of all calls from this moment on, by time: for whoever follows the line.
    ///
    /// # Errors
    /// The store's.
    pub async fn since(&self, from: Instant, most: u32) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<EventRow> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT call_id, seq, at_us, body, number_sealed FROM call_event
                 WHERE operator_id = $1 AND at_us >= $2 ORDER BY at_us, call_id, seq LIMIT $3",
            )
            .bind(self.operator.as_str()).bind(from.micros()).bind(i64::from(most)).fetch_all(pool).await
        })
        .attempt("follow calls")?;
        rows.into_iter().map(|row| self.entry(row)).collect()
    }

    /// Earlier calls from this number, the latest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn by_number(&self, number: &Private<String>, most: u32) -> Result<Vec<CallBegun>, StoreError> {
        let index = self.sealer.blind_index(&self.operator, number);
        let rows: Vec<(String, i64)> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT call_id, at_us FROM call_event WHERE operator_id = $1 AND number_index = $2 AND kind = 'begun'
                 ORDER BY at_us DESC, call_id DESC LIMIT $3",
            )
            .bind(self.operator.as_str()).bind(&index).bind(i64::from(most)).fetch_all(pool).await
        })
        .attempt("find earlier calls")?;
        rows.iter().map(begun).collect()
    }

    /// Whether this number rang since `from` and no human answered. Calls that still wait do not count.
    ///
    /// # Errors
    /// The store's.
    pub async fn went_unanswered(&self, number: &Private<String>, from: Instant) -> Result<bool, StoreError> {
        let index = self.sealer.blind_index(&self.operator, number);
        let found: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT begun.at_us FROM call_event begun
                 WHERE begun.operator_id = $1 AND begun.number_index = $2 AND begun.at_us >= $3 AND begun.kind = 'begun'
                   AND EXISTS (SELECT 1 FROM call_event e WHERE e.call_id = begun.call_id AND e.kind = 'ended')
                   AND NOT EXISTS (SELECT 1 FROM call_event a WHERE a.call_id = begun.call_id AND a.kind = 'answered')
                 LIMIT 1",
            )
            .bind(self.operator.as_str()).bind(&index).bind(from.micros()).fetch_optional(pool).await
        })
        .attempt("find an unanswered attempt")?;
        Ok(found.is_some())
    }

    fn entry(&self, row: EventRow) -> Result<Entry, StoreError> {
        let seq = u32::try_from(row.seq).map_err(unreadable)?;
        let step: Step = serde_json::from_str(&row.body).map_err(unreadable)?;
        let number = row.number_sealed.and_then(|sealed| self.number(&row.call_id, seq, &sealed));
        Ok(Entry {
            operator: self.operator.clone(),
            call: row.call_id.parse().map_err(unreadable)?,
            seq,
            at: Instant::from_micros(row.at_us),
            step,
            number,
        })
    }

    /// A number whose key is lost does not hide what the call did.
    fn number(&self, call: &str, seq: u32, sealed: &[u8]) -> Option<Private<String>> {
        match self.sealer.open(number_at("call_event", &event_row(call, seq)), sealed) {
            Ok(number) => Some(number),
            Err(error) => {
                tracing::warn!(call, %error, "a caller's number does not open");
                None
            }
        }
    }
}

fn begun((call, at): &(String, i64)) -> Result<CallBegun, StoreError> {
    Ok(CallBegun { call: call.parse().map_err(unreadable)?, at: Instant::from_micros(*at) })
}

pub(super) fn unreadable(fault: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::lasting("understand a row that another release wrote", fault)
}
