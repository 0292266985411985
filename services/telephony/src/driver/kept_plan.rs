//! The last plan on the local disk, sealed: a line that restarts while routing
//! is gone still knows whom to ring.

use std::path::Path;

use prost::Message;
use proto::routing::v1::WatchPlanResponse;
use shell::seal::{Place, Sealer};

use super::plan::Plan;
use crate::kept::KeptFile;

const PLACE: Place<'static> = Place { table: "kept_plan", row: "last", column: "plan" };

#[derive(Clone, Debug)]
pub struct KeptPlan(KeptFile);

impl KeptPlan {
    pub fn at(path: &Path, sealer: Sealer) -> Self {
        Self(KeptFile::at(path, sealer, PLACE))
    }

    /// Nothing where there is none that can be read: then routing is waited for.
    pub fn load(&self) -> Plan {
        let kept = self.0.load();
        kept.and_then(|bytes| WatchPlanResponse::decode(bytes.as_slice()).ok())
            .map(Plan::from)
            .unwrap_or_default()
    }

    /// Replaces the kept plan as a whole; a failure is told and changes nothing.
    pub(super) fn keep(&self, told: &WatchPlanResponse) {
        self.0.keep(&told.encode_to_vec());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

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
