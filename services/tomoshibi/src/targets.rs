//! `tomoshibi target`: the directory of targets as a file for spreadsheets, out and in again.

use std::path::Path;

use anyhow::Context;
use proto::referral::v1 as wire;

use crate::cli::{At, LineArgs, TargetCommand};
use crate::client::Client;
use crate::{HELD, say, serve};

pub(crate) fn run(args: &LineArgs, at: &At, command: &TargetCommand) -> anyhow::Result<u8> {
    serve::runtime()?.block_on(async {
        let client = Client::new(args, at)?;
        match command {
            TargetCommand::Export { file } => export(&client, file.as_deref()).await?,
            TargetCommand::Import { file } => import(&client, file).await?,
        }
        Ok(HELD)
    })
}

async fn export(client: &Client, file: Option<&Path>) -> anyhow::Result<()> {
    let request = wire::ExportTargetsRequest { operator_id: client.operator.clone() };
    let answer = client.referrals().export_targets(request).await;
    let csv = answer.map_err(|status| client.refused(&status))?.into_inner().csv;
    match file {
        Some(file) => std::fs::write(file, csv).with_context(|| format!("cannot write {}", file.display())),
        None => {
            say::line(csv.trim_end());
            Ok(())
        }
    }
}

async fn import(client: &Client, file: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let csv = String::from_utf8(bytes)
        .with_context(|| format!("{} is not UTF-8: save it as \"CSV UTF-8\"", file.display()))?;
    let request = wire::ImportTargetsRequest { operator_id: client.operator.clone(), csv };
    let answer = client.referrals().import_targets(request).await;
    let done = answer.map_err(|status| client.refused(&status))?.into_inner();
    say::line(format_args!(
        "{} added, {} changed, {} as they were",
        done.added, done.changed, done.unchanged
    ));
    Ok(())
}
