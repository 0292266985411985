//! The record behind a referral, read through triage in the person's own name, so that triage audits who
//! looked; and what of it goes out.

use domain::escalation::TriageCode;
use domain::referral::{Content, Journey, Purpose};
use domain::triage::field::OWN_CODE;
use domain::triage::{Assessment, Fields};
use proto::triage::v1 as pb;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use shell::access::SESSION;
use shell::audit::Entry;
use shell::grpc::Route;
use tonic::{Code, Request};

use crate::asker::Asker;
use crate::changes::{ACCOMPANYING, ADVICE, POLICE, PURPOSE, TRANSPORT, is_of_the_journey};
use crate::error::ReferralError;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    pub(crate) triage: TriageServiceClient<Route>,
}

/// A record as it stands.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) record_id: String,
    pub(crate) call_id: String,
    pub(crate) window_id: String,
    pub(crate) is_signed: bool,
    fields: Fields,
    assessment: Assessment,
    last_escalation: Option<String>,
}

impl Records {
    pub(crate) async fn read(&self, asker: &Asker, record_id: &str) -> Result<Source, ReferralError> {
        Ok(self.asks(asker, record_id, false).await?.0)
    }

    /// The look is to be written down by whoever reads, before anything is answered: together with what is done.
    pub(crate) async fn read_to_note(
        &self,
        asker: &Asker,
        record_id: &str,
    ) -> Result<(Source, Option<Entry>), ReferralError> {
        self.asks(asker, record_id, true).await
    }

    async fn asks(
        &self,
        asker: &Asker,
        record_id: &str,
        noted_by_asker: bool,
    ) -> Result<(Source, Option<Entry>), ReferralError> {
        let mut asked = Request::new(pb::GetRecordRequest {
            operator_id: asker.operator.to_string(),
            record_id: record_id.to_owned(),
            reason: "referral".to_owned(),
            noted_by_asker,
            ..Default::default()
        });
        if let Some(session) = &asker.session {
            asked.metadata_mut().insert(SESSION, session.clone());
        }
        match self.triage.clone().get_record(asked).await {
            Ok(answer) => {
                let pb::GetRecordResponse { record, look } = answer.into_inner();
                let source = Source::of(record.unwrap_or_default());
                let look = look.map(|look| looked(asker, &source.record_id, look));
                Ok((source, look))
            }
            Err(status) if status.code() == Code::NotFound => Err(ReferralError::NotFound("record_id")),
            Err(status) => Err(ReferralError::Record(status)),
        }
    }
}

/// As triage would have written it.
fn looked(asker: &Asker, record: &str, look: pb::Look) -> Entry {
    let entry = Entry::of(&asker.who, &asker.operator, "record.viewed").about("record", record);
    let entry = match look.reason_sealed.is_empty() {
        true => entry,
        false => entry.with("reason", look.reason_sealed),
    };
    entry.with("revision", look.revision)
}

impl Source {
    fn of(record: pb::Record) -> Self {
        let computed = record.assessment.unwrap_or_default();
        let assessment = Assessment {
            code: computed.code.parse().ok(),
            suicide_level: computed.suicide_level.parse().ok(),
            somatic_problem: computed.somatic_problem.parse().ok(),
            harm_to_others: computed.harm_to_others.parse().ok(),
            ..Assessment::default()
        };
        Self {
            record_id: record.record_id,
            call_id: record.call_id,
            window_id: record.window_id,
            is_signed: matches!(record.state.as_str(), "signed" | "amended"),
            fields: record.fields.into_iter().map(|field| (field.name, field.values)).collect(),
            assessment,
            last_escalation: record.escalation_ids.last().cloned(),
        }
    }

    /// The least that its purpose needs, with what was changed for the referral alone.
    pub(crate) fn content(&self, changes: &Fields) -> Content {
        let mut fields = self.fields.clone();
        for (name, values) in changes.iter().filter(|(name, _)| !is_of_the_journey(name)) {
            fields.set(name, values.to_vec());
        }
        let advice = changes.one(ADVICE).or(self.last_escalation.as_deref());
        let journey = Journey {
            accompanying: changes.code(ACCOMPANYING),
            transport: changes.code(TRANSPORT),
            police_involved: changes.one(POLICE).map(|word| word == "true"),
            psychiatrist_advice: advice.and_then(|id| id.parse().ok()),
        };
        let purpose = changes.code(PURPOSE).unwrap_or(Purpose::Coordination);
        Content::of(purpose, &fields, &self.assessment, journey)
    }

    /// The more urgent of own and computed.
    pub(crate) fn code(&self, changes: &Fields) -> Option<TriageCode> {
        let own = changes.code(OWN_CODE).or_else(|| self.fields.code(OWN_CODE));
        own.into_iter().chain(self.assessment.code).min()
    }
}
