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
        for row in self.by_rota(operator) {
            if !rows.iter().any(|known| known.target_id == row.target_id) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn by_rota(&self, operator: &OperatorId) -> Vec<TargetRow> {
        let rota = self.keeper.rota.borrow().clone();
        let centres = rota.centres().iter().filter(|centre| centre.operator == *operator);
        let centres = centres.map(|one| from_rota(one.id.as_str(), &one.name, TargetKind::Centre));
        let hospitals = rota.hospitals().iter().filter(|hospital| hospital.operator == *operator);
        let hospitals = hospitals.map(|one| from_rota(one.id.as_str(), &one.name, kind_of(one.kind)));
        centres.chain(hospitals).collect()
    }

    /// Of a target that is not kept here.
    pub(crate) fn name_by_rota(&self, operator: &OperatorId, id: &str) -> Option<String> {
        self.by_rota(operator).into_iter().find(|row| row.target_id == id).map(|row| row.name)
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
        let row = self.judged(asked).map_err(all)?;
        let mut tx = self.keeper.store.db.begin().await?;
        Store::save_target(&mut tx, &asker.operator, &row, self.keeper.clock.now()).await?;
        let entry = entry(asker, "referral.target_saved", &row.target_id).with("way", row.way.as_str());
        self.keeper.audit.append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// As it is kept, or everything that is wrong with it.
    pub(crate) fn judged(&self, asked: &pb::Target) -> Result<TargetRow, Vec<Fault>> {
        let id = word::<TargetId>(&asked.target_id, "target_id", SHORT_WORD);
        let mut faults = faults(asked);
        match &id {
            Ok(id) => faults.extend(self.fault_of_way(id, asked)),
            Err(_) => faults.insert(0, Fault("target_id", SHORT_WORD.to_owned())),
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(TargetRow {
            target_id: asked.target_id.clone(),
            name: asked.name.trim().to_owned(),
            kind: asked.kind.clone(),
            hours: asked.hours.clone(),
            number: asked.number.clone(),
            catchment: asked.catchment.clone(),
            last_checked: asked.last_checked.clone(),
            way: asked.way.clone(),
            url: asked.url.clone(),
        })
    }

    fn fault_of_way(&self, id: &TargetId, asked: &pb::Target) -> Option<Fault> {
        let wrong = |field, right: &str| Some(Fault(field, right.to_owned()));
        match asked.way.as_str() {
            "none" | "grpc" if asked.url.is_empty() => None,
            "none" | "grpc" => wrong("url", "is empty unless the way is webhook"),
            "webhook" if !self.keeper.settings.webhooks.contains_key(id) => wrong(
                "way",
                "webhook needs a secret: add a [[referral_webhook]] for this target to the settings",
            ),
            "webhook" if crate::webhook::web_address(&asked.url).is_none() => {
                wrong("url", "an http or https address")
            }
            "webhook" => None,
            _ => wrong("way", "none, grpc or webhook"),
        }
    }
}

/// A field, and what would be right.
#[derive(Debug)]
pub(crate) struct Fault(&'static str, String);

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0, self.1)
    }
}

/// One fault is told as ever, several with their fields.
fn all(faults: Vec<Fault>) -> ReferralError {
    match faults.as_slice() {
        [Fault(field, right)] => ReferralError::invalid(*field, right.clone()),
        faults => {
            let fields: Vec<&str> = faults.iter().map(|fault| fault.0).collect();
            let right: Vec<String> = faults.iter().map(ToString::to_string).collect();
            ReferralError::invalid(fields.join(", "), right.join("; "))
        }
    }
}

fn faults(asked: &pb::Target) -> Vec<Fault> {
    let is_day = |text: &str| text.is_empty() || text.parse::<jiff::civil::Date>().is_ok();
    let is_long = |text: &str| text.chars().count() > 500;
    let is_name = |text: &str| !text.trim().is_empty() && text.chars().count() <= 200;
    let judged = [
        ("name", is_name(&asked.name), "1 to 200 characters"),
        ("kind", asked.kind.parse::<TargetKind>().is_ok(), TargetKind::CODES),
        ("hours", !is_long(&asked.hours), "at most 500 characters"),
        ("number", !is_long(&asked.number), "at most 500 characters"),
        ("catchment", !is_long(&asked.catchment), "at most 500 characters"),
        ("last_checked", is_day(&asked.last_checked), "a day such as 2026-11-21, or empty"),
    ];
    let wrong = judged.into_iter().filter(|(_, is_right, _)| !is_right);
    wrong.map(|(field, _, right)| Fault(field, right.to_owned())).collect()
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
