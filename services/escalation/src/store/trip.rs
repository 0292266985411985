//! Inserts that reach the store together: a trip costs more than a row.
//!
//! The inserts are one text for both engines; SQLite is given them one after the other, PostgreSQL as
//! one statement. So none of them may need what another has inserted.

use shell::on;
use shell::store::{Attempt, Db, Engine, StoreError, Tx};

/// What is bound to a `$n`.
pub(super) enum Value {
    Text(String),
    OptionalText(Option<String>),
    Number(i64),
    OptionalNumber(Option<i64>),
    Bytes(Vec<u8>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::OptionalText(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::OptionalNumber(number)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

#[derive(Default)]
pub(super) struct Trip {
    inserts: Vec<String>,
    values: Vec<Value>,
}

/// The query with its values, for either engine.
macro_rules! filled {
    ($text:expr, $values:expr) => {
        $values.into_iter().fold(sqlx::query(sqlx::AssertSqlSafe($text)), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::OptionalText(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
            Value::OptionalNumber(number) => query.bind(number),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    };
}

impl Trip {
    /// `into` names the table and its columns.
    pub(super) fn insert<const N: usize>(&mut self, into: &str, rows: impl IntoIterator<Item = [Value; N]>) {
        let mut places = Vec::new();
        for row in rows {
            let first = self.values.len() + 1;
            let numbers: Vec<_> = (first..first + N).map(|number| format!("${number}")).collect();
            places.push(format!("({})", numbers.join(", ")));
            self.values.extend(row);
        }
        if !places.is_empty() {
            self.inserts.push(format!("INSERT INTO {into} VALUES {}", places.join(", ")));
        }
    }

    /// Durable when it returns.
    pub(super) async fn alone(self, db: &Db, attempt: &'static str) -> Result<(), StoreError> {
        match db.write() {
            Engine::Postgres(pool) => filled!(one_statement(&self.inserts), self.values)
                .execute(pool)
                .await
                .map(drop)
                .attempt(attempt),
            Engine::Sqlite(_) => {
                let mut tx = db.begin().await?;
                self.within(&mut tx, attempt).await?;
                tx.commit().await
            }
        }
    }

    pub(super) async fn within(self, tx: &mut Tx, attempt: &'static str) -> Result<(), StoreError> {
        if self.inserts.is_empty() {
            return Ok(());
        }
        let text = match tx {
            Engine::Sqlite(_) => self.inserts.join("; "),
            Engine::Postgres(_) => one_statement(&self.inserts),
        };
        on!(tx, t => filled!(text, self.values).execute(&mut **t).await.map(drop)).attempt(attempt)
    }
}

/// PostgreSQL runs what a WITH inserts whether it is read or not.
fn one_statement(inserts: &[String]) -> String {
    let Some((last, others)) = inserts.split_last() else { return String::new() };
    if others.is_empty() {
        return last.clone();
    }
    let others: Vec<_> =
        others.iter().enumerate().map(|(at, insert)| format!("i{at} AS ({insert})")).collect();
    format!("WITH {} {last}", others.join(", "))
}

#[cfg(test)]
mod tests {
    use shell::testkit::both_stores;

    use super::*;

    const EVENT: &str = "escalation_event (operator_id, escalation_id, seq, at_us, kind, body)";
    const ADVICE: &str =
        "advice (operator_id, advice_id, escalation_id, staff_id, at_us, advice_sealed, read_back)";

    fn trip(seqs: &[i64], advice: &str) -> Trip {
        let mut trip = Trip::default();
        let event = |seq: &i64| ["o".into(), "e".into(), (*seq).into(), 7.into(), "x".into(), "{}".into()];
        trip.insert(EVENT, seqs.iter().map(event));
        let sealed = vec![1_u8, 2];
        trip.insert(
            ADVICE,
            [["o".into(), advice.into(), "e".into(), "s".into(), 7.into(), sealed.into(), 0.into()]],
        );
        trip
    }

    async fn kept(db: &Db) -> (Vec<i64>, Vec<String>) {
        on!(db.read(), pool => {
            let seqs = sqlx::query_scalar("SELECT seq FROM escalation_event ORDER BY seq").fetch_all(pool).await;
            let ids = sqlx::query_scalar("SELECT advice_id FROM advice ORDER BY advice_id").fetch_all(pool).await;
            (seqs.unwrap(), ids.unwrap())
        })
    }

    #[tokio::test]
    async fn the_rows_of_a_trip_are_kept_together_or_not_at_all() {
        both_stores(|db| async move {
            trip(&[0, 1, 2], "a").alone(&db, "test").await.unwrap();
            let refused = trip(&[3, 4, 1], "b").alone(&db, "test").await.unwrap_err();

            assert!(refused.is_taken());
            assert_eq!(kept(&db).await, (vec![0, 1, 2], vec!["a".to_owned()]));
        })
        .await;
    }

    #[tokio::test]
    async fn a_trip_within_a_transaction_happens_with_it() {
        both_stores(|db| async move {
            let mut tx = db.begin().await.unwrap();
            trip(&[0, 1], "a").within(&mut tx, "test").await.unwrap();
            drop(tx);
            let mut tx = db.begin().await.unwrap();
            trip(&[0, 1], "b").within(&mut tx, "test").await.unwrap();
            tx.commit().await.unwrap();

            assert_eq!(kept(&db).await, (vec![0, 1], vec!["b".to_owned()]));
        })
        .await;
    }
}
