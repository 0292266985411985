//! Recorded sound, ready to play: 8 kHz, one channel, 16 bit.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hound::{SampleFormat, WavReader, WavSpec};

/// Samples a second everywhere in this crate: the rate of a telephone.
pub const RATE: u32 = 8_000;
/// Ten minutes. Longer is a wrong file, not an announcement.
const LONGEST: u32 = RATE * 600;

/// Cheap to clone: the samples are shared.
#[derive(Clone, PartialEq, Eq)]
pub struct Clip {
    name: &'static str,
    samples: Arc<[i16]>,
}

impl std::fmt::Debug for Clip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clip({}, {} ms)", self.name, self.milliseconds())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    #[error("cannot read {path}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path} is not a WAV file")]
    NotWav { path: PathBuf, source: hound::Error },
    #[error(
        "{path} is {found}; it must be 8000 Hz, 1 channel, 16 bit: convert it with \
         `sox IN.wav -r 8000 -c 1 -b 16 OUT.wav`"
    )]
    WrongFormat { path: PathBuf, found: String },
    #[error("{path} holds no sound; it must be longer than nothing and at most 10 minutes")]
    WrongLength { path: PathBuf },
}

impl Clip {
    /// `name` is what `PlayFinished` will say.
    pub fn new(name: &'static str, samples: impl Into<Arc<[i16]>>) -> Self {
        Self { name, samples: samples.into() }
    }

    /// # Errors
    /// When the file cannot be read, or is not 8 kHz mono 16 bit WAV of 1 sample to 10 minutes.
    pub fn from_wav(name: &'static str, path: &Path) -> Result<Self, ClipError> {
        let unreadable = |source| ClipError::Unreadable { path: path.to_owned(), source };
        Self::from_wav_bytes(name, path, &std::fs::read(path).map_err(unreadable)?)
    }

    /// The same from memory; `path` only names it in an error.
    ///
    /// # Errors
    /// As `from_wav`.
    pub fn from_wav_bytes(name: &'static str, path: &Path, wav: &[u8]) -> Result<Self, ClipError> {
        let not_wav = |source| ClipError::NotWav { path: path.to_owned(), source };
        let reader = WavReader::new(wav).map_err(not_wav)?;
        check(&reader, path)?;
        let samples: Result<Vec<i16>, hound::Error> = reader.into_samples().collect();
        Ok(Self::new(name, samples.map_err(not_wav)?))
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    pub fn milliseconds(&self) -> u64 {
        self.samples.len() as u64 * 1_000 / u64::from(RATE)
    }
}

fn check<R: Read>(reader: &WavReader<R>, path: &Path) -> Result<(), ClipError> {
    let spec = reader.spec();
    let right =
        WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
    if spec != right {
        return Err(ClipError::WrongFormat { path: path.to_owned(), found: describe(spec) });
    }
    match reader.duration() {
        1..=LONGEST => Ok(()),
        _ => Err(ClipError::WrongLength { path: path.to_owned() }),
    }
}

fn describe(spec: WavSpec) -> String {
    let kind = match spec.sample_format {
        SampleFormat::Int => "",
        SampleFormat::Float => " float",
    };
    let plural = if spec.channels == 1 { "" } else { "s" };
    format!("{} Hz, {} channel{plural}, {} bit{kind}", spec.sample_rate, spec.channels, spec.bits_per_sample)
}

#[cfg(test)]
mod tests {
    use hound::WavWriter;

    use super::*;

    fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
        let spec =
            WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
        samples.iter().for_each(|&sample| writer.write_sample(sample).unwrap());
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    fn load(bytes: &[u8]) -> Result<Clip, ClipError> {
        Clip::from_wav_bytes("greeting", Path::new("own/greeting.wav"), bytes)
    }

    #[test]
    fn a_telephone_recording_is_taken_as_it_is() {
        let clip = load(&wav(8_000, 1, &[1, -2, 3])).unwrap();

        assert_eq!((clip.name(), clip.samples()), ("greeting", &[1_i16, -2, 3][..]));
    }

    #[test]
    fn a_studio_recording_is_refused_with_the_way_to_convert_it() {
        let refusal = load(&wav(44_100, 2, &[0; 4])).unwrap_err().to_string();

        assert!(refusal.starts_with("own/greeting.wav is 44100 Hz, 2 channels, 16 bit"), "{refusal}");
        assert!(refusal.contains("sox IN.wav -r 8000 -c 1 -b 16"), "{refusal}");
    }

    #[test]
    fn an_empty_recording_and_a_text_file_are_refused() {
        assert!(matches!(load(&wav(8_000, 1, &[])), Err(ClipError::WrongLength { .. })));
        assert!(matches!(load(b"Dear caller"), Err(ClipError::NotWav { .. })));
    }

    #[test]
    fn a_recording_cut_short_on_the_disk_is_refused() {
        let whole = wav(8_000, 1, &[7; 400]);

        assert!(load(&whole[..whole.len() - 100]).is_err());
    }
}
