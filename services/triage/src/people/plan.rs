//! クライシスプラン: what the person and those who know them have agreed on. Only with consent.

use proto::triage::v1 as pb;

use super::save::date;
use super::{People, unmerged};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::{PlanRow, PlanWords, Store};

/// Characters of each part.
const PART: usize = 4000;

impl People {
    pub(crate) async fn save_plan(
        &self,
        asker: &Asker,
        person: &str,
        asked: &pb::Plan,
    ) -> Result<String, TriageError> {
        let words = words(asked)?;
        let row = self.known(&asker.operator, person).await?;
        let (id, year) = (row.person_id, self.keeper.year());
        let (seen, next) = (i64::from(asked.revision), i64::from(asked.revision) + 1);
        let sealed = self.keeper.store.seal_plan(&asker.operator, &id, next, year, &words).await?;
        let mut tx = self.keeper.db().begin().await?;
        let held = Store::person_in(&mut tx, &asker.operator, &id).await?;
        unmerged(&held.ok_or(TriageError::NotFound("person_id"))?)?;
        let found = Store::plan_revision(&mut tx, &id).await?;
        if found != seen {
            return Err(TriageError::Stale { what: "plan", found, seen });
        }
        let plan = PlanRow {
            operator_id: asker.operator.to_string(),
            person_id: id.clone(),
            revision: next,
            at_us: self.keeper.clock.now().micros(),
            account_id: asker.account().map(|account| account.to_string()),
            sealed,
            seal_year: year,
        };
        Store::add_plan(&mut tx, &plan).await?;
        let event = self.event(asker, "plan_saved", &next.to_string());
        Store::add_person_event(&mut tx, &asker.operator, &id, &event).await?;
        let entry = self.keeper.entry(asker, "plan.saved", ("person", &id), "")?;
        self.keeper.commit(tx, &entry.with("revision", next)).await?;
        Ok(id)
    }
}

fn words(asked: &pb::Plan) -> Result<PlanWords, TriageError> {
    if !asked.consent {
        return Err(TriageError::Refused(
            "plan.consent: a plan is kept only with the person's consent".into(),
        ));
    }
    let words = PlanWords {
        early_signs: part("plan.early_signs", &asked.early_signs)?,
        what_helps: part("plan.what_helps", &asked.what_helps)?,
        whom_to_ring: part("plan.whom_to_ring", &asked.whom_to_ring)?,
        what_to_avoid: part("plan.what_to_avoid", &asked.what_to_avoid)?,
        consent_date: date("plan.consent_date", &asked.consent_date)?,
        review_on: date("plan.review_on", &asked.review_on)?,
    };
    if words.consent_date.is_empty() {
        return Err(TriageError::invalid("plan.consent_date", "the day of the consent, such as 2026-11-21"));
    }
    let all = [&words.early_signs, &words.what_helps, &words.whom_to_ring, &words.what_to_avoid];
    match all.iter().all(|part| part.trim().is_empty()) {
        true => Err(TriageError::invalid("plan.what_helps", "at least one part of a plan is written")),
        false => Ok(words),
    }
}

fn part(field: &'static str, text: &str) -> Result<String, TriageError> {
    match text.chars().count() <= PART {
        true => Ok(text.to_owned()),
        false => Err(TriageError::invalid(field, "at most 4000 characters")),
    }
}
