//! PostgreSQL loses a process and recovers from its log, and triage itself is killed, both while 64 save:
//! what was answered for is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use proto::triage::v1 as pb;
use shell::store::Engine;
use tokio::process::Command;
use tokio::task::JoinSet;

use super::Line;
use super::outcome::{Outcome, found};
use crate::house::{Served, Service};
use crate::report::say;
use crate::rows::Run;
use crate::rows::records::{Client, save, shown};

/// Answers after which something is killed: each of the 64 has had about one.
const KILL_AFTER: usize = 70;
/// Recovery and restart are far below.
const BACK_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) async fn crashes(run: &Run<'_>, mut line: Line) -> anyhow::Result<(String, Vec<String>)> {
    let mut kept = Vec::new();
    let drafts = line.lanes().await?;
    let saving = Saving::of(&line.ito, drafts);
    saving.is_well_under_way().await?;
    kill_postgres(&line).await?;
    kept.extend(saving.answered().await);
    is_back(&mut line).await?;
    let at_postgres = kept.len();

    let drafts = line.lanes().await?;
    let saving = Saving::of(&line.ito, drafts);
    saving.is_well_under_way().await?;
    line.service.kill_9().await?;
    kept.extend(saving.answered().await);
    line.service = Service::start(Served::Triage, run.peers, &line.store).await?;
    line.ito = Client::new(shown(line.service.route()?, &line.session)?);

    let failures = found(&line.ito, &kept).await?;
    let note = format!(
        "killed while 64 saved: PostgreSQL after {at_postgres} answers, triage after {} more; {} missing",
        kept.len() - at_postgres,
        failures.len()
    );
    say(&format!("  {note}"));
    Ok((note, failures))
}

/// Outcomes on their way.
struct Saving {
    lanes: JoinSet<Vec<Outcome>>,
    answers: Arc<AtomicUsize>,
}

impl Saving {
    fn of(ito: &Client, lanes: Vec<Vec<pb::Record>>) -> Self {
        let answers = Arc::new(AtomicUsize::new(0));
        let save = |drafts| saves_until_refused(ito.clone(), drafts, Arc::clone(&answers));
        Self { lanes: lanes.into_iter().map(save).collect(), answers: Arc::clone(&answers) }
    }

    async fn is_well_under_way(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.answers.load(Ordering::Relaxed) < KILL_AFTER {
            ensure!(begun.elapsed() < BACK_WITHIN, "triage answers too few saves");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    async fn answered(self) -> Vec<Outcome> {
        self.lanes.join_all().await.into_iter().flatten().collect()
    }
}

/// Only what was answered for counts.
async fn saves_until_refused(
    mut ito: Client,
    drafts: Vec<pb::Record>,
    answers: Arc<AtomicUsize>,
) -> Vec<Outcome> {
    let mut kept = Vec::new();
    for draft in drafts {
        let outcome = Outcome::of(&draft);
        if save(&mut ito, &draft, outcome.save_id(), outcome.changes()).await.is_ok() {
            answers.fetch_add(1, Ordering::Relaxed);
            kept.push(outcome);
        }
    }
    kept
}

/// As the kernel kills for want of memory: the others of the server end too, and it recovers from its log.
async fn kill_postgres(line: &Line) -> anyhow::Result<()> {
    let Engine::Postgres(pool) = line.store.db.write() else { return Ok(()) };
    let sql = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' \
         AND datname = current_database() AND pid <> pg_backend_pid() LIMIT 1";
    let pid: i32 = sqlx::query_scalar(sql).fetch_one(pool).await?;
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().await?;
    ensure!(killed.success(), "a process of the private PostgreSQL cannot be killed");
    Ok(())
}

/// The store takes drafts again.
async fn is_back(line: &mut Line) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !answers(line).await {
        ensure!(begun.elapsed() < BACK_WITHIN, "PostgreSQL did not come back within {BACK_WITHIN:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    line.house.draft(&mut line.ito).await.map(drop).context("triage does not find its store again")
}

async fn answers(line: &Line) -> bool {
    let sql = "SELECT count(*) FROM record";
    match line.store.db.write() {
        Engine::Postgres(pool) => sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.is_ok(),
        Engine::Sqlite(pool) => sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.is_ok(),
    }
}
