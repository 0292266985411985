//! Notices that a far clock and ours drift apart, or that the path has become
//! slower or faster for good.
//!
//! The clocks of two telephones differ by up to some hundred parts per
//! million: a second in a call of three hours.

use super::FRAME;

/// Packets between two looks (5 s of 20 ms packets).
const WINDOW: u32 = 250;
/// As many late packets in a window (2 %) are worth more delay.
const TOO_LATE: u32 = WINDOW / 50;

/// What would set it right: one frame more or less of delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Correction {
    Wait,
    Hurry,
}

/// One window of arrivals. A lead is how many samples before its turn a packet came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drift {
    packets: u32,
    late: u32,
    longest: i32,
    shortest: i32,
}

impl Default for Drift {
    fn default() -> Self {
        Self { packets: 0, late: 0, longest: i32::MIN, shortest: i32::MAX }
    }
}

impl Drift {
    pub(super) fn note_late(&mut self) {
        self.late += 1;
    }

    /// A packet in time. `delay` is the lead that it should have.
    pub(super) fn note(&mut self, lead: i32, delay: i32) -> Option<Correction> {
        self.packets += 1;
        self.longest = self.longest.max(lead);
        self.shortest = self.shortest.min(lead);
        if self.packets < WINDOW {
            return None;
        }
        let Self { late, longest, shortest, .. } = std::mem::take(self);
        // Never more than twice the delay: people would talk over each other.
        if late > TOO_LATE && longest < delay * 2 {
            return Some(Correction::Wait);
        }
        (shortest >= delay + FRAME as i32).then_some(Correction::Hurry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_a_window(drift: &mut Drift, lead: i32) -> Vec<Correction> {
        (0..WINDOW).filter_map(|_| drift.note(lead, 480)).collect()
    }

    #[test]
    fn a_steady_stream_is_left_alone() {
        assert_eq!(after_a_window(&mut Drift::default(), 480), []);
    }

    #[test]
    fn packets_that_all_come_a_frame_early_shorten_the_delay_by_one() {
        assert_eq!(after_a_window(&mut Drift::default(), 640), [Correction::Hurry]);
    }

    #[test]
    fn late_packets_lengthen_it_up_to_twice_the_delay() {
        let mut drift = Drift::default();
        (0..=TOO_LATE).for_each(|_| drift.note_late());
        assert_eq!(after_a_window(&mut drift, 480), [Correction::Wait]);

        (0..=TOO_LATE).for_each(|_| drift.note_late());
        assert_eq!(after_a_window(&mut drift, 960), [Correction::Hurry]);
    }
}
