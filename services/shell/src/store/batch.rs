//! Statements of one transaction that go to the engine together: one way there and back instead of many.

use sqlx::AssertSqlSafe;

use super::{Attempt, Engine, StoreError, Tx};

/// A parameter.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
    MaybeText(Option<String>),
    MaybeNumber(Option<i64>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::MaybeText(text)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::MaybeNumber(number)
    }
}

/// Statements that change rows and answer nothing. None of them may need what another of the same batch
/// wrote, nor may two change the same row: PostgreSQL carries them out at one moment, SQLite one after another.
#[derive(Debug, Default)]
pub struct Batch {
    statements: Vec<String>,
    values: Vec<Value>,
}

impl Batch {
    /// Its parameters are numbered from `$1`, as anywhere else.
    pub fn add(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.statements.push(numbered_from(self.values.len(), sql));
        self.values.extend(values);
    }

    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// # Errors
    /// When the engine refuses one of them. Then nothing of the transaction may be committed.
    pub async fn run(self, tx: &mut Tx, attempt: &'static str) -> Result<(), StoreError> {
        if self.is_empty() {
            return Ok(());
        }
        let sql = match tx {
            Engine::Sqlite(_) => self.statements.join("; "),
            Engine::Postgres(_) => at_one_moment(&self.statements),
        };
        crate::on!(tx, t => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for value in self.values {
                query = match value {
                    Value::Text(text) => query.bind(text),
                    Value::Number(number) => query.bind(number),
                    Value::Bytes(bytes) => query.bind(bytes),
                    Value::MaybeText(text) => query.bind(text),
                    Value::MaybeNumber(number) => query.bind(number),
                };
            }
            query.execute(&mut **t).await.map(drop)
        })
        .attempt(attempt)
    }
}

/// `$1` is the first one after those that are there already.
fn numbered_from(before: usize, sql: &str) -> String {
    let mut parts = sql.split('$');
    let mut numbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let number: usize = part[..digits].parse().unwrap_or_default();
        numbered.push_str(&format!("${}{}", number + before, &part[digits..]));
    }
    numbered
}

/// The last one is the statement, the others are its parts.
fn at_one_moment(statements: &[String]) -> String {
    let Some((last, others)) = statements.split_last() else { return String::new() };
    let part = |(place, sql): (usize, &String)| format!("part_{place} AS ({sql})");
    let parts: Vec<String> = others.iter().enumerate().map(part).collect();
    match parts.is_empty() {
        true => last.clone(),
        false => format!("WITH {} {last}", parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::both_stores;

    #[tokio::test]
    async fn all_of_a_batch_is_there_or_nothing() {
        both_stores(|db| async move {
            for (times, left) in [(1, 3_i64), (2, 3)] {
                let mut batch = Batch::default();
                for key in ["a", "b", "c"] {
                    let sql = "INSERT INTO process (process_id, node, started_us, lease_until_us) VALUES ($1, $2, $3, $4)";
                    batch.add(sql, [key.into(), "here".into(), 1.into(), 2.into()]);
                }
                let mut tx = db.begin().await.unwrap();
                let done = batch.run(&mut tx, "try").await;
                assert_eq!(done.is_ok(), times == 1);
                if done.is_ok() {
                    tx.commit().await.unwrap();
                }
                let count: i64 = crate::on!(db.read(), pool => {
                    sqlx::query_scalar("SELECT count(*) FROM process WHERE node = 'here' AND started_us = 1")
                        .fetch_one(pool).await
                })
                .unwrap();
                assert_eq!(count, left);
            }
        })
        .await;
    }

    #[test]
    fn parameters_go_on_where_the_statements_before_ended() {
        let mut batch = Batch::default();
        batch.add("INSERT INTO a VALUES ($1, $2, $2)", [1.into(), 2.into()]);
        batch.add("UPDATE b SET c = $2 WHERE d = $1", [3.into(), "four".into()]);

        assert_eq!(
            batch.statements.join("; "),
            "INSERT INTO a VALUES ($1, $2, $2); UPDATE b SET c = $4 WHERE d = $3"
        );
    }
}
