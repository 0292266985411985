//! The local file that keeps batches while the store is away.
//!
//! One batch a line: a checksum, a space, JSON; numbers are sealed already. A
//! line counts when it is whole: what a crash tore off was never said to be
//! durable. Lines leave in the order in which they came; when the last has
//! left, the file is emptied.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use shell::folder;

use super::rows::Rows;

/// Hexadecimal digits of the checksum.
const SUM: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum SpoolFault {
    #[error("spool {path} is held by another process; right is one folder for each process")]
    Held { path: PathBuf },
    #[error("spool {path} cannot be opened; its folder must be writable")]
    Unopened { path: PathBuf, source: io::Error },
}

/// Blocking: for `spawn_blocking`.
#[derive(Debug)]
pub(super) struct Spool {
    file: File,
    path: PathBuf,
    /// Whole lines that have not left yet, by where each ends.
    lines: VecDeque<Line>,
    /// Where the next line goes; everything before it is durable.
    end: u64,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    from: u64,
    to: u64,
}

impl Spool {
    /// Opens or creates (0600), keeps every whole line and cuts a torn end.
    pub(super) fn open(path: &Path) -> Result<Self, SpoolFault> {
        let unopened = |source| SpoolFault::Unopened { path: path.to_owned(), source };
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            folder::private(parent).map_err(unopened)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(path).map_err(unopened)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SpoolFault::Held { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(unopened(source)),
        }
        folder::sync_folder_of(path).map_err(unopened)?;
        let mut spool = Self { file, path: path.to_owned(), lines: VecDeque::new(), end: 0 };
        spool.take_stock().map_err(unopened)?;
        Ok(spool)
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Durable when it returns; when it fails, nothing of it is there.
    pub(super) fn append<'a>(&mut self, batches: impl Iterator<Item = &'a Rows>) -> io::Result<()> {
        let mut text = Vec::new();
        let mut lines = Vec::new();
        for rows in batches {
            let from = self.end + text.len() as u64;
            text.extend(line(rows)?);
            lines.push(Line { from, to: self.end + text.len() as u64 });
        }
        if let Err(error) = self.write_durably(&text) {
            // Half a line would be taken for a torn end, and what follows it be lost.
            self.file.set_len(self.end)?;
            return Err(error);
        }
        self.end += text.len() as u64;
        self.lines.extend(lines);
        Ok(())
    }

    /// The oldest lines, as many as one round takes. They stay until `left`.
    pub(super) fn oldest(&mut self, most: usize) -> io::Result<Vec<Rows>> {
        let round: Vec<Line> = self.lines.iter().take(most).copied().collect();
        let mut batches = Vec::with_capacity(round.len());
        for Line { from, to } in round {
            let mut text = vec![0; usize::try_from(to - from).map_err(io::Error::other)?];
            self.file.seek(SeekFrom::Start(from))?;
            self.file.read_exact(&mut text)?;
            let rows = read_line(&text)
                .ok_or_else(|| io::Error::other("a line of the spool changed on the disk"))?;
            batches.push(rows);
        }
        Ok(batches)
    }

    /// So many of the oldest are in the store. The last one empties the file.
    pub(super) fn left(&mut self, count: usize) -> io::Result<()> {
        self.lines.drain(..count.min(self.lines.len()));
        if self.lines.is_empty() {
            self.file.set_len(0)?;
            self.file.sync_data()?;
            self.end = 0;
        }
        Ok(())
    }

    /// Puts a batch that the store will never take beside the spool, for a human, and lets the others pass.
    pub(super) fn refuse(&mut self, rows: &Rows) -> io::Result<()> {
        let path = self.path.with_extension("refused");
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        file.write_all(&line(rows)?)?;
        file.sync_data()
    }

    fn write_durably(&mut self, text: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(text)?;
        self.file.sync_data()
    }

    fn take_stock(&mut self) -> io::Result<()> {
        let mut text = Vec::new();
        self.file.read_to_end(&mut text)?;
        let mut from = 0;
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            let line = Line { from, to: from + piece.len() as u64 };
            from = line.to;
            match read_line(piece) {
                Some(_) => {
                    self.lines.push_back(line);
                    self.end = line.to;
                }
                None if line.to == text.len() as u64 => {
                    tracing::warn!(
                        bytes = piece.len(),
                        "the spool's last line was torn and never durable: dropped"
                    );
                }
                None => tracing::error!(at = line.from, "a line of the spool is damaged: skipped"),
            }
        }
        if self.lines.is_empty() {
            self.end = 0;
        }
        self.file.set_len(self.end)?;
        self.file.sync_data()
    }
}

#[cfg(test)]
impl Spool {
    pub(super) fn on_a_full_disk() -> Self {
        let path = PathBuf::from("/dev/full");
        let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        Self { file, path, lines: VecDeque::new(), end: 0 }
    }
}

fn line(rows: &Rows) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(rows)?;
    Ok([sum(&json).as_bytes(), b" ", &json, b"\n"].concat())
}

fn read_line(line: &[u8]) -> Option<Rows> {
    let line = line.strip_suffix(b"\n")?;
    let (head, json) = line.split_at_checked(SUM + 1)?;
    let whole = head == format!("{} ", sum(json)).as_bytes();
    whole.then(|| serde_json::from_slice(json).ok()).flatten()
}

fn sum(json: &[u8]) -> String {
    Sha256::digest(json).iter().take(SUM / 2).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn batch(call: &str) -> Rows {
        Rows {
            operator: "example".to_owned(),
            call: call.to_owned(),
            events: Vec::new(),
            opens: None,
            closes: false,
            owes: None,
        }
    }

    fn calls(spool: &mut Spool) -> Vec<String> {
        spool.oldest(100).unwrap().into_iter().map(|rows| rows.call).collect()
    }

    fn spool_in(folder: &tempfile::TempDir) -> Spool {
        Spool::open(&folder.path().join("ledger.spool")).unwrap()
    }

    fn rewrite(folder: &tempfile::TempDir, change: impl FnOnce(&mut Vec<u8>)) {
        let path = folder.path().join("ledger.spool");
        let mut text = std::fs::read(&path).unwrap();
        change(&mut text);
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn what_was_spooled_is_there_after_a_crash_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = spool_in(&folder);
        spool.append([batch("a"), batch("b")].iter()).unwrap();
        spool.append([batch("c")].iter()).unwrap();
        drop(spool);

        assert_eq!(calls(&mut spool_in(&folder)), ["a", "b", "c"]);
    }

    #[test]
    fn a_line_torn_at_any_byte_is_dropped_and_nothing_else_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        spool_in(&folder).append([batch("a"), batch("b")].iter()).unwrap();
        let whole = std::fs::read(folder.path().join("ledger.spool")).unwrap();
        let second = line(&batch("b")).unwrap().len();

        for torn in 1..second {
            rewrite(&folder, |text| *text = whole[..whole.len() - torn].to_vec());
            let mut spool = spool_in(&folder);
            spool.append([batch("c")].iter()).unwrap();
            drop(spool);
            assert_eq!(calls(&mut spool_in(&folder)), ["a", "c"], "{torn} bytes short");
        }
    }

    #[test]
    fn a_damaged_line_is_skipped_and_those_after_it_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        spool_in(&folder).append([batch("a"), batch("b")].iter()).unwrap();
        rewrite(&folder, |text| text[SUM + 3] ^= 1);

        assert_eq!(calls(&mut spool_in(&folder)), ["b"]);
    }

    #[test]
    fn a_drained_spool_is_an_empty_file_and_takes_new_lines() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = spool_in(&folder);
        spool.append([batch("a"), batch("b")].iter()).unwrap();

        spool.left(1).unwrap();
        assert_eq!(calls(&mut spool), ["b"]);
        spool.left(1).unwrap();

        assert_eq!(std::fs::metadata(folder.path().join("ledger.spool")).unwrap().len(), 0);
        spool.append([batch("c")].iter()).unwrap();
        assert_eq!(calls(&mut spool), ["c"]);
    }

    #[test]
    fn the_spool_belongs_to_this_account_and_to_one_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/ledger.spool");
        let _first = Spool::open(&path).unwrap();

        let second = Spool::open(&path);

        assert!(matches!(second, Err(SpoolFault::Held { .. })));
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_full_disk_is_told_and_leaves_no_half_line() {
        let mut spool = Spool::on_a_full_disk();

        assert!(spool.append([batch("a")].iter()).is_err());

        assert_eq!(spool.len(), 0);
    }
}
