//! `tomoshibi keys`: a new key for what is sealed from now on. The line may run meanwhile.

use anyhow::Context;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::seal::KeyRing;
use shell::seal::data_keys::DataKeys;
use shell::store::Db;

use crate::cli::{KeysCommand, LineArgs};
use crate::settings::LineSettings;
use crate::{HELD, say, serve, wiring};

pub(crate) fn run(args: &LineArgs, command: &KeysCommand) -> anyhow::Result<u8> {
    let (settings, _) = serve::read(args)?;
    match command {
        KeysCommand::Rotate => rotate(&settings)?,
        KeysCommand::Rewrap => {}
    }
    let rewrapped = serve::runtime()?.block_on(rewrap(&settings))?;
    say::line(format_args!("{rewrapped} data keys wrapped anew"));
    Ok(HELD)
}

fn rotate(settings: &LineSettings) -> anyhow::Result<()> {
    let file = wiring::keys_file(settings);
    let current = KeyRing::rotate_file(&file).with_context(|| {
        format!(
            "{} cannot be rotated in place: where it is mounted, change the secret and run `keys rewrap`",
            file.display()
        )
    })?;
    say::line(format_args!("{}: current key is {current}; put a copy into the backup", file.display()));
    Ok(())
}

async fn rewrap(settings: &LineSettings) -> anyhow::Result<u64> {
    let db = Db::open(&settings.store).await?;
    db.migrate().await?;
    let clock = Clock::system();
    let keys = DataKeys::new(db, clock.clone(), Ids::new(clock), wiring::sealer(settings)?);
    Ok(keys.rewrap_all().await?)
}
