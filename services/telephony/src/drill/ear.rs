//! Hearing a tone: is it there, and is the other one not?

use tokio::sync::mpsc;

use crate::media::tone::tone_level;
use crate::media::{FRAME, Frame};

/// A tone at this level is heard: half of what is said, however the codec rounds it.
const THERE: f64 = 8_000.0;
/// Above this something of a tone comes through (18 dB below what is said; lost packets smear less).
const NOT_THERE: f64 = 2_000.0;
/// 200 ms: enough to tell tones apart that differ by 5 Hz.
const STRETCH: usize = 10 * FRAME;
/// Of so many stretches one may break off: a machine that stands still for a moment is no deaf line.
const ONE_GAP_IN: u32 = 5;

/// What is heard on one leg.
pub struct Sound {
    frames: mpsc::Receiver<Frame>,
    last: Vec<i16>,
}

impl Sound {
    pub(super) fn new(frames: mpsc::Receiver<Frame>) -> Self {
        Self { frames, last: Vec::new() }
    }

    /// The next 20 ms; false when the leg has ended.
    async fn more(&mut self) -> bool {
        let Some(frame) = self.frames.recv().await else { return false };
        if self.last.len() >= STRETCH {
            self.last.drain(..FRAME);
        }
        self.last.extend(frame);
        true
    }

    /// Returns when `hz` is heard clearly; false when the leg ended before.
    pub async fn hears(&mut self, hz: u32) -> bool {
        while self.more().await {
            if self.last.len() >= STRETCH && tone_level(&self.last, hz) > THERE {
                return true;
            }
        }
        false
    }

    /// Listens for `milliseconds` more; none when the leg ended before.
    pub async fn listen(&mut self, hz: u32, not: u32, milliseconds: u32) -> Option<Heard> {
        let mut heard = Heard { stretches: milliseconds.div_ceil(200), gaps: 0, own: 0.0 };
        for _ in 0..heard.stretches {
            self.last.clear();
            while self.last.len() < STRETCH {
                if !self.more().await {
                    return None;
                }
            }
            heard.own = heard.own.max(tone_level(&self.last, not));
            heard.gaps += u32::from(tone_level(&self.last, hz) <= THERE);
        }
        Some(heard)
    }
}

/// What listening came to, in stretches of 200 ms.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    pub stretches: u32,
    /// Stretches in which the wanted tone was not there.
    pub gaps: u32,
    /// The loudest that the unwanted tone ever was; what is said is 16,000.
    pub own: f64,
}

impl Heard {
    /// The wanted tone was there, but for a gap now and then.
    pub fn is_clear(&self) -> bool {
        self.gaps <= self.stretches / ONE_GAP_IN
    }

    /// The unwanted tone came through.
    pub fn is_mixed(&self) -> bool {
        self.own > NOT_THERE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Clip;

    fn said(tones: &[u32]) -> Sound {
        let (mouth, ear) = mpsc::channel(200);
        let clips: Vec<Clip> = tones.iter().map(|&hz| Clip::tone(hz, 2_000)).collect();
        let parts = i16::try_from(clips.len()).unwrap();
        for n in 0..100 {
            let mixed = |i| clips.iter().map(|clip| clip.samples()[n * FRAME + i] / parts).sum();
            mouth.try_send(std::array::from_fn(mixed)).unwrap();
        }
        Sound::new(ear)
    }

    #[tokio::test]
    async fn the_other_ones_tone_is_heard() {
        let mut sound = said(&[660]);

        assert!(sound.hears(660).await);
        let heard = sound.listen(660, 440, 1_000).await.unwrap();
        assert!(heard.is_clear() && !heard.is_mixed(), "{heard:?}");
    }

    #[tokio::test]
    async fn who_hears_nothing_or_the_wrong_tone_hears_not() {
        assert!(!said(&[440]).hears(660).await);
        assert!(!said(&[440]).listen(660, 700, 1_000).await.unwrap().is_clear());
    }

    #[tokio::test]
    async fn a_gap_is_forgiven_and_a_tone_that_breaks_off_is_not() {
        let (mouth, ear) = mpsc::channel(200);
        let tone = Clip::tone(660, 2_000);
        let heard = |n: usize| std::array::from_fn(|i| tone.samples()[n * FRAME + i]);
        (0..40).for_each(|n| mouth.try_send(heard(n)).unwrap());
        (40..45).for_each(|_| mouth.try_send([0; FRAME]).unwrap());
        (45..60).for_each(|n| mouth.try_send(heard(n)).unwrap());
        (60..160).for_each(|_| mouth.try_send([0; FRAME]).unwrap());
        let mut sound = Sound::new(ear);

        assert!(sound.hears(660).await && sound.listen(660, 440, 1_000).await.unwrap().is_clear());
        assert!(!sound.listen(660, 440, 1_000).await.unwrap().is_clear());
    }

    #[tokio::test]
    async fn who_hears_themselves_beside_the_other_is_told_so() {
        assert!(said(&[660, 440]).listen(660, 440, 1_000).await.unwrap().is_mixed());
    }
}
