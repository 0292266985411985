//! What no implementation can do without.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use shell::on;
use shell::store::{Db, Engine};
use tokio::sync::mpsc;

const CASE: &str = "INSERT INTO escalation (operator_id, escalation_id, request_id, window_id, priority, state, \
     body, contacts_sealed, revision, started_us) VALUES ('floor', $1, $1, 'main', 'P1', 'acted', $2, $3, 0, 0)";
const STORY: &str = "INSERT INTO escalation_event (operator_id, escalation_id, seq, at_us, kind, body) \
     VALUES ('floor', $1, 0, 0, 'started', $2)";
const PAGE: &str = "INSERT INTO page (operator_id, page_id, escalation_id, number, round, staff_id, channel, \
     contact, state, due_us, next_us, attempts) VALUES ('floor', $1, $1, 0, 0, 'aoki', 'voice', 0, 'accepted', 0, 0, 1)";
const ATTEMPT: &str =
    "INSERT INTO page_attempt (operator_id, page_id, attempt, at_us) VALUES ('floor', $1, 1, 0)";

const SEALED: &[u8] = &[7; 64];

pub(crate) struct Floor {
    db: Db,
    file: File,
    done: usize,
    push: mpsc::Sender<Instant>,
    pushed: mpsc::Receiver<Instant>,
}

impl Floor {
    pub(crate) fn new(db: &Db, disk: &Path) -> Self {
        let (push, mut page) = mpsc::channel(1);
        let (rings, pushed) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(at) = page.recv().await {
                rings.send(at).await.unwrap();
            }
        });
        let file = File::create(disk.join(format!("floor-{}", db.engine()))).unwrap();
        Self { db: db.clone(), file, done: 0, push, pushed }
    }

    /// The rows of one escalation, durable, and then a word to another task and back.
    pub(crate) async fn commit_and_push(&mut self) {
        let id = self.next();
        match self.db.write() {
            Engine::Postgres(pool) => {
                let all = format!("WITH a AS ({CASE}), b AS ({STORY}), c AS ({PAGE}) {ATTEMPT}");
                sqlx::query(sqlx::AssertSqlSafe(all))
                    .bind(id)
                    .bind("{}")
                    .bind(SEALED)
                    .execute(pool)
                    .await
                    .unwrap();
            }
            Engine::Sqlite(_) => self.commit(&id).await,
        }
        self.push.send(Instant::now()).await.unwrap();
        self.pushed.recv().await.unwrap();
    }

    async fn commit(&self, id: &str) {
        let all = [CASE, STORY, PAGE, ATTEMPT].join("; ");
        let mut tx = self.db.begin().await.unwrap();
        on!(&mut tx, t => sqlx::query(sqlx::AssertSqlSafe(all)).bind(id).bind("{}").bind(SEALED).execute(&mut **t).await.map(drop))
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// One row, for the judgement whether a round counts.
    pub(crate) async fn insert(&mut self) -> Duration {
        let id = self.next();
        let begun = Instant::now();
        on!(self.db.write(), pool => sqlx::query(STORY).bind(id).bind("{}").execute(pool).await.map(drop))
            .unwrap();
        begun.elapsed()
    }

    pub(crate) fn sync(&mut self) -> Duration {
        let begun = Instant::now();
        self.file.write_all(&[7; 256]).unwrap();
        self.file.sync_data().unwrap();
        begun.elapsed()
    }

    fn next(&mut self) -> String {
        self.done += 1;
        format!("floor-{}", self.done)
    }
}

/// A store that forgets at power loss makes a floor of nothing.
pub(crate) async fn refuses_what_is_not_durable(db: &Db) {
    match db.write() {
        Engine::Sqlite(pool) => {
            let level: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(pool).await.unwrap();
            assert_eq!(level, 2, "synchronous must be FULL");
        }
        Engine::Postgres(pool) => {
            for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
                let asked = sqlx::query_scalar("SELECT current_setting($1)").bind(setting);
                let set: String = asked.fetch_one(pool).await.unwrap();
                assert_eq!(set, "on", "{setting} must be on");
            }
        }
    }
}
