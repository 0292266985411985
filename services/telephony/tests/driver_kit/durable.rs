//! What is durable at a moment: the entries in the store and in the spool, read
//! from outside the line, by a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::mpsc;

use serde_json::Value;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

#[derive(Clone, Debug)]
pub struct Kept {
    pub call: String,
    pub kind: String,
    pub body: String,
}

/// Asks the store's file and the spool directly.
#[derive(Clone, Debug)]
pub struct Durable(mpsc::Sender<mpsc::Sender<Vec<Kept>>>);

impl Durable {
    pub fn of(store: PathBuf, spool: PathBuf) -> Self {
        let (ask, asked) = mpsc::channel::<mpsc::Sender<Vec<Kept>>>();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            for reply in asked {
                let kept = runtime.block_on(stored(&store)).into_iter().chain(spooled(&spool)).collect();
                let _ = reply.send(kept);
            }
        });
        Self(ask)
    }

    pub fn now(&self) -> Vec<Kept> {
        let (reply, answer) = mpsc::channel();
        self.0.send(reply).unwrap();
        answer.recv().unwrap()
    }
}

async fn stored(file: &Path) -> Vec<Kept> {
    let mut store = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.unwrap();
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT call_id, kind, body FROM call_event ORDER BY call_id, seq")
            .fetch_all(&mut store)
            .await
            .unwrap();
    rows.into_iter().map(|(call, kind, body)| Kept { call, kind, body }).collect()
}

/// A checksum, a space, JSON: one batch a line.
fn spooled(file: &Path) -> Vec<Kept> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(|line| line.split_once(' ')).flat_map(|(_, json)| batch(json)).collect()
}

fn batch(json: &str) -> Vec<Kept> {
    let rows: Value = serde_json::from_str(json).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let events = rows["events"].as_array().unwrap().clone();
    events
        .iter()
        .map(|event| Kept {
            call: text(&rows["call"]),
            kind: text(&event["kind"]),
            body: text(&event["body"]),
        })
        .collect()
}
