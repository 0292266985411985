//! Escalations in words and as JSON. Advice is shown to whoever holds the line's token and asks for it.

use proto::escalation::v1 as wire;
use serde_json::{Value, json};

use crate::client::Client;
use crate::shown::{flat, local, moment};
use crate::{HELD, say};

pub(super) async fn list(
    client: &Client,
    follow: bool,
    json: bool,
    open_only: bool,
    call: Option<String>,
) -> anyhow::Result<u8> {
    let watch = match follow {
        // Before the list, so that nothing is missed in between; what is in both is told twice.
        true => Some(watch(client).await?),
        false => None,
    };
    let request = wire::ListEscalationsRequest {
        operator_id: client.operator.clone(),
        call_id: call.unwrap_or_default(),
        open_only,
        ..wire::ListEscalationsRequest::default()
    };
    let answer =
        client.escalations().list_escalations(request).await.map_err(|status| client.refused(&status))?;
    let escalations = answer.into_inner().escalations;
    match json {
        true => say::json(&escalations.iter().map(escalation_json).collect::<Vec<_>>())?,
        false => escalations.iter().rev().for_each(tell),
    }
    if escalations.is_empty() && !json {
        say::line("no pages yet");
    }
    if let Some(mut news) = watch {
        while let Some(told) = news.message().await.map_err(|status| client.refused(&status))? {
            tell_one(told.escalation.as_ref(), json)?;
        }
    }
    Ok(HELD)
}

async fn watch(client: &Client) -> anyhow::Result<tonic::Streaming<wire::WatchEscalationsResponse>> {
    let request = wire::WatchEscalationsRequest { operator_id: client.operator.clone() };
    let answer =
        client.escalations().watch_escalations(request).await.map_err(|status| client.refused(&status))?;
    Ok(answer.into_inner())
}

/// Follows one escalation until it is settled.
pub(super) async fn until_ended(client: &Client, escalation: &str) -> anyhow::Result<wire::Escalation> {
    let mut news = watch(client).await?;
    let request = wire::ListEscalationsRequest {
        operator_id: client.operator.clone(),
        escalation_id: escalation.to_owned(),
        ..wire::ListEscalationsRequest::default()
    };
    let answer =
        client.escalations().list_escalations(request).await.map_err(|status| client.refused(&status))?;
    let mut now = answer.into_inner().escalations.into_iter().next().unwrap_or_default();
    while now.ended_at.is_none() {
        let told = news.message().await.map_err(|status| client.refused(&status))?;
        let Some(told) = told else { anyhow::bail!("the line stopped before the end was known") };
        now = told.escalation.filter(|told| told.escalation_id == escalation).unwrap_or(now);
    }
    Ok(now)
}

pub(super) fn tell_one(escalation: Option<&wire::Escalation>, json: bool) -> anyhow::Result<()> {
    let Some(escalation) = escalation else { return Ok(()) };
    match json {
        true => say::json(&escalation_json(escalation)),
        false => {
            tell(escalation);
            Ok(())
        }
    }
}

fn tell(escalation: &wire::Escalation) {
    let subject = if escalation.call_id.is_empty() { &escalation.window_id } else { &escalation.call_id };
    say::line(format_args!(
        "{}  {}  {}  {subject}  {}",
        escalation.escalation_id,
        escalation.priority,
        escalation.reasons.join("+"),
        standing(escalation)
    ));
    for event in &escalation.events {
        say::line(format_args!("  {:>3}  {}  {}", event.seq, local(event.at.as_ref()), words(event)));
    }
    for page in &escalation.pages {
        let detail = page.attempts.last().map(|attempt| attempt.detail.as_str()).unwrap_or_default();
        say::line(format_args!(
            "       page {} {:<8} {:<8} due {} {:<10} {detail}",
            rung(page),
            page.staff_id,
            page.channel,
            local(page.due_at.as_ref()),
            page.state
        ));
    }
    for advice in &escalation.advice {
        let read_back = if advice.read_back { "read back" } else { "not read back" };
        say::line(format_args!("       advice of {} ({read_back}): {}", advice.staff_id, advice.advice));
    }
}

fn rung(page: &wire::Page) -> String {
    match page.rung {
        0 => "behind".to_owned(),
        rung => format!("{}.{rung}", page.round + 1),
    }
}

fn standing(escalation: &wire::Escalation) -> String {
    match escalation.state.as_str() {
        "accepted" => format!("accepted by {}", escalation.accepted_by),
        "acted" => format!("{} {}", escalation.accepted_by, escalation.act),
        "withdrawn" => format!("withdrawn: {}", escalation.withdrawn_reason),
        other => other.to_owned(),
    }
}

fn words(event: &wire::Event) -> String {
    let body: Value = serde_json::from_str(&event.body).unwrap_or_default();
    let fields = body.as_object().into_iter().flatten();
    let fields: Vec<String> = fields
        .filter(|(name, value)| !["happened", "case"].contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| {
            format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    format!("{:<17} {}", event.happened, fields.join(" ")).trim_end().to_owned()
}

pub(super) async fn callers(client: &Client) -> anyhow::Result<u8> {
    let request = wire::ListSafetyCallersRequest { operator_id: client.operator.clone() };
    let answer =
        client.escalations().list_safety_callers(request).await.map_err(|status| client.refused(&status))?;
    let callers = answer.into_inner().callers;
    if callers.is_empty() {
        say::line("nobody waits for a doctor's call-back");
    }
    for caller in &callers {
        say::line(format_args!(
            "{}  {}  since {}  a desk is asked at {}  (asked {} times)",
            caller.call_id,
            caller.window_id,
            local(caller.since.as_ref()),
            local(caller.due_at.as_ref()),
            caller.asked
        ));
    }
    Ok(HELD)
}

fn given(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::from(text) }
}

fn escalation_json(escalation: &wire::Escalation) -> Value {
    json!({
        "escalation_id": escalation.escalation_id,
        "operator_id": escalation.operator_id,
        "window_id": escalation.window_id,
        "call_id": given(&escalation.call_id),
        "priority": escalation.priority,
        "reasons": escalation.reasons,
        "triage_code": given(&escalation.triage_code),
        "age_band": given(&escalation.age_band),
        "started_by": given(&escalation.started_by),
        "state": escalation.state,
        "accepted_by": given(&escalation.accepted_by),
        "act": given(&escalation.act),
        "withdrawn_reason": given(&escalation.withdrawn_reason),
        "started_at": moment(escalation.started_at.as_ref()),
        "ended_at": moment(escalation.ended_at.as_ref()),
        "next_at": moment(escalation.next_at.as_ref()),
        "round": escalation.round,
        "pages": escalation.pages.iter().map(page_json).collect::<Vec<_>>(),
        "events": escalation.events.iter().map(event_json).collect::<Vec<_>>(),
        "advice": escalation.advice.iter().map(|advice| json!({
            "staff_id": advice.staff_id,
            "at": moment(advice.at.as_ref()),
            "advice": advice.advice,
            "read_back": advice.read_back,
        })).collect::<Vec<_>>(),
    })
}

fn page_json(page: &wire::Page) -> Value {
    json!({
        "page_id": page.page_id,
        "staff_id": page.staff_id,
        "channel": page.channel,
        "rung": page.rung,
        "round": page.round,
        "state": page.state,
        "due_at": moment(page.due_at.as_ref()),
        "out_at": moment(page.out_at.as_ref()),
        "attempts": page.attempts.iter().map(|attempt| json!({
            "attempt": attempt.attempt,
            "at": moment(attempt.at.as_ref()),
            "delivered_at": moment(attempt.delivered_at.as_ref()),
            "ended_at": moment(attempt.ended_at.as_ref()),
            "outcome": given(&attempt.outcome),
            "detail": given(&attempt.detail),
        })).collect::<Vec<_>>(),
    })
}

fn event_json(event: &wire::Event) -> Value {
    flat(json!({ "seq": event.seq, "at": moment(event.at.as_ref()) }), &event.body)
}
