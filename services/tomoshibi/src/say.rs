//! The only place that writes to the terminal.
//!
//! A reader that went away (`| head`) ends the words, not the line.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

/// To standard output, with a new line.
pub(crate) fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// To standard output as it is: a file's own line ends count.
pub(crate) fn raw(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// To standard error: the fault and its causes, one a line.
pub(crate) fn fault(fault: &anyhow::Error) {
    let mut stderr = io::stderr();
    let _ = writeln!(stderr, "tomoshibi: {fault}");
    for cause in fault.chain().skip(1) {
        let _ = writeln!(stderr, "  because: {cause}");
    }
}

/// One JSON value on standard output.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?);
    Ok(())
}
