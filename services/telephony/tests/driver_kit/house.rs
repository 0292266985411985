//! What outlives a process: the store, the keys, the spool; and a process that
//! died in it.

use std::path::PathBuf;

use domain::ids::{CallId, LegId};
use domain::ledger::{Begun, Entry, OriginKind, PlaceClass, Step};
use domain::private::Private;
use domain::time::Instant;
use shell::process::{Process, ProcessId};
use shell::seal::Sealer;
use shell::store::Db;
use shell::testkit::{self, operator};
use telephony::ledger::callbacks::CallBacks;
use telephony::ledger::{Batch, Ledger, LedgerSettings};
use uuid::Uuid;

pub struct House {
    pub db: Db,
    pub sealer: Sealer,
    pub folder: tempfile::TempDir,
    pub store: PathBuf,
}

impl House {
    pub async fn new() -> Self {
        let (folder, db) = testkit::sqlite().await;
        Self { db, sealer: testkit::sealer(), store: folder.path().join("line.db"), folder }
    }

    pub fn spool(&self) -> PathBuf {
        self.folder.path().join("ledger.spool")
    }

    /// All of one node, one after the other.
    pub fn process(id: u128) -> Process {
        Process { id: ProcessId(Uuid::from_u128(id)), node: "node".into() }
    }

    pub fn call_backs(&self) -> CallBacks {
        CallBacks::of(operator(), self.db.clone(), self.sealer.clone())
    }

    /// A process took a call from this number and died with it.
    pub async fn a_process_died_with_a_call(&self, number: &str, at: Instant) -> CallId {
        let process = Self::process(3);
        process.arrive(&self.db, at).await.unwrap();
        let settings = LedgerSettings::with_spool(self.folder.path().join("dead.spool"));
        let (ledger, writer) =
            Ledger::start(self.db.clone(), self.sealer.clone(), process.id, settings).unwrap();
        let call = CallId(Uuid::from_u128(77));
        let entry = Entry {
            operator: operator(),
            call,
            seq: 0,
            at,
            number: Some(Private::new(number.to_owned())),
            step: Step::Begun(Begun {
                window: "main".parse().unwrap(),
                leg: LegId(Uuid::from_u128(78)),
                origin: OriginKind::Incoming,
                class: PlaceClass::Ordinary,
                withheld: false,
                came_by: "carrier".into(),
            }),
        };
        let batch = Batch { window: "main".parse().unwrap(), entries: vec![entry] };
        ledger.append(&batch).await.unwrap();
        drop(ledger);
        writer.await.unwrap();
        call
    }
}
