//! Telephones and callers of our own: plain sockets and a clock that counts microseconds.

mod callers;
mod media;
mod peers;
mod phones;

pub(crate) use callers::Callers;
pub(crate) use media::{Heard, Media};
pub(crate) use peers::kamailio::Kamailio;
pub(crate) use phones::Phones;
