//! Reads a whole chain and says where it is not as it was written.

use std::fmt;

use domain::ids::OperatorId;

use super::Audit;
use super::chain::Row;
use crate::on;
use crate::store::{Attempt, StoreError};

/// Rows read at a time.
const PAGE: i64 = 1000;
/// Beyond these a longer list helps nobody; the verdict says that there are more.
const MOST_FAULTS: usize = 200;

/// What is wrong with one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Its content is not what was written, or the line did not write it.
    Changed,
    Removed,
    /// It lies outside the chain.
    Inserted,
    /// It does not follow the row before it: the end was cut off and the chain went on.
    Unlinked,
    /// The note of which row is the last was changed or is gone.
    HeadChanged,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "changed, or not written by the line",
            Self::Removed => "removed",
            Self::Inserted => "inserted",
            Self::Unlinked => "does not follow the row before it: rows were cut off there",
            Self::HeadChanged => "the note of the last row was changed or removed",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub seq: i64,
    pub what: What,
}

/// What was found in one operator's audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub operator: String,
    pub rows: u64,
    pub faults: Vec<Fault>,
    /// There are more faults than are named.
    pub more: bool,
}

impl Verdict {
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, seq: i64, what: What) {
        match self.faults.len() < MOST_FAULTS {
            true => self.faults.push(Fault { seq, what }),
            false => self.more = true,
        }
    }
}

type Head = (i64, String, String);

impl Audit {
    /// Every operator that has an audit, one way or the other.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn operators(&self) -> Result<Vec<String>, StoreError> {
        on!(self.db.read(), pool => sqlx::query_scalar(
            "SELECT operator_id FROM audit_head UNION SELECT operator_id FROM audit_event ORDER BY operator_id",
        ).fetch_all(pool).await)
        .attempt("list the audits")
    }

    /// Finds changed, removed and inserted rows of one operator, while others go on writing.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn verify(&self, operator: &OperatorId) -> Result<Verdict, StoreError> {
        self.verify_named(operator.as_str()).await
    }

    /// As `verify`, for a name that was read from the store.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn verify_named(&self, operator: &str) -> Result<Verdict, StoreError> {
        let mut verdict = Verdict { operator: operator.to_owned(), rows: 0, faults: Vec::new(), more: false };
        // A row and its head are one transaction: what the first head knows is there, and what is
        // there the second head knows.
        let before = self.head(operator).await?;
        let mut walk = Walk { next: 1, hash: String::new(), doubt: false, head: before.clone() };
        let mut after = i64::MIN;
        loop {
            let page = self.page(operator, after).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            page.iter().for_each(|row| self.step(&mut walk, row, &mut verdict));
        }
        let ahead = self.head(operator).await?;
        self.judge_end(&walk, before, ahead, &mut verdict);
        Ok(verdict)
    }

    fn step(&self, walk: &mut Walk, row: &Row, verdict: &mut Verdict) {
        verdict.rows += 1;
        if row.seq < 1 {
            return verdict.fault(row.seq, What::Inserted);
        }
        (walk.next..row.seq).take(MOST_FAULTS + 1).for_each(|seq| verdict.fault(seq, What::Removed));
        let gap = walk.next != row.seq;
        let ours = self.chain.is_ours(row);
        if !ours {
            verdict.fault(row.seq, What::Changed);
        } else if !gap && !walk.doubt && row.prev_hash != walk.hash {
            verdict.fault(row.seq, What::Unlinked);
        }
        if walk.head.as_ref().is_some_and(|head| head.0 == row.seq && head.1 != row.hash) && ours {
            verdict.fault(row.seq, What::HeadChanged);
        }
        *walk = Walk { next: row.seq + 1, hash: row.hash.clone(), doubt: !ours, head: walk.head.take() };
    }

    fn judge_end(&self, walk: &Walk, before: Option<Head>, ahead: Option<Head>, verdict: &mut Verdict) {
        let last = walk.next - 1;
        let known = before.as_ref().map_or(0, |head| head.0);
        (last + 1..=known).take(MOST_FAULTS + 1).for_each(|seq| verdict.fault(seq, What::Removed));
        match ahead {
            Some((seq, hash, seal)) => {
                if !self.chain.sealed(&verdict.operator, seq, &hash, &seal) {
                    verdict.fault(seq, What::HeadChanged);
                }
                (seq + 1..=last).take(MOST_FAULTS + 1).for_each(|seq| verdict.fault(seq, What::Inserted));
            }
            None if last > 0 => verdict.fault(last, What::HeadChanged),
            None => {}
        }
    }

    async fn head(&self, operator: &str) -> Result<Option<Head>, StoreError> {
        on!(self.db.read(), pool => sqlx::query_as(
            "SELECT seq, hash, seal FROM audit_head WHERE operator_id = $1",
        ).bind(operator).fetch_optional(pool).await)
        .attempt("read the audit's head")
    }

    async fn page(&self, operator: &str, after: i64) -> Result<Vec<Row>, StoreError> {
        on!(self.db.read(), pool => sqlx::query_as(
            "SELECT * FROM audit_event WHERE operator_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        ).bind(operator).bind(after).bind(PAGE).fetch_all(pool).await)
        .attempt("read the audit")
    }
}

/// Where the reading is.
struct Walk {
    /// The number that comes next.
    next: i64,
    /// The hash of the row before.
    hash: String,
    /// The row before is not ours: that this one does not follow it says nothing new.
    doubt: bool,
    head: Option<Head>,
}
