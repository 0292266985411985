//! `tomoshibi`: the line, and the words to work with it.

use std::process::ExitCode;

use clap::Parser;
use tomoshibi::cli::Cli;

fn main() -> ExitCode {
    tomoshibi::run(Cli::parse())
}
