//! Whether a sealed version is what was sealed, and comes out the same when it is counted again.

use domain::daily_log::differs;
use proto::daily_log::v1 as pb;
use shell::audit::Entry;

use crate::asker::Asker;
use crate::days::Days;
use crate::error::LogError;
use crate::gather::DayOf;
use crate::sealed::{Sealed, hash};
use crate::store::VersionRow;
use crate::wire::day_of;

impl Days {
    pub(crate) async fn verify(
        &self,
        asker: &Asker,
        asked: &pb::VerifyDayRequest,
    ) -> Result<pb::VerifyDayResponse, LogError> {
        let day = day_of(asker, &asked.window_id, &asked.service_date)?;
        let versions = self.keeper.versions(&day).await?;
        let place = self.wanted(&versions, asked.version)?;
        let place = place.ok_or(LogError::Refused("day is open: nothing is sealed yet"))?;
        let row = &versions[place];
        let answer = match hash(&row.body) == row.hash && self.is_in_the_audit(&day, row).await? {
            false => pb::VerifyDayResponse { outcome: "changed".to_owned(), differs: Vec::new() },
            true => self.recounted(&day, &versions, place).await?,
        };
        let entry = Entry::of(&asker.who, &asker.operator, "daily_log.verified").about("day", day.name());
        let entry = entry.with("version", row.version).with("outcome", answer.outcome.clone());
        self.keeper.noted(&entry).await?;
        Ok(answer)
    }

    /// As the seal says, in a chain that is keyed outside the store: who changes body and hash alike is found.
    async fn is_in_the_audit(&self, day: &DayOf, row: &VersionRow) -> Result<bool, LogError> {
        let told = self.keeper.store.sealings(&day.operator, &day.name()).await?;
        let hash = |detail: &String| serde_json::from_str::<serde_json::Value>(detail).ok();
        let mut told = told.iter().filter_map(hash);
        Ok(told.any(|detail| detail["version"] == row.version && detail["hash"] == row.hash.as_str()))
    }

    async fn recounted(
        &self,
        day: &DayOf,
        versions: &[VersionRow],
        place: usize,
    ) -> Result<pb::VerifyDayResponse, LogError> {
        let (first, then) = (Sealed::read(&versions[0].body)?, Sealed::read(&versions[place].body)?);
        let duty = Some(first.body().duty.clone());
        let facts = self.keeper.facts(day, duty, then.as_of()).await?;
        let again = Sealed::of(&facts).text();
        match again == versions[place].body {
            true => Ok(pb::VerifyDayResponse { outcome: "same".to_owned(), differs: Vec::new() }),
            false => {
                let differs = differs(&versions[place].body, &again);
                Ok(pb::VerifyDayResponse { outcome: "differs".to_owned(), differs })
            }
        }
    }
}
