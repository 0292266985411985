//! `tomoshibi account`: who may sign in, also while no line runs.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use console::accounts::{self, AccountsDeps, AddAccount, Listed};
use domain::ids::OperatorId;
use domain::private::Private;
use on_call_rota::Rota;
use serde_json::{Value, json};
use shell::access::Sessions;
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::clock::Clock;
use shell::folder::{self, read_secret};
use shell::ids::Ids;
use shell::store::Db;
use tokio::sync::watch;

use crate::cli::{AccountAdd, AccountCommand, LineArgs};
use crate::settings::LineSettings;
use crate::{HELD, rota, say, serve, wiring};

pub(crate) fn run(args: &LineArgs, command: AccountCommand) -> anyhow::Result<u8> {
    let (settings, _) = serve::read(args)?;
    serve::runtime()?.block_on(act(&settings, command))?;
    Ok(HELD)
}

async fn act(settings: &LineSettings, command: AccountCommand) -> anyhow::Result<()> {
    folder::private(&settings.data)
        .with_context(|| format!("cannot make the data folder {}", settings.data.display()))?;
    let (_, rota) = wiring::rota_file(settings)?;
    let deps = deps(settings, &rota).await?;
    match command {
        AccountCommand::Add(wanted) => add(settings, &deps, &rota, wanted).await,
        AccountCommand::Reset { login } => {
            let password = accounts::reset(&settings.accounts, &deps, &login).await?;
            say_once(&login, &password);
            Ok(())
        }
        AccountCommand::Link { login, subject } => link(settings, &deps, &login, subject.as_deref()).await,
        AccountCommand::List { json } => list(settings, &deps, json).await,
    }
}

/// The store and its keys, as a running line has them.
async fn deps(settings: &LineSettings, rota: &Rota) -> anyhow::Result<AccountsDeps> {
    let clock = Clock::system();
    let ids = Ids::new(clock.clone());
    let db = Db::open(&settings.store).await?;
    db.migrate().await?;
    let sealer = wiring::sealer(settings)?;
    let (alarms, _) = Alarms::start(db.clone(), clock.clone(), ids.clone());
    let sessions = Sessions::new(db.clone(), clock.clone(), ids.clone(), settings.sessions);
    let audit = Audit::new(db.clone(), clock.clone(), &sealer);
    let (_, rota) = watch::channel(Arc::new(rota.clone()));
    let browser = settings.browser.clone();
    Ok(AccountsDeps { db, clock, ids, alarms, sealer, sessions, audit, browser, rota })
}

async fn add(
    settings: &LineSettings,
    deps: &AccountsDeps,
    rota: &Rota,
    wanted: AccountAdd,
) -> anyhow::Result<()> {
    let new = AddAccount {
        operator: operator(rota, wanted.operator.as_deref())?,
        name: wanted.name.unwrap_or_else(|| name_of(rota, wanted.staff.as_deref(), &wanted.login)),
        login: wanted.login,
        staff: wanted.staff.unwrap_or_default(),
        roles: wanted.roles,
        password: secret(wanted.password_file)?,
        totp_secret: secret(wanted.totp_secret_file)?,
    };
    match accounts::add(&settings.accounts, deps, &new).await? {
        Some(password) => say_once(&new.login, &password),
        None => say::line(format_args!("{} can sign in with the password of the file", new.login)),
    }
    Ok(())
}

async fn link(
    settings: &LineSettings,
    deps: &AccountsDeps,
    login: &str,
    subject: Option<&str>,
) -> anyhow::Result<()> {
    accounts::link(&settings.accounts, deps, login, subject.unwrap_or_default()).await?;
    match subject {
        Some(_) => say::line(format_args!("{login} can sign in by the provider; their sessions have ended")),
        None => say::line(format_args!("{login} signs in by password only; their sessions have ended")),
    }
    Ok(())
}

fn operator(rota: &Rota, named: Option<&str>) -> anyhow::Result<OperatorId> {
    match named {
        Some(id) => id.parse().with_context(|| format!("--operator {id:?} is not an operator's id")),
        None => rota::first_operator(rota),
    }
}

/// The rota knows the names of staff.
fn name_of(rota: &Rota, staff: Option<&str>, login: &str) -> String {
    let person = staff.and_then(|id| rota.person(&id.parse().ok()?));
    person.map_or(login, |person| person.name.reveal()).to_owned()
}

fn secret(file: Option<PathBuf>) -> anyhow::Result<Option<Private<String>>> {
    let text = file.map(|file| read_secret(&file)).transpose()?;
    Ok(text.map(|text| Private::new(text.trim_end_matches(['\r', '\n']).to_owned())))
}

/// The one time it is seen.
fn say_once(login: &str, password: &Private<String>) {
    say::line(format_args!("one-time password of {login}, to be changed at the first sign-in:"));
    say::line(password.reveal());
}

async fn list(settings: &LineSettings, deps: &AccountsDeps, json: bool) -> anyhow::Result<()> {
    let all = accounts::list(&settings.accounts, deps).await?;
    match json {
        true => say::json(&all.iter().map(account_json).collect::<Vec<_>>())?,
        false => all.iter().for_each(|account| say::line(words(account))),
    }
    if all.is_empty() && !json {
        say::line("no accounts yet: tomoshibi account add LOGIN --role operator_admin");
    }
    Ok(())
}

fn words(account: &Listed) -> String {
    let state = match (account.disabled, account.must_change, account.has_totp) {
        (true, _, _) => "disabled",
        (false, true, _) => "has a one-time password",
        (false, false, false) => "has no second factor yet",
        (false, false, true) => "ready",
    };
    let staff = if account.staff.is_empty() { "-" } else { &account.staff };
    format!(
        "{:<24} {:<12} {:<12} {:<24} {state}",
        account.login,
        account.operator,
        staff,
        account.roles.join(",")
    )
}

fn account_json(account: &Listed) -> Value {
    json!({
        "login": account.login,
        "operator_id": account.operator,
        "staff_id": if account.staff.is_empty() { Value::Null } else { Value::from(account.staff.clone()) },
        "roles": account.roles,
        "disabled": account.disabled,
        "has_second_factor": account.has_totp,
        "has_one_time_password": account.must_change,
    })
}
