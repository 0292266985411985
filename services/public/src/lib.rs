//! What anybody may know of the line (周知): which window is open now, its
//! number, the hours through the next holidays, and what to do in danger.
//!
//! Made from the rota file and the clock alone. It never asks the store or
//! another service, so it stays up when they are down, and it holds nothing
//! personal: names of staff are not read out of the rota.

mod accept;
mod calendar;
mod html;
mod json;
mod kept;
mod language;
mod limit;
mod notice;
mod pages;
mod special;
mod start;
mod texts;
mod words;

pub use language::Tongue;
pub use notice::{Covering, Day, Names, Notice, Shown, Standing};
pub use pages::{Frames, InvalidFrames, Kit, pages};
pub use start::{Deps, Settings, StartError, start};
pub use texts::{Texts, TextsUnusable};
