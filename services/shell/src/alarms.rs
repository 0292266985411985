//! What a human must see: raised, repeated and cleared, by kind and place.
//!
//! Raising never waits and never fails: it is logged and counted at once, and a
//! task brings it to the store in order, as often as it takes. Standing alarms
//! of one kind and place are one row that counts.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::{OperatorId, WindowId};
use domain::time::Instant;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::clock::Clock;
use crate::ids::Ids;
use crate::on;
use crate::store::{Attempt, Db, StoreError};

/// Alarms that wait for the store. Beyond it they are in the log only, which says so.
const QUEUE: usize = 1024;
/// Between two attempts when the store is away.
const AGAIN: Duration = Duration::from_secs(1);

/// What is wrong, and where. Two alarms of one kind and place are the same alarm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    /// A word of the runbook: `nobody_on_duty`, `store_away`.
    pub kind: &'static str,
    /// None: the whole installation.
    pub operator: Option<OperatorId>,
    pub window: Option<WindowId>,
}

/// An alarm as people see it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Raised {
    pub alarm_id: String,
    /// Empty for the whole installation.
    pub operator_id: String,
    pub kind: String,
    pub window_id: Option<String>,
    /// An id of what it is about: a call, a desk. Nothing personal.
    pub subject: Option<String>,
    pub raised_us: i64,
    pub last_us: i64,
    pub times: i64,
    pub cleared_us: Option<i64>,
    pub seen_by: Option<String>,
    pub seen_us: Option<i64>,
}

/// Cheap to clone. The task stops when the last clone is gone.
#[derive(Clone, Debug)]
pub struct Alarms {
    db: Db,
    clock: Clock,
    ids: Ids,
    standing: Arc<Mutex<BTreeSet<Alarm>>>,
    queue: mpsc::Sender<Change>,
}

#[derive(Debug)]
enum Change {
    Raise { id: Uuid, alarm: Alarm, subject: Option<String>, at: Instant },
    Clear { alarm: Alarm, at: Instant },
}

impl Alarms {
    pub fn start(db: Db, clock: Clock, ids: Ids) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, changes) = mpsc::channel(QUEUE);
        let task = tokio::spawn(keep(db.clone(), changes));
        (Self { db, clock, ids, standing: Arc::default(), queue }, task)
    }

    /// Raises it, or counts once more when it stands already.
    pub fn raise(&self, alarm: Alarm, subject: Option<String>) {
        let fresh = self.standing().insert(alarm.clone());
        metrics::counter!("tomoshibi_alarms_raised_total", "kind" => alarm.kind).increment(1);
        metrics::gauge!("tomoshibi_alarms_standing", "kind" => alarm.kind).set(self.count(alarm.kind));
        if fresh {
            let window = alarm.window.as_ref().map(WindowId::as_str);
            tracing::error!(kind = alarm.kind, window, subject, "alarm");
        }
        self.tell(Change::Raise { id: self.ids.draw(), alarm, subject, at: self.clock.now() });
    }

    /// It is over. An alarm that a predecessor of this process raised is cleared as well.
    pub fn clear(&self, alarm: &Alarm) {
        if self.standing().remove(alarm) {
            tracing::info!(
                kind = alarm.kind,
                window = alarm.window.as_ref().map(WindowId::as_str),
                "alarm is over"
            );
        }
        metrics::gauge!("tomoshibi_alarms_standing", "kind" => alarm.kind).set(self.count(alarm.kind));
        self.tell(Change::Clear { alarm: alarm.clone(), at: self.clock.now() });
    }

    /// Whether this process has raised it and not cleared it.
    pub fn is_standing(&self, alarm: &Alarm) -> bool {
        self.standing().contains(alarm)
    }

    /// Raises it whenever `well` says no and clears it when it says yes, until its sender is gone.
    pub async fn follow(&self, alarm: Alarm, mut well: watch::Receiver<bool>) {
        loop {
            match *well.borrow_and_update() {
                true => self.clear(&alarm),
                false => self.raise(alarm.clone(), None),
            }
            if well.changed().await.is_err() {
                return;
            }
        }
    }

    /// Alarms of an operator and of the whole installation, standing ones first, then the latest.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self, operator: &OperatorId, most: u32) -> Result<Vec<Raised>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT alarm_id, operator_id, kind, window_id, subject, raised_us, last_us, times,
                        cleared_us, seen_by, seen_us
                 FROM alarm WHERE operator_id = $1 OR operator_id = ''
                 ORDER BY CASE WHEN cleared_us IS NULL THEN 0 ELSE 1 END, last_us DESC, alarm_id DESC LIMIT $2",
            )
            .bind(operator.as_str()).bind(i64::from(most)).fetch_all(pool).await
        })
        .attempt("list alarms")
    }

    /// A human has seen it. The first one is kept; false when it was seen before or is not known.
    ///
    /// # Errors
    /// The store's.
    pub async fn see(&self, operator: &OperatorId, alarm_id: &str, by: &str) -> Result<bool, StoreError> {
        let seen = on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE alarm SET seen_by = $1, seen_us = $2
                 WHERE alarm_id = $3 AND (operator_id = $4 OR operator_id = '') AND seen_by IS NULL",
            )
            .bind(by).bind(self.clock.now().micros()).bind(alarm_id).bind(operator.as_str())
            .execute(pool).await.map(|done| done.rows_affected())
        })
        .attempt("note that an alarm was seen")?;
        Ok(seen > 0)
    }

    fn tell(&self, change: Change) {
        if self.queue.try_send(change).is_err() {
            tracing::error!("too many alarms wait for the store: this one is in the log only");
        }
    }

    fn count(&self, kind: &str) -> f64 {
        let standing = self.standing().iter().filter(|alarm| alarm.kind == kind).count();
        f64::from(u32::try_from(standing).unwrap_or(u32::MAX))
    }

    fn standing(&self) -> std::sync::MutexGuard<'_, BTreeSet<Alarm>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn keep(db: Db, mut changes: mpsc::Receiver<Change>) {
    db.is_there().await;
    while let Some(change) = changes.recv().await {
        while let Err(error) = write(&db, &change).await {
            if !error.passing {
                tracing::error!(%error, "the store refuses an alarm for good");
                break;
            }
            tokio::time::sleep(AGAIN).await;
            if changes.is_closed() {
                // Nobody can raise or clear any more: the process ends.
                return;
            }
        }
    }
}

async fn write(db: &Db, change: &Change) -> Result<(), StoreError> {
    match change {
        Change::Raise { id, alarm, subject, at } => on!(db.write(), pool => {
            sqlx::query(
                "INSERT INTO alarm (operator_id, alarm_id, kind, window_id, subject, raised_us, last_us, times)
                 VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
                 ON CONFLICT (operator_id, kind, coalesce(window_id, '')) WHERE cleared_us IS NULL
                 DO UPDATE SET last_us = excluded.last_us, subject = excluded.subject, times = alarm.times + 1",
            )
            .bind(operator(alarm)).bind(id.to_string()).bind(alarm.kind)
            .bind(alarm.window.as_ref().map(WindowId::as_str)).bind(subject.as_deref()).bind(at.micros())
            .execute(pool).await.map(drop)
        })
        .attempt("raise an alarm"),
        Change::Clear { alarm, at } => on!(db.write(), pool => {
            sqlx::query(
                "UPDATE alarm SET cleared_us = $1
                 WHERE operator_id = $2 AND kind = $3 AND coalesce(window_id, '') = $4 AND cleared_us IS NULL",
            )
            .bind(at.micros()).bind(operator(alarm)).bind(alarm.kind)
            .bind(alarm.window.as_ref().map_or("", WindowId::as_str))
            .execute(pool).await.map(drop)
        })
        .attempt("clear an alarm"),
    }
}

fn operator(alarm: &Alarm) -> &str {
    alarm.operator.as_ref().map_or("", OperatorId::as_str)
}
