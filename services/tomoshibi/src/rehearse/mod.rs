//! `tomoshibi rehearse`: a drill over real SIP and real sound, against a line
//! of its own or one that runs.
//!
//! The cast: `Stage` (what a scene needs), `full` and `half` (the scenes),
//! `Timeline` (what came of them), `OwnLine`. What the parties are made of is
//! in `telephony::drill`. No password and no caller's number is ever printed.

mod full;
mod half;
mod own;
mod stage;
mod timeline;
mod told;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use shell::clock::Clock;
use telephony::drill::Party;
use telephony::sip::{Account, Login};
use tokio::net::{TcpStream, lookup_host};

use crate::cli::{LineArgs, RehearseArgs};
use crate::client::{Client, own_address};
use crate::{DOES_NOT_HOLD, HELD, phones, rota, say, serve};
use full::{Cast, Full};
use own::OwnLine;
use stage::{Listener, Stage};
use timeline::Timeline;

/// Of nobody: the drill's own line rings nothing outside.
const CALLER: &str = "+81300000999";
/// Withholds the number: on a running line nobody is to be owed a call by a drill.
const WITHHELD: &str = "anonymous";
/// Whether anything listens at all.
const KNOCK: Duration = Duration::from_secs(2);

pub(crate) fn run(args: &LineArgs, wanted: &RehearseArgs) -> anyhow::Result<u8> {
    serve::runtime()?.block_on(rehearse(args, wanted))
}

async fn rehearse(args: &LineArgs, wanted: &RehearseArgs) -> anyhow::Result<u8> {
    // Here --sip is where the line is rung, not where it listens.
    let (sip, args) = (args.sip.first(), &LineArgs { sip: Vec::new(), ..args.clone() });
    let (settings, _) = serve::read(args)?;
    let is_named = wanted.at.line.is_some() || wanted.call.is_some();
    let runs = !wanted.own && (is_named || answers(settings.http).await);
    let (timeline, line, checked) = match (runs, &wanted.call) {
        (false, _) => (on_own_line(wanted).await?, "own", "whole"),
        (true, Some(number)) => on_running_line(args, wanted, sip, number).await?,
        (true, None) => bail!(
            "a line runs at {}: say which of its numbers to ring with --call, or use --own for a line of the drill's own",
            wanted.at.line.clone().unwrap_or_else(|| own_address(&settings))
        ),
    };
    match wanted.json {
        true => say::json(&timeline.json(line, checked))?,
        false => {
            timeline.tell();
            if checked == "half" {
                say::line(
                    "半分のみ確認した: 相談員側は --answering で席を指定したときだけ確認する。\n\
                     Only half was checked: the counsellors' side is, when --answering names a desk.",
                );
            }
        }
    }
    Ok(if timeline.held() { HELD } else { DOES_NOT_HOLD })
}

async fn answers(http: SocketAddr) -> bool {
    matches!(tokio::time::timeout(KNOCK, TcpStream::connect(http)).await, Ok(Ok(_)))
}

async fn on_own_line(wanted: &RehearseArgs) -> anyhow::Result<Timeline> {
    let (clock, mut timeline) = (Clock::system(), Timeline::new(wanted.budget_factor));
    let begun = clock.now();
    let line = OwnLine::start().await?;
    timeline.came(timeline::LINE_STARTED, begun, clock.now(), None);
    let client = Client::at(&line.url, &line.data().join("token"), own::OPERATOR.to_owned())?;
    let accounts = phones::load(&line.data().join("phones.toml"), &rota::read(&line.rota())?)?.accounts;
    let cast = Cast {
        number: own::NUMBER.to_owned(),
        silent: Some(login(&accounts, own::SILENT)?),
        answering: login(&accounts, own::ANSWERING)?,
        // As in line.toml.
        desk_rings: Duration::from_secs(3),
        wrap_up: Duration::from_secs(2),
        human: Duration::from_secs(20),
        owed: true,
    };
    let sip = described(&client).await?;
    let mut stage = Stage { clock, client, timeline };
    play_whole(&mut stage, sip, CALLER, &cast).await?;
    Ok(stage.timeline)
}

async fn on_running_line(
    args: &LineArgs,
    wanted: &RehearseArgs,
    sip: Option<&String>,
    number: &str,
) -> anyhow::Result<(Timeline, &'static str, &'static str)> {
    let (settings, _) = serve::read(args)?;
    let client = Client::new(args, &wanted.at)?;
    let described = described(&client).await?;
    let sip = match sip {
        Some(given) => address(given).await?,
        None => described,
    };
    let mut stage = Stage { clock: Clock::system(), client, timeline: Timeline::new(wanted.budget_factor) };
    let patience = settings.driver.patience;
    let Some(answering) = &wanted.answering else {
        let mut caller = Listener::new(Party::start(sip, WITHHELD, &stage.clock).await?);
        half::play(&mut stage, &mut caller, number, patience.announcement).await;
        caller.party.goodbye().await;
        return Ok((stage.timeline, "running", "half"));
    };
    let rota = rota::read(&settings.rota.clone().unwrap_or_else(|| settings.data.join("rota.toml")))?;
    let accounts = phones_of(
        wanted.phones.clone().or(settings.phones).unwrap_or_else(|| settings.data.join("phones.toml")),
        &rota,
    )?;
    let silent = wanted.silent.as_deref().map(|desk| login(&accounts, desk)).transpose()?;
    let cast = Cast {
        number: number.to_owned(),
        silent,
        answering: login(&accounts, answering)?,
        desk_rings: settings.routing.ring_for,
        wrap_up: settings.routing.wrap_up,
        human: patience.announcement,
        owed: false,
    };
    play_whole(&mut stage, sip, WITHHELD, &cast).await?;
    Ok((stage.timeline, "running", "whole"))
}

async fn play_whole(stage: &mut Stage, sip: SocketAddr, shown: &str, cast: &Cast) -> anyhow::Result<()> {
    let mut caller = Listener::new(Party::start(sip, shown, &stage.clock).await?);
    let mut phones = Listener::new(Party::start(sip, WITHHELD, &stage.clock).await?);
    let mut scenes = Full { stage, caller: &mut caller, phones: &mut phones, cast };
    let stopped = tokio::select! {
        // What did not come is in the timeline.
        _ = scenes.play() => false,
        () = serve::told_to_stop() => true,
    };
    scenes.leave().await;
    caller.party.goodbye().await;
    phones.party.goodbye().await;
    ensure!(!stopped, "the drill was stopped before its end; the line is left as it was");
    Ok(())
}

/// Where the line itself says that it listens.
async fn described(client: &Client) -> anyhow::Result<SocketAddr> {
    let answer = client.calls().describe_line(proto::telephony::v1::DescribeLineRequest {}).await;
    let described = answer.map_err(|status| client.refused(&status))?.into_inner();
    let first = described
        .sip_addresses
        .first()
        .context("the line names no SIP address: it runs without telephony")?;
    address(first).await
}

async fn address(text: &str) -> anyhow::Result<SocketAddr> {
    let wrong = || format!("{text:?} is not a SIP address such as 127.0.0.1:5060");
    let mut found = lookup_host(text).await.with_context(wrong)?;
    let mut address = found.next().with_context(wrong)?;
    if address.ip().is_unspecified() {
        // It listens on all of this machine's.
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    Ok(address)
}

/// A drill makes no accounts: the file must be there.
fn phones_of(file: PathBuf, rota: &on_call_rota::Rota) -> anyhow::Result<Vec<Account>> {
    if !file.exists() {
        bail!("there are no phone accounts at {}: name the line's file with --phones", file.display());
    }
    Ok(phones::load(&file, rota)?.accounts)
}

fn login(accounts: &[Account], desk: &str) -> anyhow::Result<Login> {
    let account = accounts.iter().find(|account| account.desk.as_str() == desk);
    let account =
        account.with_context(|| format!("no phone account is named {desk}: use one of the phones file"))?;
    Ok(Login { user: account.desk.to_string(), password: account.password.clone() })
}
