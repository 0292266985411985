//! Telephones and callers of our own: plain sockets and a clock that counts microseconds.

mod callers;
mod peers;
mod phones;

pub(crate) use callers::Callers;
pub(crate) use peers::kamailio::Kamailio;
pub(crate) use phones::Phones;
