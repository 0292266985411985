//! The contract for desks, spoken.

use proto::referral::v1 as pb;
use proto::referral::v1::referral_service_server::ReferralService;
use tonic::{Request, Response, Status};

use crate::asker::Asker;
use crate::drafts::Drafts;
use crate::error::ReferralError;
use crate::show::Shower;
use crate::store::ReferralRow;
use crate::wire;

/// What counsellors and supervisors ask; near or far.
#[derive(Clone, Debug)]
pub struct ReferralServer {
    pub(crate) drafts: Drafts,
    pub(crate) shower: Shower,
}

impl ReferralServer {
    /// After a change: with its content, for whoever made the change has read it.
    async fn shown(&self, row: ReferralRow) -> Result<Option<pb::Referral>, ReferralError> {
        self.shower.whole(&row).await.map(Some)
    }
}

#[tonic::async_trait]
impl ReferralService for ReferralServer {
    async fn draft_referral(
        &self,
        request: Request<pb::DraftReferralRequest>,
    ) -> Result<Response<pb::DraftReferralResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let (row, content) = self.drafts.draft(&asker, request.get_ref()).await?;
        let mut referral = self.shower.whole(&row).await?;
        referral.missing = content.missing().into_iter().map(str::to_owned).collect();
        referral.content = wire::content(&content);
        Ok(Response::new(pb::DraftReferralResponse { referral: Some(referral) }))
    }

    async fn release_referral(
        &self,
        request: Request<pb::ReleaseReferralRequest>,
    ) -> Result<Response<pb::ReleaseReferralResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let row = self.drafts.release(&asker, &asked.referral_id).await?;
        Ok(Response::new(pb::ReleaseReferralResponse { referral: self.shown(row).await? }))
    }

    async fn recall_referral(
        &self,
        request: Request<pb::RecallReferralRequest>,
    ) -> Result<Response<pb::RecallReferralResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let row = self.drafts.recall(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::RecallReferralResponse { referral: self.shown(row).await? }))
    }

    async fn correct_referral(
        &self,
        request: Request<pb::CorrectReferralRequest>,
    ) -> Result<Response<pb::CorrectReferralResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let row = self.drafts.correct(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::CorrectReferralResponse { referral: self.shown(row).await? }))
    }

    async fn answer_question(
        &self,
        request: Request<pb::AnswerQuestionRequest>,
    ) -> Result<Response<pb::AnswerQuestionResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let row = self.drafts.answer(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::AnswerQuestionResponse { referral: self.shown(row).await? }))
    }

    async fn list_referrals(
        &self,
        request: Request<pb::ListReferralsRequest>,
    ) -> Result<Response<pb::ListReferralsResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let referrals = self.shower.list(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::ListReferralsResponse { referrals }))
    }

    async fn get_referral(
        &self,
        request: Request<pb::GetReferralRequest>,
    ) -> Result<Response<pb::GetReferralResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let row = self.drafts.found(&asker, &asked.referral_id).await?;
        let referral = Some(self.shower.looked_at(&asker, &row).await?);
        Ok(Response::new(pb::GetReferralResponse { referral }))
    }

    async fn get_sheet(
        &self,
        request: Request<pb::GetSheetRequest>,
    ) -> Result<Response<pb::GetSheetResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let row = self.drafts.found(&asker, &asked.referral_id).await?;
        let html = self.shower.sheet(&asker, &row, &self.drafts).await?;
        Ok(Response::new(pb::GetSheetResponse { html }))
    }

    async fn settle_by_hand(
        &self,
        request: Request<pb::SettleByHandRequest>,
    ) -> Result<Response<pb::SettleByHandResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let row = self.drafts.settle(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::SettleByHandResponse { referral: self.shown(row).await? }))
    }

    async fn choose_hospital(
        &self,
        request: Request<pb::ChooseHospitalRequest>,
    ) -> Result<Response<pb::ChooseHospitalResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        Ok(Response::new(self.drafts.choose(&asker, request.get_ref()).await?))
    }

    async fn list_targets(
        &self,
        request: Request<pb::ListTargetsRequest>,
    ) -> Result<Response<pb::ListTargetsResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let rows = self.drafts.directory.all(&asker.operator).await.map_err(ReferralError::from)?;
        Ok(Response::new(pb::ListTargetsResponse { targets: rows.into_iter().map(wire::target).collect() }))
    }

    async fn save_target(
        &self,
        request: Request<pb::SaveTargetRequest>,
    ) -> Result<Response<pb::SaveTargetResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let target = asked.target.clone().unwrap_or_default();
        let row = self.drafts.directory.save(&asker, &target).await?;
        Ok(Response::new(pb::SaveTargetResponse { target: Some(wire::target(row)) }))
    }

    async fn export_targets(
        &self,
        request: Request<pb::ExportTargetsRequest>,
    ) -> Result<Response<pb::ExportTargetsResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        Ok(Response::new(self.drafts.directory.exported(&asker).await?))
    }

    async fn import_targets(
        &self,
        request: Request<pb::ImportTargetsRequest>,
    ) -> Result<Response<pb::ImportTargetsResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        Ok(Response::new(self.drafts.directory.imported(&asker, &request.get_ref().csv).await?))
    }
}
