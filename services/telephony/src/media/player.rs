//! Plays a clip to one leg, once or again and again.

use super::clip::{Clip, RATE};
use super::{FRAME, Frame, SILENCE};
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
        let length = self.clip.samples().len();
        match self.repeat {
            Repeat::Once if self.at >= length => return None,
            Repeat::Once => {}
            Repeat::Loop { pause } => {
                let pause = usize::try_from(pause.as_millis()).unwrap_or(usize::MAX);
                let round = length.saturating_add(pause.saturating_mul(RATE as usize / 1_000)).max(1);
                self.at %= round;
            }
        }
        let mut frame = SILENCE;
        let rest = self.clip.samples().get(self.at..).unwrap_or_default();
        frame.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.at += FRAME;
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        player.play(clip(1), Repeat::Loop { pause: Duration::from_micros(27_500) });

        let heard: Vec<i16> = (0..6).map(|_| player.next(1).0.unwrap()[0]).collect();

        assert_eq!(heard, [5, 0, 0, 5, 0, 0]);
    }

    #[test]
    fn an_empty_clip_in_a_loop_is_silence() {
        let mut player = Player::default();
        player.play(Clip::new("none", vec![]), Repeat::Loop { pause: Duration::ZERO });

        assert_eq!(player.next(1), (Some(SILENCE), None));
    }
}
