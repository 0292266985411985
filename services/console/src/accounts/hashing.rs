//! argon2id, off the workers and a few at a time.
//!
//! Every check costs one hash of the same kind, also when there is nothing to check against.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::AccessError;
use super::password::Password;
use super::settings::Hashing;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hasher(Arc<Inner>);

struct Inner {
    argon: Argon2<'static>,
    /// Nobody's: what the passwords of unknown accounts are checked against.
    nobodys: String,
    places: Semaphore,
    waiting: AtomicUsize,
    most_waiting: usize,
}

/// A place among those who may hash now.
pub(crate) struct Place<'h>(#[expect(dead_code, reason = "held, not read")] SemaphorePermit<'h>);

impl Hasher {
    pub(crate) fn new(hashing: Hashing) -> Result<Self, AccessError> {
        let params = Params::new(hashing.memory_kib, hashing.passes, hashing.lanes, None)
            .map_err(|_| AccessError::Hash)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys = hash(&argon, &Password::one_time())?;
        Ok(Self(Arc::new(Inner {
            argon,
            nobodys,
            places: Semaphore::new(hashing.at_once.max(1)),
            waiting: AtomicUsize::new(0),
            most_waiting: hashing.waiting,
        })))
    }

    /// Waits for a place; not in an endless queue.
    pub(crate) async fn place(&self) -> Result<Place<'_>, AccessError> {
        if let Ok(free) = self.0.places.try_acquire() {
            return Ok(Place(free));
        }
        let queue = Queue::join(&self.0)?;
        let place = self.0.places.acquire().await.map_err(|_| AccessError::Busy)?;
        drop(queue);
        Ok(Place(place))
    }

    pub(crate) async fn hash(&self, _: &Place<'_>, password: &Password) -> Result<String, AccessError> {
        let (inner, password) = (self.0.clone(), password.clone());
        tokio::task::spawn_blocking(move || hash(&inner.argon, &password))
            .await
            .map_err(|_| AccessError::Hash)?
    }

    /// Whether it is the password. Without a hash it never is, and takes as long.
    pub(crate) async fn check(
        &self,
        _: &Place<'_>,
        against: Option<&str>,
        password: &Password,
    ) -> Result<bool, AccessError> {
        metrics::counter!("tomoshibi_password_checks_total").increment(1);
        let (inner, password) = (self.0.clone(), password.clone());
        let known = against.is_some();
        let against = against.unwrap_or(&self.0.nobodys).to_owned();
        tokio::task::spawn_blocking(move || {
            let against = PasswordHash::new(&against).map_err(|_| AccessError::Hash)?;
            Ok(inner.argon.verify_password(password.reveal().as_bytes(), &against).is_ok() && known)
        })
        .await
        .map_err(|_| AccessError::Hash)?
    }

    /// Whether a hash was made under other settings than today's.
    pub(crate) fn is_outdated(&self, hash: &str) -> bool {
        let params = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
        params.is_none_or(|params| {
            let today = self.0.argon.params();
            (params.m_cost(), params.t_cost(), params.p_cost())
                != (today.m_cost(), today.t_cost(), today.p_cost())
        })
    }
}

fn hash(argon: &Argon2<'_>, password: &Password) -> Result<String, AccessError> {
    let hashed = argon.hash_password(password.reveal().as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|_| AccessError::Hash)
}

/// Leaves by itself, also when the request is given up.
struct Queue<'h>(&'h AtomicUsize);

impl<'h> Queue<'h> {
    fn join(inner: &'h Inner) -> Result<Self, AccessError> {
        match inner.waiting.fetch_add(1, Ordering::Relaxed) < inner.most_waiting {
            true => Ok(Self(&inner.waiting)),
            false => {
                inner.waiting.fetch_sub(1, Ordering::Relaxed);
                Err(AccessError::Busy)
            }
        }
    }
}

impl Drop for Queue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher { ▇▇▇ }")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light() -> Hashing {
        Hashing { memory_kib: 64, passes: 1, lanes: 1, at_once: 1, waiting: 1 }
    }

    fn password(text: &str) -> Password {
        Password::read(text, "password").unwrap()
    }

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_nothing_opens_none() {
        let hasher = Hasher::new(light()).unwrap();
        let place = hasher.place().await.unwrap();

        let hash = hasher.hash(&place, &password("a long night's work")).await.unwrap();

        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert!(hasher.check(&place, Some(&hash), &password("a long night's work")).await.unwrap());
        assert!(!hasher.check(&place, Some(&hash), &password("a long night's worK")).await.unwrap());
        assert!(!hasher.check(&place, None, &password("a long night's work")).await.unwrap());
        assert!(!hasher.is_outdated(&hash));
        assert!(Hasher::new(Hashing { passes: 2, ..light() }).unwrap().is_outdated(&hash));
    }

    #[tokio::test]
    async fn beyond_the_queue_people_are_told_to_come_again() {
        let hasher = Hasher::new(light()).unwrap();
        let place = hasher.place().await.unwrap();
        let second = tokio::spawn({
            let hasher = hasher.clone();
            async move { hasher.place().await.map(drop).is_ok() }
        });
        while hasher.0.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }

        assert!(matches!(hasher.place().await, Err(AccessError::Busy)));

        drop(place);
        assert!(second.await.unwrap());
        assert_eq!(hasher.0.waiting.load(Ordering::Relaxed), 0);
    }
}
