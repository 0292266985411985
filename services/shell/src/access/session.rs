//! Sessions: rows with limits. Opening and ending them belongs to a transaction
//! of the caller's, so that the audit tells of nothing that did not happen.

use std::time::Duration;

use domain::access::{Person, Role, SessionKind};
use domain::ids::{AccountId, OperatorId, SessionId};
use domain::time::Instant;

use super::SessionToken;
use crate::clock::Clock;
use crate::ids::Ids;
use crate::on;
use crate::store::{Attempt, Db, StoreError, Tx};

/// The moment of the last request is written at most this often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);
/// A device's own description is not ours to keep at any length.
const DEVICE_MAX: usize = 200;

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Without a request.
    pub idle: Duration,
    /// Altogether.
    pub absolute: Duration,
    /// How long a person counts as having proved themselves just now.
    pub fresh: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Self { idle: minutes(30), absolute: minutes(12 * 60), fresh: minutes(5) }
    }
}

/// Whose session begins, and how.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    pub account: AccountId,
    pub operator: &'a OperatorId,
    pub kind: SessionKind,
    /// What the device says of itself, for the person's own list of sessions.
    pub device: &'a str,
}

/// A session that began. Its token is told once.
#[derive(Clone, Debug)]
pub struct Opened {
    pub token: SessionToken,
    pub session: SessionId,
    pub until: Instant,
    pub fresh_until: Instant,
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sessions {
    db: Db,
    clock: Clock,
    ids: Ids,
    limits: Limits,
}

type Row = (String, String, String, Option<String>, String, i64, i64, Option<String>, i64);

impl Sessions {
    pub fn new(db: Db, clock: Clock, ids: Ids, limits: Limits) -> Self {
        Self { db, clock, ids, limits }
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Begins a session, fresh for a while.
    ///
    /// # Errors
    /// When the account is not known or the store is away.
    pub async fn open(&self, tx: &mut Tx, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        let now = self.clock.now();
        let until = now + self.limits.absolute;
        let opened = Opened {
            token: SessionToken::fresh(),
            session: SessionId(self.ids.draw()),
            until,
            fresh_until: (now + self.limits.fresh).min(until),
        };
        let device: String = opening.device.chars().take(DEVICE_MAX).collect();
        on!(tx, t => sqlx::query(
            "INSERT INTO session (session_hash, session_id, account_id, operator_id, kind, created_us, last_us,
                                  idle_until_us, until_us, fresh_until_us, device)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)",
        )
        .bind(opened.token.hash())
        .bind(opened.session.to_string())
        .bind(opening.account.to_string())
        .bind(opening.operator.as_str())
        .bind(opening.kind.code())
        .bind(now.micros())
        .bind((now + self.limits.idle).micros())
        .bind(until.micros())
        .bind(opened.fresh_until.micros())
        .bind(device)
        .execute(&mut **t).await.map(drop))
        .attempt("open a session")?;
        Ok(opened)
    }

    /// Whose session this is, if it stands: not revoked, neither limit passed, the account not disabled.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn find(&self, token: &SessionToken) -> Result<Option<Person>, StoreError> {
        let (hash, now) = (token.hash(), self.clock.now());
        let rows: Vec<Row> = on!(self.db.read(), pool => sqlx::query_as(
            "SELECT s.session_id, s.account_id, s.operator_id, a.staff_id, s.kind, s.last_us, s.fresh_until_us, r.role,
                    CASE WHEN (a.must_change <> 0 AND s.kind <> 'oidc')
                              OR (a.totp_sealed IS NULL AND s.kind = 'password')
                         THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END
             FROM session s
             JOIN account a ON a.account_id = s.account_id AND a.operator_id = s.operator_id
             LEFT JOIN account_role r ON r.account_id = s.account_id
             WHERE s.session_hash = $1 AND s.revoked_us IS NULL AND s.idle_until_us > $2 AND s.until_us > $2
               AND a.disabled_us IS NULL",
        )
        .bind(&hash).bind(now.micros()).fetch_all(pool).await)
        .attempt("look up a session")?;
        let Some(person) = person_of(&rows)? else { return Ok(None) };
        let last = rows.first().map_or(now, |row| Instant::from_micros(row.5));
        if now.since(last) >= TOUCH_EVERY {
            self.touch(&hash).await;
        }
        Ok(Some(person))
    }

    /// Being late with this ends a session early at worst, so a store that is busy refuses nobody.
    async fn touch(&self, hash: &str) {
        let now = self.clock.now();
        let touched = on!(self.db.write(), pool => sqlx::query(
            "UPDATE session SET last_us = $2, idle_until_us = $3
             WHERE session_hash = $1 AND revoked_us IS NULL AND last_us < $2",
        )
        .bind(hash).bind(now.micros()).bind((now + self.limits.idle).micros())
        .execute(pool).await.map(drop))
        .attempt("touch a session");
        if let Err(error) = touched {
            tracing::warn!(%error, "a session's last request is not written");
        }
    }

    /// Whether a session still stands, for a stream that outlives its request. `busy` says that the
    /// person is where they should be, so that waiting does not count as idling.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn stands(&self, session: SessionId, busy: bool) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let found: Option<(String, i64)> = on!(self.db.read(), pool => sqlx::query_as(
            "SELECT s.session_hash, s.last_us FROM session s JOIN account a ON a.account_id = s.account_id
             WHERE s.session_id = $1 AND s.revoked_us IS NULL AND s.idle_until_us > $2 AND s.until_us > $2
               AND a.disabled_us IS NULL",
        )
        .bind(session.to_string()).bind(now.micros()).fetch_optional(pool).await)
        .attempt("look at a session again")?;
        if let Some((hash, last)) = &found
            && busy
            && now.since(Instant::from_micros(*last)) >= TOUCH_EVERY
        {
            self.touch(hash).await;
        }
        Ok(found.is_some())
    }

    /// The person has proved themselves again. False when the session has ended meanwhile.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn mark_fresh(&self, tx: &mut Tx, session: SessionId) -> Result<bool, StoreError> {
        let now = self.clock.now();
        on!(tx, t => sqlx::query(
            "UPDATE session SET fresh_until_us = $2 WHERE session_id = $1 AND revoked_us IS NULL AND until_us > $3",
        )
        .bind(session.to_string()).bind((now + self.limits.fresh).micros()).bind(now.micros())
        .execute(&mut **t).await.map(|done| done.rows_affected() == 1))
        .attempt("mark a session fresh")
    }

    /// Ends a session. False when it had ended.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn revoke(&self, tx: &mut Tx, session: SessionId) -> Result<bool, StoreError> {
        on!(tx, t => sqlx::query(
            "UPDATE session SET revoked_us = $2 WHERE session_id = $1 AND revoked_us IS NULL",
        )
        .bind(session.to_string()).bind(self.clock.now().micros())
        .execute(&mut **t).await.map(|done| done.rows_affected() == 1))
        .attempt("revoke a session")
    }

    /// Ends every session of an account: a new password, a lost device, somebody who leaves.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn revoke_all(&self, tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
        on!(tx, t => sqlx::query(
            "UPDATE session SET revoked_us = $2 WHERE account_id = $1 AND revoked_us IS NULL",
        )
        .bind(account.to_string()).bind(self.clock.now().micros())
        .execute(&mut **t).await.map(|done| done.rows_affected()))
        .attempt("revoke the sessions of an account")
    }
}

/// One row for each role, or one without.
fn person_of(rows: &[Row]) -> Result<Option<Person>, StoreError> {
    let Some((session, account, operator, staff, kind, _, fresh_until, _, limited)) = rows.first() else {
        return Ok(None);
    };
    let roles = rows.iter().filter_map(|row| row.7.as_deref()?.parse::<Role>().ok()).collect();
    Ok(Some(Person {
        session: session.parse().map_err(unreadable)?,
        account: account.parse().map_err(unreadable)?,
        operator: operator.parse().map_err(unreadable)?,
        staff: staff.as_deref().map(str::parse).transpose().map_err(unreadable)?,
        roles,
        fresh_until: Instant::from_micros(*fresh_until),
        break_glass: kind == SessionKind::BreakGlass.code(),
        limited: *limited != 0,
    }))
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::lasting("read a session", error)
}
