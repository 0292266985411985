//! A room: everybody hears all the others and never themselves.

use super::{FRAME, Frame};

#[derive(Clone, Debug)]
pub(super) struct Room {
    pub(super) members: usize,
    sum: [i32; FRAME],
}

impl Default for Room {
    fn default() -> Self {
        Self { members: 0, sum: [0; FRAME] }
    }
}

impl Room {
    pub(super) fn clear(&mut self) {
        self.sum = [0; FRAME];
    }

    pub(super) fn add(&mut self, voice: &Frame) {
        self.sum.iter_mut().zip(voice).for_each(|(sum, &sample)| *sum += i32::from(sample));
    }

    /// The whole room less the listener's own voice.
    pub(super) fn without(&self, own: Option<&Frame>) -> Frame {
        std::array::from_fn(|i| {
            let own = own.map_or(0, |frame| i32::from(frame[i]));
            (self.sum[i] - own).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_hears_the_others_only() {
        let mut room = Room::default();
        [100, 20, 3].iter().for_each(|&voice| room.add(&[voice; FRAME]));

        assert_eq!(room.without(Some(&[20; FRAME])), [103; FRAME]);
        assert_eq!(room.without(None), [123; FRAME]);
    }

    #[test]
    fn three_who_shout_are_loud_and_not_torn() {
        let mut room = Room::default();
        (0..3).for_each(|_| room.add(&[30_000; FRAME]));

        assert_eq!(room.without(Some(&[30_000; FRAME])), [i16::MAX; FRAME]);
    }
}
