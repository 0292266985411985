//! CloudEvents 1.0 round a Bundle. The attributes say what it is and for whom, and nothing about the person.

use domain::referral::MessageKind;
use serde::Serialize;

use crate::fhir::{Told, bundle, moment};
use crate::store::unreadable;
use shell::store::StoreError;

#[derive(Debug, Serialize)]
struct CloudEvent<T> {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: String,
    time: String,
    datacontenttype: &'static str,
    data: T,
}

/// As JSON. The same message is always the same text.
pub(crate) fn event(operator: &str, told: &Told<'_>) -> Result<String, StoreError> {
    let event = CloudEvent {
        specversion: "1.0",
        id: told.event_id.to_owned(),
        source: format!("/tomoshibi/{operator}"),
        kind: kind(told.kind),
        subject: told.referral_id.to_owned(),
        time: moment(told.at),
        datacontenttype: "application/fhir+json",
        data: bundle(told),
    };
    serde_json::to_string(&event).map_err(|_| unreadable("a message"))
}

fn kind(kind: MessageKind) -> String {
    format!("jp.tomoshibi.referral.{}.v1", kind.code())
}
