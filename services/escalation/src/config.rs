//! What the service needs to know from outside. Every time is a setting with
//! its origin in `tomoshibi/default.toml`.

use std::path::PathBuf;
use std::time::Duration;

use domain::escalation::{Pace, Priority};
use on_call_rota::ContactPoint;
use shell::process::ProcessId;

use crate::channels::{MailSettings, WebhookSettings};
use crate::heartbeat::HeartbeatSettings;

#[derive(Clone, Debug)]
pub struct Settings {
    pub rota: PathBuf,
    pub rota_check: Duration,
    /// This process, for leases.
    pub owner: ProcessId,
    pub paces: Paces,
    /// How long a telephone rings.
    pub ring_for: Duration,
    /// A person's n-th telephone is rung n times this after the first, unless the rota says it.
    pub next_telephone: Duration,
    pub mail: Option<MailSettings>,
    pub webhooks: Vec<WebhookSettings>,
    /// The page's id is appended.
    pub page_link: Option<String>,
    /// Told beside the supervisors each time a ladder is exhausted.
    pub operator_contacts: Vec<ContactPoint>,
    /// A caller who waits for a doctor's call-back is rung by a desk after this, and again after `safety_again`.
    pub safety_within: Duration,
    pub safety_again: Duration,
    /// A page that goes out later than this after it was due is late.
    pub late_after: Duration,
    /// Of one message, by mail or webhook.
    pub attempts: u32,
    /// When, by the operator's clock, the contact points of those on duty are tried each day.
    pub drill_at: Option<jiff::civil::Time>,
    pub heartbeat: Option<HeartbeatSettings>,
}

/// How fast a ladder is climbed, by priority.
#[derive(Clone, Debug)]
pub struct Paces {
    pub p1: Pace,
    pub p2: Pace,
    pub p3: Pace,
}

impl Paces {
    pub fn of(&self, priority: Priority) -> &Pace {
        match priority {
            Priority::P1 => &self.p1,
            Priority::P2 => &self.p2,
            Priority::P3 => &self.p3,
        }
    }

    /// Somebody's contact points are tried once, each by each.
    pub(crate) fn of_a_drill(&self) -> Pace {
        Pace { rounds: Some(1), ..self.p1.clone() }
    }
}
