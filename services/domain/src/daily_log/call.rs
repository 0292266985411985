//! A call as the ledger tells it, for counting.

use super::facts::{Call, Span};
use crate::ids::{DeskId, WindowId};
use crate::ledger::{AnsweredBy, Begun, EndReason, Entry, Party, Step};
use crate::time::Instant;

/// None when the beginning is not among the entries. The shell adds `number` (the keyed hash) and, for a
/// call that the line made to itself, `is_test`: the ledger knows neither.
pub fn call_of(entries: &[Entry]) -> Option<Call> {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by_key(|entry| entry.seq);
    let (first, begun) = entries.iter().find_map(|entry| Some((*entry, begun(entry)?)))?;
    let mut told = Told::default();
    entries.iter().for_each(|entry| told.hear(entry.at, &entry.step));
    Some(Call {
        call: first.call,
        begun: first.at,
        origin: begun.origin,
        class: begun.class,
        number: None,
        answered: told.answered,
        blocked: told.is_blocked(),
        talks: told.talks,
        ended: told.ended,
        is_test: false,
    })
}

/// The window that was rung.
pub fn window_of(entries: &[Entry]) -> Option<&WindowId> {
    entries.iter().find_map(|entry| Some(&begun(entry)?.window))
}

fn begun(entry: &Entry) -> Option<&Begun> {
    let Step::Begun(begun) = &entry.step else { return None };
    Some(begun)
}

#[derive(Default)]
struct Told {
    answered: Option<Instant>,
    talks: Vec<(DeskId, Span)>,
    ended: Option<(Instant, EndReason)>,
    /// A human's telephone was rung, or it was not only for want of people that none was.
    could_ring: bool,
    /// Nobody was there to be rung.
    void: bool,
}

impl Told {
    fn hear(&mut self, at: Instant, step: &Step) {
        match step {
            Step::Answered { by, .. } => self.answer(at, by),
            Step::Transferred { desk, .. } | Step::TakenOver { desk, .. } => self.talk(at, Some(desk)),
            Step::CounsellorLost { .. } | Step::Left { party: Party::Counsellor } => self.talk(at, None),
            Step::NobodyFree { why } if why.is_void() => self.void = true,
            Step::NobodyFree { .. }
            | Step::Offered { .. }
            | Step::FallbackRung { .. }
            | Step::Joined { .. } => self.could_ring = true,
            Step::Ended { reason, .. } => {
                self.talk(at, None);
                self.ended = Some((at, *reason));
            }
            Step::Begun(_)
            | Step::Sought { .. }
            | Step::Ringing { .. }
            | Step::OfferEnded { .. }
            | Step::PickedUp
            | Step::Announced { .. }
            | Step::FallbackFailed { .. }
            | Step::CallerRung { .. }
            | Step::Held { .. }
            | Step::Consulting { .. }
            | Step::Left { party: Party::Caller | Party::Doctor }
            | Step::Accepted { .. }
            | Step::RungAgain { .. }
            | Step::CallerHeld { .. }
            | Step::CallerResumed { .. }
            | Step::TransferRung { .. }
            | Step::TransferFailed { .. }
            | Step::ListenRung { .. }
            | Step::Listened { .. }
            | Step::ListenEnded { .. }
            | Step::Alarmed { .. } => {}
        }
    }

    fn answer(&mut self, at: Instant, by: &AnsweredBy) {
        self.answered.get_or_insert(at);
        match by {
            AnsweredBy::Desk(desk) => self.talk(at, Some(desk)),
            AnsweredBy::Fallback | AnsweredBy::Doctor(_) => self.talk(at, None),
        }
    }

    /// Whoever spoke stops; another may begin.
    fn talk(&mut self, at: Instant, next: Option<&DeskId>) {
        if let Some((_, span)) = self.talks.last_mut().filter(|(_, span)| span.until == Span::OPEN) {
            span.until = at;
        }
        self.talks.extend(next.map(|desk| (desk.clone(), Span { from: at, until: Span::OPEN })));
    }

    fn is_blocked(&self) -> bool {
        self.void && !self.could_ring && self.answered.is_none()
    }
}
