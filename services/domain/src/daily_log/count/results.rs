//! What followed: referrals and their answers, pages to doctors, incidents.

use std::collections::BTreeMap;

use super::{Bands, is_test_record};
use crate::daily_log::facts::{Decision, Facts, Page, Referral, Span};
use crate::daily_log::figure::UNKNOWN;
use crate::daily_log::tally::Tally;
use crate::ids::EscalationId;
use crate::time::Instant;

const HOUR: i64 = 3_600_000_000;

pub(super) fn count(facts: &Facts, bands: &mut Bands<'_>) {
    for referral in &facts.referrals {
        let record = facts.records.iter().find(|record| record.record == referral.record);
        if record.is_some_and(|record| is_test_record(facts, record)) {
            continue;
        }
        let tally = match record {
            Some(record) => bands.of_record(record),
            None => bands.at(referral.released),
        };
        referred(referral, tally);
    }
    escalations(facts, bands);
    facts.incidents.iter().for_each(|incident| bands.at(incident.raised).count("incidents"));
}

fn referred(referral: &Referral, tally: &mut Tally) {
    tally.count("referrals");
    tally.count(match referral.decided {
        Some(Decision::Accepted(_)) => "referrals_accepted",
        Some(Decision::Rejected(_)) => "referrals_rejected",
        None if referral.settled => "referrals_withdrawn",
        None => "referrals_pending",
    });
    if let Some(Decision::Accepted(at) | Decision::Rejected(at)) = referral.decided {
        tally.value("decision_min", at.since(referral.released).as_secs() / 60);
    }
    if let Some(Decision::Accepted(at)) = referral.decided {
        tally.member("accepted_hours", &hour(at));
    }
    let area = referral.area.as_deref().unwrap_or(UNKNOWN);
    for (at, _, reason) in &referral.declines {
        tally.count("declines");
        tally.count(&format!("by_decline/{reason}"));
        tally.count(&format!("by_area_decline/{area}:{reason}"));
        tally.member("declined_hours", &hour(*at));
    }
}

/// Hours since 1970, so that the same hour of two windows is one.
fn hour(at: Instant) -> String {
    at.micros().div_euclid(HOUR).to_string()
}

/// One escalation may page many people by many ways: it is answered when one of them says yes.
fn escalations(facts: &Facts, bands: &mut Bands<'_>) {
    let mut pages: BTreeMap<EscalationId, Vec<&Page>> = BTreeMap::new();
    for page in facts.pages.iter().filter(|page| page.out.is_some()) {
        pages.entry(page.escalation).or_default().push(page);
    }
    for pages in pages.values() {
        let Some(started) = pages.iter().map(|page| page.started).min() else { continue };
        let tally = bands.at(started);
        tally.count("escalations");
        pages.iter().for_each(|_| tally.count("pages"));
        tally.count_if("escalated", pages.iter().any(|page| page.escalated));
        match pages.iter().filter_map(|page| page.acknowledged).min() {
            Some(until) => tally.value("ack", super::seconds(Span { from: started, until })),
            None => tally.count("unacked"),
        }
    }
}
