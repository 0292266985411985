//! The contract's words and ours.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::referral::{Content, DueKind, OfferState, Referral};
use domain::time::Instant;
use proto::referral::v1 as pb;
use shell::grpc::timestamp;

use crate::error::ReferralError;
use crate::store::{EventRow, ReferralRow, TargetRow};

pub(crate) const SHORT_WORD: &str = "1 to 32 characters of a-z, 0-9 and hyphen";
pub(crate) const UUID: &str = "a UUID such as 0192d3c4-7b1a-7000-8000-000000000001";

/// A field that is an id or a short word.
pub(crate) fn word<T: FromStr>(
    text: &str,
    field: &'static str,
    reason: &'static str,
) -> Result<T, ReferralError> {
    text.parse().map_err(|_| ReferralError::invalid(field, reason))
}

pub(crate) fn at(micros: i64) -> prost_types::Timestamp {
    timestamp(Instant::from_micros(micros))
}

/// Without what was said: codes, times and ids.
pub(crate) fn referral(
    row: &ReferralRow,
    machine: &Referral,
    events: Vec<EventRow>,
    names: &[TargetRow],
    now: Instant,
) -> pb::Referral {
    let current = machine.accepted_by().or_else(|| machine.asked()).or_else(|| machine.targets().first());
    let target_id = current.map(|target| target.id.to_string()).unwrap_or_default();
    let due = machine.due();
    let outcome = match machine.state() {
        domain::referral::State::Closed { outcome, .. } => outcome.code(),
        domain::referral::State::Drafted { .. }
        | domain::referral::State::Offered { .. }
        | domain::referral::State::Received { .. }
        | domain::referral::State::Asked { .. }
        | domain::referral::State::Exhausted { .. }
        | domain::referral::State::Accepted { .. }
        | domain::referral::State::Arrived { .. }
        | domain::referral::State::NotArrived { .. }
        | domain::referral::State::Recalled { .. } => "",
    };
    pb::Referral {
        referral_id: row.referral_id.clone(),
        record_id: row.record_id.clone(),
        call_id: row.call_id.clone(),
        window_id: row.window_id.clone(),
        state: machine.state().code().to_owned(),
        triage_code: machine.code().to_string(),
        target_name: name(names, &target_id),
        target_id,
        released_at: row.released_us.map(at),
        deadline: due.map(|(_, until)| timestamp(until)),
        deadline_kind: due.map(|(kind, _)| due_word(kind).to_owned()).unwrap_or_default(),
        late: row.alarm.is_some() || due.is_some_and(|(_, until)| until <= now),
        offered: offered(row, machine, names),
        events: events.into_iter().map(event).collect(),
        author_staff: row.author_staff.clone(),
        outcome: outcome.to_owned(),
        ..pb::Referral::default()
    }
}

fn name(names: &[TargetRow], id: &str) -> String {
    names.iter().find(|row| row.target_id == id).map(|row| row.name.clone()).unwrap_or_default()
}

fn offered(row: &ReferralRow, machine: &Referral, names: &[TargetRow]) -> Vec<pb::Offered> {
    let chosen: BTreeMap<String, Vec<String>> = serde_json::from_str(&row.chosen).unwrap_or_default();
    let is_recalled = machine.state().code() == "recalled";
    let said = |(offer, target): (&domain::referral::Offer, &domain::referral::Target)| {
        let id = target.id.to_string();
        let reason = match offer.state {
            OfferState::Declined { reason } => reason.code(),
            OfferState::Sent
            | OfferState::Received
            | OfferState::Silent
            | OfferState::PassedOver
            | OfferState::StoodDown
            | OfferState::Accepted => "",
        };
        pb::Offered {
            target_name: name(names, &id),
            at: Some(timestamp(offer.at)),
            received_at: offer.received_at.map(timestamp),
            decided_at: offer.decided_at.map(timestamp),
            state: if is_recalled { "recalled" } else { offer_word(offer.state) }.to_owned(),
            reason: reason.to_owned(),
            chosen_because: chosen.get(&id).cloned().unwrap_or_default(),
            target_id: id,
            note: String::new(),
        }
    };
    machine.offers().iter().zip(machine.targets()).map(said).collect()
}

/// The contract's words for what is waited for.
const fn due_word(kind: DueKind) -> &'static str {
    match kind {
        DueKind::Receipt => "receive",
        DueKind::Decision => "decide",
        DueKind::Arrival => "arrive",
        DueKind::Release | DueKind::Answer | DueKind::Hand | DueKind::Outcome => kind.code(),
    }
}

/// The contract's words for what became of an offer.
const fn offer_word(state: OfferState) -> &'static str {
    match state {
        OfferState::Sent => "waiting",
        OfferState::Received
        | OfferState::Silent
        | OfferState::PassedOver
        | OfferState::StoodDown
        | OfferState::Declined { .. }
        | OfferState::Accepted => state.code(),
    }
}

fn event(row: EventRow) -> pb::ReferralEvent {
    pb::ReferralEvent { at: Some(at(row.at_us)), happened: row.kind, by: row.by_whom, body: row.body }
}

/// What goes out, or went.
pub(crate) fn content(content: &Content) -> Vec<pb::Content> {
    let field = |name: &str, values: Vec<String>| pb::Content { field: name.to_owned(), values };
    let mut said = vec![field("purpose", vec![content.purpose().code().to_owned()])];
    said.extend(content.fields().iter().map(|(name, values)| field(name, values.to_vec())));
    let journey = content.journey();
    let beside = [
        ("accompanying", journey.accompanying.map(|one| one.code().to_owned())),
        ("transport", journey.transport.map(|one| one.code().to_owned())),
        ("police_involved", journey.police_involved.map(|one| one.to_string())),
        ("psychiatrist_advice", journey.psychiatrist_advice.map(|one| one.to_string())),
    ];
    said.extend(beside.into_iter().filter_map(|(name, value)| Some(field(name, vec![value?]))));
    said
}

pub(crate) fn target(row: TargetRow) -> pb::Target {
    pb::Target {
        target_id: row.target_id,
        name: row.name,
        kind: row.kind,
        hours: row.hours,
        number: row.number,
        catchment: row.catchment,
        last_checked: row.last_checked,
        way: row.way,
        url: row.url,
    }
}
