//! An entry as people see it, and who may see it.

use proto::triage::v1 as pb;

use super::People;
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::{Details, PersonEvent, PersonRow, PlanRow, PlanWords, small};
use crate::wire::at;

/// How much of an entry is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Enough to tell people apart.
    Line,
    /// And what helps while they are on the line.
    Plan,
    /// And what was done with the entry.
    History,
}

impl People {
    /// With a reason, unless a call or a draft of one's own is about them.
    pub(crate) async fn get(&self, asker: &Asker, id: &str, reason: &str) -> Result<pb::Person, TriageError> {
        let row = self.known(&asker.operator, id).await?;
        let has_part = self.has_part(asker, &row).await?;
        let reason = self.keeper.reason_of(has_part, reason)?;
        let entry = self.keeper.entry(asker, "person.viewed", ("person", &row.person_id), reason)?;
        self.keeper.looked(&entry).await?;
        self.shown(&row, Depth::History).await
    }

    async fn has_part(&self, asker: &Asker, row: &PersonRow) -> Result<bool, TriageError> {
        let Some(account) = asker.account() else { return Ok(false) };
        let family = self.family_of(row).await?;
        Ok(self.keeper.store.writes_about(&family, account).await?)
    }

    /// All entries for the human whom this entry stands for.
    pub(crate) async fn family_of(&self, row: &PersonRow) -> Result<Vec<String>, TriageError> {
        let operator = row.operator_id.parse().map_err(|_| TriageError::NotFound("person_id"))?;
        Ok(self.keeper.store.family(&operator, &row.person_id).await?)
    }

    pub(crate) async fn shown(&self, row: &PersonRow, depth: Depth) -> Result<pb::Person, TriageError> {
        let store = &self.keeper.store;
        let family = self.family_of(row).await?;
        let mut said = said(row, store.open_details(row).await?);
        said.records = small(store.records_about(&family).await?);
        if depth != Depth::Line
            && let Some(plan) = store.latest_plan(&family).await?
        {
            said.plan = Some(plan_said(&plan, store.open_plan(&plan).await?));
        }
        if depth == Depth::History {
            said.history = store.person_events(&row.person_id).await?.into_iter().map(event_said).collect();
        }
        Ok(said)
    }
}

fn said(row: &PersonRow, details: Details) -> pb::Person {
    pb::Person {
        person_id: row.person_id.clone(),
        name: details.name,
        kana: details.kana,
        birth_date: details.birth_date,
        sex: details.sex,
        municipality: details.municipality,
        merged_into: row.merged_into.clone().unwrap_or_default(),
        support_contract: row.support_from.as_ref().map(|from| pb::SupportContract {
            from: from.clone(),
            until: row.support_until.clone().unwrap_or_default(),
        }),
        ..pb::Person::default()
    }
}

fn plan_said(row: &PlanRow, words: PlanWords) -> pb::Plan {
    pb::Plan {
        revision: small(row.revision),
        at: Some(at(row.at_us)),
        account_id: row.account_id.clone().unwrap_or_default(),
        early_signs: words.early_signs,
        what_helps: words.what_helps,
        whom_to_ring: words.whom_to_ring,
        what_to_avoid: words.what_to_avoid,
        // Without it there would be no plan.
        consent: true,
        consent_date: words.consent_date,
        review_on: words.review_on,
    }
}

fn event_said(event: PersonEvent) -> pb::PersonEvent {
    pb::PersonEvent {
        at: Some(at(event.at_us)),
        account_id: event.account_id.unwrap_or_default(),
        happened: event.happened,
        with: event.with_id,
    }
}
