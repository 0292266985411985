//! Closes days: each is sealed by itself when it is over and nothing keeps it open, and again when
//! something of it has changed. What was sealed before stays beside it.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use domain::daily_log::{Facts, KeptOpen, whole};
use domain::ids::{OperatorId, WindowId};
use domain::time::Instant;
use jiff::ToSpan;
use jiff::civil::Date;
use shell::alarms::{Alarm, Alarms};
use shell::audit::Entry;
use shell::reconciler::{Left, Reconcile};

use crate::error::LogError;
use crate::gather::DayOf;
use crate::keeper::{Keeper, TOPIC};
use crate::sealed::{Sealed, hash};
use crate::store::{DueRow, Store, VersionRow, unreadable};

/// The alarm's word.
pub(crate) const STAYS_OPEN: &str = "daily_log_open";
/// Looked at in one run; what is left comes at once after it.
const AT_ONCE: i64 = 20;
/// An open day is looked at this often even when nothing of it is heard.
const OPEN_AGAIN: Duration = Duration::from_secs(600);
/// A sealed one, as long as it is young: what another node had kept for itself may have come since.
const SEALED_AGAIN: Duration = Duration::from_secs(24 * 3600);
const YOUNG: Duration = Duration::from_secs(7 * 24 * 3600);
/// Clocks of two nodes differ, and a transaction takes a moment.
const OVERLAP: Duration = Duration::from_secs(10);
/// Days before the first look that are still made up.
const MOST_DAYS: i64 = 400;

#[derive(Debug)]
pub(crate) struct Closer {
    pub(crate) keeper: Keeper,
    pub(crate) alarms: Alarms,
    /// Up to when each operator's changes were seen.
    pub(crate) seen: BTreeMap<OperatorId, Instant>,
    /// Days that are open for too long, with what keeps them.
    pub(crate) late: BTreeMap<(OperatorId, WindowId), BTreeMap<Date, String>>,
}

#[async_trait]
impl Reconcile for Closer {
    fn name(&self) -> &'static str {
        "daily_log_closer"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        for operator in self.keeper.operators() {
            self.begin_days(&operator, now).await?;
            self.follow_changes(&operator, now).await?;
        }
        let mut failed = None;
        let due = self.keeper.store.due(now, AT_ONCE).await?;
        for row in &due {
            // One that cannot be counted must not hold up the others.
            if let Err(error) = self.look(row, now).await {
                tracing::error!(window = row.window_id, date = row.service_date, %error, "a day cannot be counted");
                self.put_off(row, now).await?;
                failed = Some(error);
            }
        }
        let debt = self.late.values().map(|days| days.len() as u64).sum();
        let next = self.keeper.store.next_due().await?;
        let left = Left { debt, oldest: self.oldest(), late: 0, next };
        failed.map_or(Ok(left), |error| Err(error.into()))
    }
}

impl Closer {
    /// Every window has a row for each service date up to today's.
    async fn begin_days(&self, operator: &OperatorId, now: Instant) -> Result<(), LogError> {
        let store = &self.keeper.store;
        let Some(today) = self.keeper.service_date(operator, now) else { return Ok(()) };
        let last = store.last_days(operator).await?;
        let first = match last.is_empty() {
            true => self.first_date(operator).await?.unwrap_or(today),
            // A window that is new to the line begins now.
            false => today,
        };
        for window in self.keeper.windows(operator) {
            let known = last.iter().find(|(known, ..)| known == window.as_str());
            let mut date = match known.and_then(|(_, date, _)| date.parse::<Date>().ok()) {
                Some(date) => date.saturating_add(1.day()),
                None => first,
            };
            date = date.max(today.saturating_sub(MOST_DAYS.days()));
            while date <= today {
                self.begin_day(&DayOf { operator: operator.clone(), window: window.clone(), date }, now)
                    .await?;
                date = date.saturating_add(1.day());
            }
        }
        Ok(())
    }

    async fn first_date(&self, operator: &OperatorId) -> Result<Option<Date>, LogError> {
        let first = self.keeper.store.first_entry(operator.as_str()).await?;
        Ok(first.and_then(|at| self.keeper.service_date(operator, at)))
    }

    async fn begin_day(&self, day: &DayOf, now: Instant) -> Result<(), LogError> {
        let Some(over) = self.keeper.ends(day) else { return Ok(()) };
        let seen = self.seen.get(&day.operator).copied().unwrap_or(now);
        Ok(self.keeper.store.begin_day(&day.row(), over + self.keeper.settings.settle, seen).await?)
    }

    /// Days that something has happened to are looked at now, unless they still run.
    async fn follow_changes(&mut self, operator: &OperatorId, now: Instant) -> Result<(), LogError> {
        let store = &self.keeper.store;
        let since = match self.seen.get(operator) {
            Some(seen) => *seen,
            None => {
                let seen = store.last_days(operator).await?.into_iter().map(|(.., seen)| seen).max();
                seen.map_or(now, Instant::from_micros)
            }
        };
        for changed in store.changed(operator, since - OVERLAP).await? {
            let Some(date) = self.keeper.service_date(operator, changed.within) else { continue };
            let Ok(window) = changed.window.parse() else { continue };
            let day = DayOf { operator: operator.clone(), window, date };
            if self.is_settled(&day, now) {
                store.look_again(&day.row(), now).await?;
            }
        }
        self.seen.insert(operator.clone(), now);
        Ok(())
    }

    /// Over, and what was written in its last minute has come.
    fn is_settled(&self, day: &DayOf, now: Instant) -> bool {
        let settled = self.keeper.service_date(&day.operator, now - self.keeper.settings.settle);
        settled.is_some_and(|date| date > day.date)
    }

    async fn look(&mut self, row: &DueRow, now: Instant) -> Result<(), LogError> {
        let day = DayOf::of(row)?;
        let versions = self.keeper.versions(&day).await?;
        let latest = versions.last();
        let frozen = versions.first().map(|first| Sealed::read(&first.body)).transpose()?;
        let frozen = frozen.map(|first| first.body().duty.clone());
        let facts = self.keeper.facts(&day, frozen, now).await?;
        let kept = self.keeper.kept_open(&day, &facts, now)?;
        if !self.is_settled(&day, now) || !kept.is_empty() {
            self.tell(&day, &kept, latest.is_none(), now);
            return self.keeper.look_later(row, self.open_until(&day, now), now).await;
        }
        self.tell(&day, &kept, latest.is_none(), now);
        let next = (now.since(facts_end(&facts)) < YOUNG).then(|| now + SEALED_AGAIN);
        let sealed = Sealed::of(&facts);
        match latest.filter(|latest| sealed.says_the_same(&latest.body)) {
            Some(_) => self.keeper.look_later(row, next, now).await,
            None => {
                self.seal(&day, sealed.text(), latest.map_or(0, |latest| latest.version), next, now).await
            }
        }
    }

    fn open_until(&self, day: &DayOf, now: Instant) -> Option<Instant> {
        let late = self.keeper.late_from(&day.operator, day.date).filter(|at| *at > now);
        Some(late.map_or(now + OPEN_AGAIN, |at| at.min(now + OPEN_AGAIN)))
    }

    /// Nobody else has sealed it meanwhile, or this comes to nothing.
    async fn seal(
        &self,
        day: &DayOf,
        body: String,
        after: i64,
        next: Option<Instant>,
        now: Instant,
    ) -> Result<(), LogError> {
        let row = day.row();
        let mut tx = self.keeper.store.db.begin().await?;
        Store::looked(&mut tx, &row, next, now).await?;
        let last = Store::versions_in(&mut tx, &row).await?.last().map_or(0, |latest| latest.version);
        if last != after {
            return Ok(());
        }
        let version = VersionRow {
            window_id: row.window_id.clone(),
            service_date: row.service_date.clone(),
            version: after + 1,
            hash: hash(&body),
            body,
            sealed_us: now.micros(),
        };
        Store::seal(&mut tx, &day.operator, &version).await?;
        let entry = Entry::of_system(&day.operator, "daily_log.sealed").about("day", day.name());
        let entry = entry.with("version", version.version).with("hash", version.hash.clone());
        self.keeper.audit.append(&mut tx, &entry).await?;
        tx.commit().await?;
        self.keeper.bus.publish(TOPIC, &day.name());
        Ok(())
    }

    async fn put_off(&self, row: &DueRow, now: Instant) -> Result<(), LogError> {
        self.keeper.look_later(row, Some(now + OPEN_AGAIN), now).await
    }

    /// A day that was never sealed and is open for too long is told; one that closed takes its alarm away.
    fn tell(&mut self, day: &DayOf, kept: &[KeptOpen], unsealed: bool, now: Instant) {
        let place = (day.operator.clone(), day.window.clone());
        let is_late = self.keeper.late_from(&day.operator, day.date).is_some_and(|at| at <= now);
        let days = self.late.entry(place).or_default();
        let alarm = Alarm {
            kind: STAYS_OPEN,
            operator: Some(day.operator.clone()),
            window: Some(day.window.clone()),
        };
        if unsealed && is_late && !kept.is_empty() {
            let said = format!("{} {}", day.date, words(kept));
            if days.insert(day.date, said.clone()).as_ref() != Some(&said) {
                self.alarms.raise(alarm, Some(days.values().next().cloned().unwrap_or(said)));
            }
        } else if days.remove(&day.date).is_some() || (unsealed && is_late) {
            match days.values().next().cloned() {
                Some(said) => self.alarms.raise(alarm, Some(said)),
                None => self.alarms.clear(&alarm),
            }
        }
    }

    fn oldest(&self) -> Option<Instant> {
        let late =
            self.late.iter().flat_map(|((operator, _), days)| days.keys().map(move |date| (operator, date)));
        late.filter_map(|(operator, date)| self.keeper.late_from(operator, *date)).min()
    }
}

/// `unsigned_record 2, open_referral 1`: what keeps it, and how many of each.
fn words(kept: &[KeptOpen]) -> String {
    let mut many: BTreeMap<String, u32> = BTreeMap::new();
    for one in kept {
        *many.entry(one.why.to_string()).or_default() += 1;
    }
    many.iter().map(|(why, many)| format!("{why} {many}")).collect::<Vec<_>>().join(", ")
}

fn facts_end(facts: &Facts) -> Instant {
    whole(&facts.duty).map_or(facts.as_of, |(_, until)| until)
}

impl DayOf {
    pub(crate) fn of(row: &DueRow) -> Result<Self, LogError> {
        Ok(Self {
            operator: row.operator_id.parse().map_err(|_| unreadable("operator"))?,
            window: row.window_id.parse().map_err(|_| unreadable("window"))?,
            date: row.service_date.parse().map_err(|_| unreadable("service date"))?,
        })
    }

    pub(crate) fn row(&self) -> DueRow {
        DueRow {
            operator_id: self.operator.to_string(),
            window_id: self.window.to_string(),
            service_date: self.date.to_string(),
        }
    }

    /// As it is called in the audit and on the bus.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.window, self.date)
    }
}
