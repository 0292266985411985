//! `tomoshibi daily-log`: the days 日報 of a running line: list, show, verify, export.

use std::path::Path;

use anyhow::Context;
use proto::daily_log::v1 as wire;
use serde_json::{Value, json};

use crate::cli::{At, DailyLogCommand, DayArgs, ExportArgs, LineArgs};
use crate::client::Client;
use crate::shown::moment;
use crate::{DOES_NOT_HOLD, HELD, say, serve};

pub(crate) fn run(args: &LineArgs, at: &At, command: &DailyLogCommand) -> anyhow::Result<u8> {
    serve::runtime()?.block_on(async {
        let client = Client::new(args, at)?;
        match command {
            DailyLogCommand::List { window, days, json } => {
                let request = wire::ListDaysRequest {
                    operator_id: client.operator.clone(),
                    window_id: window.clone().unwrap_or_default(),
                    from: days.from.to_string(),
                    to: days.to.to_string(),
                };
                list(&client, request, *json).await?;
            }
            DailyLogCommand::Show { day, json } => show(&client, day, *json).await?,
            DailyLogCommand::Verify { day } => return verify(&client, day).await,
            DailyLogCommand::Export(wanted) => export(&client, wanted).await?,
        }
        Ok(HELD)
    })
}

async fn list(client: &Client, request: wire::ListDaysRequest, json: bool) -> anyhow::Result<()> {
    let answer = client.daily_log().list_days(request).await;
    let days = answer.map_err(|status| client.refused(&status))?.into_inner().days;
    if json {
        return say::json(&days.iter().map(day_json).collect::<Vec<_>>());
    }
    if days.is_empty() {
        say::line("no day yet");
    }
    days.iter().for_each(tell);
    Ok(())
}

fn tell(day: &wire::Day) {
    let kept: Vec<String> = day
        .kept_open_by
        .iter()
        .map(|kept| format!("{} {}", kept.why, kept.id).trim_end().to_owned())
        .collect();
    let version = if day.version > 0 { format!("version {}", day.version) } else { kept.join(", ") };
    say::line(format_args!(
        "{}  {:<12} {:<9} {:>5} calls  {version}",
        day.service_date, day.window_id, day.state, day.calls
    ));
}

async fn show(client: &Client, day: &DayArgs, json: bool) -> anyhow::Result<()> {
    let request = wire::GetDayRequest {
        operator_id: client.operator.clone(),
        window_id: day.window.clone(),
        service_date: day.date.to_string(),
        version: day.version,
    };
    let answer = client.daily_log().get_day(request).await;
    let shown = answer.map_err(|status| client.refused(&status))?.into_inner();
    let head = shown.day.unwrap_or_default();
    if json {
        let rows: Vec<Value> = shown.rows.iter().map(row_json).collect();
        return say::json(&json!({ "day": day_json(&head), "rows": rows }));
    }
    tell(&head);
    for row in &shown.rows {
        say::line(format_args!("  {}", row.band));
        let mut all: Vec<_> = row.figures.iter().chain(&row.counts).collect();
        all.sort_unstable();
        all.iter().for_each(|(name, number)| say::line(format_args!("    {name:<40} {number}")));
    }
    Ok(())
}

async fn verify(client: &Client, day: &DayArgs) -> anyhow::Result<u8> {
    let request = wire::VerifyDayRequest {
        operator_id: client.operator.clone(),
        window_id: day.window.clone(),
        service_date: day.date.to_string(),
        version: day.version,
    };
    let answer = client.daily_log().verify_day(request).await;
    let said = answer.map_err(|status| client.refused(&status))?.into_inner();
    say::line(match said.outcome.as_str() {
        "same" => "same: what was sealed is as it was, and comes out the same when it is counted again",
        "changed" => "CHANGED: what is stored is not what was sealed",
        _ => "DIFFERS: counted again it comes out otherwise",
    });
    said.differs.iter().for_each(|name| say::line(format_args!("  {name}")));
    Ok(if said.outcome == "same" { HELD } else { DOES_NOT_HOLD })
}

async fn export(client: &Client, wanted: &ExportArgs) -> anyhow::Result<()> {
    let request = wire::ExportDaysRequest {
        operator_id: client.operator.clone(),
        window_id: wanted.window.clone().unwrap_or_default(),
        from: wanted.days.from.to_string(),
        to: wanted.days.to.to_string(),
        format: if wanted.raw { "raw".to_owned() } else { wanted.format.clone() },
        publish: wanted.publish,
    };
    let answer = client.daily_log().export_days(request).await;
    let answer = answer.map_err(|status| client.refused(&status))?.into_inner();
    let file = wanted.output.as_deref().unwrap_or_else(|| Path::new(&answer.name));
    std::fs::write(file, &answer.file).with_context(|| format!("cannot write {}", file.display()))?;
    say::line(format_args!("{} ({} bytes)", file.display(), answer.file.len()));
    Ok(())
}

fn day_json(day: &wire::Day) -> Value {
    let kept = day.kept_open_by.iter().map(|kept| json!({ "why": kept.why, "id": kept.id }));
    json!({
        "window_id": day.window_id,
        "service_date": day.service_date,
        "day_kind": day.day_kind,
        "state": day.state,
        "version": day.version,
        "hash": day.hash,
        "sealed_at": moment(day.sealed_at.as_ref()),
        "reviewer": day.reviewer,
        "reviewed_at": moment(day.reviewed_at.as_ref()),
        "comments": day.comments,
        "calls": day.calls,
        "kept_open_by": kept.collect::<Vec<_>>(),
    })
}

fn row_json(row: &wire::Row) -> Value {
    json!({ "band": row.band, "figures": row.figures, "counts": row.counts })
}
