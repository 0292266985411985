//! Half-open stretches of time as numbers, and lists of them: sorted, apart, none empty.

use crate::nanos::Nanos;
use crate::period::Period;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Nanos,
    pub(crate) until: Nanos,
}

impl From<Period> for Span {
    fn from(time: Period) -> Self {
        Self { from: Nanos::of(time.from), until: Nanos::of(time.until) }
    }
}

impl From<Span> for Period {
    fn from(span: Span) -> Self {
        Self { from: span.from.timestamp(), until: span.until.timestamp() }
    }
}

impl Span {
    /// Its parts that lie in a list.
    #[inline]
    pub(crate) fn within(self, list: &[Self], mut emit: impl FnMut(Self)) {
        let first = match list {
            [one] if one.from <= self.from && self.until <= one.until => return emit(self),
            _ => list.partition_point(|other| other.until <= self.from),
        };
        for other in list[first..].iter().take_while(|other| other.from < self.until) {
            emit(Self { from: self.from.max(other.from), until: self.until.min(other.until) });
        }
    }

    /// Its parts that lie in no span of a list.
    pub(crate) fn beyond(self, list: &[Self], mut emit: impl FnMut(Self)) {
        let mut from = self.from;
        let first = list.partition_point(|other| other.until <= self.from);
        for other in list[first..].iter().take_while(|other| other.from < self.until) {
            if from < other.from {
                emit(Self { from, until: other.from });
            }
            from = other.until;
        }
        if from < self.until {
            emit(Self { from, until: self.until });
        }
    }
}

/// Adds what of a span lies no earlier than the last of a list, which thereby stays one.
#[inline]
pub(crate) fn join(list: &mut Vec<Span>, span: Span) {
    match list.last_mut() {
        Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
        Some(_) | None => list.push(span),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn span(from: i64, until: i64) -> Span {
        let at = |second| Nanos::of(Timestamp::from_second(second).unwrap());
        Span { from: at(from), until: at(until) }
    }

    fn parts(work: impl FnOnce(&mut dyn FnMut(Span))) -> Vec<Span> {
        let mut parts = Vec::new();
        work(&mut |part| parts.push(part));
        parts
    }

    #[test]
    fn within_and_beyond_share_out_a_span() {
        let list = [span(0, 2), span(4, 6), span(8, 12), span(20, 30)];
        let whole = span(5, 20);
        assert_eq!(parts(|emit| whole.within(&list, emit)), [span(5, 6), span(8, 12)]);
        assert_eq!(parts(|emit| whole.beyond(&list, emit)), [span(6, 8), span(12, 20)]);
        assert_eq!(parts(|emit| span(9, 10).within(&list, emit)), [span(9, 10)]);
        assert_eq!(parts(|emit| span(9, 10).beyond(&list, emit)), []);
        assert_eq!(parts(|emit| whole.within(&[span(0, 40)], emit)), [whole]);
        assert_eq!(parts(|emit| whole.beyond(&[], emit)), [whole]);
    }

    #[test]
    fn a_joined_list_never_claims_what_no_span_holds() {
        let mut list = Vec::new();
        for span in [span(0, 2), span(2, 5), span(9, 12), span(6, 10), span(13, 14)] {
            join(&mut list, span);
        }
        assert_eq!(list, [span(0, 5), span(9, 12), span(13, 14)]);
    }
}
