//! Where phones registered, kept for the next process: it can ring them before
//! they register again. In the store, and on the local disk for a process that
//! starts while the store is away.
//!
//! Writing is left to a task of its own, in order: the edge hears all of its
//! requests one after the other, and a store that is away must not hold up a
//! caller behind a phone that registers.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use domain::ids::{DeskId, OperatorId};
use domain::time::Instant;
use shell::on;
use shell::seal::{Place, Sealer};
use shell::store::{Attempt, Db, StoreError};
use tokio::sync::{mpsc, watch};
use tracing::{debug, warn};

use crate::kept::KeptFile;
use crate::sip::{Binding, BindingStore, StoreFault};

/// Registrations that wait for the store; more than any line has phones.
const QUEUE: usize = 1024;
/// The disk is written to at most so often, however many phones register.
const KEEP_EVERY: Duration = Duration::from_secs(1);
const PLACE: Place<'static> = Place { table: "kept_phones", row: "last", column: "phones" };

#[derive(Debug, thiserror::Error)]
#[error("more registrations wait for the store than are kept")]
struct Full;

#[derive(Debug, thiserror::Error)]
#[error("the store is not there yet")]
struct NotYet;

#[derive(Clone, Debug)]
enum Change {
    Put(Binding),
    Remove(Binding),
}

#[derive(Clone, Debug)]
pub struct PhoneBook {
    db: Db,
    changes: mpsc::Sender<Change>,
    known: watch::Sender<Known>,
}

/// By desk and the phone's own name: what the store had last, and what happened here since.
type Known = BTreeMap<(String, String), Binding>;

/// The phones on the local disk, sealed.
#[derive(Clone, Debug)]
pub struct KeptPhones(KeptFile);

impl KeptPhones {
    pub fn at(path: &Path, sealer: Sealer) -> Self {
        Self(KeptFile::at(path, sealer, PLACE))
    }

    fn load(&self) -> Known {
        let kept = self.0.load().and_then(|bytes| serde_json::from_slice::<Vec<Binding>>(&bytes).ok());
        kept.unwrap_or_default().into_iter().map(by_name).collect()
    }

    /// Until the book is closed.
    async fn follow(self, mut known: watch::Receiver<Known>) {
        while known.changed().await.is_ok() {
            let phones: Vec<Binding> = known.borrow_and_update().values().cloned().collect();
            match serde_json::to_vec(&phones) {
                Ok(bytes) => self.0.keep(&bytes),
                Err(fault) => warn!(%fault, "the phones are not kept on the local disk"),
            }
            tokio::time::sleep(KEEP_EVERY).await;
        }
    }
}

fn by_name(binding: Binding) -> ((String, String), Binding) {
    ((binding.desk.to_string(), binding.phone.clone()), binding)
}

/// Writes the changes until the book is closed.
#[derive(Debug)]
struct Writer {
    db: Db,
    /// Desks of other operators than the first.
    operators: HashMap<DeskId, OperatorId>,
    first: OperatorId,
}

#[derive(sqlx::FromRow)]
struct Row {
    desk_id: String,
    phone: String,
    contact: String,
    source_address: String,
    transport: String,
    preference: i64,
    cseq: i64,
    registered_us: i64,
    until_us: i64,
}

impl PhoneBook {
    /// Phones that no one is signed in by belong to the first operator. Within a tokio runtime.
    pub fn new(db: Db, operators: HashMap<DeskId, OperatorId>, first: OperatorId, kept: KeptPhones) -> Self {
        let (changes, heard) = mpsc::channel(QUEUE);
        tokio::spawn(Writer { db: db.clone(), operators, first }.run(heard));
        let known = watch::Sender::new(kept.load());
        tokio::spawn(kept.follow(known.subscribe()));
        Self { db, changes, known }
    }

    async fn stored(&self) -> Result<Vec<Binding>, StoreFault> {
        if !self.db.is_open() {
            return Err(NotYet.into());
        }
        let rows: Vec<Row> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT desk_id, phone, contact, source_address, transport, preference, cseq, registered_us, until_us
                 FROM phone_binding ORDER BY desk_id, phone",
            )
            .fetch_all(pool).await
        })
        .attempt("read the phones")?;
        rows.into_iter().map(Row::binding).collect()
    }

    fn know(&self, phones: Known) {
        self.known.send_if_modified(|known| {
            let changed = *known != phones;
            *known = phones;
            changed
        });
    }
}

impl Writer {
    async fn run(self, mut changes: mpsc::Receiver<Change>) {
        self.db.is_there().await;
        while let Some(change) = changes.recv().await {
            let done = match &change {
                Change::Put(binding) => self.put(binding).await,
                Change::Remove(binding) => self.remove(binding).await,
            };
            if let Err(fault) = done {
                warn!(%fault, "a registration is not kept for the next process; the phone's next one will be");
            }
        }
    }

    fn operator(&self, desk: &DeskId) -> &str {
        self.operators.get(desk).unwrap_or(&self.first).as_str()
    }

    async fn put(&self, binding: &Binding) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "INSERT INTO phone_binding
                    (operator_id, desk_id, phone, contact, source_address, transport, preference, cseq, registered_us, until_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 ON CONFLICT (operator_id, desk_id, phone) DO UPDATE SET
                    contact = excluded.contact, source_address = excluded.source_address,
                    transport = excluded.transport, preference = excluded.preference, cseq = excluded.cseq,
                    registered_us = excluded.registered_us, until_us = excluded.until_us",
            )
            .bind(self.operator(&binding.desk)).bind(binding.desk.as_str()).bind(&binding.phone)
            .bind(&binding.contact).bind(binding.source.to_string()).bind(transport(binding.tcp))
            .bind(i64::from(binding.q)).bind(i64::from(binding.cseq))
            .bind(binding.registered.micros()).bind(binding.until.micros())
            .execute(pool).await.map(drop)
        })
        .attempt("keep a phone")
    }

    async fn remove(&self, binding: &Binding) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            // It may have registered anew since, with another replica.
            sqlx::query(
                "DELETE FROM phone_binding
                 WHERE operator_id = $1 AND desk_id = $2 AND phone = $3 AND registered_us <= $4",
            )
                .bind(self.operator(&binding.desk)).bind(binding.desk.as_str()).bind(&binding.phone)
                .bind(binding.registered.micros())
                .execute(pool).await.map(drop)
        })
        .attempt("forget a phone")
    }
}

#[async_trait]
impl BindingStore for PhoneBook {
    /// While the store is away: what was known last.
    async fn load(&self) -> Result<Vec<Binding>, StoreFault> {
        match self.stored().await {
            Ok(phones) => self.know(phones.into_iter().map(by_name).collect()),
            Err(fault) => debug!(%fault, "phones are as they were known last"),
        }
        Ok(self.known.borrow().values().cloned().collect())
    }

    async fn put(&self, binding: &Binding) -> Result<(), StoreFault> {
        let (name, kept) = by_name(binding.clone());
        self.known.send_modify(|known| drop(known.insert(name, kept)));
        Ok(self.changes.try_send(Change::Put(binding.clone())).map_err(|_| Full)?)
    }

    async fn remove(&self, binding: &Binding) -> Result<(), StoreFault> {
        let (name, _) = by_name(binding.clone());
        self.known.send_modify(|known| drop(known.remove(&name)));
        Ok(self.changes.try_send(Change::Remove(binding.clone())).map_err(|_| Full)?)
    }
}

impl Row {
    fn binding(self) -> Result<Binding, StoreFault> {
        Ok(Binding {
            desk: DeskId::parse(&self.desk_id)?,
            phone: self.phone,
            contact: self.contact,
            source: self.source_address.parse()?,
            tcp: self.transport == transport(true),
            q: u16::try_from(self.preference)?,
            cseq: u32::try_from(self.cseq)?,
            registered: Instant::from_micros(self.registered_us),
            until: Instant::from_micros(self.until_us),
        })
    }
}

fn transport(tcp: bool) -> &'static str {
    match tcp {
        true => "tcp",
        false => "udp",
    }
}
