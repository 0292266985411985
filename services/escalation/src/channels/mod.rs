//! The ways out: one attempt of one page, by mail or by a webhook.
//!
//! Each attempt ends within its channel's limit and says whether another may
//! help. Nothing is remembered between attempts, so a receiver that hangs costs
//! nobody else anything; who asks decides how often, and how many at once.

mod http;
mod mail;
mod settings;
mod webhook;
mod words;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use domain::escalation::{AgeBand, Priority, Reason, TriageCode};
use domain::ids::{CallId, EscalationId, OperatorId, PageId, StaffId, WindowId};
use domain::time::Instant;
use on_call_rota::{ContactPoint, Language};

use mail::MailChannel;
use webhook::Receiver;

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
#[derive(Clone)]
pub struct Channels(Arc<Ways>);

struct Ways {
    mail: Option<MailChannel>,
    receivers: Vec<Receiver>,
    page_link: Option<String>,
}

impl Channels {
    /// # Errors
    /// When settings cannot be used; all faults are told.
    pub fn new(
        mail: Option<&MailSettings>,
        webhooks: &[WebhookSettings],
        page_link: Option<String>,
    ) -> Result<Self, ChannelFault> {
        let mut wrong = Vec::new();
        let mail = mail.and_then(|mail| kept(MailChannel::new(mail), &mut wrong));
        let receivers = webhooks.iter().filter_map(|one| kept(Receiver::new(one), &mut wrong)).collect();
        let mut names = BTreeSet::new();
        for twice in webhooks.iter().filter(|one| !names.insert(&one.name)) {
            wrong.push(format!("webhook {:?} is there twice", twice.name));
        }
        match wrong.is_empty() {
            true => Ok(Self(Arc::new(Ways { mail, receivers, page_link }))),
            false => Err(ChannelFault(wrong)),
        }
    }

    /// One attempt. Safe to drop at any time.
    pub async fn send(&self, to: &ContactPoint, message: &Message) -> Sent {
        let ways = &self.0;
        let link = ways.page_link.as_ref().map(|prefix| format!("{prefix}{}", message.page));
        match to {
            ContactPoint::Mail(address) => match &ways.mail {
                Some(mail) => mail.send(address, message, link.as_deref()).await,
                None => Sent::refused("no_mail"),
            },
            ContactPoint::Webhook { receiver, address } => {
                match ways.receivers.iter().find(|one| one.name == **receiver) {
                    Some(one) => one.send(address.as_deref(), message, link.as_deref()).await,
                    None => Sent::refused("unknown_receiver"),
                }
            }
            // Telephony rings them.
            ContactPoint::Sip(_) | ContactPoint::Tel(_) => Sent::refused("voice"),
        }
    }
}

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channels").field("mail", &self.0.mail.is_some()).finish_non_exhaustive()
    }
}

fn kept<T>(made: Result<T, ChannelFault>, wrong: &mut Vec<String>) -> Option<T> {
    made.map_err(|fault| wrong.extend(fault.0)).ok()
}
