//! A ledger on a store, and the entries of an ordinary call.

#![allow(dead_code, unreachable_pub, reason = "each suite uses its part")]

use std::path::PathBuf;

use domain::ids::{CallId, LegId, WindowId};
use domain::ledger::{Begun, EndReason, Entry, OriginKind, PlaceClass, Step};
use domain::private::Private;
use domain::time::Instant;
use shell::process::{Process, ProcessId};
use shell::seal::Sealer;
use shell::store::Db;
use shell::testkit::{operator, sealer};
use telephony::ledger::callbacks::CallBacks;
use telephony::ledger::calls::Calls;
use telephony::ledger::{Batch, Flow, Ledger, LedgerSettings};
use uuid::Uuid;

pub const NOW: Instant = Instant::from_micros(1_800_000_000_000_000);

pub struct Line {
    pub db: Db,
    pub sealer: Sealer,
    pub ledger: Ledger,
    pub writer: tokio::task::JoinHandle<()>,
    pub folder: tempfile::TempDir,
}

impl Line {
    pub fn on(db: Db) -> Self {
        Self::in_folder(db, tempfile::tempdir().unwrap(), sealer())
    }

    pub fn in_folder(db: Db, folder: tempfile::TempDir, sealer: Sealer) -> Self {
        let settings = LedgerSettings::with_spool(folder.path().join("ledger.spool"));
        Self::with(db, folder, sealer, settings)
    }

    pub fn with(db: Db, folder: tempfile::TempDir, sealer: Sealer, settings: LedgerSettings) -> Self {
        let (ledger, writer) = Ledger::start(db.clone(), sealer.clone(), process(7), settings).unwrap();
        Self { db, sealer, ledger, writer, folder }
    }

    pub fn spool(&self) -> PathBuf {
        self.folder.path().join("ledger.spool")
    }

    pub fn calls(&self) -> Calls {
        Calls::of(operator(), self.db.clone(), self.sealer.clone())
    }

    pub fn calls_of(&self, other: &str) -> Calls {
        Calls::of(other.parse().unwrap(), self.db.clone(), self.sealer.clone())
    }

    pub fn call_backs(&self) -> CallBacks {
        CallBacks::of(operator(), self.db.clone(), self.sealer.clone())
    }

    pub async fn arrive(&self, node: &str, id: u128, now: Instant) {
        me(node, id).arrive(&self.db, now).await.unwrap();
    }

    /// Every event is in the store.
    pub async fn drained(&self) {
        let mut flow = self.ledger.flow();
        let direct = flow.wait_for(|flow| *flow == Flow::Direct);
        tokio::time::timeout(std::time::Duration::from_secs(60), direct).await.unwrap().unwrap();
    }
}

pub fn me(node: &str, id: u128) -> Process {
    Process { id: process(id), node: node.to_owned() }
}

pub fn process(id: u128) -> ProcessId {
    ProcessId(Uuid::from_u128(id))
}

pub fn window() -> WindowId {
    "main".parse().unwrap()
}

pub fn number() -> Private<String> {
    Private::new("+819012345678".to_owned())
}

pub fn batch(entries: Vec<Entry>) -> Batch {
    Batch { window: window(), entries }
}

pub fn entry(call: CallId, seq: u32, at: Instant, step: Step) -> Entry {
    Entry { operator: operator(), call, seq, at, step, number: None }
}

pub fn begun(call: CallId, seq: u32, at: Instant) -> Entry {
    let begun = Begun {
        window: window(),
        leg: LegId(Uuid::from_u128(70)),
        origin: OriginKind::Incoming,
        class: PlaceClass::Ordinary,
        withheld: false,
        came_by: "carrier".to_owned(),
    };
    Entry { number: Some(number()), ..entry(call, seq, at, Step::Begun(begun)) }
}

/// With a call-back owed unless the two talked.
pub fn ended(call: CallId, seq: u32, at: Instant, reason: EndReason) -> Entry {
    let owes_call_back = reason != EndReason::Completed;
    Entry { number: Some(number()), ..entry(call, seq, at, Step::Ended { reason, owes_call_back }) }
}
