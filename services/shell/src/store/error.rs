//! What went wrong with the store, without saying what was being stored.

use std::error::Error;

use sqlx::migrate::MigrateError;

/// The message says what was being attempted. The source stays inside: it may
/// name a table, a host or a person, and is logged once, where the request ends.
#[derive(Debug, thiserror::Error)]
#[error("store failed to {attempt}")]
pub struct StoreError {
    pub attempt: &'static str,
    /// True when the same thing may succeed later: the engine is away, busy or full.
    pub passing: bool,
    source: Box<dyn Error + Send + Sync>,
}

impl StoreError {
    /// A fault of what was stored or asked: trying again will not help.
    pub fn lasting(attempt: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { attempt, passing: false, source: source.into() }
    }

    /// The engine is away, busy or full: the same thing may succeed later.
    pub fn passing(attempt: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { attempt, passing: true, source: source.into() }
    }

    /// Whether a UNIQUE or PRIMARY KEY rule refused the row: another won the race.
    pub fn is_taken(&self) -> bool {
        match self.source.downcast_ref::<sqlx::Error>() {
            Some(error) => error.as_database_error().is_some_and(|fault| fault.is_unique_violation()),
            None => false,
        }
    }
}

/// Names what was being attempted when the engine refused.
pub trait Attempt<T> {
    /// # Errors
    /// The engine's own, under the attempt's name.
    fn attempt(self, attempt: &'static str) -> Result<T, StoreError>;
}

impl<T> Attempt<T> for Result<T, sqlx::Error> {
    fn attempt(self, attempt: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError { attempt, passing: will_pass(&error), source: error.into() })
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "sqlx's enum may grow; what is unknown is a bug to look at"
)]
fn will_pass(error: &sqlx::Error) -> bool {
    match error {
        // A proxy before a primary that died closes in the middle of the greeting.
        sqlx::Error::Protocol(_)
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(fault) => fault.code().is_some_and(|code| passing_code(&code)),
        sqlx::Error::Migrate(fault) => {
            matches!(&**fault, MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) if will_pass(inner))
        }
        _ => false,
    }
}

/// SQLite's extended result codes are decimal, PostgreSQL's SQLSTATE has five characters.
fn passing_code(code: &str) -> bool {
    if code.len() == 5 && code.is_ascii() {
        // Connection, resources, operator intervention, rollback (deadlock, serialisation), lock not to be had.
        return matches!(&code[..2], "08" | "53" | "57" | "40") || code == "55P03";
    }
    // BUSY, LOCKED, NOMEM, IOERR, FULL, CANTOPEN: https://sqlite.org/rescode.html
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 7 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_failure_is_told_without_its_cause() {
        let error = StoreError::lasting("append events", "duplicate key (number)=(+81 3 0000 0000)");

        assert_eq!(error.to_string(), "store failed to append events");
    }

    #[test]
    fn a_locked_file_and_a_server_that_shuts_down_will_pass_but_a_broken_rule_will_not() {
        assert!(passing_code("5") && passing_code("517") && passing_code("57P01"));
        assert!(!passing_code("23505") && !passing_code("1555") && !passing_code("42P01"));
    }
}
