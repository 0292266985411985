//! `tomoshibi rota …`: reads files, asks `on-call-rota`, shows the answer.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use on_call_rota::{
    Diff, Gap, HospitalGap, Operator, OperatorId, PUBLISHED_THROUGH, Period, Rota, StaffId, WindowId, diff,
    holidays,
};
use shell::clock::Clock;

use crate::cli::{Days, RotaCommand};
use crate::{DOES_NOT_HOLD, FAILED, HELD, say};

mod who;

pub(crate) fn run(command: RotaCommand) -> anyhow::Result<u8> {
    match command {
        RotaCommand::Check { files } => check(&files.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
        RotaCommand::Who { rota, at, json } => who::show(&read(&rota)?, at, json),
        RotaCommand::Coverage { rota, days, json } => coverage(&read(&rota)?, days, json),
        RotaCommand::Diff { old, new, days, json } => difference(&read(&old)?, &read(&new)?, days, json),
        RotaCommand::Holidays { from, to, json } => list_holidays(from, to, json),
        RotaCommand::Ics { rota, staff, window, days } => calendar(&read(&rota)?, staff, window, days),
    }
}

/// A rota that can be used, or all its faults as one error.
pub(crate) fn read(file: &Path) -> anyhow::Result<Rota> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read the rota {}", file.display()))?;
    Rota::read(&text).map_err(|faults| {
        let list: Vec<String> = faults.iter().map(|fault| format!("  {}: {fault}", file.display())).collect();
        anyhow::anyhow!("{} has {} faults:\n{}", file.display(), faults.len(), list.join("\n"))
    })
}

/// Whose line it is where nobody says another.
pub(crate) fn first_operator(rota: &Rota) -> anyhow::Result<OperatorId> {
    let first = rota.operators().first().map(|operator| operator.id.clone());
    first.context("the rota names no operator: add [[operator]]")
}

fn check(files: &[&Path]) -> anyhow::Result<u8> {
    let mut code = HELD;
    for file in files {
        match read(file) {
            Ok(rota) => say::line(format_args!(
                "{}: good ({} windows, {} people)",
                file.display(),
                rota.windows().len(),
                rota.staff().len()
            )),
            Err(fault) => {
                say::fault(&fault);
                code = FAILED;
            }
        }
    }
    Ok(code)
}

fn period(rota: &Rota, days: Days) -> anyhow::Result<Period> {
    ensure!(
        days.from <= days.to,
        "--from {} lies after --to {}: give the earlier day first",
        days.from,
        days.to
    );
    Ok(rota.days(days.from, days.to))
}

fn coverage(rota: &Rota, days: Days, json: bool) -> anyhow::Result<u8> {
    let period = period(rota, days)?;
    let (gaps, hospitals) = (rota.coverage(period), rota.hospital_coverage(period));
    match json {
        true => say::json(&holes(&gaps, &hospitals))?,
        false => {
            gaps.iter().for_each(|gap| say::line(at_home(rota, gap)));
            hospitals.iter().for_each(|gap| say::line(without_hospital(rota, gap)));
            let many = gaps.len() + hospitals.len();
            say::line(format_args!("{many} gaps from {} to {}", days.from, days.to));
        }
    }
    Ok(if gaps.is_empty() && hospitals.is_empty() { HELD } else { DOES_NOT_HOLD })
}

/// A hole in the staff of a group, or in the duty of hospitals.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Hole<'a> {
    Staff(&'a Gap),
    Hospitals(&'a HospitalGap),
}

fn holes<'a>(gaps: &'a [Gap], hospitals: &'a [HospitalGap]) -> Vec<Hole<'a>> {
    gaps.iter().map(Hole::Staff).chain(hospitals.iter().map(Hole::Hospitals)).collect()
}

/// In the operator's own time, as far as it has one.
fn local(operator: Option<&Operator>, at: jiff::Timestamp) -> String {
    match operator {
        Some(operator) => {
            at.to_zoned(operator.calendar.zone().clone()).strftime("%Y-%m-%d %a %H:%M").to_string()
        }
        None => at.to_string(),
    }
}

fn without_hospital(rota: &Rota, gap: &HospitalGap) -> String {
    let operator = rota.operator(&gap.operator);
    let (from, until) = (local(operator, gap.time.from), local(operator, gap.time.until));
    let area = gap.area.as_ref().map(|area| format!(" from {area}")).unwrap_or_default();
    format!("{from} – {until}  {}  hospitals: none takes people{area}", gap.operator)
}

/// A gap in the operator's own time.
fn at_home(rota: &Rota, gap: &Gap) -> String {
    let group = rota.groups().iter().find(|group| group.id == gap.group);
    let operator = group.and_then(|group| rota.operator(&group.operator));
    let (from, until) = (local(operator, gap.time.from), local(operator, gap.time.until));
    format!("{from} – {until}  {}  {}: {}", gap.group, gap.rule, gap.missing)
}

fn difference(old: &Rota, new: &Rota, days: Days, json: bool) -> anyhow::Result<u8> {
    let change = diff(old, new, period(new, days)?);
    match json {
        true => say::json(&change)?,
        false => tell(old, new, &change),
    }
    Ok(if change.opened.is_empty() { HELD } else { DOES_NOT_HOLD })
}

fn tell(old: &Rota, new: &Rota, change: &Diff) {
    change.opened.iter().for_each(|gap| say::line(format_args!("breaks  {}", at_home(new, gap))));
    change.closed.iter().for_each(|gap| say::line(format_args!("mends   {}", at_home(old, gap))));
    change.rules_removed.iter().for_each(|rule| say::line(format_args!("rule gone: {rule}")));
    change.rules_added.iter().for_each(|rule| say::line(format_args!("rule new: {rule}")));
    for person in &change.people {
        say::line(format_args!(
            "{}: {} shifts gone, {} added",
            person.staff,
            person.gone.len(),
            person.added.len()
        ));
    }
    if change.is_empty() {
        say::line("no difference");
    }
}

fn list_holidays(from: i16, to: i16, json: bool) -> anyhow::Result<u8> {
    ensure!(from <= to, "--from {from} lies after --to {to}: give the earlier year first");
    let mut all = Vec::new();
    for year in from..=to {
        all.extend(holidays(year, PUBLISHED_THROUGH)?);
    }
    match json {
        true => say::json(&all)?,
        false => all.iter().for_each(|day| {
            let provisional = if day.provisional { "  (provisional)" } else { "" };
            let weekday = day.date.strftime("%a");
            say::line(format_args!("{} {weekday}  {}  {}{provisional}", day.date, day.name_ja, day.name_en));
        }),
    }
    Ok(HELD)
}

fn calendar(rota: &Rota, staff: Option<String>, window: Option<String>, days: Days) -> anyhow::Result<u8> {
    let (period, stamp) = (period(rota, days)?, Clock::system().now().timestamp());
    let text = match (staff, window) {
        (Some(staff), _) => {
            let id: StaffId = staff.parse().with_context(|| format!("--staff {staff} is no staff id"))?;
            rota.staff_calendar(&id, period, stamp)
                .with_context(|| format!("--staff {staff} is not in this rota"))?
        }
        (None, Some(window)) => {
            let id: WindowId =
                window.parse().with_context(|| format!("--window {window} is no window id"))?;
            rota.window_calendar(&id, period, stamp)
                .with_context(|| format!("--window {window} is not in this rota"))?
        }
        (None, None) => anyhow::bail!("name a person with --staff or a window with --window"),
    };
    say::raw(&text);
    Ok(HELD)
}
