//! What the centre said of a version; its comments are sealed.

use domain::ids::OperatorId;
use domain::private::Private;
use shell::on;
use shell::seal::Place;
use shell::store::{Attempt, StoreError, Tx};

use super::{DueRow, Store, unreadable};
use crate::error::LogError;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ReviewRow {
    pub(crate) window_id: String,
    pub(crate) service_date: String,
    pub(crate) version: i64,
    pub(crate) hash: String,
    pub(crate) verdict: String,
    pub(crate) staff_id: String,
    pub(crate) account_id: String,
    pub(crate) at_us: i64,
    pub(crate) comments_sealed: Vec<u8>,
    pub(crate) seal_year: i64,
}

/// The moment tells two reviews of one version apart.
fn row_of(row: &ReviewRow) -> String {
    format!("{}/{}/{}/{}", row.window_id, row.service_date, row.version, row.at_us)
}

fn place(row: &str) -> Place<'_> {
    Place { table: "daily_log_review", row, column: "comments_sealed" }
}

impl Store {
    /// Before a transaction: it may make the key of the year.
    pub(crate) async fn seal_comments(
        &self,
        operator: &OperatorId,
        row: &mut ReviewRow,
        comments: String,
    ) -> Result<(), LogError> {
        let year = i16::try_from(row.seal_year).map_err(|_| unreadable("a year"))?;
        let name = row_of(row);
        row.comments_sealed = self.keys.seal(operator, year, place(&name), &Private::new(comments)).await?;
        Ok(())
    }

    pub(crate) async fn open_comments(&self, row: &ReviewRow) -> Result<Private<String>, LogError> {
        Ok(self.keys.open(place(&row_of(row)), &row.comments_sealed).await?)
    }

    /// Of each day, oldest first.
    pub(crate) async fn reviews(
        &self,
        operator: &OperatorId,
        (window, from, to): (&str, &str, &str),
    ) -> Result<Vec<ReviewRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT window_id, service_date, version, hash, verdict, staff_id, account_id, at_us,
                        comments_sealed, seal_year
                 FROM daily_log_review
                 WHERE operator_id = $1 AND ($2 = '' OR window_id = $2) AND service_date >= $3
                   AND service_date <= $4
                 ORDER BY window_id, service_date, seq",
            )
            .bind(operator.as_str()).bind(window).bind(from).bind(to).fetch_all(pool).await
        })
        .attempt("read reviews")
    }

    /// The day is held by the transaction.
    pub(crate) async fn add_review(tx: &mut Tx, day: &DueRow, row: &ReviewRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO daily_log_review (operator_id, window_id, service_date, seq, version, hash,
                    verdict, staff_id, account_id, at_us, comments_sealed, seal_year)
                 SELECT $1, $2, $3, coalesce(max(seq), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11
                 FROM daily_log_review WHERE operator_id = $1 AND window_id = $2 AND service_date = $3",
            )
            .bind(&day.operator_id).bind(&day.window_id).bind(&day.service_date).bind(row.version)
            .bind(&row.hash).bind(&row.verdict).bind(&row.staff_id).bind(&row.account_id).bind(row.at_us)
            .bind(&row.comments_sealed).bind(row.seal_year).execute(&mut **t).await.map(drop)
        })
        .attempt("keep a review")
    }
}
