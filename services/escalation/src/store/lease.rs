//! Who attempts a page. A lease belongs to a process and ends with it.

use domain::escalation::Channel;
use domain::ids::PageId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

/// A page that is due and that nobody attempts.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Candidate {
    pub(crate) page_id: String,
    pub(crate) escalation_id: String,
    pub(crate) number: i64,
    pub(crate) contact: i64,
}

/// Taking a page: its attempt begins.
#[derive(Clone, Debug)]
pub(crate) struct Taking {
    pub(crate) page: PageId,
    pub(crate) owner: String,
    pub(crate) until: Instant,
}

/// None, run out, or its owner is dead; who asks is not. `$2` is now, `$3` who asks.
macro_rules! lease_is_free {
    () => {
        "(page.lease_owner IS NULL OR page.lease_until_us <= $2 OR (page.lease_owner <> $3 AND NOT EXISTS (
             SELECT 1 FROM process WHERE process_id = page.lease_owner AND process.lease_until_us > $2)))"
    };
}

/// A page about a call rather goes out where the call is: joining is a matter of that process.
const AWAY_MICROS: i64 = 1_000_000;

impl Store {
    /// Pages by voice that this owner may take now.
    pub(crate) async fn due_for(
        &self,
        owner: &str,
        now: Instant,
        most: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        const SQL: &str = concat!(
            "SELECT page_id, escalation_id, number, contact FROM page
             WHERE channel = $1 AND state IN ('owed', 'out') AND next_us <= $2 AND ",
            lease_is_free!(),
            " AND (call_id IS NULL OR next_us <= $4 OR NOT EXISTS (
                 SELECT 1 FROM open_call JOIN process ON process.process_id = open_call.process_id
                 WHERE open_call.call_id = page.call_id AND open_call.process_id <> $3
                   AND process.lease_until_us > $2))
             ORDER BY next_us, page_id LIMIT $5"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(SQL).bind(Channel::Voice.code()).bind(now.micros()).bind(owner)
                .bind(now.micros() - AWAY_MICROS).bind(i64::from(most)).fetch_all(pool).await
        })
        .attempt("find pages that are due")
    }

    /// Messages that may be sent now.
    pub(crate) async fn due_by(
        &self,
        channel: Channel,
        owner: &str,
        now: Instant,
        most: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        const SQL: &str = concat!(
            "SELECT page_id, escalation_id, number, contact FROM page
             WHERE channel = $1 AND state IN ('owed', 'out') AND next_us <= $2 AND ",
            lease_is_free!(),
            " ORDER BY next_us, page_id LIMIT $4"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(SQL).bind(channel.code()).bind(now.micros()).bind(owner).bind(i64::from(most))
                .fetch_all(pool).await
        })
        .attempt("find messages that are due")
    }

    /// When the next page by this channel becomes due.
    pub(crate) async fn next_due(
        &self,
        channel: Channel,
        now: Instant,
    ) -> Result<Option<Instant>, StoreError> {
        let next: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT min(next_us) FROM page WHERE channel = $1 AND state IN ('owed', 'out') AND next_us > $2",
            )
            .bind(channel.code()).bind(now.micros()).fetch_one(pool).await
        })
        .attempt("find the next page")?;
        Ok(next.map(Instant::from_micros))
    }

    /// How many pages were due by then and are in nobody's hands, and since when the oldest of them: not
    /// out yet, put off and not tried again, or left by whoever had them.
    pub(crate) async fn debt(&self, by: Instant) -> Result<(i64, Option<Instant>), StoreError> {
        let (owed, oldest): (i64, Option<i64>) = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT count(*), min(due_us) FROM page
                 WHERE state IN ('owed', 'out') AND next_us <= $1
                   AND (lease_owner IS NULL OR lease_until_us <= $1 OR NOT EXISTS (
                       SELECT 1 FROM process WHERE process_id = page.lease_owner AND process.lease_until_us > $1))",
            )
            .bind(by.micros()).fetch_one(pool).await
        })
        .attempt("count the pages that are owed")?;
        Ok((owed, oldest.map(Instant::from_micros)))
    }

    /// Which attempt it is. None when another was faster, or it is not open any more. An attempt that was
    /// cut off is told so.
    pub(crate) async fn take(tx: &mut Tx, taking: &Taking, now: Instant) -> Result<Option<i64>, StoreError> {
        const SQL: &str = concat!(
            "UPDATE page SET lease_owner = $3, lease_until_us = $4, attempts = attempts + 1,
                    out_us = coalesce(out_us, $2)
             WHERE page_id = $1 AND state IN ('owed', 'out') AND next_us <= $2 AND ",
            lease_is_free!(),
            " RETURNING operator_id, attempts"
        );
        let id = taking.page.to_string();
        let taken: Option<(String, i64)> = on!(&mut *tx, t => {
            sqlx::query_as(SQL).bind(&id).bind(now.micros()).bind(&taking.owner).bind(taking.until.micros())
                .fetch_optional(&mut **t).await
        })
        .attempt("take a page")?;
        let Some((operator, attempt)) = taken else { return Ok(None) };
        if attempt > 1 {
            end_attempt(tx, &id, "lost", now).await?;
        }
        on!(tx, t => {
            sqlx::query("INSERT INTO page_attempt (operator_id, page_id, attempt, at_us) VALUES ($1, $2, $3, $4)")
                .bind(operator).bind(&id).bind(attempt).bind(now.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("begin an attempt")?;
        Ok(Some(attempt))
    }

    /// This attempt brought nothing: the page is free again and goes out at `next`.
    pub(crate) async fn attempt_again(
        &self,
        taking: &Taking,
        next: Instant,
        detail: &str,
        now: Instant,
    ) -> Result<(), StoreError> {
        let id = taking.page.to_string();
        let mut tx = self.db.begin().await?;
        let ours = on!(&mut tx, t => {
            sqlx::query(
                "UPDATE page SET lease_owner = NULL, lease_until_us = NULL, next_us = $1
                 WHERE page_id = $2 AND lease_owner = $3 AND state IN ('owed', 'out')",
            )
            .bind(next.micros()).bind(&id).bind(&taking.owner)
            .execute(&mut **t).await.map(|done| done.rows_affected())
        })
        .attempt("put a page back")?;
        if ours > 0 {
            end_attempt(&mut tx, &id, detail, now).await?;
        }
        tx.commit().await
    }

    /// What is to be said of the running attempt; its end follows the machine.
    pub(crate) async fn note_detail(tx: &mut Tx, page: PageId, detail: &str) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("UPDATE page_attempt SET detail = $1 WHERE page_id = $2 AND ended_us IS NULL")
                .bind(detail).bind(page.to_string()).execute(&mut **t).await.map(drop)
        })
        .attempt("note what became of an attempt")
    }

    /// The telephone rings, the receiver has it.
    pub(crate) async fn note_delivered(&self, page: PageId, now: Instant) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE page_attempt SET delivered_us = coalesce(delivered_us, $1)
                 WHERE page_id = $2 AND ended_us IS NULL",
            )
            .bind(now.micros()).bind(page.to_string()).execute(pool).await.map(drop)
        })
        .attempt("note that a telephone rings")
    }

    /// Pages that this owner may still ring for in vain; the latest first.
    pub(crate) async fn called_off(&self, owner: &str, now: Instant) -> Result<Vec<Candidate>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT page_id, escalation_id, number, contact FROM page
                 WHERE lease_owner = $1 AND lease_until_us > $2 AND channel = 'voice'
                   AND state NOT IN ('owed', 'out')
                 ORDER BY lease_until_us DESC LIMIT 256",
            )
            .bind(owner).bind(now.micros()).fetch_all(pool).await
        })
        .attempt("find pages that are called off")
    }
}

async fn end_attempt(tx: &mut Tx, page: &str, detail: &str, now: Instant) -> Result<(), StoreError> {
    on!(tx, t => {
        sqlx::query(
            "UPDATE page_attempt SET ended_us = $1, outcome = 'failed', detail = $2
             WHERE page_id = $3 AND ended_us IS NULL",
        )
        .bind(now.micros()).bind(detail).bind(page).execute(&mut **t).await.map(drop)
    })
    .attempt("end an attempt")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shell::process::{Process, ProcessId};
    use shell::store::Db;
    use shell::testkit::{both_stores, sealer};
    use uuid::Uuid;

    use super::*;

    const NOW: Instant = Instant::from_micros(1_000_000_000);
    const LATE: Duration = Duration::from_secs(5);

    async fn rings_at(db: &Db, owner: &str, until: Instant) {
        on!(db.write(), pool => {
            sqlx::query(
                "INSERT INTO page (operator_id, page_id, escalation_id, number, round, staff_id, channel, contact,
                     state, due_us, next_us, out_us, attempts, lease_owner, lease_until_us)
                 VALUES ('o', 'p', 'e', 0, 0, 'aoki', 'voice', 0, 'out', $1, $1, $1, 1, $2, $3)",
            )
            .bind(NOW.micros()).bind(owner).bind(until.micros()).execute(pool).await.map(drop)
        })
        .unwrap();
    }

    #[tokio::test]
    async fn a_page_that_was_left_by_whoever_had_it_is_owed_and_one_that_rings_is_not() {
        both_stores(|db| async move {
            let store = Store::new(db.clone(), sealer());
            let process = Process { id: ProcessId(Uuid::now_v7()), node: "here".into() };
            process.arrive(&db, NOW).await.unwrap();
            rings_at(&db, &process.id.to_string(), NOW + Duration::from_secs(3600)).await;

            let rings = store.debt(NOW + Duration::from_secs(1)).await.unwrap();
            let left = store.debt(NOW + Duration::from_secs(60)).await.unwrap();

            assert_eq!((rings, left), ((0, None), (1, Some(NOW))));
        })
        .await;
    }

    #[tokio::test]
    async fn a_page_that_is_put_off_is_owed_from_the_moment_of_its_next_attempt() {
        both_stores(|db| async move {
            let store = Store::new(db.clone(), sealer());
            let process = Process { id: ProcessId(Uuid::now_v7()), node: "here".into() };
            rings_at(&db, &process.id.to_string(), NOW + LATE).await;
            let page = "p".to_owned();
            on!(db.write(), pool => {
                sqlx::query("UPDATE page SET next_us = $1, lease_owner = NULL WHERE page_id = $2")
                    .bind((NOW + LATE).micros()).bind(page).execute(pool).await.map(drop)
            })
            .unwrap();

            let (before, after) = (store.debt(NOW).await.unwrap(), store.debt(NOW + LATE).await.unwrap());

            assert_eq!((before.0, after.0), (0, 1));
        })
        .await;
    }
}
