//! `tomoshibi check`: settings, rota, phones and secrets, without opening or
//! making anything.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use on_call_rota::Rota;
use shell::grpc::auth::Token;
use shell::seal::KeyRing;
use shell::tls::Keeper;

use crate::cli::LineArgs;
use crate::settings::LineSettings;
use crate::{HELD, phones, rota, say, serve, wiring};

/// Values under these keys may hold a secret.
const SECRET: [&str; 3] = ["store.url", "bus.redis", "password"];

pub(crate) fn run(args: &LineArgs, defaults: bool) -> anyhow::Result<u8> {
    if defaults {
        say::line(serve::DEFAULTS.trim_end());
        return Ok(HELD);
    }
    let (settings, effective) = serve::read(args)?;
    for (key, value, origin) in &effective {
        let shown = if SECRET.iter().any(|secret| key.ends_with(secret)) && value != "\"\"" {
            "▇▇▇"
        } else {
            value
        };
        say::line(format_args!("{key} = {shown}  # {origin}"));
    }
    let faults = faults(&settings);
    match faults.is_empty() {
        true => Ok(HELD),
        false => Err(anyhow!("{}", faults.join("\n"))),
    }
}

/// What `serve` would refuse, all at once. Files that it makes itself may be missing.
fn faults(settings: &LineSettings) -> Vec<String> {
    let mut faults = Vec::new();
    let in_data = |chosen: &Option<PathBuf>, name: &str| match chosen {
        Some(file) => (file.clone(), true),
        None => (settings.data.join(name), false),
    };
    let must = |(file, chosen): &(PathBuf, bool)| *chosen || file.exists();
    let rota_file = in_data(&settings.rota, "rota.toml");
    let known = must(&rota_file).then(|| read_rota(&rota_file.0));
    let known = known.and_then(|read| read.map_err(|fault| faults.push(told(&fault))).ok());
    let token = in_data(&settings.token, "token");
    if must(&token) {
        faults.extend(Token::load(&token.0, false).err().map(|fault| told(&fault.into())));
    }
    let mut keeper = Keeper::default();
    faults.extend(wiring::tls::acceptor(settings, &mut keeper).err().map(|fault| fault.to_string()));
    faults.extend(wiring::tls::dialler(settings, &mut keeper).err().map(|fault| fault.to_string()));
    faults.extend(wiring::tls::sip(settings, &mut keeper).err().map(|fault| fault.to_string()));
    // Several purposes may name the same files.
    faults.dedup();
    let keys = in_data(&settings.keys, "keys.toml");
    if must(&keys) {
        faults.extend(KeyRing::load(&keys.0, false).err().map(|fault| told(&fault.into())));
    }
    let accounts = in_data(&settings.phones, "phones.toml");
    if let (true, Some(known)) = (accounts.0.exists(), known) {
        faults.extend(phones::load(&accounts.0, &known).err().map(|fault| told(&fault)));
    }
    faults
}

fn read_rota(file: &Path) -> anyhow::Result<Rota> {
    let known = rota::read(file)?;
    let (windows, people) = (known.windows().len(), known.staff().len());
    say::line(format_args!("# {}: good, {windows} windows, {people} people", file.display()));
    Ok(known)
}

/// A fault and its causes, one a line.
fn told(fault: &anyhow::Error) -> String {
    let lines: Vec<String> = fault.chain().map(ToString::to_string).collect();
    lines.join("\n  because: ")
}
