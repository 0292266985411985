//! Where a desk's phone can be reached, and the hook by which that outlives
//! the process.

use std::error::Error;
use std::net::SocketAddr;

use async_trait::async_trait;
use domain::ids::DeskId;
use domain::time::Instant;
use serde::{Deserialize, Serialize};

/// One phone of a desk, as it registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    pub desk: DeskId,
    /// The URI of its Contact.
    pub contact: String,
    /// The phone's own name (`+sip.instance`) or its registration's Call-ID: a new
    /// registration of the same phone takes the place of the old one.
    pub phone: String,
    /// Where its REGISTER came from: that is where it is rung.
    pub source: SocketAddr,
    /// Over a connection (TCP or TLS): it is rung over that one.
    pub tcp: bool,
    /// Preference, 0 to 1000.
    pub q: u16,
    pub cseq: u32,
    pub registered: Instant,
    pub until: Instant,
}

pub type StoreFault = Box<dyn Error + Send + Sync>;

/// Keeps bindings for the next process. A failure is logged and changes nothing
/// for the phones that are registered now.
#[async_trait]
pub trait BindingStore: Send + Sync + 'static {
    async fn load(&self) -> Result<Vec<Binding>, StoreFault>;
    async fn put(&self, binding: &Binding) -> Result<(), StoreFault>;
    async fn remove(&self, binding: &Binding) -> Result<(), StoreFault>;
}

/// Keeps nothing: phones register again after a restart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

#[async_trait]
impl BindingStore for Forgetful {
    async fn load(&self) -> Result<Vec<Binding>, StoreFault> {
        Ok(Vec::new())
    }

    async fn put(&self, _binding: &Binding) -> Result<(), StoreFault> {
        Ok(())
    }

    async fn remove(&self, _binding: &Binding) -> Result<(), StoreFault> {
        Ok(())
    }
}
