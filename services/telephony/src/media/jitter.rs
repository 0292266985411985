//! The jitter buffer of one leg: a ring of samples placed by RTP timestamp.
//!
//! Placing samples rather than packets takes any packet length, order and
//! repetition, and the ring's size divides 2^32, so timestamps wrap without a
//! special case. Sound is played a fixed delay after its first packet. Two
//! things move that: clocks that drift apart over a long call (`drift`, one frame at
//! a time), and a stream that starts anew.

use super::drift::{Correction, Drift};
use super::{FRAME, Frame, SILENCE};

const RING: usize = 4_096;
/// A timestamp this far from the play position is another stream (2 s).
const FAR: u32 = 16_000;
/// As many late packets in a row mean that the path has become slower.
const LATE_IN_A_ROW: u32 = 5;
/// Frames that a gap is covered by repeating the last one, ever softer.
const CONCEALED: u32 = 5;
/// After as many empty frames the next packet starts the stream anew (200 ms).
const PAUSE: u32 = 10;
/// Samples beyond twice the delay before the oldest are dropped (100 ms).
const SLACK: u32 = 800;
/// The longest packet taken (120 ms).
pub(super) const LONGEST_PACKET: usize = 960;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    Kept,
    /// Its moment has passed.
    Late,
    /// Every sample of it was there already.
    Duplicate,
}

#[derive(Debug)]
pub(super) struct Jitter {
    samples: Box<[i16]>,
    filled: Box<[bool]>,
    delay: u32,
    /// Timestamp of the next sample to play.
    play: u32,
    running: bool,
    late_in_a_row: u32,
    empty: u32,
    last: Frame,
    drift: Drift,
}

/// Signed distance of two wrapping timestamps.
fn ahead(timestamp: u32, of: u32) -> i32 {
    timestamp.wrapping_sub(of).cast_signed()
}

fn slot(timestamp: u32) -> usize {
    timestamp as usize % RING
}

impl Jitter {
    /// `delay_ms` is 20 to 200.
    pub(super) fn new(delay_ms: u16) -> Self {
        let frames = u32::from(delay_ms.clamp(20, 200)) / 20;
        Self {
            samples: vec![0; RING].into(),
            filled: vec![false; RING].into(),
            delay: frames * FRAME as u32,
            play: 0,
            running: false,
            late_in_a_row: 0,
            empty: 0,
            last: SILENCE,
            drift: Drift::default(),
        }
    }

    /// Forget everything: the next packet starts the stream.
    pub(super) fn reset(&mut self) {
        self.filled.fill(false);
        self.running = false;
        self.last = SILENCE;
    }

    /// Takes at most `LONGEST_PACKET` samples of one packet.
    pub(super) fn put(&mut self, timestamp: u32, audio: &[i16]) -> Placed {
        let audio = &audio[..audio.len().min(LONGEST_PACKET)];
        let length = audio.len() as u32;
        if !self.running || ahead(timestamp, self.play).unsigned_abs() > FAR {
            self.start_at(timestamp);
        }
        if ahead(timestamp.wrapping_add(length), self.play) <= 0 && !self.late_packet_restarts(timestamp) {
            return Placed::Late;
        }
        self.late_in_a_row = 0;
        self.watch_drift(ahead(timestamp, self.play));
        self.make_room(timestamp.wrapping_add(length), length);
        self.store(timestamp, audio)
    }

    fn start_at(&mut self, timestamp: u32) {
        self.reset();
        self.running = true;
        self.play = timestamp.wrapping_sub(self.delay);
        self.late_in_a_row = 0;
        self.empty = 0;
        self.drift = Drift::default();
    }

    fn late_packet_restarts(&mut self, timestamp: u32) -> bool {
        self.late_in_a_row += 1;
        self.drift.note_late();
        let restart = self.late_in_a_row >= LATE_IN_A_ROW || self.empty >= PAUSE;
        if restart {
            self.start_at(timestamp);
        }
        restart
    }

    /// A burst ahead of its time must not become a lasting delay.
    fn make_room(&mut self, end: u32, length: u32) {
        let depth = ahead(end, self.play);
        if depth > (self.delay * 2 + SLACK).cast_signed() {
            self.discard(depth.unsigned_abs() - self.delay - length);
        }
    }

    fn store(&mut self, timestamp: u32, audio: &[i16]) -> Placed {
        let mut news = false;
        for (at, &sample) in (0u32..).map(|i| timestamp.wrapping_add(i)).zip(audio) {
            if ahead(at, self.play) >= 0 && !self.filled[slot(at)] {
                self.samples[slot(at)] = sample;
                self.filled[slot(at)] = true;
                news = true;
            }
        }
        if news { Placed::Kept } else { Placed::Duplicate }
    }

    fn watch_drift(&mut self, lead: i32) {
        match self.drift.note(lead, self.delay.cast_signed()) {
            None => {}
            Some(Correction::Wait) => self.play = self.play.wrapping_sub(FRAME as u32),
            Some(Correction::Hurry) => self.discard(FRAME as u32),
        }
    }

    fn discard(&mut self, samples: u32) {
        for i in 0..samples.min(RING as u32) {
            self.filled[slot(self.play.wrapping_add(i))] = false;
        }
        self.play = self.play.wrapping_add(samples);
    }

    /// Frames whose moment has passed unplayed, because the tick was late.
    pub(super) fn skip(&mut self, frames: u32) {
        if self.running {
            self.discard(frames.saturating_mul(FRAME as u32));
        }
    }

    /// The next 20 ms; none while there is nothing to hear.
    pub(super) fn take(&mut self) -> Option<Frame> {
        if !self.running {
            return None;
        }
        let covered = self.covered();
        let mut frame = covered;
        let mut found = 0;
        for (i, sample) in frame.iter_mut().enumerate() {
            let at = slot(self.play.wrapping_add(i as u32));
            if std::mem::take(&mut self.filled[at]) {
                *sample = self.samples[at];
                found += 1;
            }
        }
        self.play = self.play.wrapping_add(FRAME as u32);
        self.empty = if found == 0 { self.empty.saturating_add(1) } else { 0 };
        self.last = frame;
        (found > 0 || self.empty <= CONCEALED).then_some(frame)
    }

    /// What a missing sample sounds like: 20 ms ago, softer.
    fn covered(&self) -> Frame {
        match self.empty < CONCEALED {
            true => self.last.map(|sample| (i32::from(sample) * 7 / 10) as i16),
            false => SILENCE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: u32 = FRAME as u32;

    fn packet(n: u32) -> Frame {
        [n as i16 + 1; FRAME]
    }

    /// Puts packet after packet from `start`, taking one frame after each, and
    /// tells what was heard.
    fn play(jitter: &mut Jitter, start: u32, order: &[u32]) -> Vec<i16> {
        let mut heard = Vec::new();
        for &n in order {
            jitter.put(start.wrapping_add(n * STEP), &packet(n));
            heard.push(jitter.take().map_or(0, |frame| frame[0]));
        }
        heard
    }

    #[test]
    fn speech_is_heard_sixty_milliseconds_after_it_arrived() {
        assert_eq!(play(&mut Jitter::new(60), 1_000, &[0, 1, 2, 3, 4, 5]), [0, 0, 0, 1, 2, 3]);
    }

    #[test]
    fn packets_that_overtook_each_other_are_heard_in_order() {
        assert_eq!(play(&mut Jitter::new(60), 0, &[0, 2, 1, 4, 3, 5, 6]), [0, 0, 0, 1, 2, 3, 4]);
    }

    #[test]
    fn the_timestamp_wraps_round_in_mid_sentence() {
        let start = u32::MAX - 2 * STEP + 7;

        assert_eq!(play(&mut Jitter::new(60), start, &[0, 1, 2, 3, 4, 5, 6, 7]), [0, 0, 0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_lost_packet_is_covered_by_the_one_before_it_softer() {
        let mut jitter = Jitter::new(20);
        jitter.put(0, &[1_000; FRAME]);
        jitter.take();

        assert_eq!(jitter.take().unwrap(), [1_000; FRAME]);
        assert_eq!(jitter.take().unwrap(), [700; FRAME]);
        assert_eq!(jitter.take().unwrap(), [490; FRAME]);
    }

    #[test]
    fn a_long_gap_ends_in_silence() {
        let mut jitter = Jitter::new(20);
        jitter.put(0, &[1_000; FRAME]);

        let heard = (0..20).map(|_| jitter.take()).last().unwrap();

        assert_eq!(heard, None);
    }

    #[test]
    fn duplicates_and_late_packets_are_told_apart_and_not_heard() {
        let mut jitter = Jitter::new(60);
        assert_eq!(jitter.put(0, &packet(0)), Placed::Kept);
        assert_eq!(jitter.put(0, &packet(9)), Placed::Duplicate);
        assert_eq!((0..4).filter_map(|_| jitter.take()).count(), 4);

        assert_eq!(jitter.put(0, &packet(0)), Placed::Late);
    }

    #[test]
    fn a_stream_that_starts_anew_elsewhere_is_heard_after_the_delay() {
        let mut jitter = Jitter::new(60);
        play(&mut jitter, 0, &[0, 1, 2, 3]);

        assert_eq!(play(&mut jitter, 2_000_000_000, &[0, 1, 2, 3]), [0, 0, 0, 1]);
    }

    #[test]
    fn a_path_that_became_slower_is_heard_again_after_five_late_packets() {
        let mut jitter = Jitter::new(60);
        play(&mut jitter, 100_000, &[0, 1, 2, 3]);
        let heard = play(&mut jitter, 100_000 - 20 * STEP, &(0..12).collect::<Vec<_>>());

        assert_eq!(heard[heard.len() - 2..], [8, 9]);
    }

    #[test]
    fn a_burst_drops_the_oldest_and_keeps_the_delay() {
        let mut jitter = Jitter::new(60);
        for n in 0..40 {
            jitter.put(n * STEP, &packet(n));
        }

        let first = (0..10).find_map(|_| jitter.take()).unwrap()[0];

        assert!((40 - 12..40).contains(&i32::from(first)), "plays packet {first} of 40");
    }

    #[test]
    fn packets_of_ten_and_of_thirty_milliseconds_are_heard_whole() {
        for length in [80, 240] {
            let mut jitter = Jitter::new(60);
            let sound: Vec<i16> = (0..2_400).map(|i| i + 1).collect();
            for (n, part) in sound.chunks(length).enumerate().take(1_200 / length) {
                jitter.put((n * length) as u32, part);
            }

            let heard: Vec<i16> = (0..6).filter_map(|_| jitter.take()).flatten().collect();

            assert_eq!(heard[480..960], sound[..480], "packets of {length} samples");
        }
    }

    #[test]
    fn beats_that_did_not_take_place_add_no_delay() {
        let mut jitter = Jitter::new(60);
        play(&mut jitter, 0, &[0, 1, 2, 3]);
        jitter.skip(6);
        for n in 4..11 {
            jitter.put(n * STEP, &packet(n));
        }

        assert_eq!(jitter.take().unwrap(), packet(7));
    }

    #[test]
    fn a_path_that_often_delays_a_little_more_is_given_that_time() {
        let mut jitter = Jitter::new(60);
        let mut late = 0;
        for tick in 0..2_000_u32 {
            // Every tenth packet comes 80 ms after its turn.
            if tick % 10 != 4 {
                jitter.put(tick * STEP, &packet(0));
            }
            if tick % 10 == 8 {
                late += u32::from(jitter.put((tick - 4) * STEP, &packet(0)) == Placed::Late);
            }
            jitter.take();
        }

        assert!(late <= 30, "{late} of 200 were late");
    }

    #[test]
    fn a_phone_whose_clock_is_fast_does_not_pile_up_delay() {
        let mut jitter = Jitter::new(60);
        let mut sent = 0;
        for tick in 0..180_000_u32 {
            // 300 parts per million fast: one frame more every 3,333.
            let due = tick + 1 + tick / 3_333;
            while sent < due {
                jitter.put(sent.wrapping_mul(STEP), &packet(0));
                sent += 1;
            }
            jitter.take();
        }

        let depth = ahead(sent.wrapping_mul(STEP), jitter.play);

        assert!(depth <= 6 * STEP as i32, "{depth} samples wait after an hour");
    }

    #[test]
    fn a_phone_whose_clock_is_slow_is_heard_all_the_time() {
        let mut jitter = Jitter::new(60);
        let (mut sent, mut silent) = (0, 0);
        for tick in 0..180_000_u32 {
            let due = tick + 1 - tick / 3_333;
            while sent < due {
                jitter.put(sent.wrapping_mul(STEP), &packet(999));
                sent += 1;
            }
            silent += u32::from(jitter.take().is_none_or(|frame| frame[0] != 1_000));
        }

        assert!(silent < 180_000 / 100, "{silent} of 180,000 frames were not its own sound");
    }
}
