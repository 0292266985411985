//! What a counsellor has before them while they talk. It informs; nobody is ever turned away by it.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ids::CallId;
use domain::triage::lists::Flag;
use proto::triage::v1 as pb;

use crate::asker::Asker;
use crate::error::TriageError;
use crate::people::{Depth, People};
use crate::records::{Records, line};
use crate::store::{CallFacts, LineRow};
use crate::wire::{UUID, word};

/// Earlier records that are shown.
const EARLIER: i64 = 20;
/// Of those, and of older ones, flags are read.
const FLAGS: i64 = 200;
const CANDIDATES: i64 = 20;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Cases {
    pub(crate) records: Records,
    pub(crate) people: People,
}

impl Cases {
    pub(crate) async fn get(
        &self,
        asker: &Asker,
        asked: &pb::GetCaseRequest,
    ) -> Result<pb::Case, TriageError> {
        let keeper = &self.records.keeper;
        let call: CallId = word(&asked.call_id, "call_id", UUID)?;
        let facts = keeper.store.call(&asker.operator, call).await?;
        let facts = facts.ok_or(TriageError::NotFound("call_id"))?;
        let reason = keeper.reason_of(self.has_part(asker, &facts).await?, &asked.reason)?;
        let entry = keeper.entry(asker, "case.viewed", ("case", &call.to_string()), reason)?;
        keeper.looked(&entry).await?;
        self.case(asker, &facts).await
    }

    async fn has_part(&self, asker: &Asker, facts: &CallFacts) -> Result<bool, TriageError> {
        match self.records.keeper.store.record_of(&asker.operator, facts.call).await? {
            Some(row) => self.records.has_part(asker, &row).await,
            None => self.records.is_in(asker, facts).await,
        }
    }

    async fn case(&self, asker: &Asker, facts: &CallFacts) -> Result<pb::Case, TriageError> {
        let (store, operator) = (&self.records.keeper.store, &asker.operator);
        let (person, candidates) = self.people(asker, facts).await?;
        let mut family = Vec::new();
        if let Some(person) = &person {
            family = store.family(operator, &person.person_id).await?;
        }
        let (index, call) = (facts.number_index.as_deref(), facts.call.to_string());
        let mut earlier = store.earlier(operator, index, &family, &call, FLAGS).await?;
        let (month, flags) = self.flags(facts, &earlier, person.iter().chain(&candidates)).await?;
        earlier.truncate(usize::try_from(EARLIER).unwrap_or(usize::MAX));
        Ok(pb::Case {
            call_id: call,
            window_id: facts.window.to_string(),
            number: facts.number.as_ref().map(|number| number.reveal().clone()).unwrap_or_default(),
            withheld: facts.withheld,
            earlier: earlier.into_iter().map(line).collect(),
            calls_in_30_days: month,
            person,
            candidates,
            flags,
        })
    }

    /// Whom the record is about, and whom earlier calls from the number were about.
    async fn people(
        &self,
        asker: &Asker,
        facts: &CallFacts,
    ) -> Result<(Option<pb::Person>, Vec<pb::Person>), TriageError> {
        let (store, operator) = (&self.records.keeper.store, &asker.operator);
        let record = store.record_of(operator, facts.call).await?;
        let mut person = None;
        if let Some(id) = record.and_then(|row| row.person_id)
            && let Some(root) = store.root(operator, &id).await?
        {
            person = Some(self.people.shown(&root, Depth::Plan).await?);
        }
        let known = match &facts.number_index {
            Some(index) => store.people_by_number(operator, index, CANDIDATES).await?,
            None => Vec::new(),
        };
        let mut seen: BTreeSet<String> =
            person.iter().map(|one: &pb::Person| one.person_id.clone()).collect();
        let mut candidates = Vec::new();
        for id in known {
            let Some(root) = store.root(operator, &id).await? else { continue };
            if seen.insert(root.person_id.clone()) {
                candidates.push(self.people.shown(&root, Depth::Plan).await?);
            }
        }
        Ok((person, candidates))
    }

    /// Calls in 30 days; the flags that earlier records carry, and those that are counted.
    async fn flags<'a>(
        &self,
        facts: &CallFacts,
        earlier: &[LineRow],
        people: impl Iterator<Item = &'a pb::Person>,
    ) -> Result<(u32, Vec<String>), TriageError> {
        let keeper = &self.records.keeper;
        let (mut month, mut year) = (0, 0);
        if let Some(index) = &facts.number_index {
            let now = keeper.clock.now();
            month = keeper.store.calls_since(&facts.operator, index, now - 30 * DAY).await?;
            year = keeper.store.calls_since(&facts.operator, index, now - 365 * DAY).await?;
        }
        let carried = earlier.iter().flat_map(|row| row.flags.split_whitespace());
        let mut flags: BTreeSet<String> = carried.map(str::to_owned).collect();
        let settings = &keeper.settings;
        if month >= settings.frequent_per_month.value || year >= settings.frequent_per_year.value {
            flags.insert(Flag::Frequent.code().to_owned());
        }
        if people.into_iter().any(|person| person.plan.is_some()) {
            flags.insert(Flag::CarePlan.code().to_owned());
        }
        Ok((month, flags.into_iter().collect()))
    }
}
