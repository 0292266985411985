//! `tomoshibi`: the line, and the words to work with it.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use tomoshibi::cli::Cli;

/// Gives back what a burst took. The system's keeps the twenty megabytes of every password hash of a morning's sign-ins.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    tomoshibi::run(Cli::parse())
}
