//! The directory of targets as a file for spreadsheets, out and in again: all of its lines or none.

use proto::referral::v1 as pb;

use crate::asker::Asker;
use crate::csv;
use crate::directory::Directory;
use crate::drafts::entry;
use crate::error::ReferralError;
use crate::store::{Store, TargetRow};

const COLUMNS: [&str; 9] =
    ["target_id", "name", "kind", "hours", "number", "catchment", "last_checked", "way", "url"];
/// Without these a line says nothing.
const NEEDED: [&str; 3] = ["target_id", "name", "kind"];
/// Of one file.
const LINES: usize = 2000;
const BYTES: usize = 1 << 20;
/// Faults told at once.
const TOLD: usize = 100;

impl Directory {
    /// What the rota adds is in it too: taken in again, it is kept here from then on.
    pub(crate) async fn exported(&self, asker: &Asker) -> Result<pb::ExportTargetsResponse, ReferralError> {
        let rows = self.all(&asker.operator).await?;
        let looked = entry(asker, "referral.targets_exported", "").with("targets", rows.len());
        self.keeper.looked(&looked).await?;
        let lines = rows.iter().map(cells);
        let csv = csv::written(std::iter::once(COLUMNS.to_vec()).chain(lines));
        Ok(pb::ExportTargetsResponse { csv })
    }

    /// Targets that are not in the file stay as they are.
    pub(crate) async fn imported(
        &self,
        asker: &Asker,
        text: &str,
    ) -> Result<pb::ImportTargetsResponse, ReferralError> {
        let rows = self.read(text)?;
        let known = self.keeper.store.targets(&asker.operator).await?;
        let mut done = pb::ImportTargetsResponse::default();
        let mut tx = self.keeper.store.db.begin().await?;
        for row in &rows {
            match known.iter().find(|one| one.target_id == row.target_id) {
                Some(one) if one == row => {
                    done.unchanged += 1;
                    continue;
                }
                Some(_) => done.changed += 1,
                None => done.added += 1,
            }
            Store::save_target(&mut tx, &asker.operator, row, self.keeper.clock.now()).await?;
        }
        let entry = entry(asker, "referral.targets_imported", "");
        let entry = entry.with("added", done.added).with("changed", done.changed);
        self.keeper.audit.append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Every fault of every line at once.
    fn read(&self, text: &str) -> Result<Vec<TargetRow>, ReferralError> {
        if text.len() > BYTES {
            return Err(ReferralError::invalid("csv", "at most 1 MiB"));
        }
        let lines = csv::read(text).map_err(|line| {
            refused(&[format!("line {line}: a quotation mark is not closed, or stands inside a cell")])
        })?;
        let Some((head, lines)) = lines.split_first() else {
            return Err(ReferralError::invalid("csv", "its first line names the columns"));
        };
        if lines.len() > LINES {
            return Err(ReferralError::invalid("csv", format!("at most {LINES} targets")));
        }
        let mut faults = faults_of_head(&head.cells);
        if !faults.is_empty() {
            return Err(refused(&faults));
        }
        let mut rows: Vec<TargetRow> = Vec::with_capacity(lines.len());
        for line in lines {
            match self.judged(&named(&head.cells, &line.cells)) {
                _ if line.cells.len() > head.cells.len() => {
                    faults.push(format!("line {}: has more cells than the first line", line.number));
                }
                Ok(row) if rows.iter().any(|one| one.target_id == row.target_id) => {
                    faults.push(format!("line {}: target_id is there twice", line.number));
                }
                Ok(row) => rows.push(row),
                Err(wrong) => {
                    faults.extend(wrong.iter().map(|fault| format!("line {}: {fault}", line.number)));
                }
            }
        }
        if faults.is_empty() { Ok(rows) } else { Err(refused(&faults)) }
    }
}

fn refused(faults: &[String]) -> ReferralError {
    let mut told = faults.iter().take(TOLD).cloned().collect::<Vec<_>>().join("\n");
    if faults.len() > TOLD {
        told.push_str(&format!("\nand {} more", faults.len() - TOLD));
    }
    ReferralError::invalid("csv", told)
}

fn faults_of_head(names: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for (place, name) in names.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            faults.push(format!("line 1: column {} is none of {}", place + 1, COLUMNS.join(", ")));
        } else if names[..place].contains(name) {
            faults.push(format!("line 1: {name} is there twice"));
        }
    }
    let missing = NEEDED.iter().filter(|needed| !names.iter().any(|name| name == *needed));
    faults.extend(missing.map(|name| format!("line 1: the column {name} is missing")));
    faults
}

/// Cells by the names of the first line. Without a way it is told on paper.
fn named(names: &[String], cells: &[String]) -> pb::Target {
    let cell = |name: &str| {
        let place = names.iter().position(|one| one == name);
        place.and_then(|place| cells.get(place)).cloned().unwrap_or_default()
    };
    let way = cell("way");
    pb::Target {
        target_id: cell("target_id"),
        name: cell("name"),
        kind: cell("kind"),
        hours: cell("hours"),
        number: cell("number"),
        catchment: cell("catchment"),
        last_checked: cell("last_checked"),
        way: if way.is_empty() { "none".to_owned() } else { way },
        url: cell("url"),
    }
}

fn cells(row: &TargetRow) -> Vec<&str> {
    let TargetRow { target_id, name, kind, hours, number, catchment, last_checked, way, url } = row;
    vec![target_id, name, kind, hours, number, catchment, last_checked, way, url]
}
