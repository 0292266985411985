//! Calls: what became of each, and how long people waited.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Bands, is_test, seconds};
use crate::daily_log::facts::{Call, Facts, Span};
use crate::daily_log::tally::Tally;
use crate::ledger::{EndReason, OriginKind, PlaceClass};

const SHORT: Duration = Duration::from_secs(30);

pub(super) fn count(facts: &Facts, bands: &mut Bands<'_>) {
    for call in &facts.calls {
        let tally = bands.at(call.begun);
        match (is_test(facts, call), call.origin) {
            (true, _) => tally.count("test_calls"),
            (false, OriginKind::Incoming) => incoming(call, tally),
            (false, OriginKind::CallBack) => {
                tally.count("call_backs");
                tally.count_if("call_backs_reached", call.answered.is_some());
            }
        }
    }
    repeats(bands);
}

fn incoming(call: &Call, tally: &mut Tally) {
    tally.count("offered");
    tally.count_if("redials", call.class == PlaceClass::Repeat);
    tally.count(fate(call));
    let until = call.answered.or(call.ended.map(|(at, _)| at));
    let Some(wait) = until.map(|until| Span { from: call.begun, until }) else { return };
    tally.value("delay", seconds(wait));
    if call.answered.is_some() {
        tally.value("wait", seconds(wait));
        tally.count_if("in20s", wait.length() <= Duration::from_secs(20));
        tally.count_if("in60s", wait.length() <= Duration::from_secs(60));
    }
}

/// Each call has one.
fn fate(call: &Call) -> &'static str {
    let Some((ended, reason)) = call.ended.filter(|_| call.answered.is_none()) else {
        return if call.answered.is_some() { "answered" } else { "waiting" };
    };
    match reason {
        _ if call.blocked => "blocked",
        EndReason::AbandonedInQueue if ended.since(call.begun) < SHORT => "abandoned_lt30",
        EndReason::AbandonedInQueue => "abandoned_ge30",
        EndReason::Completed | EndReason::CutOff | EndReason::NotReached => "cut_off",
    }
}

/// A number counts when it rings for the second time, in that band.
fn repeats(bands: &mut Bands<'_>) {
    let mut rang: BTreeMap<&str, u64> = BTreeMap::new();
    let mut calls: Vec<&Call> = bands.calls().filter(|call| call.origin == OriginKind::Incoming).collect();
    calls.sort_by_key(|call| (call.begun, call.call));
    for call in calls {
        let Some(number) = &call.number else { continue };
        let times = rang.entry(number).or_default();
        *times += 1;
        bands.at(call.begun).count_if("repeat_callers", *times == 2);
    }
}
