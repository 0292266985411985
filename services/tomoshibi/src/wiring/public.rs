//! The public pages: from the rota file and the clock, without the store or any other service.

use std::path::Path;

use ::public::Deps;
use axum::Router;
use shell::clock::Clock;
use shell::shutdown::Shutdown;
use shell::tls::{Acceptor, Keeper};

use super::rota_file;
use crate::settings::LineSettings;

/// # Errors
/// When the rota or the texts cannot be used.
pub(super) async fn pages(
    settings: &LineSettings,
    rota: &Path,
    clock: &Clock,
    shutdown: &Shutdown,
) -> anyhow::Result<Router> {
    let mut own = settings.public.clone();
    own.rota = rota.to_owned();
    Ok(::public::start(own, Deps { clock: clock.clone(), shutdown: shutdown.clone() }).await?)
}

/// For a process that serves nothing else: it opens no store, so it starts when there is none.
///
/// # Errors
/// When the data folder, the rota, the texts or the certificates cannot be used.
pub(crate) async fn pages_alone(
    settings: &LineSettings,
    shutdown: &Shutdown,
) -> anyhow::Result<(Router, Option<Acceptor>)> {
    super::data_folder(settings)?;
    let (rota, _) = rota_file(settings)?;
    let clock = Clock::system();
    let mut keeper = Keeper::default();
    let acceptor = super::tls::acceptor(settings, &mut keeper)?;
    keeper.follow(settings.certificates.looks, &clock, None, shutdown);
    Ok((pages(settings, &rota, &clock, shutdown).await?, acceptor))
}
