//! Registrations kept in memory: a phone can be put there before the line
//! starts, and what the line writes can be read.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use shell::clock::Clock;
use telephony::sip::{Binding, BindingStore, StoreFault};

use super::desk;

#[derive(Clone, Default)]
pub struct Shelf(pub Arc<Mutex<Vec<Binding>>>);

impl Shelf {
    /// A phone of that desk at that address, as an earlier process left it.
    pub fn with(phones: &[(&str, SocketAddr)]) -> Self {
        let now = Clock::system().now();
        let binding = |(word, source): &(&str, SocketAddr)| Binding {
            desk: desk(word),
            contact: format!("sip:{word}@{source}"),
            phone: source.to_string(),
            source: *source,
            tcp: false,
            q: 1000,
            cseq: 1,
            registered: now,
            until: now + Duration::from_secs(3600),
        };
        Self(Arc::new(Mutex::new(phones.iter().map(binding).collect())))
    }

    pub fn contacts(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|binding| binding.contact.clone()).collect()
    }
}

#[async_trait]
impl BindingStore for Shelf {
    async fn load(&self) -> Result<Vec<Binding>, StoreFault> {
        Ok(self.0.lock().unwrap().clone())
    }

    async fn put(&self, binding: &Binding) -> Result<(), StoreFault> {
        self.0.lock().unwrap().push(binding.clone());
        Ok(())
    }

    async fn remove(&self, binding: &Binding) -> Result<(), StoreFault> {
        self.0.lock().unwrap().retain(|kept| kept.contact != binding.contact || kept.desk != binding.desk);
        Ok(())
    }
}
