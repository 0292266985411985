//! The disk under the store.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const ROW: [u8; 256] = [7; 256];

pub(super) struct Disk(File);

impl Disk {
    pub(super) fn beside(folder: &Path) -> std::io::Result<Self> {
        File::create(folder.join("flushed")).map(Self)
    }

    /// Appends a row's worth and flushes it.
    pub(super) fn sync(&mut self) -> std::io::Result<Duration> {
        let begun = Instant::now();
        self.0.write_all(&ROW)?;
        self.0.sync_data()?;
        Ok(begun.elapsed())
    }
}
