//! `tomoshibi migrate`: the schema is brought up to date, and nothing else happens. The line may run meanwhile.

use shell::store::Db;

use crate::cli::LineArgs;
use crate::{HELD, say, serve};

pub(crate) fn run(args: &LineArgs) -> anyhow::Result<u8> {
    let (settings, _) = serve::read(args)?;
    let done = serve::runtime()?.block_on(async { Db::open(&settings.store).await?.migrate().await })?;
    match done.from == done.to {
        true => say::line(format_args!("schema: version {}, as this program needs it", done.to)),
        false => say::line(format_args!("schema: from version {} to version {}", done.from, done.to)),
    }
    Ok(HELD)
}
