//! From facts to tallies, band by band.
//!
//! What comes of a call is counted in the band where the call began, also when it ends in another or on the
//! next day: its record, its referrals. People's time is cut at the bands' edges.

mod calls;
mod duty;
mod handling;
mod records;
mod results;

use std::collections::BTreeMap;

use on_call_rota::Band;

use super::facts::{Call, Facts, Record, Span};
use super::row::Row;
use super::tally::Tally;
use super::then::as_it_stood;
use crate::ids::CallId;
use crate::time::Instant;
use crate::triage::lists::Flag;

/// The row of the whole day, then its bands in their order.
pub fn count(facts: &Facts) -> Vec<Row> {
    rows(&tallies(facts))
}

/// By band. The bands of the day are there also when nothing happened in them.
pub fn tallies(facts: &Facts) -> BTreeMap<Band, Tally> {
    let facts = as_it_stood(facts);
    let mut bands = Bands::new(&facts);
    duty::count(&facts, &mut bands);
    calls::count(&facts, &mut bands);
    handling::count(&facts, &mut bands);
    records::count(&mut bands);
    results::count(&facts, &mut bands);
    bands.tallies
}

pub(super) fn rows(bands: &BTreeMap<Band, Tally>) -> Vec<Row> {
    let whole = bands.values().fold(Tally::default(), |mut whole, band| {
        whole.add(band);
        whole
    });
    let bands = bands.iter().map(|(band, tally)| tally.row(band.code()));
    std::iter::once(whole.row(Row::DAY)).chain(bands).collect()
}

/// The tallies of a day and where each thing belongs.
struct Bands<'a> {
    facts: &'a Facts,
    tallies: BTreeMap<Band, Tally>,
}

impl<'a> Bands<'a> {
    fn new(facts: &'a Facts) -> Self {
        let bands = facts.duty.stretches.iter().map(|stretch| (stretch.band, Tally::default()));
        Self { facts, tallies: bands.collect() }
    }

    fn of(&mut self, band: Band) -> &mut Tally {
        self.tallies.entry(band).or_default()
    }

    /// The tally of an instant. One outside the service date, such as a referral on the next morning whose
    /// call is not known, is counted at the nearer end.
    fn at(&mut self, at: Instant) -> &mut Tally {
        let stretches = &self.facts.duty.stretches;
        let next = stretches.iter().find(|stretch| at < stretch.span.until).or(stretches.last());
        let band = next.map_or(Band::Unknown, |stretch| stretch.band);
        self.of(band)
    }

    /// The tally of what came of a record: that of its call.
    fn of_record(&mut self, record: &Record) -> &mut Tally {
        let begun = self.call(record.call).map_or(record.answered, |call| call.begun);
        self.at(begun)
    }

    fn call(&self, call: CallId) -> Option<&'a Call> {
        self.facts.calls.iter().find(|one| one.call == call)
    }

    /// A length of time, cut at the bands' edges. What lies outside the service date, such as the rest of a
    /// talk, is the last band's.
    fn cut(&mut self, span: Span, name: &str) {
        if span.until <= span.from {
            return;
        }
        let mut left = span.length();
        for stretch in &self.facts.duty.stretches {
            let inside = span.overlap(&stretch.span).length();
            left = left.saturating_sub(inside);
            self.of(stretch.band).time(name, inside);
        }
        let last = self.facts.duty.stretches.last().map_or(Band::Unknown, |stretch| stretch.band);
        self.of(last).time(name, left);
    }

    /// Calls of people, not of the line to itself.
    fn calls(&self) -> impl Iterator<Item = &'a Call> + use<'a> {
        let facts = self.facts;
        facts.calls.iter().filter(|call| !is_test(facts, call))
    }

    fn signed(&self) -> impl Iterator<Item = &'a Record> + use<'a> {
        let facts = self.facts;
        facts.records.iter().filter(|record| record.signed.is_some() && !is_test_record(facts, record))
    }
}

/// The line knows it, or whoever answered said so.
pub(super) fn is_test(facts: &Facts, call: &Call) -> bool {
    let flagged = |record: &Record| record.call == call.call && flag(record, Flag::TestCall);
    call.is_test || facts.records.iter().any(flagged)
}

pub(super) fn is_test_record(facts: &Facts, record: &Record) -> bool {
    let call = facts.calls.iter().find(|call| call.call == record.call);
    flag(record, Flag::TestCall) || call.is_some_and(|call| is_test(facts, call))
}

fn flag(record: &Record, flag: Flag) -> bool {
    record.fields.is("special_flags", flag.code())
}

/// Whole seconds that have passed.
fn seconds(span: Span) -> u64 {
    span.length().as_secs()
}
