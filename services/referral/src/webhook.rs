//! A delivery by webhook, as Standard Webhooks has it: the event's id is the key by which a receiver knows a
//! repeated attempt.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::TargetId;
use domain::private::Private;
use domain::time::Instant;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use shell::webhook::SigningKeys;

/// Until somebody who is there has taken the connection. Whoever comes back while it lasts is found by the
/// network's own second try, after one second.
const CONNECT: Duration = Duration::from_secs(2);

/// What came of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Received,
    /// Nobody there, or busy: later.
    Away,
    /// They do not want this one.
    Refused,
}

/// No secret can be used for a target, or this machine cannot speak TLS.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct WebhookFault(String);

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Webhooks {
    client: Client,
    keys: BTreeMap<TargetId, SigningKeys>,
    limit: Duration,
}

impl Webhooks {
    pub(crate) fn new(
        secrets: &BTreeMap<TargetId, Private<String>>,
        limit: Duration,
    ) -> Result<Self, WebhookFault> {
        let mut keys = BTreeMap::new();
        for (target, secret) in secrets {
            let read = SigningKeys::read(secret).ok_or_else(|| {
                WebhookFault(format!(
                    "referral_webhook {target}: secret is whsec_ and base64 of 24 to 64 bytes"
                ))
            })?;
            keys.insert(target.clone(), read);
        }
        // Only the first in a process counts; the binary may have been faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(Policy::none()).referer(false).connect_timeout(CONNECT);
        let client = client.user_agent("tomoshibi").build();
        let client = client.map_err(|_| {
            WebhookFault("this machine has no certificates to trust (ca-certificates)".to_owned())
        })?;
        Ok(Self { client, keys, limit })
    }

    pub(crate) async fn send(&self, to: (&TargetId, &str), (id, body): (&str, &str), now: Instant) -> Sent {
        let (Some(keys), Some(url)) = (self.keys.get(to.0), web_address(to.1)) else { return Sent::Away };
        let time = now.timestamp().as_second().to_string();
        let request = self
            .client
            .post(url)
            .header("content-type", "application/cloudevents+json; charset=utf-8")
            .header("webhook-signature", keys.sign(id, &time, body))
            .header("webhook-id", id)
            .header("webhook-timestamp", time)
            .timeout(self.limit)
            .body(body.to_owned());
        // The status is the answer; the body stays unread, however long it is.
        match request.send().await {
            Ok(answer) => judged(answer.status()),
            Err(_) => Sent::Away,
        }
    }
}

fn judged(status: StatusCode) -> Sent {
    match status.as_u16() {
        200..=299 => Sent::Received,
        // Who we are or where it goes is wrong, not this one message.
        300..=399 | 401 | 403 | 404 | 408 | 425 | 429 | 500..=599 => Sent::Away,
        _ => Sent::Refused,
    }
}

pub(crate) fn web_address(text: &str) -> Option<Url> {
    let is_usable = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    Url::parse(text).ok().filter(is_usable)
}
