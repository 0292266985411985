//! `tomoshibi check`: settings, rota and phones, without opening anything.

use crate::cli::LineArgs;
use crate::{HELD, rota, say, serve};

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
    let rota = settings.rota.clone().unwrap_or_else(|| settings.data.join("rota.toml"));
    if rota.exists() {
        let known = rota::read(&rota)?;
        say::line(format_args!(
            "# {}: good, {} windows, {} people",
            rota.display(),
            known.windows().len(),
            known.staff().len()
        ));
    } else if settings.rota.is_some() {
        anyhow::bail!("rota.file {} does not exist", rota.display());
    }
    Ok(HELD)
}
