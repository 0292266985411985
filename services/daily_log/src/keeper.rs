//! What every answer needs at hand.

use std::sync::Arc;

use domain::daily_log::{self, Duty, Facts, KeptBy, KeptOpen};
use domain::ids::{OperatorId, WindowId};
use domain::time::Instant;
use jiff::ToSpan;
use jiff::civil::Date;
use on_call_rota::Rota;
use shell::audit::{Audit, Entry};
use shell::bus::Bus;
use shell::clock::Clock;
use tokio::sync::watch;

use crate::config::Settings;
use crate::error::LogError;
use crate::gather::DayOf;
use crate::store::{DueRow, Store, VersionRow};

/// What days are called on the bus; the key is window and service date.
pub const TOPIC: &str = "daily_log";

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) bus: Bus,
    pub(crate) audit: Audit,
    pub(crate) settings: Arc<Settings>,
    pub(crate) rota: watch::Receiver<Arc<Rota>>,
}

impl Keeper {
    /// Written before what was asked for is answered.
    pub(crate) async fn noted(&self, entry: &Entry) -> Result<(), LogError> {
        Ok(self.audit.note(entry).await.map(drop)?)
    }

    pub(crate) fn operators(&self) -> Vec<OperatorId> {
        self.rota.borrow().operators().iter().map(|operator| operator.id.clone()).collect()
    }

    pub(crate) fn windows(&self, of: &OperatorId) -> Vec<WindowId> {
        let rota = self.rota.borrow();
        rota.windows()
            .iter()
            .filter(|window| window.operator == *of)
            .map(|window| window.id.clone())
            .collect()
    }

    /// None for an operator that the rota does not name.
    pub(crate) fn service_date(&self, operator: &OperatorId, at: Instant) -> Option<Date> {
        let rota = self.rota.borrow();
        Some(rota.operator(operator)?.calendar.service_date(at.timestamp()))
    }

    /// When the day is over.
    pub(crate) fn ends(&self, day: &DayOf) -> Option<Instant> {
        let rota = self.rota.borrow();
        Some(rota.operator(&day.operator)?.calendar.service_day_ends(day.date).into())
    }

    /// What rota and calendar say of it now.
    pub(crate) fn duty(&self, window: &WindowId, date: Date) -> Duty {
        let rota = self.rota.borrow().clone();
        daily_log::duty(&rota, window, date)
    }

    /// As it stands now, or stood when the version was sealed. Duty is what the first version froze.
    pub(crate) async fn facts(
        &self,
        day: &DayOf,
        frozen: Option<Duty>,
        as_of: Instant,
    ) -> Result<Facts, LogError> {
        let duty = frozen.unwrap_or_else(|| self.duty(&day.window, day.date));
        self.store.facts(day, duty, as_of).await
    }

    pub(crate) fn kept_open(
        &self,
        day: &DayOf,
        facts: &Facts,
        now: Instant,
    ) -> Result<Vec<KeptOpen>, LogError> {
        let rota = self.rota.borrow();
        let operator = rota.operator(&day.operator).ok_or(LogError::NotFound("operator_id"))?;
        let mut kept = daily_log::kept_open(facts, now, &operator.calendar);
        // Its draft is still to come.
        let unwritten = facts.calls.iter().filter(|call| {
            call.answered.is_some() && !call.is_test && !facts.records.iter().any(|one| one.call == call.call)
        });
        kept.extend(unwritten.map(|call| KeptOpen {
            why: KeptBy::UnsignedRecord,
            id: call.call.to_string(),
            staff: None,
        }));
        Ok(kept)
    }

    pub(crate) async fn versions(&self, day: &DayOf) -> Result<Vec<VersionRow>, LogError> {
        let (window, date) = (day.window.as_str(), day.date.to_string());
        Ok(self.store.versions(&day.operator, window, &date).await?)
    }

    pub(crate) async fn look_later(
        &self,
        row: &DueRow,
        next: Option<Instant>,
        seen: Instant,
    ) -> Result<(), LogError> {
        let mut tx = self.store.db.begin().await?;
        Store::looked(&mut tx, row, next, seen).await?;
        Ok(tx.commit().await?)
    }

    /// The moment after which a day that is still open is told to the supervisor.
    pub(crate) fn late_from(&self, operator: &OperatorId, date: Date) -> Option<Instant> {
        let rota = self.rota.borrow();
        let zone = rota.operator(operator)?.calendar.zone().clone();
        let late = date.checked_add(1.day()).ok()?.to_datetime(self.settings.late_at).to_zoned(zone).ok()?;
        Some(Instant::from_micros(late.timestamp().as_microsecond()))
    }

    /// Midnight of a date where the operator is.
    pub(crate) fn midnight(&self, operator: &OperatorId, date: Date) -> Result<Instant, LogError> {
        let rota = self.rota.borrow();
        let operator = rota.operator(operator).ok_or(LogError::NotFound("operator_id"))?;
        let zone = operator.calendar.zone().clone();
        let midnight = date.to_zoned(zone).map_err(|_| LogError::invalid("from", "a date of our time"))?;
        Ok(Instant::from_micros(midnight.timestamp().as_microsecond()))
    }
}
