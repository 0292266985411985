//! `tomoshibi desks`: who sits where, and what they are doing.

use proto::routing::v1 as wire;
use serde_json::json;
use shell::grpc::instant;

use crate::cli::{At, DeskCommand, LineArgs};
use crate::client::Client;
use crate::{HELD, say, serve};

pub(crate) fn run(args: &LineArgs, at: &At, command: Option<&DeskCommand>, json: bool) -> anyhow::Result<u8> {
    serve::runtime()?.block_on(async {
        let client = Client::new(args, at)?;
        match command {
            None => list(&client, json).await?,
            Some(DeskCommand::Pause { desk }) => {
                let request =
                    wire::PauseDeskRequest { operator_id: client.operator.clone(), desk_id: desk.clone() };
                client.desks().pause_desk(request).await.map_err(|status| client.refused(&status))?;
            }
            Some(DeskCommand::Resume { desk }) => {
                let request =
                    wire::ResumeDeskRequest { operator_id: client.operator.clone(), desk_id: desk.clone() };
                client.desks().resume_desk(request).await.map_err(|status| client.refused(&status))?;
            }
        }
        Ok(HELD)
    })
}

async fn list(client: &Client, json: bool) -> anyhow::Result<()> {
    let request = wire::ListDesksRequest { operator_id: client.operator.clone() };
    let desks = client
        .desks()
        .list_desks(request)
        .await
        .map_err(|status| client.refused(&status))?
        .into_inner()
        .desks;
    if json {
        return say::json(&desks.iter().map(desk_json).collect::<Vec<_>>());
    }
    if desks.is_empty() {
        say::line("no desk has been signed in yet: register a phone of phones.toml in the data folder");
    }
    for desk in &desks {
        let duty = if desk.on_duty { "on duty" } else { "off duty" };
        say::line(format_args!("{:<12} {:<12} {:<9} {}", desk.desk_id, desk.staff_id, duty, presence(desk)));
    }
    Ok(())
}

fn presence(desk: &wire::Desk) -> String {
    let reason = match desk.pause_reason() {
        wire::PauseReason::Unspecified => "",
        wire::PauseReason::Own => " (own)",
        wire::PauseReason::NoAnswer => " (did not answer; `tomoshibi desks resume` ends it)",
        wire::PauseReason::Unreachable => " (phone not reachable)",
    };
    let presence = match desk.presence() {
        wire::Presence::Unspecified | wire::Presence::SignedOut => "signed out",
        wire::Presence::Available => "free",
        wire::Presence::Paused => "paused",
        wire::Presence::Offered => "ringing",
        wire::Presence::InCall => "in call",
        wire::Presence::WrapUp => "wrap-up",
    };
    format!("{presence}{reason}")
}

fn desk_json(desk: &wire::Desk) -> serde_json::Value {
    json!({
        "desk_id": desk.desk_id,
        "staff_id": desk.staff_id,
        "on_duty": desk.on_duty,
        "presence": presence_code(desk),
        "since": desk.since.as_ref().map(|since| instant(since).timestamp().to_string()),
        "call_id": desk.call_id,
    })
}

fn presence_code(desk: &wire::Desk) -> String {
    desk.presence().as_str_name().trim_start_matches("PRESENCE_").to_ascii_lowercase()
}
