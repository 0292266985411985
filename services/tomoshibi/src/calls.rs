//! `tomoshibi calls`: what happened, step by step.

use proto::telephony::v1 as wire;
use serde_json::{Value, json};

use crate::cli::{At, LineArgs};
use crate::client::Client;
use crate::shown::{flat, local, moment};
use crate::{HELD, say, serve};

pub(crate) struct Wanted {
    pub(crate) follow: bool,
    pub(crate) json: bool,
    pub(crate) call: Option<String>,
    pub(crate) limit: u32,
}

pub(crate) fn run(args: &LineArgs, at: &At, wanted: &Wanted) -> anyhow::Result<u8> {
    serve::runtime()?.block_on(show(args, at, wanted))
}

async fn show(args: &LineArgs, at: &At, wanted: &Wanted) -> anyhow::Result<u8> {
    let client = Client::new(args, at)?;
    let watch = match wanted.follow {
        // Before the list, so that nothing is missed in between; what is in both is told twice.
        true => Some(watch(&client).await?),
        false => None,
    };
    let request = wire::ListCallsRequest {
        operator_id: client.operator.clone(),
        since: None,
        limit: wanted.limit,
        call_id: wanted.call.clone().unwrap_or_default(),
    };
    let answer =
        client.calls().list_calls(request).await.map_err(|status| client.refused(&status))?.into_inner();
    match wanted.json {
        true => say::json(&answer.calls.iter().map(call_json).collect::<Vec<_>>())?,
        false => answer.calls.iter().rev().for_each(tell),
    }
    if answer.calls.is_empty() && !wanted.json {
        say::line("no calls yet");
    }
    if let Some(mut news) = watch {
        while let Some(told) = news.message().await.map_err(|status| client.refused(&status))? {
            told.entry.iter().for_each(|entry| tell_new(entry, wanted.json));
        }
    }
    Ok(HELD)
}

async fn watch(client: &Client) -> anyhow::Result<tonic::Streaming<wire::WatchCallsResponse>> {
    let request = wire::WatchCallsRequest { operator_id: client.operator.clone() };
    let answer = client.calls().watch_calls(request).await.map_err(|status| client.refused(&status))?;
    Ok(answer.into_inner())
}

fn tell_new(entry: &wire::Entry, json: bool) {
    match json {
        true => say::line(entry_json(entry)),
        false => say::line(format_args!(
            "{}  {}  {}",
            short(&entry.call_id),
            local(entry.at.as_ref()),
            words(entry)
        )),
    }
}

fn tell(call: &wire::Call) {
    let end = if call.end_reason.is_empty() { "open" } else { &call.end_reason };
    say::line(format_args!("{}  {}  {end}", call.call_id, call.window_id));
    for entry in &call.entries {
        say::line(format_args!("  {:>3}  {}  {}", entry.seq, local(entry.at.as_ref()), words(entry)));
    }
}

/// The step and what is known of it, without what the line says already.
fn words(entry: &wire::Entry) -> String {
    let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
    let fields = body
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !["step", "leg", "offer"].contains(&name.as_str()));
    let fields: Vec<String> = fields.map(|(name, value)| format!("{name}={}", plain(value))).collect();
    format!("{:<14} {}", entry.step, fields.join(" ")).trim_end().to_owned()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

fn short(id: &str) -> &str {
    id.get(id.len().saturating_sub(12)..).unwrap_or(id)
}

fn call_json(call: &wire::Call) -> Value {
    json!({
        "call_id": call.call_id,
        "operator_id": call.operator_id,
        "window_id": call.window_id,
        "begun_at": moment(call.begun_at.as_ref()),
        "answered_at": moment(call.answered_at.as_ref()),
        "ended_at": moment(call.ended_at.as_ref()),
        "end_reason": if call.end_reason.is_empty() { Value::Null } else { Value::from(call.end_reason.clone()) },
        "entries": call.entries.iter().map(entry_json).collect::<Vec<_>>(),
    })
}

fn entry_json(entry: &wire::Entry) -> Value {
    let head = json!({ "call_id": entry.call_id, "seq": entry.seq, "at": moment(entry.at.as_ref()) });
    flat(head, &entry.body)
}
