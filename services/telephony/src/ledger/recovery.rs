//! Calls whose process died: closed with a reason, and a call-back owed at once.
//!
//! Any process may do it, and two at once do no harm: the closing entry has a
//! key, and a call owes at most one call-back.

use std::collections::HashMap;

use domain::ids::{CallId, OperatorId, WindowId};
use domain::ledger::{EndReason, Entry, OriginKind, Step};
use domain::time::Instant;
use shell::on;
use shell::process::Process;
use shell::seal::Sealer;
use shell::store::{Attempt, Db, StoreError};

use super::calls::{Calls, unreadable};
use super::{AppendFault, Batch, Flow, Ledger};

/// A call without an end whose process is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub operator: OperatorId,
    pub call: CallId,
    pub window: WindowId,
    pub begun: Instant,
    /// It died on this node, so what it had spooled is drained before we close its calls.
    is_ours: bool,
}

/// A node that is away may still have so many entries of a call in its spool. They keep
/// their places in the ledger: the end that another node writes leaves room for them.
const ROOM: u32 = 1000;

#[derive(Debug, thiserror::Error)]
pub enum RecoveryFault {
    #[error("recovery: {0}")]
    Store(#[from] StoreError),
    #[error("recovery: {0}")]
    Append(#[from] AppendFault),
}

/// Whose calls are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Of processes that ran on this node before us: they are dead for certain.
    Predecessors,
    /// Of every process whose lease has run out.
    Everybody,
}

/// Calls of processes whose lease has run out, the oldest first; never our own.
///
/// # Errors
/// The store's.
pub async fn orphans(db: &Db, me: &Process, reach: Reach, now: Instant) -> Result<Vec<Orphan>, StoreError> {
    forget_ended(db).await?;
    let rows: Vec<(String, String, String, i64, Option<String>)> = on!(db.read(), pool => {
        sqlx::query_as(
            "SELECT open_call.operator_id, open_call.call_id, open_call.window_id, open_call.begun_us, process.node
             FROM open_call LEFT JOIN process ON process.process_id = open_call.process_id
             WHERE (process.process_id IS NULL OR process.lease_until_us <= $1)
               AND open_call.process_id <> $2 AND (process.node = $3 OR $4 = 1)
             ORDER BY open_call.begun_us, open_call.call_id",
        )
        .bind(now.micros()).bind(me.id.to_string()).bind(&me.node).bind(i64::from(reach == Reach::Everybody))
        .fetch_all(pool).await
    })
    .attempt("find calls of dead processes")?;
    rows.into_iter().map(|row| orphan(row, &me.node)).collect()
}

/// Closes every orphan and says which they were. While our own spool is not drained nothing is
/// done: the entries in it come before the end.
///
/// # Errors
/// When the store is away; what was closed before stays closed.
pub async fn recover(
    ledger: &Ledger,
    db: &Db,
    sealer: &Sealer,
    me: &Process,
    reach: Reach,
    now: Instant,
) -> Result<Vec<Orphan>, RecoveryFault> {
    if *ledger.flow().borrow() != Flow::Direct {
        return Ok(Vec::new());
    }
    let orphans = orphans(db, me, reach, now).await?;
    let mut readers: HashMap<OperatorId, Calls> = HashMap::new();
    for orphan in &orphans {
        let calls = readers
            .entry(orphan.operator.clone())
            .or_insert_with(|| Calls::of(orphan.operator.clone(), db.clone(), sealer.clone()));
        let entries = calls.entries(orphan.call).await?;
        if let Some(end) = end_of(orphan, &entries, now) {
            ledger.append(&Batch { window: orphan.window.clone(), entries: vec![end] }).await?;
            tracing::warn!(call = %orphan.call, "a call was cut off by the end of its process; a call-back is owed");
        }
    }
    Ok(orphans)
}

/// Call-backs that dead processes had taken on are owed again. Says how many.
///
/// # Errors
/// The store's.
pub async fn give_back(db: &Db, me: &Process, reach: Reach, now: Instant) -> Result<u64, StoreError> {
    on!(db.write(), pool => {
        sqlx::query(
            "UPDATE callback SET state = 'owed', lease_owner = NULL, lease_until_us = NULL
             WHERE state = 'leased' AND lease_owner <> $1 AND NOT EXISTS
                 (SELECT 1 FROM process WHERE process.process_id = callback.lease_owner
                  AND (process.lease_until_us > $2 OR (process.node <> $3 AND $4 = 0)))",
        )
        .bind(me.id.to_string()).bind(now.micros()).bind(&me.node)
        .bind(i64::from(reach == Reach::Everybody))
        .execute(pool).await.map(|done| done.rows_affected())
    })
    .attempt("give back call-backs of dead processes")
}

/// The caller of a call-back is still owed it by the first debt, so this call leaves none.
fn end_of(orphan: &Orphan, entries: &[Entry], now: Instant) -> Option<Entry> {
    let last = entries.last()?;
    let number = entries.iter().find_map(|entry| entry.number.clone());
    let incoming = entries
        .iter()
        .any(|entry| matches!(&entry.step, Step::Begun(begun) if begun.origin == OriginKind::Incoming));
    Some(Entry {
        operator: orphan.operator.clone(),
        call: orphan.call,
        seq: last.seq + if orphan.is_ours { 1 } else { ROOM },
        // The clock of another machine may be behind the last entry.
        at: now.max(last.at),
        step: Step::Ended { reason: EndReason::CutOff, owes_call_back: incoming && number.is_some() },
        number,
    })
}

/// A row that outlived its call's end (its writer was given up and came late).
async fn forget_ended(db: &Db) -> Result<(), StoreError> {
    on!(db.write(), pool => {
        sqlx::query(
            "DELETE FROM open_call WHERE EXISTS
             (SELECT 1 FROM call_event WHERE call_event.call_id = open_call.call_id AND call_event.kind = 'ended')",
        )
        .execute(pool).await.map(drop)
    })
    .attempt("forget calls that have ended")
}

fn orphan(
    (operator, call, window, begun, died_at): (String, String, String, i64, Option<String>),
    node: &str,
) -> Result<Orphan, StoreError> {
    Ok(Orphan {
        operator: operator.parse().map_err(unreadable)?,
        call: call.parse().map_err(unreadable)?,
        window: window.parse().map_err(unreadable)?,
        begun: Instant::from_micros(begun),
        is_ours: died_at.as_deref() == Some(node),
    })
}
