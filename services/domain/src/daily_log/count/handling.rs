//! What calls took of the desks: talking, and writing afterwards.

use super::{Bands, seconds};
use crate::daily_log::facts::{Call, Facts, Span};
use crate::ids::DeskId;
use crate::time::Instant;

pub(super) fn count(facts: &Facts, bands: &mut Bands<'_>) {
    for call in bands.calls() {
        call.talks.iter().for_each(|(_, talk)| bands.cut(*talk, "busy"));
        if let Some(writing) = after_call(facts, call) {
            bands.cut(writing, "busy");
        }
        if call.ended.is_some() && !call.talks.is_empty() {
            handled(facts, call, bands);
        }
    }
}

fn handled(facts: &Facts, call: &Call, bands: &mut Bands<'_>) {
    let talk = call.talks.iter().map(|(_, talk)| talk.length()).sum::<std::time::Duration>().as_secs();
    let writing = after_call(facts, call).map(seconds);
    let tally = bands.at(call.begun);
    tally.count("handled");
    tally.value("talk", talk);
    if let Some(writing) = writing {
        tally.value("after_call", writing);
    }
    tally.value("handling", talk + writing.unwrap_or_default());
}

/// From the end of the call to the first signature of its record, or to the next talk at the desk that had
/// it last: nobody writes and talks at once. None without a signature.
fn after_call(facts: &Facts, call: &Call) -> Option<Span> {
    let ((ended, _), (desk, _)) = (call.ended?, call.talks.last()?);
    let signatures = facts.records.iter().filter(|record| record.call == call.call);
    let signed = signatures.filter_map(|record| record.signed).min()?.max(ended);
    let until = next_talk(facts, desk, ended).map_or(signed, |next| signed.min(next));
    Some(Span { from: ended, until })
}

fn next_talk(facts: &Facts, desk: &DeskId, after: Instant) -> Option<Instant> {
    let talks = facts.calls.iter().flat_map(|call| &call.talks);
    talks.filter(|(one, talk)| one == desk && talk.from >= after).map(|(_, talk)| talk.from).min()
}
