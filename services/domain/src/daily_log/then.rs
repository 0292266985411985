//! Facts as they stood at `as_of`: what happened later is left out, so that an old version can be counted
//! again and comes out the same.

use super::facts::{Call, Decision, Facts, Incident, Page, Record, Referral, Span};
use crate::time::Instant;

pub(super) fn as_it_stood(facts: &Facts) -> Facts {
    let then = facts.as_of;
    Facts {
        calls: facts.calls.iter().filter(|one| one.begun <= then).map(|one| call(one, then)).collect(),
        records: facts.records.iter().map(|one| record(one, then)).collect(),
        referrals: facts
            .referrals
            .iter()
            .filter(|one| one.released <= then)
            .map(|one| referral(one, then))
            .collect(),
        pages: facts.pages.iter().map(|one| page(one, then)).collect(),
        incidents: facts
            .incidents
            .iter()
            .filter(|one| one.raised <= then)
            .map(|one| incident(one, then))
            .collect(),
        ..facts.clone()
    }
}

fn by(at: Option<Instant>, then: Instant) -> Option<Instant> {
    at.filter(|at| *at <= then)
}

fn call(call: &Call, then: Instant) -> Call {
    let heard = call.talks.iter().filter(|(_, talk)| talk.from <= then);
    let cut = |talk: &Span| Span { from: talk.from, until: talk.until.min(then) };
    Call {
        answered: by(call.answered, then),
        ended: call.ended.filter(|(at, _)| *at <= then),
        talks: heard.map(|(desk, talk)| (desk.clone(), cut(talk))).collect(),
        ..call.clone()
    }
}

fn record(record: &Record, then: Instant) -> Record {
    Record { signed: by(record.signed, then), ..record.clone() }
}

fn referral(referral: &Referral, then: Instant) -> Referral {
    let is_then = |decision: &Decision| match decision {
        Decision::Accepted(at) | Decision::Rejected(at) => *at <= then,
    };
    Referral {
        decided: referral.decided.filter(is_then),
        declines: referral.declines.iter().filter(|(at, _, _)| *at <= then).cloned().collect(),
        ..referral.clone()
    }
}

fn page(page: &Page, then: Instant) -> Page {
    Page { out: by(page.out, then), acknowledged: by(page.acknowledged, then), ..page.clone() }
}

fn incident(incident: &Incident, then: Instant) -> Incident {
    Incident { cleared: by(incident.cleared, then), ..incident.clone() }
}
