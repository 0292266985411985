//! The binary: command line and wiring.
//!
//! A library too, so that tests start the same line in their own process.

mod account;
mod audit;
mod calls;
mod check;
pub mod cli;
mod client;
mod daily;
mod desks;
mod gateway;
mod http;
mod keys;
mod migrate;
mod page;
mod phones;
mod rehearse;
mod rota;
mod say;
mod serve;
mod settings;
mod shown;
mod targets;
mod wiring;

use std::process::ExitCode;

use cli::{Cli, Command};

/// Done.
pub(crate) const HELD: u8 = 0;
/// Could not be done.
pub(crate) const FAILED: u8 = 1;
/// Was done, and what was asked does not hold: a gap, a drill that failed.
pub(crate) const DOES_NOT_HOLD: u8 = 2;

pub fn run(cli: Cli) -> ExitCode {
    // Fails only when it was done before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let line = &cli.line;
    let outcome = match cli.command {
        None => serve::run(line, &[]),
        Some(Command::Serve { services }) => serve::run(line, &services),
        Some(Command::Check { defaults }) => check::run(line, defaults),
        Some(Command::Migrate) => migrate::run(line),
        Some(Command::Rota(command)) => rota::run(command),
        Some(Command::Audit(command)) => audit::run(line, &command),
        Some(Command::Keys(command)) => keys::run(line, &command),
        Some(Command::Account(command)) => account::run(line, command),
        Some(Command::Calls { follow, json, call, limit, at }) => {
            calls::run(line, &at, &calls::Wanted { follow, json, call, limit })
        }
        Some(Command::Rehearse(wanted)) => rehearse::run(line, &wanted),
        Some(Command::Page { command, at }) => page::run(line, &at, command),
        Some(Command::Target { command, at }) => targets::run(line, &at, &command),
        Some(Command::DailyLog { command, at }) => daily::run(line, &at, &command),
        Some(Command::Desks { command, json, at }) => desks::run(line, &at, command.as_ref(), json),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            say::fault(&fault);
            ExitCode::from(FAILED)
        }
    }
}
