//! A new person, or a change to one.

use std::collections::BTreeSet;

use domain::ids::OperatorId;
use domain::triage::lists::Sex;
use jiff::civil::Date;
use proto::triage::v1 as pb;

use super::names::{normal, pairs};
use super::{People, unmerged};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::{Details, PersonRow, Store};

/// Characters of a name or a place.
const SHORT: usize = 200;

/// The first day of a support contract and the last; none without one, or without an end.
type Contract = (Option<String>, Option<String>);

impl People {
    pub(crate) async fn save(&self, asker: &Asker, asked: &pb::Person) -> Result<String, TriageError> {
        let details = details(asked)?;
        let contract = asked.support_contract.as_ref().map(contract).transpose()?;
        match asked.person_id.is_empty() {
            true => self.create(asker, &details, contract.unwrap_or_default()).await,
            false => self.change(asker, &asked.person_id, (&details, contract)).await,
        }
    }

    async fn create(
        &self,
        asker: &Asker,
        details: &Details,
        (support_from, support_until): Contract,
    ) -> Result<String, TriageError> {
        let id = self.keeper.ids.draw().to_string();
        let mut row = PersonRow {
            operator_id: asker.operator.to_string(),
            person_id: id.clone(),
            revision: 0,
            details_sealed: Vec::new(),
            seal_year: self.keeper.year(),
            merged_into: None,
            support_from,
            support_until,
        };
        row.details_sealed =
            self.keeper.store.seal_details(&asker.operator, &id, row.seal_year, details).await?;
        let tx = self.keeper.db().begin().await?;
        self.put(tx, asker, row, details, "created").await?;
        Ok(id)
    }

    /// Without a contract it stays as it is.
    async fn change(
        &self,
        asker: &Asker,
        id: &str,
        (details, contract): (&Details, Option<Contract>),
    ) -> Result<String, TriageError> {
        let before = self.known(&asker.operator, id).await?;
        let had = (before.support_from.clone(), before.support_until.clone());
        let same_contract = contract.as_ref().is_none_or(|now| *now == had);
        if same_contract && self.keeper.store.open_details(&before).await? == *details {
            return Ok(before.person_id);
        }
        let year = self.keeper.year();
        let sealed =
            self.keeper.store.seal_details(&asker.operator, &before.person_id, year, details).await?;
        let mut tx = self.keeper.db().begin().await?;
        let held = Store::person_in(&mut tx, &asker.operator, &before.person_id).await?;
        let held = held.ok_or(TriageError::NotFound("person_id"))?;
        unmerged(&held)?;
        let id = held.person_id.clone();
        let (support_from, support_until) =
            contract.unwrap_or_else(|| (held.support_from.clone(), held.support_until.clone()));
        let row = PersonRow {
            revision: held.revision + 1,
            details_sealed: sealed,
            seal_year: year,
            support_from,
            support_until,
            ..held
        };
        self.put(tx, asker, row, details, "changed").await?;
        Ok(id)
    }

    async fn put(
        &self,
        mut tx: shell::store::Tx,
        asker: &Asker,
        row: PersonRow,
        details: &Details,
        happened: &'static str,
    ) -> Result<(), TriageError> {
        let (operator, id) = (&asker.operator, row.person_id.as_str());
        Store::put_person(&mut tx, &row, self.keeper.clock.now()).await?;
        Store::put_tokens(&mut tx, operator, id, &self.tokens(operator, details)).await?;
        Store::add_person_event(&mut tx, operator, id, &self.event(asker, happened, "")).await?;
        let action = if happened == "created" { "person.created" } else { "person.changed" };
        self.keeper.commit(tx, &self.keeper.entry(asker, action, ("person", id), "")?).await
    }

    /// The words an entry is found by.
    fn tokens(&self, operator: &OperatorId, details: &Details) -> Vec<String> {
        let mut tokens: BTreeSet<String> = BTreeSet::new();
        for name in [&details.name, &details.kana] {
            tokens.extend(self.name_tokens(operator, name));
        }
        if !details.birth_date.is_empty() {
            tokens.insert(self.birth_token(operator, &details.birth_date));
        }
        tokens.into_iter().collect()
    }

    pub(super) fn name_tokens(&self, operator: &OperatorId, name: &str) -> Vec<String> {
        let sealer = &self.keeper.store.sealer;
        pairs(&normal(name)).iter().map(|pair| sealer.blind_word(operator, "name", pair)).collect()
    }

    pub(super) fn birth_token(&self, operator: &OperatorId, date: &str) -> String {
        self.keeper.store.sealer.blind_word(operator, "birth_date", date)
    }
}

fn details(asked: &pb::Person) -> Result<Details, TriageError> {
    let details = Details {
        name: short("person.name", &asked.name)?,
        kana: short("person.kana", &asked.kana)?,
        birth_date: date("person.birth_date", &asked.birth_date)?,
        sex: asked.sex.clone(),
        municipality: short("person.municipality", &asked.municipality)?,
    };
    if !details.sex.is_empty() && details.sex.parse::<Sex>().is_err() {
        return Err(TriageError::invalid("person.sex", format!("empty, or one of {}", Sex::CODES)));
    }
    match details.name.is_empty() && details.kana.is_empty() {
        true => Err(TriageError::invalid(
            "person.name",
            "a name or kana, 1 to 200 characters; what the person is called is enough",
        )),
        false => Ok(details),
    }
}

fn contract(asked: &pb::SupportContract) -> Result<Contract, TriageError> {
    let from = date("person.support_contract.from", &asked.from)?;
    let until = date("person.support_contract.until", &asked.until)?;
    let given = |date: String| (!date.is_empty()).then_some(date);
    match (given(from), given(until)) {
        (None, Some(_)) => Err(TriageError::invalid(
            "person.support_contract.from",
            "the first day of the contract, such as 2026-04-01, where a last day is given",
        )),
        (Some(from), Some(until)) if until < from => Err(TriageError::invalid(
            "person.support_contract.until",
            "empty, or a date that is not before the first day",
        )),
        (from, until) => Ok((from, until)),
    }
}

fn short(field: &'static str, text: &str) -> Result<String, TriageError> {
    let text = text.trim();
    match text.chars().count() <= SHORT && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err(TriageError::invalid(field, "at most 200 characters, no line ends")),
    }
}

/// An ISO date, or nothing.
pub(super) fn date(field: &'static str, text: &str) -> Result<String, TriageError> {
    match text.is_empty() || (text.len() == 10 && text.parse::<Date>().is_ok()) {
        true => Ok(text.to_owned()),
        false => Err(TriageError::invalid(field, "empty, or a date such as 1990-04-01")),
    }
}
