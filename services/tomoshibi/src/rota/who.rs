//! `tomoshibi rota who`: windows, who answers them, who is on duty, whom to page.

use jiff::Timestamp;
use on_call_rota::{OnDuty, Rota, Rung, Window, WindowId};
use serde::Serialize;

use crate::{HELD, say};

#[derive(Serialize)]
struct Row {
    window: WindowId,
    open: bool,
    answered_by: Option<WindowId>,
    on_duty: Vec<OnDuty>,
    ladder: Vec<Rung>,
}

pub(super) fn show(rota: &Rota, at: Timestamp, json: bool) -> anyhow::Result<u8> {
    let rows = rota.windows().iter().map(|window| row(rota, window, at)).collect::<Result<Vec<_>, _>>()?;
    match json {
        true => say::json(&rows)?,
        false => rows.iter().for_each(|row| tell(rota, row)),
    }
    Ok(HELD)
}

fn row(rota: &Rota, window: &Window, at: Timestamp) -> Result<Row, on_call_rota::NotInRoster> {
    let answered_by = rota.answering(&window.id, at)?;
    Ok(Row {
        window: window.id.clone(),
        open: answered_by.as_ref() == Some(&window.id),
        on_duty: rota.on_duty(&window.id, at)?,
        ladder: rota.ladder(&window.id, at)?,
        answered_by,
    })
}

fn tell(rota: &Rota, row: &Row) {
    match (&row.answered_by, row.open) {
        (_, true) => say::line(format_args!("{}: open", row.window)),
        (Some(other), false) => say::line(format_args!("{}: closed, {other} answers", row.window)),
        (None, false) => say::line(format_args!("{}: closed, nobody answers", row.window)),
    }
    for duty in &row.on_duty {
        let until = rota.window(&row.window).map(|window| {
            duty.time.until.to_zoned(rota.calendar(window).zone().clone()).strftime("%m-%d %H:%M")
        });
        let until = until.map_or_else(String::new, |until| format!(" until {until}"));
        say::line(format_args!("  {:<19} {}{until}", duty.role, named(rota, duty)));
    }
    for rung in &row.ladder {
        say::line(format_args!("  page {}: {}", rung.number, people(rung)));
    }
}

fn people(rung: &Rung) -> String {
    let people: Vec<String> = rung.staff.iter().map(ToString::to_string).collect();
    if people.is_empty() { "nobody".to_owned() } else { people.join(", ") }
}

fn named(rota: &Rota, duty: &OnDuty) -> String {
    let qualification =
        rota.person(&duty.staff).and_then(|person| person.qualifications.first()).map(|one| one.code());
    let instead =
        duty.instead_of.as_ref().map_or_else(String::new, |planned| format!(" instead of {planned}"));
    format!("{} ({}){instead}", duty.staff, qualification.unwrap_or("?"))
}
