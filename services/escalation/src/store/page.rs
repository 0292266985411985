//! Page rows follow the machine's pages.

use domain::escalation::{Effect, Page};
use domain::ids::PageId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::escalation::{add_story, story};
use super::trip::Trip;
use super::{AttemptRow, Kept, Store, Taking, big};

/// One page that is new or is not what it was.
#[derive(Clone, Debug)]
pub(crate) struct PageChange {
    /// Drawn for a new one.
    pub(crate) fresh: Option<PageId>,
    pub(crate) number: usize,
    pub(crate) page: Page,
    /// Whoever rings for it must be told.
    pub(crate) called_off: bool,
    /// A new one that goes out at once.
    pub(crate) taken: Option<Taking>,
}

impl PageChange {
    /// The row of a new page.
    fn fresh_row(&self, of: &Kept, now: Instant) -> Option<PageRow> {
        let page = &self.page;
        Some(PageRow {
            operator_id: of.operator.to_string(),
            page_id: self.fresh?.to_string(),
            escalation_id: of.id.to_string(),
            number: big(self.number),
            round: i64::from(page.round),
            rung: page.rung.map(big),
            staff_id: page.staff.to_string(),
            channel: page.channel.code().to_owned(),
            state: page.state.code().to_owned(),
            due_us: page.due.micros(),
            out_us: self.taken.as_ref().map(|_| now.micros()),
            attempts: i64::from(self.taken.is_some()),
            lease_owner: self.taken.as_ref().map(|taking| taking.owner.clone()),
        })
    }

    fn fresh_attempt(&self, now: Instant) -> Option<AttemptRow> {
        let taking = self.taken.as_ref()?;
        Some(AttemptRow {
            page_id: taking.page.to_string(),
            attempt: 1,
            at_us: now.micros(),
            delivered_us: None,
            ended_us: None,
            outcome: None,
            detail: None,
        })
    }
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

    /// The story goes on from `next_event`, and the pages follow. The escalation's row must be held by
    /// this transaction.
    pub(crate) async fn follow(
        tx: &mut Tx,
        of: &Kept,
        (effects, next_event): (&[Effect], i64),
        changes: &[PageChange],
        now: Instant,
    ) -> Result<(), StoreError> {
        let mut trip = Trip::default();
        add_story(&mut trip, of, &story(effects, next_event, now)?);
        add_pages(&mut trip, of, changes, now);
        trip.within(tx, "go on with an escalation").await?;
        for change in changes.iter().filter(|change| change.fresh.is_none()) {
            alter(tx, of, change, now).await?;
        }
        Ok(())
    }
}

pub(super) fn fresh_rows(of: &Kept, changes: &[PageChange], now: Instant) -> Vec<PageRow> {
    changes.iter().filter_map(|change| change.fresh_row(of, now)).collect()
}

pub(super) fn fresh_attempts(changes: &[PageChange], now: Instant) -> Vec<AttemptRow> {
    changes.iter().filter_map(|change| change.fresh_attempt(now)).collect()
}

const PAGE: &str = "page (operator_id, page_id, escalation_id, number, round, rung, staff_id, channel, \
     contact, call_id, state, due_us, next_us, out_us, attempts, lease_owner, lease_until_us)";
const ATTEMPT: &str = "page_attempt (operator_id, page_id, attempt, at_us)";

/// New pages, and the attempts of those that go out at once.
pub(super) fn add_pages(trip: &mut Trip, of: &Kept, changes: &[PageChange], now: Instant) {
    let call = of.machine.case().call.map(|call| call.to_string());
    let row = |change: &PageChange| {
        let row = change.fresh_row(of, now)?;
        Some([
            row.operator_id.into(),
            row.page_id.into(),
            row.escalation_id.into(),
            row.number.into(),
            row.round.into(),
            row.rung.into(),
            row.staff_id.into(),
            row.channel.into(),
            big(change.page.contact).into(),
            call.clone().into(),
            row.state.into(),
            row.due_us.into(),
            row.due_us.into(),
            row.out_us.into(),
            row.attempts.into(),
            row.lease_owner.into(),
            change.taken.as_ref().map(|taking| taking.until.micros()).into(),
        ])
    };
    trip.insert(PAGE, changes.iter().filter_map(row));
    let attempt = |row: AttemptRow| {
        [of.operator.as_str().into(), row.page_id.into(), row.attempt.into(), row.at_us.into()]
    };
    trip.insert(ATTEMPT, fresh_attempts(changes, now).into_iter().map(attempt));
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
