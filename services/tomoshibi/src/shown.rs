//! How moments and stories look, in words and as JSON.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use shell::grpc::instant;

/// By the clock on the wall in Japan.
pub(crate) fn local(at: Option<&prost_types::Timestamp>) -> String {
    let zone = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
    let at = at.map_or(Timestamp::UNIX_EPOCH, |at| instant(at).timestamp());
    at.to_zoned(zone).strftime("%m-%d %H:%M:%S%.3f").to_string()
}

/// RFC 3339, or null.
pub(crate) fn moment(at: Option<&prost_types::Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::from(instant(at).timestamp().to_string()))
}

/// What happened, with its fields beside those of `head`.
pub(crate) fn flat(mut head: Value, body: &str) -> Value {
    if let (Some(all), Ok(Value::Object(body))) = (head.as_object_mut(), serde_json::from_str(body)) {
        all.extend(body);
    }
    head
}
