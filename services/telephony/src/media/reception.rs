//! What arrived of one stream, counted as RFC 3550 A.1, A.3 and A.8 do.

use std::time::Instant;

use super::clip::RATE;

/// A sequence number this far away is a restart, not a loss.
const FAR: u16 = 3_000;

#[derive(Debug)]
pub(super) struct Reception {
    pub(super) ssrc: u32,
    first: u32,
    /// Highest sequence number, with the times it wrapped round above it.
    pub(super) highest: u32,
    received: u32,
    expected_before: u32,
    received_before: u32,
    transit: Option<u32>,
    /// In samples, times 16.
    jitter: u32,
}

impl Reception {
    pub(super) fn of(ssrc: u32, sequence: u16) -> Self {
        let first = u32::from(sequence);
        Self {
            ssrc,
            first,
            highest: first.wrapping_sub(1),
            received: 0,
            expected_before: 0,
            received_before: 0,
            transit: None,
            jitter: 0,
        }
    }

    /// False when the sequence starts anew.
    pub(super) fn continues(&self, sequence: u16) -> bool {
        let step = sequence.wrapping_sub(self.highest as u16);
        !(FAR..=u16::MAX - FAR).contains(&step)
    }

    pub(super) fn note(&mut self, sequence: u16) {
        let step = sequence.wrapping_sub(self.highest as u16);
        if step < FAR {
            self.highest = self.highest.wrapping_add(u32::from(step));
        }
        self.received = self.received.wrapping_add(1);
    }

    /// Only sound is timed: the packets of one digit share a timestamp.
    pub(super) fn note_timing(&mut self, timestamp: u32, arrived: Instant, epoch: Instant) {
        let since = arrived.saturating_duration_since(epoch).as_micros();
        let local = (since * u128::from(RATE) / 1_000_000) as u32;
        let transit = local.wrapping_sub(timestamp);
        if let Some(before) = self.transit.replace(transit) {
            let change = transit.wrapping_sub(before).cast_signed().unsigned_abs().min(RATE * 4);
            self.jitter = self.jitter + change - ((self.jitter + 8) >> 4);
        }
    }

    fn expected(&self) -> u32 {
        self.highest.wrapping_sub(self.first).wrapping_add(1)
    }

    pub(super) fn lost(&self) -> u32 {
        self.expected().saturating_sub(self.received)
    }

    /// In samples, as a report carries it.
    pub(super) fn jitter(&self) -> u32 {
        self.jitter >> 4
    }

    /// Lost since it was last asked, in 256ths.
    pub(super) fn fraction_lost(&mut self) -> u8 {
        let expected = self.expected().wrapping_sub(self.expected_before);
        let received = self.received.wrapping_sub(self.received_before);
        self.expected_before = self.expected();
        self.received_before = self.received;
        match expected.saturating_sub(received) {
            0 => 0,
            lost => u8::try_from(u64::from(lost) * 256 / u64::from(expected)).unwrap_or(u8::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_gap_in_the_numbers_is_a_loss_until_the_packet_comes_late() {
        let mut reception = Reception::of(1, 65_534);
        [65_534, 65_535, 1].into_iter().for_each(|n| reception.note(n));
        assert_eq!(reception.lost(), 1);

        reception.note(0);

        assert_eq!(reception.lost(), 0);
        assert_eq!(reception.highest, 65_537);
    }

    #[test]
    fn one_in_four_lost_is_reported_as_64_of_256_once() {
        let mut reception = Reception::of(1, 0);
        (0..100).filter(|n| n % 4 != 2).for_each(|n| reception.note(n));

        assert_eq!(reception.fraction_lost(), 64);
        assert_eq!(reception.fraction_lost(), 0);
    }

    #[test]
    fn a_far_sequence_number_is_a_restart() {
        let mut reception = Reception::of(1, 100);
        reception.note(100);

        assert!(reception.continues(102));
        assert!(reception.continues(98));
        assert!(!reception.continues(30_000));
    }

    #[test]
    fn an_even_stream_has_no_jitter_and_an_uneven_one_has() {
        let epoch = Instant::now();
        let jitter = |uneven: u64| {
            let mut reception = Reception::of(1, 0);
            for n in 0..100_u64 {
                let arrived = epoch + Duration::from_millis(n * 20 + (n % 2) * uneven);
                reception.note_timing(n as u32 * 160, arrived, epoch);
            }
            reception.jitter()
        };

        assert_eq!(jitter(0), 0);
        assert!((120..=160).contains(&jitter(20)), "{}", jitter(20));
    }
}
