//! What the doctor said, sealed.

use domain::ids::EscalationId;
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::seal::Place;
use shell::store::{Attempt, Tx};
use uuid::Uuid;

use super::{Kept, Store};
use crate::error::EscalationError;

/// One piece of advice, open.
#[derive(Clone, Debug)]
pub(crate) struct AdviceRow {
    pub(crate) id: Uuid,
    pub(crate) staff: String,
    pub(crate) advice: Private<String>,
    pub(crate) read_back: bool,
    pub(crate) at: Instant,
}

#[derive(sqlx::FromRow)]
struct Row {
    advice_id: String,
    staff_id: String,
    at_us: i64,
    advice_sealed: Vec<u8>,
    read_back: i64,
}

fn place(id: &str) -> Place<'_> {
    Place { table: "advice", row: id, column: "advice_sealed" }
}

impl Store {
    pub(crate) async fn add_advice(
        &self,
        tx: &mut Tx,
        of: &Kept,
        advice: &AdviceRow,
        now: Instant,
    ) -> Result<(), EscalationError> {
        let id = advice.id.to_string();
        let sealed = self.sealer.seal(place(&id), &advice.advice)?;
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO advice (operator_id, advice_id, escalation_id, staff_id, at_us, advice_sealed, read_back)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(of.operator.as_str()).bind(&id).bind(of.id.to_string()).bind(&advice.staff)
            .bind(now.micros()).bind(&sealed).bind(i64::from(advice.read_back))
            .execute(&mut **t).await.map(drop)
        })
        .attempt("keep advice")?;
        Ok(())
    }

    pub(crate) async fn advice(&self, of: EscalationId) -> Result<Vec<AdviceRow>, EscalationError> {
        let rows: Vec<Row> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT advice_id, staff_id, at_us, advice_sealed, read_back FROM advice
                 WHERE escalation_id = $1 ORDER BY at_us, advice_id",
            )
            .bind(of.to_string()).fetch_all(pool).await
        })
        .attempt("read advice")?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    fn open(&self, row: Row) -> Result<AdviceRow, EscalationError> {
        Ok(AdviceRow {
            advice: self.sealer.open(place(&row.advice_id), &row.advice_sealed)?,
            id: Uuid::parse_str(&row.advice_id).unwrap_or_default(),
            staff: row.staff_id,
            read_back: row.read_back != 0,
            at: Instant::from_micros(row.at_us),
        })
    }
}
