//! The night as people see it, and what they do in it.
//!
//! The cast: `board` reads the whole picture, `boards` keeps one for each
//! operator, `watch` is the stream of one tab, `seat` knows at which desk
//! somebody sits, `safety` knows who waits for a doctor's call-back, `server`
//! carries verbs to the services that do them.

mod acts;
mod alarms;
mod board;
mod boards;
mod calls;
mod desks;
mod error;
mod hours;
mod page_case;
mod pages;
mod safety;
mod seat;
mod server;
mod silence;
mod store;
mod watch;
mod windows;

pub use board::Budget;
pub use boards::TOPICS;
pub use server::NightServer;
pub use silence::SilentPrompt;

pub(crate) use acts::Acts;
pub(crate) use board::Sources;
pub(crate) use boards::Boards;
pub(crate) use error::ConsoleError;
pub(crate) use pages::Pages;
pub(crate) use safety::Safety;
pub(crate) use seat::{Seats, person, staff};
pub(crate) use windows::{is_on_call, shown as windows_now, staff as names};
