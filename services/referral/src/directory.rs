//! Whom a case can be handed to: what people keep here, and the centres and hospitals of the rota.

use domain::ids::{OperatorId, TargetId};
use domain::referral::{Target, TargetKind};
use proto::referral::v1 as pb;
use shell::store::StoreError;

use crate::asker::Asker;
use crate::choose::kind_of;
use crate::drafts::{entry, target};
use crate::error::ReferralError;
use crate::keeper::Keeper;
use crate::store::{Store, TargetRow, unreadable};
use crate::wire::{SHORT_WORD, word};

/// Targets of one referral.
const TARGETS: usize = 50;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) keeper: Keeper,
}

impl Directory {
    /// What is kept here goes before what the rota says.
    pub(crate) async fn all(&self, operator: &OperatorId) -> Result<Vec<TargetRow>, StoreError> {
        let mut rows = self.keeper.store.targets(operator).await?;
        let rota = self.keeper.rota.borrow().clone();
        let centres = rota.centres().iter().filter(|centre| centre.operator == *operator);
        let centres = centres.map(|one| from_rota(one.id.as_str(), &one.name, TargetKind::Centre));
        let hospitals = rota.hospitals().iter().filter(|hospital| hospital.operator == *operator);
        let hospitals = hospitals.map(|one| from_rota(one.id.as_str(), &one.name, kind_of(one.kind)));
        for row in centres.chain(hospitals) {
            if !rows.iter().any(|known| known.target_id == row.target_id) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    pub(crate) async fn find(
        &self,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<TargetRow>, StoreError> {
        Ok(self.all(operator).await?.into_iter().find(|row| row.target_id == id))
    }

    /// In the order in which they are asked.
    pub(crate) async fn named(
        &self,
        operator: &OperatorId,
        ids: &[String],
    ) -> Result<Vec<Target>, ReferralError> {
        if ids.len() > TARGETS {
            return Err(ReferralError::invalid("target_ids", "at most 50 targets"));
        }
        let known = self.all(operator).await?;
        let found = |id: &String| {
            let row = known.iter().find(|row| row.target_id == *id);
            row.map(as_target).unwrap_or(Err(ReferralError::NotFound("target_id")))
        };
        ids.iter().map(found).collect()
    }

    pub(crate) async fn save(&self, asker: &Asker, asked: &pb::Target) -> Result<TargetRow, ReferralError> {
        let row = self.judged(asked)?;
        let mut tx = self.keeper.store.db.begin().await?;
        Store::save_target(&mut tx, &asker.operator, &row, self.keeper.clock.now()).await?;
        let entry = entry(asker, "referral.target_saved", &row.target_id).with("way", row.way.as_str());
        self.keeper.audit.append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(row)
    }

    fn judged(&self, asked: &pb::Target) -> Result<TargetRow, ReferralError> {
        let id: TargetId = word(&asked.target_id, "target_id", SHORT_WORD)?;
        let kind: TargetKind =
            asked.kind.parse().map_err(|_| ReferralError::invalid("kind", TargetKind::CODES))?;
        if asked.name.trim().is_empty() || asked.name.chars().count() > 200 {
            return Err(ReferralError::invalid("name", "1 to 200 characters"));
        }
        for (field, text) in
            [("hours", &asked.hours), ("number", &asked.number), ("catchment", &asked.catchment)]
        {
            if text.chars().count() > 500 {
                return Err(ReferralError::invalid(field, "at most 500 characters"));
            }
        }
        let is_day = asked.last_checked.is_empty() || asked.last_checked.parse::<jiff::civil::Date>().is_ok();
        if !is_day {
            return Err(ReferralError::invalid("last_checked", "a day such as 2026-11-21, or empty"));
        }
        self.judge_way(&id, asked)?;
        Ok(TargetRow {
            target_id: id.to_string(),
            name: asked.name.trim().to_owned(),
            kind: kind.code().to_owned(),
            hours: asked.hours.clone(),
            number: asked.number.clone(),
            catchment: asked.catchment.clone(),
            last_checked: asked.last_checked.clone(),
            way: asked.way.clone(),
            url: asked.url.clone(),
        })
    }

    fn judge_way(&self, id: &TargetId, asked: &pb::Target) -> Result<(), ReferralError> {
        match asked.way.as_str() {
            "none" | "grpc" => match asked.url.is_empty() {
                true => Ok(()),
                false => Err(ReferralError::invalid("url", "is empty unless the way is webhook")),
            },
            "webhook" if !self.keeper.settings.webhooks.contains_key(id) => Err(ReferralError::invalid(
                "way",
                "webhook needs a secret: add a [[referral_webhook]] for this target to the settings",
            )),
            "webhook" => match crate::webhook::web_address(&asked.url) {
                Some(_) => Ok(()),
                None => Err(ReferralError::invalid("url", "an http or https address")),
            },
            _ => Err(ReferralError::invalid("way", "none, grpc or webhook")),
        }
    }
}

fn as_target(row: &TargetRow) -> Result<Target, ReferralError> {
    let id = row.target_id.parse().map_err(|_| unreadable("a target"))?;
    let kind = row.kind.parse().map_err(|_| unreadable("a target's kind"))?;
    Ok(target(id, kind, &row.way))
}

/// Told on paper until somebody says otherwise here.
fn from_rota(id: &str, name: &str, kind: TargetKind) -> TargetRow {
    TargetRow {
        target_id: id.to_owned(),
        name: name.to_owned(),
        kind: kind.code().to_owned(),
        way: "none".to_owned(),
        ..TargetRow::default()
    }
}
