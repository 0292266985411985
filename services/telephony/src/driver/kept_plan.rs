//! The last plan on the local disk, sealed: a line that restarts while routing
//! is gone still knows whom to ring.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::private::Private;
use prost::Message;
use proto::routing::v1::WatchPlanResponse;
use shell::seal::{Place, Sealer};
use tracing::warn;

use super::plan::Plan;

const PLACE: Place<'static> = Place { table: "kept_plan", row: "last", column: "plan" };

#[derive(Clone, Debug)]
pub struct KeptPlan {
    path: PathBuf,
    sealer: Sealer,
}

impl KeptPlan {
    pub fn at(path: &Path, sealer: Sealer) -> Self {
        Self { path: path.to_owned(), sealer }
    }

    /// Nothing where there is none that can be read: then routing is waited for.
    pub fn load(&self) -> Plan {
        let sealed = fs::read(&self.path).ok();
        let opened = sealed.and_then(|sealed| self.sealer.open(PLACE, &sealed).ok());
        let bytes = opened.and_then(|text| STANDARD_NO_PAD.decode(text.reveal()).ok());
        bytes
            .and_then(|bytes| WatchPlanResponse::decode(bytes.as_slice()).ok())
            .map(Plan::from)
            .unwrap_or_default()
    }

    /// Replaces the kept plan as a whole; a failure is told and changes nothing.
    pub(super) fn keep(&self, told: &WatchPlanResponse) {
        let text = Private::new(STANDARD_NO_PAD.encode(told.encode_to_vec()));
        let kept = self
            .sealer
            .seal(PLACE, &text)
            .map_err(|fault| fault.to_string())
            .and_then(|sealed| replace(&self.path, &sealed).map_err(|fault| fault.to_string()));
        if let Err(fault) = kept {
            warn!(%fault, "the plan could not be kept on the local disk");
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

#[cfg(test)]
mod tests {
    use proto::routing::v1::Window;
    use shell::seal::KeyRing;

    use super::*;

    #[test]
    fn the_plan_is_known_again_after_a_restart_and_cannot_be_read_from_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptPlan::at(&folder.path().join("plan"), Sealer::new(KeyRing::generate()));
        assert!(kept.load().windows.is_empty());
        let window = Window {
            operator_id: "pref".into(),
            window_id: "main".into(),
            fallback_number: "+81300000999".into(),
            ..Window::default()
        };

        kept.keep(&WatchPlanResponse { windows: vec![window] });

        assert_eq!(kept.load().windows[0].id.as_str(), "main");
        let raw = fs::read(folder.path().join("plan")).unwrap();
        assert!(!raw.windows(9).any(|bytes| bytes == b"300000999"));
    }
}
