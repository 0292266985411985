//! Escalation is killed at a random moment while many ladders are climbed: a third of the psychiatrists
//! says yes, a third is silent until the next one says yes, a third vanishes. Then it is asked of the store
//! and of what was heard whether a page was lost, sent twice, early, or late after the start.

use std::collections::HashSet;
use std::time::Duration;

use domain::time::Instant as Moment;
use proto::escalation::v1 as pb;
use rand::RngExt;
use shell::clock::Clock;
use shell::on;
use shell::store::Db;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::telephony::{Asker, Telephony};
use crate::house::{Served, Service};
use crate::peers::Store;
use crate::report::say;
use crate::rows::{PATIENCE, Run};

/// What was overdue when the process was ready is out after this.
const OVERDUE: Duration = Duration::from_secs(2);
/// Longest until the kill.
const KILL_WITHIN: u64 = 400;
/// A request that met no service is made again after this.
const AGAIN: Duration = Duration::from_millis(50);

/// What was seen, and what failed.
pub(super) async fn crashes(
    run: &Run<'_>,
    store: &Store,
    mut service: Service,
    mut telephony: Telephony,
) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let (times, each) = (run.many(7, 1), run.many(143, 30));
    let (mut slowest, mut failures) = (Duration::ZERO, Vec::new());
    for _ in 0..times {
        let begun = telephony.clock.now();
        let crash;
        (crash, service) = one(run, store, service, &mut telephony, each).await?;
        let faults = crash.faults(&store.db, begun).await?;
        slowest = slowest.max(crash.slowest(&store.db).await?);
        failures.extend(faults);
    }
    let note = format!(
        "{times} times killed while {each} ladders were climbed: the last page that was overdue at the start \
         was out {slowest:?} after it"
    );
    say(&format!("  {note}"));
    drop(service);
    Ok((vec![note], failures))
}

struct Crash {
    /// Escalations that were answered for.
    promised: Vec<String>,
    heard: HashSet<String>,
    ready: Moment,
}

async fn one(
    run: &Run<'_>,
    store: &Store,
    service: Service,
    telephony: &mut Telephony,
    each: usize,
) -> anyhow::Result<(Crash, Service)> {
    let mut heard = HashSet::new();
    let asker = telephony.asker();
    let mut starts: JoinSet<Started> =
        (0..each).map(|_| starts(asker.clone(), Uuid::now_v7().to_string())).collect();
    let kill_at = Duration::from_millis(rand::rng().random_range(20..KILL_WITHIN));
    let _ = tokio::time::timeout(kill_at, takes(telephony, &mut heard)).await;
    service.kill_9().await?;
    let service = Service::start(Served::Escalation, run.peers, store).await?;
    let ready = telephony.clock.now();
    telephony.hears_again(&service).await?;
    let asker = telephony.asker();
    let mut promised = Vec::new();
    let again = async {
        while let Some(started) = starts.join_next().await {
            match started? {
                Started::As(id) => promised.push(id),
                // Who asked does not know whether it was heard, and asks again.
                Started::NotAnswered(request) => {
                    let started = asker.tries(&request).await?;
                    promised.extend(started.map(|escalation| escalation.escalation_id));
                }
            }
        }
        Ok::<(), anyhow::Error>(())
    };
    let listens = async { tokio::time::timeout(OVERDUE + AGAIN, takes(telephony, &mut heard)).await };
    let (asked, _) = tokio::join!(again, listens);
    asked?;
    Ok((Crash { promised, heard, ready }, service))
}

enum Started {
    As(String),
    NotAnswered(String),
}

async fn starts(asker: Asker, request: String) -> Started {
    match asker.tries(&request).await {
        Ok(Some(escalation)) => Started::As(escalation.escalation_id),
        Ok(None) | Err(_) => Started::NotAnswered(request),
    }
}

/// As long as it is waited for.
async fn takes(telephony: &mut Telephony, heard: &mut HashSet<String>) {
    let asker = telephony.asker();
    while let Some(page) = telephony.rings().await {
        heard.insert(page.page_id.clone());
        let asker = asker.clone();
        // What a dying service does not take, the ladder makes up for.
        tokio::spawn(async move { answers(&asker, &page).await });
    }
}

/// By the escalation's id: a third of the first say yes, of the others a half of the second.
async fn answers(asker: &Asker, page: &pb::VoicePage) -> Result<(), tonic::Status> {
    let third = page.escalation_id.bytes().map(usize::from).sum::<usize>() % 3;
    match (page.staff_id.as_str(), third) {
        ("aoki", 0) | ("endo", 1) => asker.accepts(page).await,
        (_, _) => Ok(()),
    }
}

impl Crash {
    async fn faults(&self, db: &Db, since: Moment) -> anyhow::Result<Vec<String>> {
        let mut faults = Vec::new();
        for escalation in &self.promised {
            let pages: Vec<(String, String, i64, Option<i64>)> = on!(db.read(), pool => sqlx::query_as(
                "SELECT page_id, staff_id, due_us, out_us FROM page WHERE escalation_id = $1 ORDER BY number")
                .bind(escalation).fetch_all(pool).await)?;
            if !pages.iter().any(|(_, staff, ..)| staff == "aoki") {
                faults.push(format!("escalation {escalation} was answered for and has no page"));
            }
            let of = |staff: &str| pages.iter().filter(|page| page.1 == staff).count();
            if of("aoki") > 1 || of("endo") > 1 {
                faults.push(format!("a step of escalation {escalation} was paged under several ids"));
            }
        }
        faults.extend(self.late(db, since).await?);
        Ok(faults)
    }

    /// Pages that should be out and are not, were not heard, or were early.
    async fn late(&self, db: &Db, since: Moment) -> anyhow::Result<Vec<String>> {
        let now = Clock::system().now();
        let rows: Vec<(String, String, String, i64, Option<i64>, i64)> = on!(db.read(), pool => sqlx::query_as(
            "SELECT p.page_id, p.staff_id, p.state, p.due_us, p.out_us, e.started_us FROM page p
             JOIN escalation e ON e.escalation_id = p.escalation_id WHERE e.started_us >= $1 AND p.due_us <= $2")
            .bind(since.micros()).bind((now - OVERDUE).micros()).fetch_all(pool).await)?;
        let patience = i64::try_from(PATIENCE.as_micros())?;
        let mut faults = Vec::new();
        for (page, staff, state, due, out, started) in rows {
            let fault = match out {
                None if state == "cancelled" => continue,
                None => format!("is {state} and was never out"),
                Some(out) if out < due || (staff == "endo" && out - started < patience) => {
                    "was out too early".into()
                }
                Some(_) if !self.heard.contains(&page) && state == "out" => "is out and was not heard".into(),
                Some(out) if due <= self.ready.micros() && out > (self.ready + OVERDUE).micros() => {
                    "was overdue and out more than 2 s after the start".into()
                }
                Some(_) => continue,
            };
            faults.push(format!("page {page} for {staff} {fault}"));
        }
        Ok(faults)
    }

    /// How long after the start the last overdue page was out.
    async fn slowest(&self, db: &Db) -> anyhow::Result<Duration> {
        let ready = self.ready.micros();
        let last: Option<i64> = on!(db.read(), pool => sqlx::query_scalar(
            "SELECT max(out_us) FROM page WHERE due_us <= $1 AND out_us >= $1").bind(ready).fetch_one(pool).await)?;
        Ok(last.map_or(Duration::ZERO, |last| Duration::from_micros((last - ready).unsigned_abs())))
    }
}
