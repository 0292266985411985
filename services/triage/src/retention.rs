//! Deletion by destroying keys: a year goes when every record of it is past its retention, or has been
//! given a key of its own because it is on hold. People go with their last record.

use std::time::Duration;

use domain::time::Instant;
use jiff::civil::Date;
use proto::triage::v1 as pb;

use crate::asker::Asker;
use crate::error::TriageError;
use crate::keeper::Keeper;
use crate::people::People;
use crate::records::Records;
use crate::store::{FieldRow, OWN_KEYS, Store, YearRow, small};

const YEAR: Duration = Duration::from_secs(366 * 24 * 3600);

impl Keeper {
    /// The last day on which a record that changes now is kept.
    pub(crate) fn retained_until(&self, now: Instant) -> String {
        let today = date(now);
        let years = i16::try_from(self.settings.retention_years.value).unwrap_or(i16::MAX);
        // The 29th of February becomes the 28th.
        let until = today.with().year(today.year().saturating_add(years)).build();
        let until = until.or_else(|_| today.with().day(28).year(today.year().saturating_add(years)).build());
        until.unwrap_or(Date::MAX).to_string()
    }

    /// Whoever was last heard of before this is forgotten with their last record.
    fn remembered_since(&self) -> Instant {
        self.clock.now() - YEAR * self.settings.retention_years.value
    }
}

fn date(at: Instant) -> Date {
    jiff::tz::Offset::UTC.to_datetime(at.timestamp()).date()
}

pub(crate) async fn run(
    records: &Records,
    asker: &Asker,
    rehearse: bool,
) -> Result<Vec<pb::RetentionYear>, TriageError> {
    let keeper = &records.keeper;
    let today = date(keeper.clock.now());
    let years = keeper.store.years(&asker.operator, &today.to_string(), keeper.year()).await?;
    let mut report = Vec::with_capacity(years.len());
    for year in years {
        let done = match (is_over(keeper, &year, today), rehearse) {
            (false, _) => "kept",
            (true, true) => "would_delete",
            (true, false) => delete(records, asker, &year, today).await?,
        };
        report.push(pb::RetentionYear {
            year: label(&year),
            records: small(year.records),
            on_hold: small(year.on_hold),
            done: done.to_owned(),
        });
    }
    let told = report.iter().map(|year| format!("{}: {} ({})", year.year, year.done, year.records));
    let told: Vec<String> = told.collect();
    let action = if rehearse { "retention.rehearsed" } else { "retention.run" };
    let entry = keeper.entry(asker, action, ("retention", ""), "")?;
    keeper.looked(&entry.with("years", told)).await?;
    Ok(report)
}

/// Of a year's key: nothing younger lies under it. Of one record's own: it is held no longer.
fn is_over(keeper: &Keeper, year: &YearRow, today: Date) -> bool {
    let kept = i64::from(keeper.settings.retention_years.value);
    match year.seal_year >= OWN_KEYS {
        true => year.on_hold == 0 && year.young == 0,
        false => year.young == 0 && i64::from(today.year()) > year.seal_year + kept,
    }
}

fn label(year: &YearRow) -> i32 {
    let of_records = year.service_year.as_ref().and_then(|year| year.parse().ok());
    of_records.unwrap_or_else(|| i32::try_from(year.seal_year).unwrap_or(0))
}

async fn delete(
    records: &Records,
    asker: &Asker,
    year: &YearRow,
    today: Date,
) -> Result<&'static str, TriageError> {
    let (store, operator, of) = (&records.keeper.store, &asker.operator, year.seal_year);
    for held in store.held_of(operator, of).await? {
        own_key(records, asker, &held).await?;
    }
    let mut tx = store.db.begin().await?;
    Store::forget_records(&mut tx, operator, of, &today.to_string()).await?;
    tx.commit().await?;
    people(records, asker, of).await?;
    // Something was put on hold, or written, meanwhile: the next run goes on.
    if !store.is_empty(operator, of).await? {
        return Ok("kept");
    }
    store.sealing.destroy(operator, of).await?;
    Ok("deleted")
}

/// A record on hold leaves its year.
async fn own_key(records: &Records, asker: &Asker, id: &str) -> Result<(), TriageError> {
    let (store, operator) = (&records.keeper.store, &asker.operator);
    let year = store.next_own_key(operator).await?;
    store.sealing.ready(operator, year).await?;
    let mut tx = store.db.begin().await?;
    let held = Store::record_in(&mut tx, operator, id).await?;
    let mut row = held.ok_or(TriageError::NotFound("record_id"))?;
    for field in Store::fields_in(&mut tx, id).await? {
        let place = FieldRow::row(id, field.revision);
        let place = FieldRow::place(&place, &field.name);
        let value = store.sealing.open(place, &field.sealed).await?;
        let sealed = store.sealing.seal(operator, year, place, &value).await?;
        Store::reseal_field(&mut tx, id, &FieldRow { sealed, ..field }).await?;
    }
    row.seal_year = year;
    Store::update_record(&mut tx, &row).await?;
    Ok(tx.commit().await?)
}

/// Whoever is still needed is sealed anew with this year's key; the others are forgotten.
async fn people(records: &Records, asker: &Asker, year: i64) -> Result<(), TriageError> {
    let keeper = &records.keeper;
    let (store, operator, now_year) = (&keeper.store, &asker.operator, keeper.year());
    let people = People { keeper: keeper.clone() };
    let mut forgotten = Vec::new();
    for row in store.people_of(operator, year).await? {
        let root = store.root(operator, &row.person_id).await?;
        let family = people.family_of(root.as_ref().unwrap_or(&row)).await?;
        if !store.is_needed(&family, keeper.remembered_since()).await? {
            forgotten.push(row.person_id);
            continue;
        }
        let details = store.open_details(&row).await?;
        let sealed = store.seal_details(operator, &row.person_id, now_year, &details).await?;
        store.reseal_person(&row, &sealed, now_year).await?;
    }
    for id in &forgotten {
        let mut tx = store.db.begin().await?;
        Store::forget_person(&mut tx, id).await?;
        tx.commit().await?;
    }
    for plan in store.plans_of(operator, year).await? {
        let words = store.open_plan(&plan).await?;
        let (person, revision) = (plan.person_id.as_str(), plan.revision);
        let sealed = store.seal_plan(operator, person, revision, now_year, &words).await?;
        store.reseal_plan(&plan, &sealed, now_year).await?;
    }
    Ok(())
}
