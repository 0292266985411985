//! Days of a month, a fiscal year or a quarter together.

use domain::daily_log::{Part, Report, ReportPeriod, Row, publish, report};
use proto::daily_log::v1 as pb;
use shell::audit::Entry;

use crate::asker::Asker;
use crate::days::Days;
use crate::error::LogError;
use crate::export::{File, Format, Line, Table};
use crate::wire::{self, window};

const PERIOD: &str =
    "a month such as 2026-11, a fiscal year (from April) such as 2026, or a quarter such as 2026-Q3";

const REPORT_KEYS: &[&str] = &["window_id", "window_name", "period", "part", "time_band"];

pub(crate) struct Told {
    period: ReportPeriod,
    report: Report,
    open_days: u32,
}

impl Days {
    pub(crate) async fn report(
        &self,
        asker: &Asker,
        (asked_window, asked_period): (&str, &str),
        published: bool,
    ) -> Result<Told, LogError> {
        let period = period(asked_period)?;
        let window = window(asked_window)?;
        let found = self.found(&asker.operator, &window, (period.first(), period.last())).await?;
        let report = report(period, found.iter().map(|one| one.sealed.body()));
        let open = found.iter().filter(|one| one.day.state == "open").count();
        Ok(Told {
            period,
            report: if published { publish(report) } else { report },
            open_days: u32::try_from(open).unwrap_or(u32::MAX),
        })
    }

    /// In the audit before it is handed out.
    pub(crate) async fn export_report(
        &self,
        asker: &Asker,
        asked: &pb::ExportReportRequest,
    ) -> Result<File, LogError> {
        let format: Format = asked.format.parse()?;
        let told = self.report(asker, (&asked.window_id, &asked.period), asked.publish).await?;
        let name = match asked.window_id.is_empty() {
            true => format!("daily-log-report-{}", told.period),
            false => format!("daily-log-report-{}-{}", asked.window_id, told.period),
        };
        let window = self.keeper.window_name(&asker.operator, &asked.window_id);
        let file = told.table([&asked.window_id, &window]).file(format, &name)?;
        let entry = Entry::of(&asker.who, &asker.operator, "daily_log.exported").about("report", &name);
        let entry = entry.with("format", asked.format.clone()).with("publish", asked.publish);
        self.keeper.noted(&entry).await?;
        Ok(file)
    }
}

/// The years of the holiday rule: nothing is counted outside.
fn period(text: &str) -> Result<ReportPeriod, LogError> {
    let period: Option<ReportPeriod> = text.parse().ok();
    let known = period.filter(|period| (1980..=2098).contains(&period.first().year()));
    known.ok_or_else(|| LogError::invalid("period", PERIOD))
}

impl Told {
    pub(crate) fn said(self, windows: Vec<pb::Named>) -> pb::GetReportResponse {
        let part = |part: Part| pb::ReportPart { name: part.name, row: Some(wire::row(part.row)) };
        pb::GetReportResponse {
            period: self.period.to_string(),
            rows: self.report.rows.into_iter().map(wire::row).collect(),
            parts: self.report.parts.into_iter().map(part).collect(),
            open_days: self.open_days,
            region: Some(wire::row(self.report.region)),
            windows,
        }
    }

    /// The window by id and name; both are empty for all of them.
    fn table(self, [window, name]: [&str; 2]) -> Table {
        let period = self.period.to_string();
        let line = |part: &str, row: Row| Line {
            keys: [window, name, &period, part, &row.band].map(str::to_owned).to_vec(),
            row,
        };
        let whole = self.report.rows.into_iter().map(|row| line("", row));
        let parts = self.report.parts.into_iter().map(|part| line(&part.name, part.row));
        Table { keys: REPORT_KEYS, lines: whole.chain(parts).collect() }
    }
}
