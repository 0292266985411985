//! Lists of records: codes, states and times.

use domain::time::Instant;
use proto::triage::v1 as pb;
use shell::grpc::instant;

use super::Records;
use super::show::author;
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::{LineRow, Listing, small};
use crate::wire::at;

/// Records that a list holds when nothing else is asked for.
const LISTED: u32 = 100;
const LISTED_MOST: u32 = 500;

impl Records {
    pub(crate) async fn list(
        &self,
        asker: &Asker,
        asked: &pb::ListRecordsRequest,
    ) -> Result<Vec<pb::RecordLine>, TriageError> {
        let mine = match (asked.mine_only, asker.staff()) {
            (false, _) => None,
            (true, Some(staff)) => Some(staff.to_string()),
            // Whoever is in no rota writes no records.
            (true, None) => return Ok(Vec::new()),
        };
        let listing = Listing {
            operator: asker.operator.clone(),
            author: mine,
            unsigned_only: asked.unsigned_only,
            since: asked.since.as_ref().map_or(Instant::EPOCH, instant),
            most: i64::from(if asked.limit == 0 { LISTED } else { asked.limit.min(LISTED_MOST) }),
        };
        let lines = self.keeper.store.lines(&listing).await?;
        // The board asks for everybody every few seconds, and shows nothing but ids.
        if asker.person().is_some() {
            let entry = self.keeper.entry(asker, "record.listed", ("record", ""), "")?;
            self.keeper.looked(&entry.with("records", lines.len())).await?;
        }
        Ok(lines.into_iter().map(line).collect())
    }
}

pub(crate) fn line(row: LineRow) -> pb::RecordLine {
    pb::RecordLine {
        record_id: row.record_id,
        call_id: row.call_id,
        window_id: row.window_id,
        state: row.state,
        revision: small(row.revision),
        author_staff: author(&row.author_staff),
        answered_at: Some(at(row.answered_us)),
        signed_at: row.signed_us.map(at),
        code: row.code.unwrap_or_default(),
        disposition: row.disposition.split_whitespace().map(str::to_owned).collect(),
        service_date: row.service_date,
        number: small(row.number),
    }
}
