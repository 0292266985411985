//! A key for each operator and year, wrapped under the key ring and kept in the store.
//!
//! What a year's records hold can be made unreadable for ever by destroying one
//! key, and the key ring can be rotated without touching a record. A sealed
//! value is key id (16 bytes) + nonce (24) + XChaCha20-Poly1305 text and tag,
//! bound to its place and its key.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::ids::OperatorId;
use domain::private::Private;
use domain::time::Instant;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{ID, NONCE, Place, SealFault, Sealer};
use crate::clock::Clock;
use crate::ids::Ids;
use crate::on;
use crate::store::{Attempt, Db, StoreError};

const KEY_ID: usize = 16;
/// An unwrapped key is asked for again after this, so that one destroyed by another process is not used on.
const REMEMBERED: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum DataKeyFault {
    #[error("the data of this year was deleted: its key is destroyed")]
    Destroyed,
    #[error("sealed value names a data key that the store does not hold")]
    Unknown,
    #[error(transparent)]
    Seal(#[from] SealFault),
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Key = Arc<Zeroizing<[u8; 32]>>;

/// Cheap to clone; clones share what is unwrapped.
#[derive(Clone)]
pub struct DataKeys {
    db: Db,
    clock: Clock,
    ids: Ids,
    sealer: Sealer,
    unwrapped: Arc<Mutex<Unwrapped>>,
}

#[derive(Default)]
struct Unwrapped {
    keys: HashMap<Uuid, (Key, Instant)>,
    current: HashMap<(OperatorId, i16), Uuid>,
}

/// One row: its id, the wrapped key, and whether it is destroyed.
type Row = (String, Vec<u8>, Option<i64>);

impl DataKeys {
    pub fn new(db: Db, clock: Clock, ids: Ids, sealer: Sealer) -> Self {
        Self { db, clock, ids, sealer, unwrapped: Arc::default() }
    }

    /// Seals under the operator's key of that year, which is made when it is first needed. Do this
    /// before a transaction begins: making a key writes.
    ///
    /// # Errors
    /// When that year's key is destroyed, the key ring does not open it, or the store is away.
    pub async fn seal(
        &self,
        operator: &OperatorId,
        year: i16,
        place: Place<'_>,
        value: &Private<String>,
    ) -> Result<Vec<u8>, DataKeyFault> {
        let (id, key) = self.current(operator, year).await?;
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: value.reveal().as_bytes(), aad: &bound(id, place) };
        let text = XChaCha20Poly1305::new((&**key).into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealFault::TooLong)?;
        Ok([&id.as_bytes()[..], &nonce, &text].concat())
    }

    /// # Errors
    /// When the value was changed or moved, its key is destroyed or gone, or the store is away.
    pub async fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Private<String>, DataKeyFault> {
        let (id, rest) = sealed.split_first_chunk::<KEY_ID>().ok_or(SealFault::Short)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or(SealFault::Short)?;
        let id = Uuid::from_bytes(*id);
        let key = self.key(id).await?;
        let bytes = XChaCha20Poly1305::new((&**key).into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: &bound(id, place) })
            .map_err(|_| SealFault::Forged)?;
        Ok(String::from_utf8(bytes).map(Private::new).map_err(|_| SealFault::Forged)?)
    }

    /// Wraps every key anew that is not under the ring's current one; how many there were. May be
    /// done while the line runs, and again.
    ///
    /// # Errors
    /// When the key ring does not open a key, or the store is away.
    pub async fn rewrap_all(&self) -> Result<u64, DataKeyFault> {
        let current = i64::from(self.sealer.current_id());
        let old: Vec<(String, Vec<u8>)> = on!(self.db.read(), pool => sqlx::query_as(
            "SELECT key_id, wrapped FROM data_key WHERE kek_id <> $1 AND destroyed_us IS NULL ORDER BY key_id",
        ).bind(current).fetch_all(pool).await)
        .attempt("list data keys")?;
        let mut done = 0;
        for (id, wrapped) in old {
            let key = self.sealer.open(place_of(&id), &wrapped)?;
            let (anew, kek) = self.wrap(&id, &key)?;
            done += on!(self.db.write(), pool => sqlx::query(
                "UPDATE data_key SET wrapped = $2, kek_id = $3
                 WHERE key_id = $1 AND wrapped = $4 AND destroyed_us IS NULL",
            ).bind(&id).bind(anew).bind(kek).bind(wrapped).execute(pool).await.map(|done| done.rows_affected()))
            .attempt("wrap a data key anew")?;
        }
        Ok(done)
    }

    /// Destroys a year's key: whatever it sealed is unreadable from now on (other processes forget it
    /// within a minute). False when there was none. A backup of the store holds it, wrapped, until
    /// that backup goes.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn destroy(&self, operator: &OperatorId, year: i16) -> Result<bool, StoreError> {
        let done = on!(self.db.write(), pool => sqlx::query(
            "UPDATE data_key SET wrapped = $3, destroyed_us = $4
             WHERE operator_id = $1 AND year = $2 AND destroyed_us IS NULL",
        )
        .bind(operator.as_str()).bind(i64::from(year)).bind(Vec::<u8>::new()).bind(self.clock.now().micros())
        .execute(pool).await.map(|done| done.rows_affected() == 1))
        .attempt("destroy a data key");
        *self.unwrapped() = Unwrapped::default();
        done
    }

    async fn current(&self, operator: &OperatorId, year: i16) -> Result<(Uuid, Key), DataKeyFault> {
        let known = self.unwrapped().current.get(&(operator.clone(), year)).copied();
        if let Some(id) = known {
            return Ok((id, self.key(id).await?));
        }
        let row = match self.of_year(operator, year).await? {
            Some(row) => row,
            None => {
                self.make(operator, year).await?;
                // Whoever was first has won; both use the same key.
                self.of_year(operator, year).await?.ok_or(DataKeyFault::Unknown)?
            }
        };
        let (id, key) = self.unwrap(row)?;
        self.unwrapped().current.insert((operator.clone(), year), id);
        Ok((id, key))
    }

    async fn make(&self, operator: &OperatorId, year: i16) -> Result<(), DataKeyFault> {
        let id = self.ids.draw().to_string();
        let key = Zeroizing::new(rand::random::<[u8; 32]>());
        let (wrapped, kek) = self.wrap(&id, &Private::new(STANDARD.encode(key.as_slice())))?;
        on!(self.db.write(), pool => sqlx::query(
            "INSERT INTO data_key (key_id, operator_id, year, wrapped, kek_id, created_us)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (operator_id, year) DO NOTHING",
        )
        .bind(id).bind(operator.as_str()).bind(i64::from(year)).bind(wrapped).bind(kek)
        .bind(self.clock.now().micros()).execute(pool).await.map(drop))
        .attempt("make a data key")?;
        Ok(())
    }

    async fn of_year(&self, operator: &OperatorId, year: i16) -> Result<Option<Row>, StoreError> {
        on!(self.db.read(), pool => sqlx::query_as(
            "SELECT key_id, wrapped, destroyed_us FROM data_key WHERE operator_id = $1 AND year = $2",
        ).bind(operator.as_str()).bind(i64::from(year)).fetch_optional(pool).await)
        .attempt("look up a data key")
    }

    async fn key(&self, id: Uuid) -> Result<Key, DataKeyFault> {
        let now = self.clock.now();
        let known =
            self.unwrapped().keys.get(&id).filter(|(_, since)| now.since(*since) < REMEMBERED).cloned();
        if let Some((key, _)) = known {
            return Ok(key);
        }
        let row: Option<Row> = on!(self.db.read(), pool => sqlx::query_as(
            "SELECT key_id, wrapped, destroyed_us FROM data_key WHERE key_id = $1",
        ).bind(id.to_string()).fetch_optional(pool).await)
        .attempt("look up a data key")?;
        Ok(self.unwrap(row.ok_or(DataKeyFault::Unknown)?)?.1)
    }

    fn unwrap(&self, (id, wrapped, destroyed): Row) -> Result<(Uuid, Key), DataKeyFault> {
        let key_id = Uuid::parse_str(&id).map_err(|_| DataKeyFault::Unknown)?;
        if destroyed.is_some() {
            self.unwrapped().keys.remove(&key_id);
            return Err(DataKeyFault::Destroyed);
        }
        let text = Zeroizing::new(self.sealer.open(place_of(&id), &wrapped)?.into_inner());
        let bytes = Zeroizing::new(STANDARD.decode(text.as_bytes()).map_err(|_| SealFault::Forged)?);
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealFault::Forged)?;
        let key = Arc::new(Zeroizing::new(key));
        self.unwrapped().keys.insert(key_id, (Arc::clone(&key), self.clock.now()));
        Ok((key_id, key))
    }

    /// The wrapped key, and under which key of the ring.
    fn wrap(&self, id: &str, key: &Private<String>) -> Result<(Vec<u8>, i64), SealFault> {
        let wrapped = self.sealer.seal(place_of(id), key)?;
        let (kek, _) = wrapped.split_first_chunk::<ID>().ok_or(SealFault::Short)?;
        let kek = i64::from(u32::from_be_bytes(*kek));
        Ok((wrapped, kek))
    }

    fn unwrapped(&self) -> std::sync::MutexGuard<'_, Unwrapped> {
        self.unwrapped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKeys { ▇▇▇ }")
    }
}

fn place_of(key_id: &str) -> Place<'_> {
    Place { table: "data_key", row: key_id, column: "wrapped" }
}

fn bound(key: Uuid, place: Place<'_>) -> Vec<u8> {
    [&key.as_bytes()[..], &place.aad()].concat()
}
