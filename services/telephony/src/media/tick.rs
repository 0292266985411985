//! The beat of the media thread: 20 ms, counted from one start so that it
//! never drifts.
//!
//! After a stall the missed beats follow at half distance, so that no phone
//! gets a burst; a stall too long for that skips beats, and the time they
//! stood for passes in every stream.

use std::time::{Duration, Instant};

use super::inbox::{Command, Inbox};
use super::mixer::Mixer;

pub(super) const BEAT: Duration = Duration::from_millis(20);
/// The least distance between two beats.
const CATCH_UP: Duration = Duration::from_millis(10);
/// More missed beats than this are skipped (100 ms).
const PATIENCE: u32 = 5;

#[derive(Debug)]
pub(super) struct Schedule {
    /// When the next beat is due if all is well.
    due: Instant,
    last: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Wait { until: Instant },
    Beat { skipped: u32 },
}

impl Schedule {
    pub(super) fn new(start: Instant) -> Self {
        Self { due: start, last: None }
    }

    pub(super) fn next(&mut self, now: Instant) -> Step {
        let until = self.last.map_or(self.due, |last| self.due.max(last + CATCH_UP));
        if now < until {
            return Step::Wait { until };
        }
        let missed = now.saturating_duration_since(self.due).as_millis() / BEAT.as_millis();
        let missed = u32::try_from(missed).unwrap_or(u32::MAX);
        let skipped = if missed > PATIENCE { missed } else { 0 };
        self.due += BEAT * (skipped + 1);
        self.last = Some(now);
        Step::Beat { skipped }
    }
}

/// The life of the media thread. Commands are carried out as they come, also
/// between two beats.
pub(super) fn run(mut mixer: Mixer, inbox: &Inbox) {
    let mut schedule = Schedule::new(Instant::now());
    loop {
        let now = Instant::now();
        let step = schedule.next(now);
        let until = match step {
            Step::Wait { until } => until,
            Step::Beat { .. } => now,
        };
        for command in inbox.take(until) {
            let last = matches!(command, Command::Stop);
            mixer.apply(command, Instant::now());
            if last {
                return;
            }
        }
        if let Step::Beat { skipped } = step {
            mixer.beat(Instant::now(), skipped);
            metrics::histogram!("tomoshibi_media_beat_seconds").record(now.elapsed().as_secs_f64());
            metrics::counter!("tomoshibi_media_beats_skipped_total").increment(u64::from(skipped));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the schedule against a clock that jumps by `stalls` and notes each beat.
    fn beats(stalls: &[(u64, u64)], until_ms: u64) -> Vec<(u64, u32)> {
        let start = Instant::now();
        let (mut schedule, mut now, mut beats) = (Schedule::new(start), 0, Vec::new());
        let mut stalls = stalls.to_vec();
        while now < until_ms {
            match schedule.next(start + Duration::from_millis(now)) {
                Step::Wait { until } => now = (until - start).as_millis() as u64,
                Step::Beat { skipped } => beats.push((now, skipped)),
            }
            if let Some(&(at, length)) = stalls.first()
                && now >= at
            {
                stalls.remove(0);
                now += length;
            }
        }
        beats
    }

    #[test]
    fn an_hour_has_exactly_fifty_beats_a_second() {
        assert_eq!(beats(&[], 3_600_000).len(), 180_000);
    }

    #[test]
    fn a_short_stall_is_caught_up_without_a_burst() {
        let beats = beats(&[(40, 65)], 300);

        assert_eq!(beats.len(), 15);
        assert!(beats.iter().all(|&(_, skipped)| skipped == 0));
        assert!(beats.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 10), "{beats:?}");
    }

    #[test]
    fn a_long_stall_skips_its_beats_and_keeps_the_time() {
        let beats = beats(&[(40, 1_000)], 2_000);

        let skipped: u32 = beats.iter().map(|&(_, skipped)| skipped).sum();
        assert_eq!(beats.len() as u32 + skipped, 100);
        assert!(skipped >= 45);
    }
}
