//! Keys of a telephone come in its sound (RFC 4733), by SIP INFO, or both ways
//! for one press. A press is told once, whichever way was first.

use std::time::Duration;

use domain::ids::LegId;
use domain::time::Instant;

/// The same key by the other way within this is the same press.
const SAME_PRESS: Duration = Duration::from_millis(400);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Sound,
    Info,
}

#[derive(Clone, Copy)]
struct Press {
    leg: LegId,
    digit: char,
    way: Way,
    at: Instant,
}

/// Presses that may yet come by their other way; the older ones are let go with the next.
#[derive(Default)]
pub(super) struct Keys(Vec<Press>);

impl Keys {
    /// Whether this is a press of its own.
    pub(super) fn is_new(&mut self, leg: LegId, digit: char, way: Way, at: Instant) -> bool {
        self.0.retain(|press| at < press.at + SAME_PRESS);
        let is_same = |press: &Press| (press.leg, press.digit) == (leg, digit) && press.way != way;
        if let Some(told) = self.0.iter().position(is_same) {
            self.0.remove(told);
            return false;
        }
        self.0.push(Press { leg, digit, way, at });
        true
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const DOCTOR: LegId = LegId(Uuid::from_u128(1));
    const OTHER: LegId = LegId(Uuid::from_u128(2));

    /// Each press with its time in ms; the answer is which of them were told.
    fn told(presses: &[(LegId, char, Way, u64)]) -> Vec<bool> {
        let mut keys = Keys::default();
        let at = |ms| Instant::EPOCH + Duration::from_millis(ms);
        presses.iter().map(|&(leg, digit, way, ms)| keys.is_new(leg, digit, way, at(ms))).collect()
    }

    #[test]
    fn a_key_that_comes_both_ways_is_one_press_whichever_is_first() {
        assert_eq!(told(&[(DOCTOR, '1', Way::Sound, 0), (DOCTOR, '1', Way::Info, 399)]), [true, false]);
        assert_eq!(told(&[(DOCTOR, '1', Way::Info, 0), (DOCTOR, '1', Way::Sound, 20)]), [true, false]);
    }

    #[test]
    fn two_presses_that_both_come_both_ways_are_two() {
        let presses = [Way::Sound, Way::Sound, Way::Info, Way::Info].map(|way| (DOCTOR, '1', way, 10));

        assert_eq!(told(&presses), [true, true, false, false]);
    }

    #[test]
    fn a_key_pressed_again_after_it_came_both_ways_is_a_press_of_its_own() {
        let presses = [Way::Sound, Way::Info, Way::Info].map(|way| (DOCTOR, '1', way, 10));

        assert_eq!(told(&presses), [true, false, true]);
    }

    #[test]
    fn the_same_way_twice_another_key_another_leg_or_later_is_another_press() {
        for other in [
            (DOCTOR, '1', Way::Sound, 10),
            (DOCTOR, '2', Way::Info, 10),
            (OTHER, '1', Way::Info, 10),
            (DOCTOR, '1', Way::Info, 400),
        ] {
            assert_eq!(told(&[(DOCTOR, '1', Way::Sound, 0), other]), [true, true], "{other:?}");
        }
    }

    #[test]
    fn presses_are_not_kept_beyond_their_time() {
        let mut keys = Keys::default();
        for second in 0..100 {
            keys.is_new(DOCTOR, '1', Way::Info, Instant::EPOCH + Duration::from_secs(second));
        }

        assert_eq!(keys.0.len(), 1);
    }
}
