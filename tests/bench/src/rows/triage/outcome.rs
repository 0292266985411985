//! An outcome that was answered for, and whether it is there afterwards.

use futures::stream::{self, StreamExt};
use proto::triage::v1 as pb;
use uuid::Uuid;

use crate::rows::records::{Client, OPERATOR, field, save, value};

/// Codes that page nobody.
const CODES: [&str; 4] = ["D", "E", "F", "G"];
/// Look-ups at once.
const AT_ONCE: usize = 8;

#[derive(Clone, Debug)]
pub(super) struct Outcome {
    record: String,
    code: &'static str,
    words: String,
}

impl Outcome {
    /// Returns when triage has answered that it is safe.
    pub(super) async fn saved(ito: &mut Client, draft: pb::Record) -> anyhow::Result<Self> {
        let outcome = Self::of(&draft);
        save(ito, &draft, &outcome.words, outcome.changes()).await?;
        Ok(outcome)
    }

    /// Words of its own, so that an outcome at the wrong record is seen.
    pub(super) fn of(draft: &pb::Record) -> Self {
        let words = Uuid::now_v7().to_string();
        let code = CODES
            .get(draft.record_id.bytes().map(usize::from).sum::<usize>() % CODES.len())
            .copied()
            .unwrap_or("G");
        Self { record: draft.record_id.clone(), code, words }
    }

    pub(super) fn changes(&self) -> Vec<pb::Field> {
        vec![field("presenting", &self.words), field("triage_code", self.code), field("disposition", "D01")]
    }

    pub(super) fn save_id(&self) -> &str {
        &self.words
    }

    async fn fault(self, mut ito: Client) -> Result<Option<String>, tonic::Status> {
        let asked = pb::GetRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: self.record.clone(),
            ..Default::default()
        };
        let record = ito.get_record(asked).await?.into_inner().record.unwrap_or_default();
        let is_there = value(&record, "presenting") == Some(self.words.as_str())
            && value(&record, "triage_code") == Some(self.code);
        Ok((!is_there)
            .then(|| format!("the outcome of record {} was answered for and is not there", self.record)))
    }
}

/// What is missing or altered of outcomes that were answered for.
pub(super) async fn found(ito: &Client, outcomes: &[Outcome]) -> Result<Vec<String>, tonic::Status> {
    let looked = stream::iter(outcomes.iter().cloned()).map(|outcome| outcome.fault(ito.clone()));
    let looked: Vec<_> = looked.buffer_unordered(AT_ONCE).collect().await;
    let faults: Result<Vec<Option<String>>, tonic::Status> = looked.into_iter().collect();
    Ok(faults?.into_iter().flatten().collect())
}
