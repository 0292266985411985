//! The contract, spoken.

use proto::daily_log::v1 as pb;
use proto::daily_log::v1::daily_log_service_server::DailyLogService;
use tonic::{Request, Response, Status};

use crate::asker::Asker;
use crate::days::Days;

/// Near or far, behind the gate.
#[derive(Clone, Debug)]
pub struct LogServer {
    pub(crate) days: Days,
}

#[tonic::async_trait]
impl DailyLogService for LogServer {
    async fn list_days(
        &self,
        request: Request<pb::ListDaysRequest>,
    ) -> Result<Response<pb::ListDaysResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        Ok(Response::new(self.days.list(&asker, request.get_ref()).await?))
    }

    async fn get_day(
        &self,
        request: Request<pb::GetDayRequest>,
    ) -> Result<Response<pb::GetDayResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        Ok(Response::new(self.days.get(&asker, request.get_ref()).await?))
    }

    async fn verify_day(
        &self,
        request: Request<pb::VerifyDayRequest>,
    ) -> Result<Response<pb::VerifyDayResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        Ok(Response::new(self.days.verify(&asker, request.get_ref()).await?))
    }

    async fn review_day(
        &self,
        request: Request<pb::ReviewDayRequest>,
    ) -> Result<Response<pb::ReviewDayResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let day = self.days.review(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::ReviewDayResponse { day: Some(day) }))
    }

    async fn export_days(
        &self,
        request: Request<pb::ExportDaysRequest>,
    ) -> Result<Response<pb::ExportDaysResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let file = self.days.export(&asker, request.get_ref()).await?;
        let (file, name, content_type) = (file.bytes, file.name, file.content_type.to_owned());
        Ok(Response::new(pb::ExportDaysResponse { file, name, content_type }))
    }

    async fn get_report(
        &self,
        request: Request<pb::GetReportRequest>,
    ) -> Result<Response<pb::GetReportResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let asked = request.get_ref();
        let report = self.days.report(&asker, (&asked.window_id, &asked.period), asked.publish).await?;
        let windows = self.days.windows(&asker.operator).await?;
        Ok(Response::new(report.said(windows)))
    }

    async fn export_report(
        &self,
        request: Request<pb::ExportReportRequest>,
    ) -> Result<Response<pb::ExportReportResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let file = self.days.export_report(&asker, request.get_ref()).await?;
        let (file, name, content_type) = (file.bytes, file.name, file.content_type.to_owned());
        Ok(Response::new(pb::ExportReportResponse { file, name, content_type }))
    }

    async fn list_night_support(
        &self,
        request: Request<pb::ListNightSupportRequest>,
    ) -> Result<Response<pb::ListNightSupportResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        let calls = self.days.night_support(&asker, request.get_ref()).await?;
        let answered = calls.iter().map(|call| call.staff_id.as_str());
        let staff = self.days.keeper.staff_names(&asker.operator, answered);
        Ok(Response::new(pb::ListNightSupportResponse { calls, staff }))
    }
}
