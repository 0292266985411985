//! Each service put together as the binary does it, with the settings of `default.toml` where a row says
//! nothing else.

use std::path::Path;
use std::time::Duration;

use domain::escalation::Pace;
use escalation::{EscalationServer, Paces};
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::referral::v1::centre_service_server::CentreServiceServer;
use proto::referral::v1::referral_service_server::ReferralServiceServer;
use proto::routing::v1::routing_service_server::RoutingServiceServer;
use proto::triage::v1::triage_service_server::TriageServiceServer;
use routing::CircleRule;
use shell::access::Gate;
use shell::grpc::{Route, near};
use tonic::service::Routes;
use triage::TriageServer;

use super::{House, LIMIT};
use crate::rows::PATIENCE;

/// What a row wrote into the folder.
const ROTA: &str = "rota.toml";
/// No rota of a run changes.
const SELDOM: Duration = Duration::from_secs(3600);

type Escalation = Gate<EscalationServiceServer<EscalationServer>>;

impl House {
    pub(super) async fn routing(self, folder: &Path, routes: Routes) -> anyhow::Result<Routes> {
        let mut settings = routing::Settings::new(folder.join(ROTA), self.process.id.to_string());
        settings.rota_check = SELDOM;
        // A desk that has hung up can be rung again: the probe has no notes to write.
        settings.wrap_up = Duration::ZERO;
        // A machine that is disturbed is judged by the gate of the round, not by a refusal.
        settings.store_limit = Duration::from_secs(2);
        settings.circles = vec![CircleRule {
            qualifications: Vec::new(),
            psychiatric_experience: true,
            language: true,
            region: true,
            next_windows: false,
        }];
        let deps = routing::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
        };
        let running = routing::start(settings, deps).await?;
        Ok(routes.add_service(Gate::new(RoutingServiceServer::new(running.server), &self.access)))
    }

    pub(super) async fn escalation(self, folder: &Path, routes: Routes) -> anyhow::Result<Routes> {
        let rungs = vec![Duration::ZERO, PATIENCE, Duration::from_secs(600)];
        let server = self.starts_escalation(folder, rungs).await?;
        Ok(routes.add_service(server))
    }

    pub(super) async fn triage(self, folder: &Path, routes: Routes) -> anyhow::Result<Routes> {
        let escalation = self.starts_escalation(folder, vec![Duration::ZERO]).await?;
        let triage = self.starts_triage(folder, near(escalation, LIMIT, &self.token)).await?;
        Ok(routes.add_service(triage))
    }

    pub(super) async fn referral(self, folder: &Path, routes: Routes) -> anyhow::Result<Routes> {
        let escalation = self.starts_escalation(folder, vec![Duration::ZERO]).await?;
        let triage = self.starts_triage(folder, near(escalation.clone(), LIMIT, &self.token)).await?;
        let mut settings = referral::Settings::with_rota(folder.join(ROTA));
        settings.owner = self.process.id.to_string();
        let deps = referral::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
            data_keys: self.data_keys.clone(),
            audit: self.access.audit().clone(),
            triage: near(triage.clone(), LIMIT, &self.token),
            escalation: near(escalation, LIMIT, &self.token),
            status: self.status.clone(),
        };
        let running = referral::start(settings, deps).await?;
        let routes = routes
            .add_service(triage)
            .add_service(Gate::new(CentreServiceServer::new(running.centre.clone()), &self.access))
            .add_service(Gate::new(ReferralServiceServer::new(running.referral.clone()), &self.access));
        Ok(routes)
    }

    async fn starts_escalation(&self, folder: &Path, rungs_at: Vec<Duration>) -> anyhow::Result<Escalation> {
        let pace = Pace {
            rungs_at,
            act_within: Duration::from_secs(180),
            same_way_again: Duration::from_secs(120),
            rounds: None,
        };
        let settings = escalation::Settings {
            rota: folder.join(ROTA),
            rota_check: SELDOM,
            owner: self.process.id,
            paces: Paces { p1: pace.clone(), p2: pace.clone(), p3: pace },
            ring_for: Duration::from_secs(30),
            next_telephone: Duration::from_secs(30),
            mail: None,
            webhooks: Vec::new(),
            page_link: None,
            operator_contacts: Vec::new(),
            safety_within: Duration::from_secs(600),
            safety_again: Duration::from_secs(600),
            late_after: Duration::from_secs(5),
            attempts: 6,
            drill_at: None,
            heartbeat: None,
        };
        let deps = escalation::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
            sealer: self.sealer.clone(),
            status: self.status.clone(),
        };
        let running = escalation::start(settings, deps).await?;
        Ok(Gate::new(EscalationServiceServer::new(running.server), &self.access))
    }

    async fn starts_triage(
        &self,
        folder: &Path,
        escalation: Route,
    ) -> anyhow::Result<Gate<TriageServiceServer<TriageServer>>> {
        let deps = triage::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
            sealer: self.sealer.clone(),
            data_keys: self.data_keys.clone(),
            audit: self.access.audit().clone(),
            escalation,
            status: self.status.clone(),
        };
        let running = triage::start(triage::Settings::with_rota(folder.join(ROTA)), deps).await?;
        Ok(Gate::new(TriageServiceServer::new(running.server.clone()), &self.access))
    }
}
