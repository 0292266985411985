//! Page rows follow the machine's pages.

use domain::escalation::Page;
use domain::ids::PageId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::{Kept, Store, big};

/// One page that is new or is not what it was.
#[derive(Clone, Debug)]
pub(crate) struct PageChange {
    /// Drawn for a new one.
    pub(crate) fresh: Option<PageId>,
    pub(crate) number: usize,
    pub(crate) page: Page,
    /// Whoever rings for it must be told.
    pub(crate) called_off: bool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct PageRow {
    pub(crate) operator_id: String,
    pub(crate) page_id: String,
    pub(crate) escalation_id: String,
    pub(crate) number: i64,
    pub(crate) round: i64,
    pub(crate) rung: Option<i64>,
    pub(crate) staff_id: String,
    pub(crate) channel: String,
    pub(crate) state: String,
    pub(crate) due_us: i64,
    pub(crate) out_us: Option<i64>,
    pub(crate) attempts: i64,
    pub(crate) lease_owner: Option<String>,
}

pub(super) const COLUMNS: &str = "SELECT operator_id, page_id, escalation_id, number, round, rung, staff_id, \
     channel, state, due_us, out_us, attempts, lease_owner FROM page";

impl Store {
    pub(crate) async fn page(&self, id: PageId) -> Result<Option<PageRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE page_id = $1");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(pool).await
        })
        .attempt("read a page")
    }

    pub(crate) async fn change_pages(
        tx: &mut Tx,
        of: &Kept,
        changes: &[PageChange],
        now: Instant,
    ) -> Result<(), StoreError> {
        for change in changes {
            match change.fresh {
                Some(id) => add(tx, of, change, id).await?,
                None => alter(tx, of, change, now).await?,
            }
        }
        Ok(())
    }
}

async fn add(tx: &mut Tx, of: &Kept, change: &PageChange, id: PageId) -> Result<(), StoreError> {
    let page = &change.page;
    on!(tx, t => {
        sqlx::query(
            "INSERT INTO page (operator_id, page_id, escalation_id, number, round, rung, staff_id, channel,
                 contact, call_id, state, due_us, next_us, attempts)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, 0)",
        )
        .bind(of.operator.as_str()).bind(id.to_string()).bind(of.id.to_string()).bind(big(change.number))
        .bind(i64::from(page.round)).bind(page.rung.map(big)).bind(page.staff.as_str())
        .bind(page.channel.code()).bind(big(page.contact))
        .bind(of.machine.case().call.map(|call| call.to_string())).bind(page.state.code())
        .bind(page.due.micros()).execute(&mut **t).await.map(drop)
    })
    .attempt("owe a page")
}

async fn alter(tx: &mut Tx, of: &Kept, change: &PageChange, now: Instant) -> Result<(), StoreError> {
    let page = &change.page;
    let (id, number) = (of.id.to_string(), big(change.number));
    let open = page.state.is_open();
    let ended = (!open).then(|| now.micros());
    let keeps_lease = i64::from(open || change.called_off);
    on!(&mut *tx, t => {
        sqlx::query(
            "UPDATE page SET state = $1, round = $2, rung = $3, due_us = $4,
                    next_us = CASE WHEN due_us <> $4 THEN $4 ELSE next_us END,
                    ended_us = coalesce(ended_us, $5),
                    lease_owner = CASE WHEN $6 = 1 THEN lease_owner ELSE NULL END,
                    lease_until_us = CASE WHEN $6 = 1 THEN lease_until_us ELSE NULL END
             WHERE escalation_id = $7 AND number = $8",
        )
        .bind(page.state.code()).bind(i64::from(page.round)).bind(page.rung.map(big))
        .bind(page.due.micros()).bind(ended).bind(keeps_lease).bind(&id).bind(number)
        .execute(&mut **t).await.map(drop)
    })
    .attempt("change a page")?;
    match open {
        true => Ok(()),
        false => end_attempts(tx, &id, number, page.state.code(), now).await,
    }
}

async fn end_attempts(
    tx: &mut Tx,
    escalation: &str,
    number: i64,
    outcome: &str,
    now: Instant,
) -> Result<(), StoreError> {
    on!(tx, t => {
        sqlx::query(
            "UPDATE page_attempt SET ended_us = $1, outcome = $2
             WHERE page_id = (SELECT page_id FROM page WHERE escalation_id = $3 AND number = $4)
               AND ended_us IS NULL",
        )
        .bind(now.micros()).bind(outcome).bind(escalation).bind(number)
        .execute(&mut **t).await.map(drop)
    })
    .attempt("end an attempt")
}
