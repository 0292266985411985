//! A page by webhook, as Standard Webhooks has it: the page's id is the key by
//! which a receiver knows a repeated attempt, and the signature covers id, time and body.

use std::time::Duration;

use on_call_rota::ContactPoint;
use reqwest::{Client, StatusCode, Url};
use serde_json::json;
use shell::webhook::SigningKeys;

use super::http::{http_client, web_address};
use super::settings::{ChannelFault, WebhookSettings};
use super::{Message, Sent, words};

pub(super) struct Receiver {
    pub(super) name: String,
    url: Url,
    keys: SigningKeys,
    limit: Duration,
    client: Client,
}

impl Receiver {
    pub(super) fn new(settings: &WebhookSettings) -> Result<Self, ChannelFault> {
        let name = &settings.name;
        let mut wrong = Vec::new();
        if !can_be_named(name) {
            wrong.push(format!("webhook {name:?}: a name is 1 to 32 of a-z, 0-9 and hyphen"));
        }
        let url = web_address(&settings.url);
        if url.is_none() {
            wrong.push(format!("webhook {name:?}: url is no http or https address"));
        }
        let keys = SigningKeys::read(&settings.secret);
        if keys.is_none() {
            wrong.push(format!("webhook {name:?}: secret is whsec_ and base64 of 24 to 64 bytes"));
        }
        match (url, keys) {
            (Some(url), Some(keys)) if wrong.is_empty() => {
                Ok(Self { name: name.clone(), url, keys, limit: settings.limit, client: http_client()? })
            }
            _ => Err(ChannelFault(wrong)),
        }
    }

    pub(super) async fn send(&self, address: Option<&str>, message: &Message, link: Option<&str>) -> Sent {
        let (id, time) = (message.page.to_string(), message.at.timestamp().as_second().to_string());
        let body = body(address, message, link);
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-signature", self.keys.sign(&id, &time, &body))
            .header("webhook-id", id)
            .header("webhook-timestamp", time)
            .timeout(self.limit)
            .body(body);
        // The status is the answer; the body stays unread, however long it is.
        match request.send().await {
            Ok(answer) => judged(answer.status()),
            Err(error) if error.is_timeout() => Sent::again("timeout"),
            Err(_) => Sent::again("connect"),
        }
    }
}

fn body(address: Option<&str>, message: &Message, link: Option<&str>) -> String {
    let reasons: Vec<&str> = message.reasons.iter().map(|reason| reason.code()).collect();
    json!({
        "type": "page.created",
        "timestamp": message.at.to_string(),
        "data": {
            "page_id": message.page,
            "escalation_id": message.escalation,
            "operator_id": message.operator.as_str(),
            "priority": message.priority.code(),
            "reasons": reasons,
            "triage_code": message.triage_code.map(|code| code.code()),
            "age_band": message.age_band.map(|band| band.code()),
            "window_id": message.window.as_str(),
            "call_id": message.call,
            "staff_id": message.staff.as_str(),
            "attempt": message.attempt,
            "to": address,
            "text_ja": words::japanese(message, link),
            "text_en": words::english(message, link),
        },
    })
    .to_string()
}

fn judged(status: StatusCode) -> Sent {
    let detail = format!("http_{}", status.as_u16());
    match status.as_u16() {
        200..=299 => Sent::Delivered,
        408 | 425 | 429 | 500..=599 => Sent::again(detail),
        _ => Sent::refused(detail),
    }
}

/// Whether a rota can mean it.
fn can_be_named(name: &str) -> bool {
    let meant = format!("webhook:{name}").parse();
    matches!(meant, Ok(ContactPoint::Webhook { receiver, address: None }) if *receiver == *name)
}
