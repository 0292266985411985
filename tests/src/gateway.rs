//! A gateway for pages by webhook, with a memory.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Heard = Arc<Mutex<Vec<String>>>;

/// Takes every page. It is gone with its handle.
pub struct PagedTo {
    url: String,
    heard: Heard,
    task: JoinHandle<()>,
}

impl PagedTo {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/page", listener.local_addr().unwrap());
        let heard = Heard::default();
        let router = Router::new().route("/page", post(take)).with_state(Arc::clone(&heard));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, heard, task }
    }

    /// The receiver `gate` of a line's settings.
    pub fn settings(&self) -> String {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        format!("[[webhook]]\nname = \"gate\"\nurl = \"{}\"\nsecret = \"{secret}\"\n", self.url)
    }

    /// The keys of the pages that were brought, each once.
    pub fn pages(&self) -> BTreeSet<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
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
    heard.lock().unwrap_or_else(PoisonError::into_inner).push(key.to_owned());
    StatusCode::NO_CONTENT
}
