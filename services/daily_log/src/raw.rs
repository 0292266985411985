//! What days are counted from, line by line as JSON, so that anybody can count for themselves: duty, entries
//! of the ledger, signed records without anything personal, referrals, pages, alarms.

use domain::daily_log::{Facts, Span, whole};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::asker::Asker;
use crate::days::Days;
use crate::error::LogError;
use crate::gather::{DayOf, Told};
use crate::sealed::Sealed;
use crate::store::Asked;

/// Days that one file holds.
const MOST_DAYS: i32 = 31;

impl Days {
    /// Of the latest version's moment, or of now.
    pub(crate) async fn raw(
        &self,
        asker: &Asker,
        window: &str,
        (from, to): (Date, Date),
    ) -> Result<Vec<u8>, LogError> {
        if window.is_empty() {
            return Err(LogError::invalid("window_id", "one window's id: raw files are of one window"));
        }
        if (to - from).get_days() >= MOST_DAYS {
            return Err(LogError::invalid("to", "at most 31 days for a raw file"));
        }
        let window = window.parse().map_err(|_| LogError::NotFound("window_id"))?;
        let mut day = DayOf { operator: asker.operator.clone(), window, date: from };
        let mut lines = String::new();
        while day.date <= to {
            for line in self.raw_day(&day).await? {
                lines += &line.to_string();
                lines.push('\n');
            }
            day.date = day.date.saturating_add(1.day());
        }
        Ok(lines.into_bytes())
    }

    async fn raw_day(&self, day: &DayOf) -> Result<Vec<Value>, LogError> {
        let versions = self.keeper.versions(day).await?;
        let bodies = versions.iter().map(|row| Sealed::read(&row.body)).collect::<Result<Vec<_>, _>>()?;
        let frozen = bodies.first().map(|first| first.body().duty.clone());
        let as_of = bodies.last().map_or_else(|| self.keeper.clock.now(), Sealed::as_of);
        let facts = self.keeper.facts(day, frozen, as_of).await?;
        let Some((from, until)) = whole(&facts.duty) else { return Ok(Vec::new()) };
        let asked = Asked { operator: &day.operator, span: Span { from, until }, as_of };
        let calls = self.keeper.store.calls_of(asked, &day.window).await?;
        let version = versions.last().map_or(0, |row| row.version);
        let mut lines = vec![json!({
            "line": "day", "window": facts.window, "service_date": facts.service_date,
            "window_name": self.keeper.window_name(&day.operator, day.window.as_str()), "version": version, "as_of_us": as_of.micros(), "duty": facts.duty,
        })];
        lines.extend(calls.iter().flat_map(entries));
        lines.extend(beside(&facts));
        Ok(lines)
    }
}

fn entries((entries, number): &Told) -> Vec<Value> {
    let entry = |entry: &domain::ledger::Entry| {
        json!({
            "line": "entry", "call": entry.call.to_string(), "seq": entry.seq, "at_us": entry.at.micros(),
            "step": entry.step, "number": number,
        })
    };
    entries.iter().map(entry).collect()
}

fn beside(facts: &Facts) -> Vec<Value> {
    let records = facts.records.iter().filter(|record| record.signed.is_some()).map(|record| {
        json!({
            "line": "record", "record": record.record, "call": record.call.to_string(),
            "answered_us": record.answered.micros(), "signed_us": record.signed.map(|at| at.micros()),
            "qualification": record.qualification.map(|one| one.to_string()), "fields": record.fields,
        })
    });
    let referrals = facts.referrals.iter().map(referral);
    let pages = facts.pages.iter().map(|page| {
        json!({
            "line": "page", "escalation": page.escalation.to_string(), "priority": page.priority.to_string(),
            "started_us": page.started.micros(), "due_us": page.due.micros(),
            "out_us": page.out.map(|at| at.micros()),
            "acknowledged_us": page.acknowledged.map(|at| at.micros()), "escalated": page.escalated,
        })
    });
    let incidents = facts.incidents.iter().map(|one| {
        json!({
            "line": "incident", "kind": one.kind, "raised_us": one.raised.micros(),
            "cleared_us": one.cleared.map(|at| at.micros()),
        })
    });
    records.chain(referrals).chain(pages).chain(incidents).collect()
}

fn referral(referral: &domain::daily_log::Referral) -> Value {
    use domain::daily_log::Decision;
    let decided = match referral.decided {
        Some(Decision::Accepted(at)) => json!({ "outcome": "accepted", "at_us": at.micros() }),
        Some(Decision::Rejected(at)) => json!({ "outcome": "rejected", "at_us": at.micros() }),
        None => Value::Null,
    };
    let declines = referral
        .declines
        .iter()
        .map(|(at, target, reason)| json!({ "at_us": at.micros(), "target_kind": target, "reason": reason }));
    json!({
        "line": "referral", "referral": referral.referral.to_string(), "record": referral.record,
        "released_us": referral.released.micros(), "target_kind": referral.target_kind, "decided": decided,
        "declines": declines.collect::<Vec<_>>(), "settled": referral.settled, "area": referral.area,
    })
}
