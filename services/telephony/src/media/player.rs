//! Plays a clip to one leg, once or again and again.

use std::time::Duration;

use super::clip::{Clip, RATE};
use super::{FRAME, Frame};
use crate::edge::Repeat;

#[derive(Debug, Default)]
pub(super) struct Player {
    playing: Option<Playing>,
}

#[derive(Debug)]
struct Playing {
    clip: Clip,
    repeat: Repeat,
    /// Next sample; past the clip's end it counts the pause.
    at: usize,
}

impl Player {
    /// Replaces what is being played.
    pub(super) fn play(&mut self, clip: Clip, repeat: Repeat) {
        self.playing = Some(Playing { clip, repeat, at: 0 });
    }

    pub(super) fn stop(&mut self) {
        self.playing = None;
    }

    /// The next 20 ms, `frames` after the last ones, and the clip's name when
    /// it has been played whole.
    pub(super) fn next(&mut self, frames: u32) -> (Option<Frame>, Option<&'static str>) {
        let Some(playing) = &mut self.playing else { return (None, None) };
        playing.at += (frames.saturating_sub(1) as usize).saturating_mul(FRAME);
        match playing.next() {
            Some(frame) => (Some(frame), None),
            None => {
                let name = playing.clip.name();
                self.playing = None;
                (None, Some(name))
            }
        }
    }
}

impl Playing {
    fn next(&mut self) -> Option<Frame> {
        let samples = self.clip.samples();
        let round = match self.repeat {
            Repeat::Once if self.at >= samples.len() => return None,
            Repeat::Once => usize::MAX,
            Repeat::Loop { pause } => round(samples.len(), pause),
        };
        let sample = |i| samples.get((self.at + i) % round).copied().unwrap_or(0);
        let frame = std::array::from_fn(sample);
        self.at = (self.at + FRAME) % round;
        Some(frame)
    }
}

/// Samples from one start of a held clip to the next: at least one, at most an hour of pause.
fn round(clip: usize, pause: Duration) -> usize {
    let pause = pause.as_millis().min(3_600_000) as usize;
    (clip + pause * (RATE as usize / 1_000)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(frames: usize) -> Clip {
        Clip::new("hold", vec![5; frames * FRAME - 60])
    }

    #[test]
    fn a_clip_played_once_ends_with_its_name() {
        let mut player = Player::default();
        player.play(clip(2), Repeat::Once);

        assert_eq!(player.next(1), (Some([5; FRAME]), None));
        assert_eq!(player.next(1).0.unwrap()[99..101], [5, 0]);
        assert_eq!(player.next(1), (None, Some("hold")));
        assert_eq!(player.next(1), (None, None));
    }

    #[test]
    fn a_held_announcement_comes_again_after_its_pause() {
        let mut player = Player::default();
        player.play(clip(1), Repeat::Loop { pause: Duration::from_millis(40) });

        let heard: Vec<i16> = (0..6).flat_map(|_| player.next(1).0.unwrap()).collect();

        let starts: Vec<usize> = (1..960).filter(|&i| heard[i] > heard[i - 1]).collect();
        assert_eq!(starts, [420, 840]);
    }

    #[test]
    fn an_empty_clip_in_a_loop_is_silence() {
        let mut player = Player::default();
        player.play(Clip::new("none", vec![]), Repeat::Loop { pause: Duration::ZERO });

        assert_eq!(player.next(1), (Some([0; FRAME]), None));
    }
}
