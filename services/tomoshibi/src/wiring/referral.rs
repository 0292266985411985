//! Referral, and how a browser or a centre reaches it where it runs elsewhere.

use std::path::Path;

use ::referral::{CentreServer, ReferralServer};
use axum::Router;
use proto::referral::v1::centre_service_server::CentreServiceServer;
use proto::referral::v1::referral_service_server::ReferralServiceServer;
use shell::access::Gate;
use shell::grpc::Route;

use super::House;
use super::services::keep_rota_fresh;

/// What the referral service of this process answers.
#[derive(Clone)]
pub(crate) struct Referrals {
    pub centre: Gate<CentreServiceServer<CentreServer>>,
    pub referral: Gate<ReferralServiceServer<ReferralServer>>,
    /// What centres answer as FHIR Tasks; with a session in the header only, so no browser is led to it.
    pub fhir: Router,
}

impl House<'_> {
    pub(super) async fn referral(
        &self,
        rota: &Path,
        triage: Route,
        escalation: Route,
    ) -> anyhow::Result<Referrals> {
        let mut settings = self.settings.referral.clone();
        settings.rota = rota.to_owned();
        settings.owner = self.process.id.to_string();
        let deps = ::referral::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
            data_keys: self.data_keys.clone(),
            audit: self.access.audit().clone(),
            triage,
            escalation,
            status: self.status.clone(),
        };
        let running = ::referral::start(settings, deps).await?;
        let servers = Referrals {
            centre: Gate::new(CentreServiceServer::new(running.centre.clone()), &self.access),
            referral: Gate::new(ReferralServiceServer::new(running.referral.clone()), &self.access),
            fhir: running.fhir(&self.access),
        };
        tokio::spawn(keep_rota_fresh(self.bus.clone(), move || running.reload()));
        Ok(servers)
    }

    /// Where it runs elsewhere and this process knows where: browsers know this address only.
    pub(super) fn referral_elsewhere(&self, is_here: bool) -> anyhow::Result<Option<Route>> {
        match &self.settings.referral_at {
            Some(at) if !is_here => self.far("referral", at, self.settings.referral_budget).map(Some),
            Some(_) | None => Ok(None),
        }
    }
}
