//! What a telephone says and hears, as files. Each kind of party speaks with a
//! tone of its own, so that a recording tells who was heard.

use std::path::{Path, PathBuf};

const RATE: u32 = 8000;
/// Of the tones; a tone that is heard has most of it, one that is not has next to nothing.
const LOUDNESS: f64 = 8000.0;

/// A party's tone, in Hz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    Caller = 425,
    Desk = 850,
    Doctor = 1200,
}

impl Voice {
    const ALL: [Self; 3] = [Self::Caller, Self::Desk, Self::Doctor];
}

/// Two minutes of that voice: baresip's own tone needs 48 kHz.
pub(crate) fn tone(folder: &Path, voice: Voice) -> PathBuf {
    let path = folder.join("tone.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    let mut sound = writer.get_i16_writer(RATE * 120);
    for sample in 0..RATE * 120 {
        let phase =
            f64::from(sample % RATE) * f64::from(voice as u16) * std::f64::consts::TAU / f64::from(RATE);
        sound.write_sample((phase.sin() * LOUDNESS) as i16);
    }
    sound.flush().unwrap();
    writer.finalize().unwrap();
    path
}

/// Samples of 1/8000 s.
#[derive(Clone, Debug, Default)]
pub struct Sound(Vec<i16>);

impl Sound {
    /// Of a recording that is still being written.
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_default();
        let samples = bytes.get(44..).unwrap_or_default().chunks_exact(2);
        Self(samples.map(|sample| i16::from_le_bytes([sample[0], sample[1]])).collect())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The second that begins there, if it has been heard whole.
    pub fn second_from(&self, start: usize) -> Option<Self> {
        Some(Self(self.0.get(start..start + RATE as usize)?.to_vec()))
    }

    /// Who speaks in it.
    pub fn voices(&self) -> Vec<Voice> {
        Voice::ALL.into_iter().filter(|voice| self.holds(*voice)).collect()
    }

    /// Goertzel's filter: how loud that one tone is, whatever else is heard.
    pub fn holds(&self, voice: Voice) -> bool {
        let step = 2.0 * (f64::from(voice as u16) * std::f64::consts::TAU / f64::from(RATE)).cos();
        let (mut last, mut before) = (0.0, 0.0);
        for sample in &self.0 {
            (last, before) = (f64::from(*sample) + step * last - before, last);
        }
        let power = last * last + before * before - step * last * before;
        power.max(0.0).sqrt() * 2.0 / (self.0.len().max(1) as f64) > LOUDNESS / 8.0
    }

    /// Where its first half second of sound is heard again, sample for sample: a recording that is
    /// played anew.
    pub fn begun_anew(&self) -> Vec<usize> {
        let Some(first) = self.0.iter().position(|sample| sample.unsigned_abs() > 500) else {
            return Vec::new();
        };
        let Some(opening) = self.0.get(first..first + RATE as usize / 2) else { return Vec::new() };
        let heard = |at: &usize| self.0[*at..].starts_with(opening);
        (first + 1..self.0.len()).filter(heard).map(|at| at - first).collect()
    }
}

/// How many samples of that file are louder than line noise. Its header is written at the end of
/// the call, so it is passed over.
pub(crate) fn loud_samples(path: &Path) -> usize {
    let bytes = std::fs::read(path).unwrap_or_default();
    let samples = bytes.get(44..).unwrap_or_default().chunks_exact(2);
    samples.filter(|sample| i16::from_le_bytes([sample[0], sample[1]]).unsigned_abs() > 500).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(voices: &[Voice]) -> Sound {
        let folder = tempfile::tempdir().unwrap();
        let one = |voice| Sound::read(&tone(folder.path(), voice)).second_from(0).unwrap().0;
        let all: Vec<Vec<i16>> = voices.iter().map(|voice| one(*voice)).collect();
        Sound((0..RATE as usize).map(|at| all.iter().map(|voice| voice[at]).sum()).collect())
    }

    #[test]
    fn of_voices_that_are_mixed_each_is_told_and_no_other() {
        for told in [
            &[][..],
            &[Voice::Caller],
            &[Voice::Desk],
            &[Voice::Doctor],
            &[Voice::Caller, Voice::Desk],
            &[Voice::Caller, Voice::Doctor],
            &[Voice::Desk, Voice::Doctor],
            &Voice::ALL,
        ] {
            assert_eq!(spoken(told).voices(), told);
        }
    }

    #[test]
    fn what_is_played_anew_is_found_where_it_begins() {
        let word: Vec<i16> = (0..6000_i32).map(|at| (600 + at * 7919 % 4001) as i16).collect();
        let said = [vec![0; 800], word.clone(), vec![0; 1600], word].concat();

        assert_eq!(Sound(said).begun_anew(), [7600]);
    }
}
