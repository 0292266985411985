//! The rota file: TOML that people review like code.
//!
//! Read in two phases. `read` takes each value with its place into `raw`;
//! `check`, `windows`, `duties` and `audit` compare them and build the rota.
//! All faults are told at once.

mod audit;
mod calendars;
mod check;
mod duties;
mod fault;
mod hospitals;
mod names;
mod raw;
mod read;
mod read_duties;
mod read_hospitals;
mod section;
mod value;
mod windows;

pub use fault::RotaFault;

use fault::{Faults, Place};
use section::Section;
use toml::de::DeTable;

use crate::rota::Rota;

/// Longest file that is read, in bytes.
pub const FILE_MAX: usize = 4 << 20;

impl Rota {
    /// Reads a rota file. The faults are sorted by line.
    pub fn read(text: &str) -> Result<Self, Vec<RotaFault>> {
        let faults = Faults::new(text);
        let rota = read(text, &faults);
        let faults = faults.into_sorted();
        rota.filter(|_| faults.is_empty()).ok_or(faults)
    }
}

fn read(text: &str, faults: &Faults<'_>) -> Option<Rota> {
    let start = Place { offset: 0, path: String::new() };
    if text.len() > FILE_MAX {
        faults.add(&start, "the file is too long", format!("split it: at most {FILE_MAX} bytes are read"));
        return None;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let offset = error.span().map_or(0, |span| span.start);
        let place = Place { offset, path: String::new() };
        faults.not_toml(&place, error.message());
    }
    let raw = read::rota(Section::new(table.get_ref(), start, faults), faults);
    let checked = check::rota(raw, faults);
    checked.audit();
    Some(checked.rota)
}
