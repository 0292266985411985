//! Starts the public pages: reads the rota file and follows it. No store, no bus, no other service.

use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use shell::clock::Clock;
use shell::rota_file::{RotaFile, RotaUnusable};
use shell::shutdown::Shutdown;

use crate::pages::{Frames, Kit, pages};
use crate::texts::{Texts, TextsUnusable};

#[derive(Clone, Debug)]
pub struct Settings {
    pub rota: PathBuf,
    /// How often the rota file is looked at for a change.
    pub rota_check: Duration,
    /// A file in place of the texts that are built in.
    pub texts: Option<PathBuf>,
    pub frames: Frames,
    /// More requests than this are told to come again.
    pub most_per_second: u32,
}

pub struct Deps {
    pub clock: Clock,
    pub shutdown: Shutdown,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Rota(#[from] RotaUnusable),
    #[error(transparent)]
    Texts(#[from] TextsUnusable),
}

/// The pages, which follow the rota file by themselves.
///
/// # Errors
/// When the rota or the texts cannot be used.
pub async fn start(settings: Settings, deps: Deps) -> Result<Router, StartError> {
    let texts = Texts::at(settings.texts.as_ref()).await?;
    // Agreed covers change who is on duty, never when a window is open: the file alone is enough.
    let (file, rota) = RotaFile::open(&settings.rota).await?;
    let followed = file.follow(rota, settings.rota_check, &deps.clock, &deps.shutdown);
    let kit = Kit {
        rota: followed.rota,
        clock: deps.clock,
        texts,
        frames: settings.frames,
        most_per_second: settings.most_per_second,
    };
    Ok(pages(kit))
}
