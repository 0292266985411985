//! Rows in the store, over a connection that is held: no pool, no check before use.

use shell::store::Engine;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use uuid::Uuid;

const TABLES: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS floor_call (call_id TEXT PRIMARY KEY, at_us BIGINT NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS floor_event (call_id TEXT NOT NULL, seq BIGINT NOT NULL, at_us BIGINT NOT NULL, \
     body TEXT NOT NULL, PRIMARY KEY (call_id, seq))",
    "CREATE TABLE IF NOT EXISTS floor_outbox (id TEXT PRIMARY KEY, at_us BIGINT NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS floor_agent (agent_id BIGINT PRIMARY KEY, since_us BIGINT NOT NULL)",
];
const AGENTS: i64 = 1000;

const INSERT: &str = "INSERT INTO floor_event (call_id, seq, at_us, body) VALUES ($1, 0, $2, $3)";
/// Three INSERTs and an UPDATE in one statement.
const OUTBOX: &str = "WITH a AS (INSERT INTO floor_call (call_id, at_us, body) VALUES ($1, $2, $3)), \
     b AS (INSERT INTO floor_event (call_id, seq, at_us, body) VALUES ($1, 1, $2, $3)), \
     c AS (UPDATE floor_agent SET since_us = $2 WHERE agent_id = $4) \
     INSERT INTO floor_outbox (id, at_us, body) VALUES ($1, $2, $3)";
/// The same for an engine without such statements.
const ONE_BY_ONE: [&str; 4] = [
    "INSERT INTO floor_call (call_id, at_us, body) VALUES ($1, $2, $3)",
    "INSERT INTO floor_event (call_id, seq, at_us, body) VALUES ($1, 1, $2, $3)",
    "UPDATE floor_agent SET since_us = $2 WHERE agent_id = $4 AND $1 <> $3",
    "INSERT INTO floor_outbox (id, at_us, body) VALUES ($1, $2, $3)",
];

/// One connection and what it has done.
pub(super) struct Rows {
    connection: Engine<SqliteConnection, PgConnection>,
    done: i64,
}

impl Rows {
    pub(super) async fn on(url: &str) -> anyhow::Result<Self> {
        let mut rows = Self::another(url).await?;
        for table in TABLES {
            rows.execute(table.to_owned()).await?;
        }
        let agents: Vec<String> = (0..AGENTS).map(|agent| format!("({agent}, 0)")).collect();
        let agents = agents.join(", ");
        rows.execute(format!("INSERT INTO floor_agent VALUES {agents} ON CONFLICT DO NOTHING")).await?;
        Ok(rows)
    }

    /// A further connection to the same tables.
    pub(super) async fn another(url: &str) -> anyhow::Result<Self> {
        let connection = match url.strip_prefix("sqlite:") {
            Some(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(path)
                    .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                    .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
                    .busy_timeout(std::time::Duration::from_secs(5));
                Engine::Sqlite(SqliteConnection::connect_with(&options).await?)
            }
            None => Engine::Postgres(PgConnection::connect(url).await?),
        };
        Ok(Self { connection, done: 0 })
    }

    async fn execute(&mut self, sql: String) -> sqlx::Result<()> {
        let sql = AssertSqlSafe(sql);
        match &mut self.connection {
            Engine::Sqlite(one) => one.execute(sql).await.map(drop),
            Engine::Postgres(one) => one.execute(sql).await.map(drop),
        }
    }

    /// One row.
    pub(super) async fn insert(&mut self) -> sqlx::Result<()> {
        let (id, done) = self.next();
        match &mut self.connection {
            Engine::Sqlite(one) => {
                sqlx::query(INSERT).bind(id).bind(done).bind(BODY).execute(one).await.map(drop)
            }
            Engine::Postgres(one) => {
                sqlx::query(INSERT).bind(id).bind(done).bind(BODY).execute(one).await.map(drop)
            }
        }
    }

    /// What a step of the line must at least keep: the call, the step, what is owed, the agent.
    pub(super) async fn outbox(&mut self) -> sqlx::Result<()> {
        let (id, done) = self.next();
        let agent = done % AGENTS;
        match &mut self.connection {
            Engine::Sqlite(one) => {
                let mut tx = one.begin_with("BEGIN IMMEDIATE").await?;
                for statement in ONE_BY_ONE {
                    let query = sqlx::query(statement).bind(&id).bind(done).bind(BODY).bind(agent);
                    query.execute(&mut *tx).await?;
                }
                tx.commit().await
            }
            Engine::Postgres(one) => {
                sqlx::query(OUTBOX).bind(id).bind(done).bind(BODY).bind(agent).execute(one).await.map(drop)
            }
        }
    }

    fn next(&mut self) -> (String, i64) {
        self.done += 1;
        (Uuid::now_v7().to_string(), self.done)
    }
}

/// As long as a step of a call.
const BODY: &str = "{\"step\":\"offered\",\"offer\":\"0192f0c0-0000-7000-8000-000000000000\",\"desk\":\"desk-0417\",\
     \"leg\":\"0192f0c0-0000-7000-8000-000000000001\",\"by\":\"routing\"}";
