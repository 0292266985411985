//! Days as people see them: sealed ones as they were sealed, open ones as they are so far.

use std::collections::BTreeMap;

use domain::daily_log::KeptOpen;
use domain::ids::OperatorId;
use jiff::civil::Date;
use proto::daily_log::v1 as pb;
use shell::grpc::timestamp;

use crate::asker::Asker;
use crate::error::LogError;
use crate::gather::DayOf;
use crate::keeper::Keeper;
use crate::sealed::Sealed;
use crate::store::{ReviewRow, VersionRow, small};
use crate::wire::{self, at, dates, day_of};

/// Days in one list.
const MOST: usize = 400;
/// Days in one file or report: a year of ten windows.
const MOST_COUNTED: i64 = 4000;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Days {
    pub(crate) keeper: Keeper,
}

/// A day counted so far.
pub(crate) struct Open {
    pub(crate) sealed: Sealed,
    pub(crate) kept: Vec<KeptOpen>,
}

/// Days of a stretch: sealed or open, newest first.
pub(crate) struct Found {
    pub(crate) day: pb::Day,
    pub(crate) sealed: Sealed,
}

impl Days {
    pub(crate) async fn list(
        &self,
        asker: &Asker,
        asked: &pb::ListDaysRequest,
    ) -> Result<pb::ListDaysResponse, LogError> {
        let (from, to) = dates(&asked.from, &asked.to)?;
        let window = wire::window(&asked.window_id)?;
        let mut found = self.found(&asker.operator, &window, (from, to)).await?;
        found.truncate(MOST);
        let days: Vec<pb::Day> = found.into_iter().map(|found| found.day).collect();
        let windows = self.windows(&asker.operator).await?;
        let staff = self.keeper.staff_names(&asker.operator, days.iter().flat_map(people_of));
        Ok(pb::ListDaysResponse { days, windows, staff })
    }

    pub(crate) async fn found(
        &self,
        operator: &OperatorId,
        window: &str,
        (from, to): (Date, Date),
    ) -> Result<Vec<Found>, LogError> {
        let store = &self.keeper.store;
        let (from, to) = (from.to_string(), to.to_string());
        let span = (window, from.as_str(), to.as_str());
        let mut reviews = latest_of(store.reviews(operator, span).await?);
        let mut found = Vec::new();
        for row in store.latest_between(operator, span, MOST_COUNTED).await? {
            let review = reviews.remove(&(row.window_id.clone(), row.service_date.clone()));
            let review = review.filter(|review| review.version == row.version);
            let sealed = Sealed::read(&row.body)?;
            found.push(Found { day: self.sealed_day(&row, &sealed, review.as_ref()).await?, sealed });
        }
        for row in store.open_days(operator, span, MOST_COUNTED).await? {
            let day = DayOf::of(&row)?;
            let open = match self.open(&day).await {
                // The rota names its window no longer.
                Err(LogError::NotFound(_)) => continue,
                open => open?,
            };
            found.push(Found { day: open_day(&day, &open), sealed: open.sealed });
        }
        found.sort_by(|a, b| {
            (&b.day.service_date, &a.day.window_id).cmp(&(&a.day.service_date, &b.day.window_id))
        });
        Ok(found)
    }

    pub(crate) async fn get(
        &self,
        asker: &Asker,
        asked: &pb::GetDayRequest,
    ) -> Result<pb::GetDayResponse, LogError> {
        let day = day_of(asker, &asked.window_id, &asked.service_date)?;
        let versions = self.keeper.versions(&day).await?;
        let reviews = self.reviews(&day).await?;
        let mut shown = Vec::new();
        for row in &versions {
            let review = reviews.iter().rev().find(|review| review.version == row.version);
            shown.push(self.sealed_day(row, &Sealed::read(&row.body)?, review).await?);
        }
        let (head, sealed) = match self.wanted(&versions, asked.version)? {
            Some(row) => (shown[row].clone(), Sealed::read(&versions[row].body)?),
            None => {
                let open = self.open(&day).await?;
                (open_day(&day, &open), open.sealed)
            }
        };
        let mut said = Vec::new();
        for review in &reviews {
            said.push(self.said(review).await?);
        }
        let on_call_ids = sealed.on_call_ids();
        let people = people_of(&head).chain(said.iter().map(|review| review.staff_id.as_str()));
        let people = people.chain(on_call_ids.iter().map(String::as_str));
        let staff = self.keeper.staff_names(&asker.operator, people);
        Ok(pb::GetDayResponse {
            day: Some(head),
            versions: shown,
            reviews: said,
            hours: sealed.hours(),
            windows: self.windows(&asker.operator).await?,
            staff,
            on_call_ids,
            incidents: sealed.incidents(),
            rows: sealed.rows().iter().cloned().map(wire::row).collect(),
        })
    }

    /// Those of the rota, and without a name those that it named once: their days are still there.
    pub(crate) async fn windows(&self, operator: &OperatorId) -> Result<Vec<pb::Named>, LogError> {
        let mut windows = self.keeper.window_names(operator);
        for (id, ..) in self.keeper.store.last_days(operator).await? {
            if windows.iter().all(|window| window.id != id) {
                windows.push(pb::Named { id, name: String::new() });
            }
        }
        Ok(windows)
    }

    /// The day with its latest version, for who has just changed it.
    pub(crate) async fn day(&self, day: &DayOf) -> Result<pb::Day, LogError> {
        let versions = self.keeper.versions(day).await?;
        let latest = versions.last().ok_or(LogError::NotFound("service_date"))?;
        let reviews = self.reviews(day).await?;
        let review = reviews.iter().rev().find(|review| review.version == latest.version);
        self.sealed_day(latest, &Sealed::read(&latest.body)?, review).await
    }

    /// None: the day is open, and the latest is asked for.
    pub(crate) fn wanted(&self, versions: &[VersionRow], version: u32) -> Result<Option<usize>, LogError> {
        match (version, versions.len()) {
            (0, 0) => Ok(None),
            (0, many) => Ok(Some(many - 1)),
            (version, _) => {
                let place = versions.iter().position(|row| row.version == i64::from(version));
                place.map(Some).ok_or(LogError::NotFound("version"))
            }
        }
    }

    /// Counted now.
    pub(crate) async fn open(&self, day: &DayOf) -> Result<Open, LogError> {
        let now = self.keeper.clock.now();
        let facts = self.keeper.facts(day, None, now).await?;
        let kept = self.keeper.kept_open(day, &facts, now)?;
        Ok(Open { sealed: Sealed::of(&facts), kept })
    }

    async fn reviews(&self, day: &DayOf) -> Result<Vec<ReviewRow>, LogError> {
        let date = day.date.to_string();
        Ok(self.keeper.store.reviews(&day.operator, (day.window.as_str(), &date, &date)).await?)
    }

    async fn sealed_day(
        &self,
        row: &VersionRow,
        sealed: &Sealed,
        review: Option<&ReviewRow>,
    ) -> Result<pb::Day, LogError> {
        let said = match review {
            Some(review) => Some(self.said(review).await?),
            None => None,
        };
        let state = said.as_ref().map_or("sealed", |said| said.verdict.as_str()).to_owned();
        let said = said.unwrap_or_default();
        Ok(pb::Day {
            window_id: row.window_id.clone(),
            service_date: row.service_date.clone(),
            state,
            version: small(row.version),
            hash: row.hash.clone(),
            sealed_at: Some(timestamp(row.sealed())),
            kept_open_by: Vec::new(),
            reviewer: said.staff_id,
            reviewed_at: said.at,
            comments: said.comments,
            calls: sealed.calls(),
            day_kind: sealed.day_kind(),
        })
    }

    /// Comments whose retention is over are empty; who said what and when stays.
    async fn said(&self, review: &ReviewRow) -> Result<pb::Review, LogError> {
        let comments = match self.keeper.store.open_comments(review).await {
            Ok(comments) => comments.reveal().clone(),
            Err(LogError::Deleted) => String::new(),
            Err(error) => return Err(error),
        };
        Ok(pb::Review {
            version: small(review.version),
            verdict: review.verdict.clone(),
            staff_id: review.staff_id.clone(),
            at: Some(at(review.at_us)),
            comments,
        })
    }
}

fn open_day(day: &DayOf, open: &Open) -> pb::Day {
    pb::Day {
        window_id: day.window.to_string(),
        service_date: day.date.to_string(),
        state: "open".to_owned(),
        kept_open_by: open.kept.iter().cloned().map(wire::kept_open).collect(),
        calls: open.sealed.calls(),
        day_kind: open.sealed.day_kind(),
        ..pb::Day::default()
    }
}

/// Whose records it waits for, and who said the last word.
fn people_of(day: &pb::Day) -> impl Iterator<Item = &str> {
    let held = day.kept_open_by.iter().map(|kept| kept.staff_id.as_str());
    held.chain([day.reviewer.as_str()])
}

/// The last of each day.
fn latest_of(reviews: Vec<ReviewRow>) -> BTreeMap<(String, String), ReviewRow> {
    let key = |review: &ReviewRow| (review.window_id.clone(), review.service_date.clone());
    reviews.into_iter().map(|review| (key(&review), review)).collect()
}
