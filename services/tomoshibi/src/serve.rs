//! `tomoshibi serve`: start, say where to ring, run until told to stop, drain.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use on_call_rota::Rota;
use shell::config::{Layers, Settings};
use shell::schema_guard;
use shell::shutdown::Shutdown;
use shell::telemetry::Telemetry;
use shell::tls::Door;
use telephony::edge::Edge;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use crate::cli::{LineArgs, Service};
use crate::http::{App, HttpDoor};
use crate::settings::{Effective, LineSettings};
use crate::wiring::{self, Running, Waiting};
use crate::{HELD, http, say};

/// The commented file that is compiled in.
pub(crate) const DEFAULTS: &str = include_str!("../default.toml");
const PREFIX: &str = "TOMOSHIBI_";

pub(crate) fn run(args: &LineArgs, services: &[Service]) -> anyhow::Result<u8> {
    let (settings, _) = read(args)?;
    let services = if services.is_empty() { Service::ALL.to_vec() } else { services.to_vec() };
    runtime()?.block_on(line(&settings, &services))?;
    Ok(HELD)
}

pub(crate) fn runtime() -> anyhow::Result<runtime::Runtime> {
    runtime::Builder::new_multi_thread().enable_all().build().context("the runtime cannot be started")
}

/// Defaults, file, environment, flags.
pub(crate) fn read(args: &LineArgs) -> anyhow::Result<(LineSettings, Vec<Effective>)> {
    let mut layers = Layers::defaults(DEFAULTS);
    if let Some(file) = &args.config {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the settings {}", file.display()))?;
        layers = layers.file(&file.display().to_string(), &text);
    }
    // These are read by the command line itself.
    let variables =
        std::env::vars().filter(|(name, _)| !["TOMOSHIBI_CONFIG", "TOMOSHIBI_LINE"].contains(&name.as_str()));
    let text = |path: &std::path::PathBuf| path.display().to_string();
    layers = layers
        .environment(PREFIX, variables)
        .flag("--data", "data", args.data.as_ref().map(text))
        .flag("--rota-file", "rota.file", args.rota.as_ref().map(text))
        .flag("--http", "http.listen", args.http.clone())
        .flag(
            "--sip",
            "sip.listen",
            (!args.sip.is_empty()).then(|| args.sip.iter().collect::<toml_edit::Array>()),
        );
    Ok(LineSettings::read(Settings::new(layers))?)
}

async fn line(settings: &LineSettings, services: &[Service]) -> anyhow::Result<()> {
    let telemetry = Telemetry::start(&settings.telemetry)?;
    let listener = TcpListener::bind(settings.http).await.with_context(|| {
        format!(
            "http.listen {} cannot be opened: another program may use it; stop that one or choose another",
            settings.http
        )
    })?;
    if services == [Service::Public] {
        let served = public_alone(settings, listener, &telemetry).await;
        telemetry.stop();
        return served;
    }
    let (running, waiting) = wiring::start(settings, services).await?;
    let door = Door::new(listener, running.acceptor.clone())?;
    let url = format!("{}://{}", settings.certificates.scheme(), door.address());
    say_where(&running, settings, &url);
    let app = App::of(&running, Some(telemetry.metrics())).await?;
    let serving = app.clone().run(HttpDoor(door), running.shutdown.clone());
    tokio::pin!(serving);
    let ended = tokio::select! {
        served = &mut serving => return served,
        () = told_to_stop() => Ok(()),
        fault = come_up(waiting, &app, settings, &url) => Err(fault),
        fault = outgrown(&running) => Err(fault),
    };
    // Pages and services answer until the last call is over.
    let ((), served) = tokio::join!(stop(&running, settings.drain), serving);
    telemetry.stop();
    ended.and(served)
}

/// Brings up what waits for the store. Returns only when that cannot be.
async fn come_up(
    waiting: Option<Waiting<'_>>,
    app: &App,
    settings: &LineSettings,
    url: &str,
) -> anyhow::Error {
    let Some(waiting) = waiting else { return std::future::pending().await };
    match waiting.come_up().await {
        Ok(running) => {
            app.serves(&running).await;
            say_where(&running, settings, url);
            std::future::pending().await
        }
        Err(fault) => fault,
    }
}

/// Returns when a newer program has changed the store so that this one must leave it alone.
async fn outgrown(running: &Running) -> anyhow::Error {
    schema_guard::outgrown(&running.db, &running.clock, &running.alarms).await;
    running.shutdown.take_no_new_work();
    anyhow::anyhow!(
        "a newer program has changed the schema of the store and does not tolerate this one: \
         right is the newer program (calls that were live have ended)"
    )
}

/// Stays up whatever else is down, so it asks for nothing but the rota file.
async fn public_alone(
    settings: &LineSettings,
    listener: TcpListener,
    telemetry: &Telemetry,
) -> anyhow::Result<()> {
    let shutdown = Shutdown::new();
    let (public, acceptor) = wiring::pages_alone(settings, &shutdown).await?;
    let door = Door::new(listener, acceptor)?;
    let url = format!("{}://{}", settings.certificates.scheme(), door.address());
    say::line("灯 Tomoshibi: the public page is up; the line is up elsewhere.");
    say::line(format_args!("  open     {url}/public/window"));
    let serving = http::serve_public(public, HttpDoor(door), telemetry.metrics(), shutdown.clone());
    tokio::pin!(serving);
    tokio::select! {
        served = &mut serving => return served,
        () = told_to_stop() => {}
    }
    let _ = shutdown.drain(Duration::from_secs(2)).await;
    // A reader who takes nothing does not keep the process.
    match tokio::time::timeout(Duration::from_secs(2), serving).await {
        Ok(served) => served,
        Err(_) => Ok(()),
    }
}

/// Returns at SIGTERM or SIGINT.
pub(crate) async fn told_to_stop() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// No new calls; live ones may finish; then the store is told that we leave.
pub(crate) async fn stop(running: &Running, limit: Duration) {
    running.shutdown.leave();
    if let Some(telephony) = &running.telephony {
        telephony.edge.refuse_calls();
    }
    info!(limit = ?limit, "draining: no new calls, live ones go on");
    if let Some(telephony) = &running.telephony {
        let patience = tokio::time::timeout(limit, telephony.deps.switchboard.empty());
        let (_, _) = tokio::join!(patience, telephony.edge.stop(limit));
        // What the last calls left is durable before the process goes.
        let _ = tokio::time::timeout(Duration::from_secs(2), telephony.deps.switchboard.empty()).await;
    }
    if let Err(fault) = running.process.leave(&running.db, running.clock.now()).await {
        info!(%fault, "the store was not told that this process leaves; its lease will end");
    }
    let _ = running.shutdown.drain(Duration::from_secs(2)).await;
}

fn say_where(running: &Running, settings: &LineSettings, url: &str) {
    let waiting = running.waiting.borrow().clone();
    match waiting.is_empty() || running.telephony.is_some() {
        true => say::line("灯 Tomoshibi: the line is up."),
        false => say::line("灯 Tomoshibi: this process is not up yet."),
    }
    if !waiting.is_empty() {
        say::line(format_args!("  but      {waiting}"));
    }
    say::line(format_args!("  open     {url}"));
    if let Some(telephony) = &running.telephony {
        let addresses: BTreeSet<String> =
            telephony.edge.addresses().iter().map(ToString::to_string).collect();
        let addresses: Vec<String> = addresses.into_iter().collect();
        say::line(format_args!("  SIP      {} (UDP and TCP)", addresses.join(", ")));
        let over_tls: Vec<String> = telephony.edge.tls_addresses().iter().map(ToString::to_string).collect();
        if !over_tls.is_empty() {
            say::line(format_args!("  SIP/TLS  {}", over_tls.join(", ")));
        }
        say_windows(&running.rota);
        say_phones(running, &telephony.phones_file.display().to_string());
    }
    if let Some(file) = running.console.as_ref().and_then(|console| console.accounts_file.as_ref()) {
        say::line(format_args!("  sign in  logins and passwords in {}", file.display()));
    }
    say::line(format_args!("  data     {}", settings.data.display()));
}

fn say_windows(rota: &Rota) {
    for window in rota.windows() {
        let numbers: Vec<&str> = window.numbers.iter().map(on_call_rota::CalledNumber::as_str).collect();
        say::line(format_args!("  ring     sip:{} ({})", numbers.join(" or sip:"), window.name));
    }
}

fn say_phones(running: &Running, file: &str) {
    let at = running.clock.now().timestamp();
    let mut on_duty = BTreeSet::new();
    for window in running.rota.windows() {
        let people = running.rota.on_duty(&window.id, at).unwrap_or_default();
        on_duty.extend(
            people
                .into_iter()
                .filter(|duty| duty.role == on_call_rota::Role::Counsellor)
                .map(|duty| duty.staff),
        );
    }
    let names: Vec<&str> = on_duty.iter().map(on_call_rota::StaffId::as_str).collect();
    say::line(format_args!("  phones   accounts and passwords in {file}"));
    say::line(format_args!(
        "  on duty  {} (register one of these phones, then ring a number above)",
        names.join(", ")
    ));
}
