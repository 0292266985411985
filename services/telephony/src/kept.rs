//! A file on the local disk, sealed, replaced as a whole: what a process must know that starts while everything
//! else is away.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::private::Private;
use shell::seal::{Place, Sealer};
use tracing::warn;

#[derive(Clone, Debug)]
pub(crate) struct KeptFile {
    path: PathBuf,
    sealer: Sealer,
    place: Place<'static>,
}

impl KeptFile {
    pub(crate) fn at(path: &Path, sealer: Sealer, place: Place<'static>) -> Self {
        Self { path: path.to_owned(), sealer, place }
    }

    /// None where there is nothing that can be read.
    pub(crate) fn load(&self) -> Option<Vec<u8>> {
        let sealed = fs::read(&self.path).ok()?;
        let text = self.sealer.open(self.place, &sealed).ok()?;
        STANDARD_NO_PAD.decode(text.reveal()).ok()
    }

    /// Takes the place of what is there; a failure is told and changes nothing.
    pub(crate) fn keep(&self, content: &[u8]) {
        let text = Private::new(STANDARD_NO_PAD.encode(content));
        let kept = self
            .sealer
            .seal(self.place, &text)
            .map_err(|fault| fault.to_string())
            .and_then(|sealed| replace(&self.path, &sealed).map_err(|fault| fault.to_string()));
        if let Err(fault) = kept {
            warn!(%fault, file = %self.path.display(), "not kept on the local disk");
        }
    }
}

fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(content)?;
    fs::rename(&beside, path)
}
