//! Who was on duty, for how long, and when somebody was missing.

use std::collections::{BTreeMap, BTreeSet};

use on_call_rota::{Band, Qualification};

use super::Bands;
use crate::daily_log::duty::merged;
use crate::daily_log::facts::{Facts, OnDuty, Span};
use crate::daily_log::figure::UNKNOWN;
use crate::ids::StaffId;

pub(super) fn count(facts: &Facts, bands: &mut Bands<'_>) {
    people(facts, bands, false);
    people(facts, bands, true);
    merged(facts.duty.gaps.clone()).into_iter().for_each(|gap| bands.cut(gap, "uncovered"));
}

/// One who has two duties at once is there once.
fn people(facts: &Facts, bands: &mut Bands<'_>, on_call: bool) {
    let mut spans: BTreeMap<(&StaffId, Option<Qualification>), Vec<Span>> = BTreeMap::new();
    for one in facts.duty.people.iter().filter(|one| one.on_call == on_call) {
        spans.entry((&one.staff, one.qualification)).or_default().push(one.span);
    }
    for ((staff, qualification), spans) in spans {
        for span in merged(spans) {
            let one = OnDuty { staff: staff.clone(), qualification, on_call, span };
            present(bands, &one);
        }
    }
}

fn present(bands: &mut Bands<'_>, one: &OnDuty) {
    let qualification = one.qualification.map_or(UNKNOWN, Qualification::code);
    let (set, by_qual) = if one.on_call { ("on_call", None) } else { ("staff", Some(qualification)) };
    bands.cut(one.span, set);
    if let Some(code) = by_qual {
        bands.cut(one.span, &format!("min_by_qual/{code}"));
    }
    for band in touched(bands, one.span) {
        let tally = bands.of(band);
        tally.member(set, one.staff.as_str());
        if let Some(code) = by_qual {
            tally.member(&format!("by_qual/{code}"), one.staff.as_str());
        }
    }
}

fn touched(bands: &Bands<'_>, span: Span) -> BTreeSet<Band> {
    let stretches = bands.facts.duty.stretches.iter();
    stretches.filter(|one| !one.span.overlap(&span).length().is_zero()).map(|one| one.band).collect()
}
