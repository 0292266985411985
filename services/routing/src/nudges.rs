//! Nudges between the replicas: "something changed, read again". One that is
//! lost costs at most the time until the next regular reading.

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

#[derive(Debug)]
pub(crate) struct Nudges {
    me: String,
    out: broadcast::Sender<String>,
    heard: broadcast::Receiver<String>,
}

impl Nudges {
    pub(crate) fn over(out: broadcast::Sender<String>, me: &str) -> Self {
        Self { me: me.to_owned(), heard: out.subscribe(), out }
    }

    pub(crate) fn send(&self) {
        let _ = self.out.send(self.me.clone());
    }

    /// Returns at the next nudge of another replica. Safe to drop at any time.
    pub(crate) async fn heard(&mut self) {
        loop {
            match self.heard.recv().await {
                Ok(from) if from == self.me => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
