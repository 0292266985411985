//! Finding people by name, kana, birth date or number, none of which the store can read.

use domain::private::Private;
use jiff::civil::Date;
use proto::triage::v1 as pb;

use super::names::normal;
use super::{Depth, People};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::PersonRow;

/// People that one search answers.
const MOST: usize = 20;
/// Digits from which on a text is a telephone number.
const NUMBER: usize = 6;
/// Characters of what is searched for.
const TEXT: usize = 200;

impl People {
    pub(crate) async fn find(&self, asker: &Asker, text: &str) -> Result<Vec<pb::Person>, TriageError> {
        let text = text.trim();
        if !(2..=TEXT).contains(&text.chars().count()) {
            let right =
                "2 to 200 characters: a part of a name or kana, a date such as 1990-04-01, or a number";
            return Err(TriageError::invalid("text", right));
        }
        let found = match (text.parse::<Date>().is_ok() && text.len() == 10, is_number(text)) {
            (true, _) => {
                let token = self.birth_token(&asker.operator, text);
                self.keeper.store.people_by_tokens(&asker.operator, &[token]).await?
            }
            (false, true) => self.by_number(asker, text).await?,
            (false, false) => self.by_name(asker, text).await?,
        };
        let ids: Vec<&str> = found.iter().map(|row| row.person_id.as_str()).collect();
        let entry = self.keeper.entry(asker, "person.found", ("person", ""), "")?.with("people", ids);
        self.keeper.looked(&entry).await?;
        let mut shown = Vec::with_capacity(found.len());
        for row in &found {
            shown.push(self.shown(row, Depth::Line).await?);
        }
        Ok(shown)
    }

    async fn by_number(&self, asker: &Asker, text: &str) -> Result<Vec<PersonRow>, TriageError> {
        let (store, operator) = (&self.keeper.store, &asker.operator);
        let index = store.sealer.blind_index(operator, &Private::new(text.to_owned()));
        let mut found: Vec<PersonRow> = Vec::new();
        for id in store.people_by_number(operator, &index, 2 * i64::from(u8::MAX)).await? {
            let root = store.root(operator, &id).await?;
            found.extend(root.filter(|row| found.iter().all(|known| known.person_id != row.person_id)));
        }
        found.truncate(MOST);
        Ok(found)
    }

    /// Having every pair of letters is not yet having them in this order.
    async fn by_name(&self, asker: &Asker, text: &str) -> Result<Vec<PersonRow>, TriageError> {
        let wanted = normal(text);
        let tokens = self.name_tokens(&asker.operator, text);
        let mut found = Vec::new();
        for row in self.keeper.store.people_by_tokens(&asker.operator, &tokens).await? {
            let details = self.keeper.store.open_details(&row).await?;
            if normal(&details.name).contains(&wanted) || normal(&details.kana).contains(&wanted) {
                found.push(row);
            }
            if found.len() == MOST {
                break;
            }
        }
        Ok(found)
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    digits >= NUMBER && !text.chars().any(char::is_alphabetic)
}
