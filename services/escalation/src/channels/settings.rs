//! What an operator says about the ways out, held to account before anything is sent.

use std::fmt;
use std::time::Duration;

use domain::private::Private;

/// The mail server that takes our pages.
#[derive(Clone)]
pub struct MailSettings {
    /// `host:port`
    pub server: String,
    pub from: String,
    pub user: Option<String>,
    pub password: Option<Private<String>>,
    pub tls: MailTls,
    /// Of one attempt, from the connection to the server's yes.
    pub limit: Duration,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailTls {
    /// For a relay on the same machine.
    None,
    /// Required: a server that does not offer it gets nothing.
    #[default]
    StartTls,
    Tls,
}

/// A gateway to SMS, push or pagers that speaks Standard Webhooks.
#[derive(Clone)]
pub struct WebhookSettings {
    /// As `webhook:NAME/ADDRESS` in the rota means it.
    pub name: String,
    pub url: String,
    /// `whsec_` and base64 of 24 to 64 bytes; several, apart by spaces, while one replaces another.
    pub secret: Private<String>,
    /// Of one attempt, from the connection to the status line.
    pub limit: Duration,
}

/// Everything that is wrong with the settings at once, without what is secret in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct ChannelFault(pub Vec<String>);

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("MailSettings");
        shown.field("server", &self.server).field("tls", &self.tls).field("limit", &self.limit);
        shown.finish_non_exhaustive()
    }
}

/// A gateway's path often is a key.
impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("WebhookSettings");
        shown.field("name", &self.name).field("limit", &self.limit).finish_non_exhaustive()
    }
}
