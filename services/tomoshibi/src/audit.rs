//! `tomoshibi audit`: whether anybody laid a hand on who did what. No line needs to run.

use serde_json::{Value, json};
use shell::audit::{Audit, Verdict};
use shell::clock::Clock;
use shell::store::Db;

use crate::cli::{AuditCommand, LineArgs};
use crate::settings::LineSettings;
use crate::{DOES_NOT_HOLD, HELD, say, serve, wiring};

pub(crate) fn run(args: &LineArgs, command: &AuditCommand) -> anyhow::Result<u8> {
    let (settings, _) = serve::read(args)?;
    match command {
        AuditCommand::Verify { operator, json } => {
            serve::runtime()?.block_on(verify(&settings, operator.as_deref(), *json))
        }
    }
}

async fn verify(settings: &LineSettings, only: Option<&str>, json: bool) -> anyhow::Result<u8> {
    let db = Db::open(&settings.store).await?;
    db.migrate().await?;
    let audit = Audit::new(db, Clock::system(), &wiring::sealer(settings)?);
    let operators = match only {
        Some(operator) => vec![operator.to_owned()],
        None => audit.operators().await?,
    };
    let mut verdicts = Vec::new();
    for operator in &operators {
        verdicts.push(audit.verify_named(operator).await?);
    }
    match json {
        true => say::json(&verdicts.iter().map(as_json).collect::<Vec<_>>())?,
        false => tell_all(&verdicts),
    }
    match verdicts.iter().all(Verdict::is_whole) {
        true => Ok(HELD),
        false => Ok(DOES_NOT_HOLD),
    }
}

fn tell_all(verdicts: &[Verdict]) {
    if verdicts.is_empty() {
        say::line("nothing is in the audit yet");
    }
    for verdict in verdicts {
        let state = if verdict.is_whole() { "whole" } else { "NOT as it was written" };
        say::line(format_args!("{}  {} entries  {state}", verdict.operator, verdict.rows));
        for fault in &verdict.faults {
            say::line(format_args!("  {:>6}  {}", fault.seq, fault.what));
        }
        if verdict.more {
            say::line("          and more");
        }
    }
}

fn as_json(verdict: &Verdict) -> Value {
    let faults: Vec<Value> = verdict
        .faults
        .iter()
        .map(|fault| json!({ "seq": fault.seq, "what": fault.what.to_string() }))
        .collect();
    json!({
        "operator_id": verdict.operator,
        "entries": verdict.rows,
        "whole": verdict.is_whole(),
        "faults": faults,
        "more": verdict.more,
    })
}
