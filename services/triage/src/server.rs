//! The contract, spoken.

use proto::triage::v1 as pb;
use proto::triage::v1::triage_service_server::TriageService;
use shell::access::is_by_service;
use tonic::{Request, Response, Status};

use crate::asker::Asker;
use crate::case::Cases;
use crate::error::TriageError;
use crate::keeper::Keeper;
use crate::people::{Depth, People};
use crate::protocols::{faults_said, read};
use crate::records::{Loaded, Records, Saved, Shown};
use crate::wire::{UUID, word};

/// The triage service of one replica; near or far.
#[derive(Clone, Debug)]
pub struct TriageServer {
    keeper: Keeper,
    records: Records,
    people: People,
    cases: Cases,
}

impl TriageServer {
    pub(crate) fn new(keeper: Keeper, records: Records) -> Self {
        let people = People { keeper: keeper.clone() };
        let cases = Cases { records: records.clone(), people: people.clone() };
        Self { keeper, records, people, cases }
    }

    async fn all(&self, record: &Loaded) -> Result<Option<pb::Record>, TriageError> {
        self.records.said(record, Shown::All).await.map(Some)
    }

    /// To somebody who changed it from outside: the whole only when they have a part in it.
    async fn theirs(&self, asker: &Asker, record: &Loaded) -> Result<Option<pb::Record>, TriageError> {
        let shown = match self.records.has_part(asker, &record.row).await? {
            true => Shown::All,
            false => Shown::Codes,
        };
        self.records.said(record, shown).await.map(Some)
    }

    /// After a change that said why, or wrote what is shown.
    async fn person(&self, asker: &Asker, id: &str) -> Result<Option<pb::Person>, TriageError> {
        let row = self.people.known(&asker.operator, id).await?;
        self.people.shown(&row, Depth::History).await.map(Some)
    }
}

#[tonic::async_trait]
impl TriageService for TriageServer {
    async fn describe_form(
        &self,
        request: Request<pb::DescribeFormRequest>,
    ) -> Result<Response<pb::DescribeFormResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        Ok(Response::new(self.records.form(&asker, &asked.protocol_version).await?))
    }

    async fn assess(
        &self,
        request: Request<pb::AssessRequest>,
    ) -> Result<Response<pb::AssessResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        Ok(Response::new(self.records.assess(&asker, request.get_ref()).await?))
    }

    async fn open_record(
        &self,
        request: Request<pb::OpenRecordRequest>,
    ) -> Result<Response<pb::OpenRecordResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let call = word(&asked.call_id, "call_id", UUID)?;
        let (record, has_part) = self.records.open(&asker, call).await?;
        let shown = if has_part { Shown::All } else { Shown::Codes };
        let record = self.records.said(&record, shown).await?;
        Ok(Response::new(pb::OpenRecordResponse { record: Some(record) }))
    }

    async fn save_record(
        &self,
        request: Request<pb::SaveRecordRequest>,
    ) -> Result<Response<pb::SaveRecordResponse>, Status> {
        use pb::save_record_response::Outcome;
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let answer = match self.records.save(&asker, request.get_ref()).await? {
            Saved::Done { record, escalation } => pb::SaveRecordResponse {
                outcome: Some(Outcome::Saved(self.records.said(&record, Shown::All).await?)),
                escalation_id: escalation.unwrap_or_default(),
            },
            Saved::Stale { record, conflicting } => {
                let record = self.theirs(&asker, &record).await?;
                let stale = pb::Stale { record, conflicting };
                pb::SaveRecordResponse { outcome: Some(Outcome::Stale(stale)), escalation_id: String::new() }
            }
        };
        Ok(Response::new(answer))
    }

    async fn sign_record(
        &self,
        request: Request<pb::SignRecordRequest>,
    ) -> Result<Response<pb::SignRecordResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let record = self.records.sign(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::SignRecordResponse { record: self.all(&record).await? }))
    }

    async fn amend_record(
        &self,
        request: Request<pb::AmendRecordRequest>,
    ) -> Result<Response<pb::AmendRecordResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let record = self.records.amend(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::AmendRecordResponse { record: self.theirs(&asker, &record).await? }))
    }

    async fn hand_over_record(
        &self,
        request: Request<pb::HandOverRecordRequest>,
    ) -> Result<Response<pb::HandOverRecordResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let record = self.records.hand_over(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::HandOverRecordResponse { record: self.theirs(&asker, &record).await? }))
    }

    async fn get_record(
        &self,
        request: Request<pb::GetRecordRequest>,
    ) -> Result<Response<pb::GetRecordResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let mut asked = request.get_ref().clone();
        asked.noted_by_asker &= is_by_service(&request);
        let (record, look) = self.records.get(&asker, &asked).await?;
        Ok(Response::new(pb::GetRecordResponse { record: Some(record), look }))
    }

    async fn list_records(
        &self,
        request: Request<pb::ListRecordsRequest>,
    ) -> Result<Response<pb::ListRecordsResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let records = self.records.list(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::ListRecordsResponse { records }))
    }

    async fn get_case(
        &self,
        request: Request<pb::GetCaseRequest>,
    ) -> Result<Response<pb::GetCaseResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let case = self.cases.get(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::GetCaseResponse { case: Some(case) }))
    }

    async fn find_people(
        &self,
        request: Request<pb::FindPeopleRequest>,
    ) -> Result<Response<pb::FindPeopleResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let people = self.people.find(&asker, &asked.text).await?;
        Ok(Response::new(pb::FindPeopleResponse { people }))
    }

    async fn get_person(
        &self,
        request: Request<pb::GetPersonRequest>,
    ) -> Result<Response<pb::GetPersonResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let person = self.people.get(&asker, &asked.person_id, &asked.reason).await?;
        Ok(Response::new(pb::GetPersonResponse { person: Some(person) }))
    }

    async fn save_person(
        &self,
        request: Request<pb::SavePersonRequest>,
    ) -> Result<Response<pb::SavePersonResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let id = self.people.save(&asker, asked.person.as_ref().unwrap_or(&pb::Person::default())).await?;
        // Their plan and their history ask for a part in it, or a reason.
        let row = self.people.known(&asker.operator, &id).await?;
        let person = self.people.shown(&row, Depth::Line).await?;
        Ok(Response::new(pb::SavePersonResponse { person: Some(person) }))
    }

    async fn link_person(
        &self,
        request: Request<pb::LinkPersonRequest>,
    ) -> Result<Response<pb::LinkPersonResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let record = self.records.link(&asker, (&asked.record_id, &asked.person_id)).await?;
        Ok(Response::new(pb::LinkPersonResponse { record: self.theirs(&asker, &record).await? }))
    }

    async fn merge_people(
        &self,
        request: Request<pb::MergePeopleRequest>,
    ) -> Result<Response<pb::MergePeopleResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let ids = (asked.person_id.as_str(), asked.into_person_id.as_str());
        let id = self.people.merge(&asker, ids, &asked.reason).await?;
        Ok(Response::new(pb::MergePeopleResponse { person: self.person(&asker, &id).await? }))
    }

    async fn part_people(
        &self,
        request: Request<pb::PartPeopleRequest>,
    ) -> Result<Response<pb::PartPeopleResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let id = self.people.part(&asker, &asked.person_id, &asked.reason).await?;
        Ok(Response::new(pb::PartPeopleResponse { person: self.person(&asker, &id).await? }))
    }

    async fn save_plan(
        &self,
        request: Request<pb::SavePlanRequest>,
    ) -> Result<Response<pb::SavePlanResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let plan = asked.plan.clone().unwrap_or_default();
        let id = self.people.save_plan(&asker, &asked.person_id, &plan).await?;
        Ok(Response::new(pb::SavePlanResponse { person: self.person(&asker, &id).await? }))
    }

    async fn list_protocols(
        &self,
        request: Request<pb::ListProtocolsRequest>,
    ) -> Result<Response<pb::ListProtocolsResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let protocols = self.keeper.protocol_lines(&asker).await?;
        Ok(Response::new(pb::ListProtocolsResponse { protocols }))
    }

    async fn check_protocol(
        &self,
        request: Request<pb::CheckProtocolRequest>,
    ) -> Result<Response<pb::CheckProtocolResponse>, Status> {
        let asked = request.get_ref();
        Asker::of(&request, &asked.operator_id)?;
        let faults = read(&asked.toml).err().unwrap_or_default();
        Ok(Response::new(pb::CheckProtocolResponse { faults: faults_said(faults) }))
    }

    async fn publish_protocol(
        &self,
        request: Request<pb::PublishProtocolRequest>,
    ) -> Result<Response<pb::PublishProtocolResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let answer = match self.keeper.publish(&asker, &asked.toml).await? {
            Ok(line) => pb::PublishProtocolResponse { protocol: Some(line), faults: Vec::new() },
            Err(faults) => pb::PublishProtocolResponse { protocol: None, faults: faults_said(faults) },
        };
        Ok(Response::new(answer))
    }

    async fn set_legal_hold(
        &self,
        request: Request<pb::SetLegalHoldRequest>,
    ) -> Result<Response<pb::SetLegalHoldResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let record = self.records.hold(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::SetLegalHoldResponse { record: self.theirs(&asker, &record).await? }))
    }

    async fn run_retention(
        &self,
        request: Request<pb::RunRetentionRequest>,
    ) -> Result<Response<pb::RunRetentionResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let years = crate::retention::run(&self.records, &asker, asked.rehearse).await?;
        Ok(Response::new(pb::RunRetentionResponse { years }))
    }
}
