//! Tones made and measured: for tests, for the drill and for keys said in-band.

use std::f64::consts::TAU;

use super::FRAME;
use super::clip::{Clip, RATE};

impl Clip {
    /// A sine of `hz` (below 4,000) at half of full scale, whole 20 ms frames.
    pub fn tone(hz: u32, milliseconds: u32) -> Self {
        let samples = (milliseconds.div_ceil(20) as usize) * FRAME;
        Self::new("tone", (0..samples).map(|n| sine(n, hz, 16_000.0)).collect::<Vec<i16>>())
    }
}

fn sine(n: usize, hz: u32, amplitude: f64) -> i16 {
    let angle = TAU * f64::from(hz) * n as f64 / f64::from(RATE);
    (angle.sin() * amplitude).round() as i16
}

/// How loud `hz` is in `samples`: the amplitude of that sine, 0 to 32,768,
/// whatever else is heard (Goertzel). Longer samples tell closer tones apart:
/// 200 ms tell 5 Hz.
pub fn tone_level(samples: &[i16], hz: u32) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let coefficient = 2.0 * (TAU * f64::from(hz) / f64::from(RATE)).cos();
    let (last, before) = samples
        .iter()
        .fold((0.0, 0.0), |(last, before), &sample| (f64::from(sample) + coefficient * last - before, last));
    let power = last * last + before * before - coefficient * last * before;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_measured_at_its_own_pitch_only() {
        let tone = Clip::tone(440, 200);

        assert_eq!(tone.milliseconds(), 200);
        assert!((tone_level(tone.samples(), 440) - 16_000.0).abs() < 50.0);
        assert!(tone_level(tone.samples(), 900) < 50.0);
    }

    #[test]
    fn one_tone_is_found_beside_another() {
        let (low, high) = (Clip::tone(400, 200), Clip::tone(1_000, 200));
        let both: Vec<i16> = low.samples().iter().zip(high.samples()).map(|(a, b)| a / 2 + b / 2).collect();

        assert!((tone_level(&both, 1_000) - 8_000.0).abs() < 50.0);
        assert!(tone_level(&both, 700) < 50.0);
    }

    #[test]
    fn silence_has_no_tone() {
        assert_eq!(tone_level(&[0; 160], 440), 0.0);
        assert_eq!(tone_level(&[], 440), 0.0);
    }
}
