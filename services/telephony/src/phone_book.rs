//! Where phones registered, kept for the next process: it can ring them before
//! they register again.
//!
//! Writing is left to a task of its own, in order: the edge hears all of its
//! requests one after the other, and a store that is away must not hold up a
//! caller behind a phone that registers.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::ids::{DeskId, OperatorId};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, Db, StoreError};
use tokio::sync::mpsc;
use tracing::warn;

use crate::sip::{Binding, BindingStore, StoreFault};

/// Registrations that wait for the store; more than any line has phones.
const QUEUE: usize = 1024;

#[derive(Debug, thiserror::Error)]
#[error("more registrations wait for the store than are kept")]
struct Full;

#[derive(Clone, Debug)]
enum Change {
    Put(Binding),
    Remove(Binding),
}

#[derive(Clone, Debug)]
pub struct PhoneBook {
    db: Db,
    changes: mpsc::Sender<Change>,
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
    pub fn new(db: Db, operators: HashMap<DeskId, OperatorId>, first: OperatorId) -> Self {
        let (changes, heard) = mpsc::channel(QUEUE);
        tokio::spawn(Writer { db: db.clone(), operators, first }.run(heard));
        Self { db, changes }
    }
}

impl Writer {
    async fn run(self, mut changes: mpsc::Receiver<Change>) {
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
    async fn load(&self) -> Result<Vec<Binding>, StoreFault> {
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

    async fn put(&self, binding: &Binding) -> Result<(), StoreFault> {
        Ok(self.changes.try_send(Change::Put(binding.clone())).map_err(|_| Full)?)
    }

    async fn remove(&self, binding: &Binding) -> Result<(), StoreFault> {
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
