//! The protocols of each operator: what came with the line, what was published, what is in force.

mod faults;
mod publish;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::OperatorId;
use domain::time::Instant;
use domain::triage::{Protocol, ProtocolId};

use crate::error::TriageError;
use crate::store::{ProtocolRow, Store, unreadable};
pub(crate) use faults::{Found, read};
pub(crate) use publish::faults_said;

/// The protocol that comes with the line.
const SHIPPED: &str = include_str!("../../protocols/default.toml");

/// Why the protocol of the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolUnusable {
    #[error("protocol file {0} cannot be read")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// All of them, each with its line and what would be right.
    #[error("protocol file {0} has faults:\n{1}")]
    Faulty(PathBuf, String),
}

type Cache = HashMap<(OperatorId, ProtocolId), Arc<Protocol>>;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Protocols {
    store: Store,
    shipped: Arc<str>,
    shipped_id: ProtocolId,
    read: Arc<Mutex<Cache>>,
}

impl std::fmt::Debug for Protocols {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Protocols").field("shipped", &self.shipped_id).finish_non_exhaustive()
    }
}

impl Protocols {
    /// # Errors
    /// When the file cannot be read or has faults; all of them are told.
    pub(crate) async fn open(store: Store, file: Option<&PathBuf>) -> Result<Self, ProtocolUnusable> {
        let (path, text) = match file {
            Some(path) => {
                let text = tokio::fs::read_to_string(path).await;
                (path.clone(), text.map_err(|error| ProtocolUnusable::Unreadable(path.clone(), error))?)
            }
            None => (PathBuf::from("default.toml"), SHIPPED.to_owned()),
        };
        let protocol = read(&text).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            ProtocolUnusable::Faulty(path, lines.join("\n"))
        })?;
        Ok(Self { store, shipped: text.into(), shipped_id: protocol.id, read: Arc::default() })
    }

    /// What new drafts are taken by.
    pub(crate) async fn in_force(
        &self,
        operator: &OperatorId,
        now: Instant,
    ) -> Result<Arc<Protocol>, TriageError> {
        match self.store.protocol_in_force(operator).await? {
            Some(row) if row.published_by.is_some() => self.parsed(operator, &row),
            Some(_) | None => self.shipped(operator, now).await,
        }
    }

    /// The one a record was taken by.
    pub(crate) async fn of(
        &self,
        operator: &OperatorId,
        id: &ProtocolId,
    ) -> Result<Arc<Protocol>, TriageError> {
        if let Some(known) = self.known(operator, id) {
            return Ok(known);
        }
        let row = self.store.protocol(operator, id).await?;
        self.parsed(operator, &row.ok_or_else(|| unreadable("a protocol that is gone"))?)
    }

    /// By its version; the one in force when it is left out.
    pub(crate) async fn called(
        &self,
        operator: &OperatorId,
        version: &str,
        now: Instant,
    ) -> Result<Arc<Protocol>, TriageError> {
        if version.is_empty() {
            return self.in_force(operator, now).await;
        }
        match self.store.protocol_called(operator, version).await? {
            Some(row) => self.parsed(operator, &row),
            None => {
                let shipped = self.in_force(operator, now).await?;
                if shipped.id.version == version {
                    Ok(shipped)
                } else {
                    Err(TriageError::NotFound("protocol_version"))
                }
            }
        }
    }

    /// Kept with the operator's own before it is used, so that a later release can still read its records.
    async fn shipped(&self, operator: &OperatorId, now: Instant) -> Result<Arc<Protocol>, TriageError> {
        if let Some(known) = self.known(operator, &self.shipped_id) {
            return Ok(known);
        }
        if self.store.protocol(operator, &self.shipped_id).await?.is_none() {
            self.keep_shipped(operator, now).await?;
        }
        // A changed file under an old version is not what records were taken by.
        self.of(operator, &self.shipped_id).await
    }

    async fn keep_shipped(&self, operator: &OperatorId, now: Instant) -> Result<(), TriageError> {
        let mut tx = self.store.db.begin().await?;
        let row = ProtocolRow {
            operator_id: operator.to_string(),
            protocol_id: self.shipped_id.id.clone(),
            version: self.shipped_id.version.clone(),
            toml: self.shipped.to_string(),
            published_us: now.micros(),
            published_by: None,
            from_us: now.micros(),
        };
        match Store::add_protocol(&mut tx, &row).await {
            Ok(()) => Ok(tx.commit().await?),
            // Another process was faster.
            Err(error) if error.is_taken() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn parsed(&self, operator: &OperatorId, row: &ProtocolRow) -> Result<Arc<Protocol>, TriageError> {
        let id = ProtocolId { id: row.protocol_id.clone(), version: row.version.clone() };
        if let Some(known) = self.known(operator, &id) {
            return Ok(known);
        }
        let protocol = Arc::new(read(&row.toml).map_err(|_| unreadable("a protocol"))?);
        self.cache().insert((operator.clone(), id), protocol.clone());
        Ok(protocol)
    }

    fn known(&self, operator: &OperatorId, id: &ProtocolId) -> Option<Arc<Protocol>> {
        self.cache().get(&(operator.clone(), id.clone())).cloned()
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
