//! Telephone support at night to people who have a support contract: evidence for 緊急時支援.

use domain::ids::OperatorId;
use jiff::ToSpan;
use jiff::civil::Date;
use proto::daily_log::v1 as pb;
use shell::audit::Entry;

use crate::asker::Asker;
use crate::days::Days;
use crate::error::LogError;
use crate::store::NightRow;
use crate::wire::{at, dates};

/// 22:00 to 06:00 on the operator's clock.
const FROM: i8 = 22;
const UNTIL: i8 = 6;
const MINUTE: i64 = 60_000_000;

impl Days {
    /// Signed records of calls that were answered on these dates.
    pub(crate) async fn night_support(
        &self,
        asker: &Asker,
        asked: &pb::ListNightSupportRequest,
    ) -> Result<Vec<pb::NightSupport>, LogError> {
        let (from, to) = dates(&asked.from, &asked.to)?;
        let entry = Entry::of(&asker.who, &asker.operator, "daily_log.night_support")
            .about("days", format!("{from}/{to}"));
        let keeper = &self.keeper;
        let after = to.checked_add(1.day()).map_err(|_| LogError::invalid("to", "a date of our time"))?;
        let span = (keeper.midnight(&asker.operator, from)?, keeper.midnight(&asker.operator, after)?);
        let mut calls = keeper.store.supported(&asker.operator, span).await?;
        calls.retain(|call| self.is_support(&asker.operator, call));
        keeper.noted(&entry.with("calls", calls.len())).await?;
        Ok(calls.into_iter().map(said).collect())
    }

    /// At night, and while the contract held.
    fn is_support(&self, operator: &OperatorId, call: &NightRow) -> bool {
        let rota = self.keeper.rota.borrow();
        let Some(operator) = rota.operator(operator) else { return false };
        let answered = jiff::Timestamp::from_microsecond(call.answered_us).unwrap_or_default();
        let local = operator.calendar.zone().to_datetime(answered);
        let holds = |bound: Option<&str>, is: fn(Date, Date) -> bool| {
            bound.and_then(|date| date.parse().ok()).is_none_or(|date| is(local.date(), date))
        };
        let is_night = local.hour() >= FROM || local.hour() < UNTIL;
        is_night
            && holds(Some(&call.support_from), |day, from| day >= from)
            && holds(call.support_until.as_deref(), |day, until| day <= until)
    }
}

fn said(call: NightRow) -> pb::NightSupport {
    let length = call.ended_us.map_or(0, |ended| ended - call.answered_us);
    pb::NightSupport {
        person_id: call.person_id,
        record_id: call.record_id,
        answered_at: Some(at(call.answered_us)),
        ended_at: call.ended_us.map(at),
        minutes: u32::try_from(length / MINUTE).unwrap_or_default(),
        disposition: call.disposition.trim().to_owned(),
        staff_id: call.author_staff,
    }
}
