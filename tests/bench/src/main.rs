//! Plays the rows of the table of goals (README of this folder) by its rules: floor and line in turn, one in
//! flight; rounds that other work disturbed are discarded; fewer than seven valid ones are no result.
//!
//! `cargo run --release -p bench -- all`, or one row by name; `--quick` to see that it works. It ends with
//! 1 and a sentence when something happened that must never happen.

mod contract;
mod floor;
mod house;
mod line;
mod load;
mod options;
mod peers;
mod plot;
mod report;
mod round;
mod rows;
mod sip;
mod statistics;
mod validity;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

use options::{Command, How, Options};
use peers::Peers;
use report::{Report, Row, say};
use rows::Run;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // The same one as everywhere; a second installation changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ended = if let Command::Serve { what, url, redis, folder } = options.command {
        house::serve(what, &url, &redis, &folder).await.map(|()| Vec::new())
    } else {
        measure(options.command, &options.how).await
    };
    match ended {
        Ok(failures) if failures.is_empty() => ExitCode::SUCCESS,
        Ok(failures) => {
            failures.iter().for_each(|failure| say(&format!("FAILED: {failure}")));
            ExitCode::FAILURE
        }
        Err(fault) => {
            say(&format!("FAILED: {fault:#}"));
            ExitCode::FAILURE
        }
    }
}

/// What failed.
async fn measure(command: Command, how: &How) -> anyhow::Result<Vec<String>> {
    if let Command::Load(load) = &command {
        return load::run(load, how).await;
    }
    let before = how.against.as_deref().map(Report::read).transpose()?;
    let peers = Peers::start(how.store).await?;
    let mut report = Report::new(peers.settings.clone(), how.quick);
    report.settings.iter().for_each(|setting| say(setting));
    say(&format!("load {}", report.load_before));
    let run = Run { peers: &peers, how };
    let asked = if matches!(command, Command::All) { every() } else { vec![command] };
    for command in asked {
        for row in rows_of(command, &run).await? {
            report.add(row);
        }
        // What was measured is not lost when a later row fails.
        report.write(&how.out)?;
    }
    Ok(report.failures(before.as_ref()))
}

fn every() -> Vec<Command> {
    let rates = vec![50.0, 200.0, 500.0];
    vec![
        Command::Call,
        Command::CallOpen { rates: rates.clone() },
        Command::Page,
        Command::Triage,
        Command::Referral,
        Command::OnDuty,
        Command::Audit,
        Command::Arrivals,
        Command::Sip { rates },
    ]
}

async fn rows_of(command: Command, run: &Run<'_>) -> anyhow::Result<Vec<Row>> {
    match command {
        Command::Call => rows::call::one_in_flight(run).await,
        Command::Page => rows::page::rows(run).await,
        Command::OnDuty => rows::on_duty::rows(run).await,
        Command::Audit => rows::audit::rows(run).await,
        Command::Triage => rows::triage::rows(run).await,
        Command::Referral => rows::referral::rows(run).await,
        Command::CallOpen { rates } => rows::call::open_loop(run, &rates).await,
        Command::Arrivals => rows::call::arrivals(run).await,
        Command::Sip { rates } => rows::sip::rows(run, &rates).await,
        Command::All | Command::Load(_) | Command::Serve { .. } => Ok(Vec::new()),
    }
}
