//! The contract's words and ours.

use std::str::FromStr;

use domain::escalation::State;
use domain::time::Instant;
use proto::escalation::v1 as pb;
use shell::grpc::timestamp;

use crate::error::EscalationError;
use crate::store::{AttemptRow, PageRow, SafetyRow, Shown, small};

pub(crate) const SHORT_WORD: &str = "1 to 32 characters of a-z, 0-9 and hyphen";
pub(crate) const UUID: &str = "a UUID such as 0192d3c4-7b1a-7000-8000-000000000001";

/// A field that is an id or a short word.
pub(crate) fn word<T: FromStr>(
    text: &str,
    field: &'static str,
    reason: &'static str,
) -> Result<T, EscalationError> {
    text.parse().map_err(|_| EscalationError::Invalid { field, reason })
}

/// None when it is left out.
pub(crate) fn optional<T: FromStr>(
    text: &str,
    field: &'static str,
    reason: &'static str,
) -> Result<Option<T>, EscalationError> {
    (!text.is_empty()).then(|| word(text, field, reason)).transpose()
}

fn at(micros: i64) -> prost_types::Timestamp {
    timestamp(Instant::from_micros(micros))
}

pub(crate) fn escalation(shown: Shown) -> pb::Escalation {
    let (kept, attempts) = (&shown.kept, &shown.attempts);
    let (machine, case) = (&kept.machine, kept.machine.case());
    let mut said = pb::Escalation {
        operator_id: kept.operator.to_string(),
        escalation_id: kept.id.to_string(),
        window_id: case.window.to_string(),
        call_id: case.call.map(|call| call.to_string()).unwrap_or_default(),
        priority: machine.priority().to_string(),
        reasons: case.reasons.iter().map(ToString::to_string).collect(),
        triage_code: case.triage_code.map(|code| code.to_string()).unwrap_or_default(),
        age_band: case.age_band.map(|band| band.to_string()).unwrap_or_default(),
        started_at: Some(timestamp(kept.started)),
        ended_at: kept.ended.map(timestamp),
        next_at: machine.deadline().map(timestamp),
        round: machine.place().0,
        pages: shown.pages.iter().map(|row| page(row, attempts)).collect(),
        started_by: case.started_by.as_ref().map(ToString::to_string).unwrap_or_default(),
        ..pb::Escalation::default()
    };
    state(machine.state(), &mut said);
    said.events = shown.events.into_iter().map(event).collect();
    said.advice = shown.advice.into_iter().map(advice).collect();
    said
}

fn state(state: &State, said: &mut pb::Escalation) {
    state.code().clone_into(&mut said.state);
    match state {
        State::Accepted { by, .. } => said.accepted_by = by.to_string(),
        State::Acted { by, act } => (said.accepted_by, said.act) = (by.to_string(), act.to_string()),
        State::Withdrawn { reason } => said.withdrawn_reason = reason.to_string(),
        State::Climbing | State::Unreached => {}
    }
}

fn page(row: &PageRow, attempts: &[AttemptRow]) -> pb::Page {
    let theirs = attempts.iter().filter(|attempt| attempt.page_id == row.page_id);
    pb::Page {
        page_id: row.page_id.clone(),
        staff_id: row.staff_id.clone(),
        channel: row.channel.clone(),
        rung: row.rung.map_or(0, |rung| small(rung) + 1),
        round: small(row.round),
        state: row.state.clone(),
        due_at: Some(at(row.due_us)),
        out_at: row.out_us.map(at),
        attempts: theirs.map(attempt).collect(),
    }
}

fn attempt(row: &AttemptRow) -> pb::Attempt {
    pb::Attempt {
        attempt: small(row.attempt),
        at: Some(at(row.at_us)),
        delivered_at: row.delivered_us.map(at),
        ended_at: row.ended_us.map(at),
        outcome: row.outcome.clone().unwrap_or_default(),
        detail: row.detail.clone().unwrap_or_default(),
    }
}

fn event(row: crate::store::EventRow) -> pb::Event {
    pb::Event { seq: small(row.seq), at: Some(at(row.at_us)), happened: row.kind, body: row.body }
}

fn advice(row: crate::store::AdviceRow) -> pb::Advice {
    pb::Advice {
        staff_id: row.staff,
        at: Some(timestamp(row.at)),
        advice: row.advice.into_inner(),
        read_back: row.read_back,
    }
}

pub(crate) fn safety_caller(row: SafetyRow) -> pb::SafetyCaller {
    pb::SafetyCaller {
        operator_id: row.operator_id,
        call_id: row.call_id,
        escalation_id: row.escalation_id,
        window_id: row.window_id,
        since: Some(at(row.since_us)),
        due_at: Some(at(row.due_us)),
        asked: small(row.asked),
    }
}
