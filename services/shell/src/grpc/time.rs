//! Moments on the wire.

use domain::time::Instant;
use prost_types::Timestamp;

const MICROS: i64 = 1_000_000;

pub fn timestamp(at: Instant) -> Timestamp {
    let (seconds, micros) = (at.micros().div_euclid(MICROS), at.micros().rem_euclid(MICROS));
    Timestamp { seconds, nanos: i32::try_from(micros * 1000).unwrap_or(0) }
}

/// To the microsecond; what is out of range becomes the nearest moment there is.
pub fn instant(stamp: &Timestamp) -> Instant {
    let micros = stamp.seconds.saturating_mul(MICROS).saturating_add(i64::from(stamp.nanos) / 1000);
    Instant::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_wire_to_the_microsecond_also_before_1970() {
        for micros in [0, 1, 1_764_000_000_123_456, -1_500_000] {
            assert_eq!(instant(&timestamp(Instant::from_micros(micros))), Instant::from_micros(micros));
        }
    }
}
