//! The only place that knows SIP and RTP.

mod control;
pub mod drill;
pub mod driver;
pub mod edge;
mod error;
mod kept;
pub mod ledger;
pub mod media;
mod phone_book;
mod server;
pub mod sip;

pub use control::CallControlServer;
pub use phone_book::{KeptPhones, PhoneBook};
pub use server::CallServer;
