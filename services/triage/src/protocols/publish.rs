//! Publishing: a protocol without faults is in force from now on; running drafts keep theirs.

use proto::triage::v1 as pb;

use super::{Found, read};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::keeper::Keeper;
use crate::store::{ProtocolRow, Store};
use crate::wire::at;

impl Keeper {
    /// The line of what was published, or what is wrong with it.
    pub(crate) async fn publish(
        &self,
        asker: &Asker,
        toml: &str,
    ) -> Result<Result<pb::ProtocolLine, Vec<Found>>, TriageError> {
        let id = match read(toml) {
            Ok(protocol) => protocol.id,
            Err(faults) => return Ok(Err(faults)),
        };
        let now = self.clock.now().micros();
        let row = ProtocolRow {
            operator_id: asker.operator.to_string(),
            protocol_id: id.id.clone(),
            version: id.version.clone(),
            toml: toml.to_owned(),
            published_us: now,
            published_by: Some(asker.account().map(|account| account.to_string()).unwrap_or_default()),
            from_us: now,
        };
        let mut tx = self.db().begin().await?;
        match Store::add_protocol(&mut tx, &row).await {
            Err(error) if error.is_taken() => {
                return Err(TriageError::Refused(format!(
                    "version: {} {} was published before and stays as it is: give this one a new version",
                    id.id, id.version
                )));
            }
            stored => stored?,
        }
        let name = format!("{} {}", id.id, id.version);
        self.commit(tx, &self.entry(asker, "protocol.published", ("protocol", &name), "")?).await?;
        Ok(Ok(protocol_line(row, true)))
    }

    pub(crate) async fn protocol_lines(&self, asker: &Asker) -> Result<Vec<pb::ProtocolLine>, TriageError> {
        // What came with the line is among them from the first look on.
        let in_force = self.protocols.in_force(&asker.operator, self.clock.now()).await?;
        let rows = self.store.protocols(&asker.operator).await?;
        let line = |row: ProtocolRow| {
            let in_force = row.protocol_id == in_force.id.id && row.version == in_force.id.version;
            protocol_line(row, in_force)
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

fn protocol_line(row: ProtocolRow, in_force: bool) -> pb::ProtocolLine {
    pb::ProtocolLine {
        protocol_id: row.protocol_id,
        version: row.version,
        published_at: Some(at(row.published_us)),
        published_by: row.published_by.unwrap_or_default(),
        in_force,
        toml: row.toml,
    }
}

pub(crate) fn faults_said(found: Vec<Found>) -> Vec<pb::ProtocolFault> {
    let said = |one: Found| pb::ProtocolFault { line: one.line, path: one.path, fault: one.fault };
    found.into_iter().map(said).collect()
}
