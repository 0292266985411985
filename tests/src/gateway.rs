//! A gateway for pages by webhook, with a memory.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Keys, and when each was brought.
type Heard = Arc<Mutex<Vec<(String, Timestamp)>>>;

/// Takes every page. It is gone with its handle.
pub struct PagedTo {
    pub at: SocketAddr,
    heard: Heard,
    task: JoinHandle<()>,
}

impl PagedTo {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let heard = Heard::default();
        let router = Router::new().route("/page", post(take)).with_state(Arc::clone(&heard));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { at, heard, task }
    }

    /// The receiver `gate` of a line's settings.
    pub fn settings(&self) -> String {
        Self::settings_by_way_of(self.at)
    }

    /// The same where the way leads through somebody else, such as a `FaultProxy`.
    pub fn settings_by_way_of(at: SocketAddr) -> String {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        format!("[[webhook]]\nname = \"gate\"\nurl = \"http://{at}/page\"\nsecret = \"{secret}\"\n")
    }

    /// The keys of the pages that were brought, each once.
    pub fn pages(&self) -> BTreeSet<String> {
        self.arrivals().into_keys().collect()
    }

    /// When each was brought for the first time.
    pub fn arrivals(&self) -> BTreeMap<String, Timestamp> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        // The last one that is put there stands: the earliest.
        heard.iter().rev().cloned().collect()
    }

    /// How often anything was brought.
    pub fn times(&self) -> usize {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Drop for PagedTo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(heard): State<Heard>, headers: HeaderMap) -> StatusCode {
    let Some(key) = headers.get("webhook-id").and_then(|key| key.to_str().ok()) else {
        return StatusCode::BAD_REQUEST;
    };
    heard.lock().unwrap_or_else(PoisonError::into_inner).push((key.to_owned(), Timestamp::now()));
    StatusCode::NO_CONTENT
}
