//! Who is on duty: as a table, as a picture, as a calendar, and the covers by
//! which people change it.
//!
//! The cast: `shown` turns the rota into messages, `cover` decides who must
//! agree, `store` keeps covers, `feed` is the calendar behind a secret address.

mod cover;
mod feed;
mod server;
mod shift_id;
mod shown;
mod store;

pub use feed::routes;
pub use server::RotaServer;

/// The bus topic by which a changed cover is told.
pub const TOPIC: &str = "rota";
