//! The sign of life for somebody outside: as long as it comes, pages go out.
//!
//! A watcher elsewhere rings people when it stops, so it is withheld as soon as
//! the line is not well: a beat that lies is worse than none.

use std::fmt;
use std::time::Duration;

use shell::clock::Clock;
use shell::shutdown::Shutdown;

use crate::channels::{ChannelFault, http_client, web_address};

/// Of one beat, and of the question whether the line is well.
const LIMIT: Duration = Duration::from_secs(10);

#[derive(Clone, PartialEq, Eq)]
pub struct HeartbeatSettings {
    /// Its path usually is the key to the watcher: never shown.
    pub url: String,
    pub every: Duration,
}

impl fmt::Debug for HeartbeatSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeartbeatSettings").field("every", &self.every).finish_non_exhaustive()
    }
}

pub struct Heartbeat {
    client: reqwest::Client,
    url: reqwest::Url,
    every: Duration,
    clock: Clock,
    /// A stretch without beats is told once.
    withholds: bool,
}

impl Heartbeat {
    /// # Errors
    /// When the address cannot be used.
    pub fn new(settings: &HeartbeatSettings, clock: Clock) -> Result<Self, ChannelFault> {
        let url = web_address(&settings.url)
            .ok_or_else(|| ChannelFault(vec!["heartbeat.url is no http or https address".to_owned()]))?;
        let every = settings.every.max(Duration::from_secs(1));
        Ok(Self { client: http_client()?, url, every, clock, withholds: false })
    }

    /// Until the process ends: at once, and then every so often.
    pub async fn run<F>(mut self, is_well: impl Fn() -> F + Send, shutdown: Shutdown)
    where
        F: Future<Output = bool> + Send,
    {
        loop {
            let next = self.clock.now() + self.every;
            tokio::select! {
                () = self.turn(is_well()) => {}
                () = shutdown.ended() => return,
            }
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = shutdown.ended() => return,
            }
        }
    }

    /// Who does not say in time that all is well is not well.
    async fn turn(&mut self, is_well: impl Future<Output = bool> + Send) {
        match tokio::time::timeout(LIMIT, is_well).await.unwrap_or(false) {
            true => self.beat().await,
            false => self.withhold(),
        }
    }

    fn withhold(&mut self) {
        metrics::counter!("tomoshibi_heartbeat_withheld_total").increment(1);
        if !self.withholds {
            tracing::error!("the line is not well: its sign of life is withheld");
        }
        self.withholds = true;
    }

    async fn beat(&mut self) {
        if self.withholds {
            tracing::info!("the line is well again: its sign of life goes out");
        }
        self.withholds = false;
        let fault = match self.client.post(self.url.clone()).timeout(LIMIT).send().await {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(answer.status().to_string()),
            Err(error) => Some(error.without_url().to_string()),
        };
        let Some(fault) = fault else {
            return metrics::counter!("tomoshibi_heartbeat_sent_total").increment(1);
        };
        metrics::counter!("tomoshibi_heartbeat_failures_total").increment(1);
        tracing::warn!(fault, "the sign of life did not arrive");
    }
}
