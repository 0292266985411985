//! What a telephone says and hears, as files.

use std::path::{Path, PathBuf};

/// Two minutes of 440 Hz: baresip's own tone needs 48 kHz.
pub(crate) fn tone(folder: &Path) -> PathBuf {
    let path = folder.join("tone.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    let mut second = writer.get_i16_writer(8000 * 120);
    for sample in 0..8000_u32 * 120 {
        let phase = f64::from(sample % 8000) * 440.0 * std::f64::consts::TAU / 8000.0;
        second.write_sample((phase.sin() * 8000.0) as i16);
    }
    second.flush().unwrap();
    writer.finalize().unwrap();
    path
}

/// How many samples of that file are louder than line noise. Its header is written at the end of
/// the call, so it is passed over.
pub(crate) fn loud_samples(path: &Path) -> usize {
    let bytes = std::fs::read(path).unwrap_or_default();
    let samples = bytes.get(44..).unwrap_or_default().chunks_exact(2);
    samples.filter(|sample| i16::from_le_bytes([sample[0], sample[1]]).unsigned_abs() > 500).count()
}
