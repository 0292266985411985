//! Each service with what it needs of the house, and the way to it.

use std::path::Path;

use anyhow::Context;
use escalation::EscalationServer;
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::routing::v1::routing_service_server::RoutingServiceServer;
use routing::RoutingServer;
use shell::access::Gate;
use shell::grpc::{Route, near};
use tokio::signal::unix::{SignalKind, signal};

use shell::bus::Bus;

use super::House;
use crate::cli::Service;

impl House<'_> {
    pub(super) async fn routing(
        &self,
        rota: &Path,
    ) -> anyhow::Result<Gate<RoutingServiceServer<RoutingServer>>> {
        let mut settings = self.settings.routing.clone();
        settings.rota = rota.to_owned();
        settings.owner = self.process.id.to_string();
        let deps = routing::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
        };
        let running = routing::start(settings, deps).await?;
        let server = Gate::new(RoutingServiceServer::new(running.server.clone()), &self.access);
        tokio::spawn(keep_rota_fresh(self.bus.clone(), move || running.reload()));
        Ok(server)
    }

    pub(super) fn route_to_routing(&self) -> anyhow::Result<Route> {
        let limit = self.settings.routing_budget;
        match (self.services.contains(&Service::Routing), &self.settings.routing_at) {
            (true, _) => Ok(near(self.late_routing.clone(), limit, &self.token)),
            (false, Some(at)) => self.far("routing", at, limit),
            (false, None) => anyhow::bail!("routing does not run here: set routing.at to where it runs"),
        }
    }

    pub(super) async fn escalation(
        &self,
        rota: &Path,
    ) -> anyhow::Result<Gate<EscalationServiceServer<EscalationServer>>> {
        let mut settings = self.settings.escalation.clone();
        settings.rota = rota.to_owned();
        settings.owner = self.process.id;
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
        let server = Gate::new(EscalationServiceServer::new(running.server.clone()), &self.access);
        tokio::spawn(keep_rota_fresh(self.bus.clone(), move || running.reload()));
        Ok(server)
    }

    /// None where no escalation is known: then nobody is paged, and the start says so.
    pub(super) fn route_to_escalation(&self) -> anyhow::Result<Option<Route>> {
        let limit = self.settings.escalation_budget;
        match (self.services.contains(&Service::Escalation), &self.settings.escalation_at) {
            (true, _) => Ok(Some(near(self.late_escalation.clone(), limit, &self.token))),
            (false, Some(at)) => self.far("escalation", at, limit).map(Some),
            (false, None) => {
                tracing::warn!(
                    "no escalation runs here and escalation.at is empty: psychiatrists are not paged"
                );
                Ok(None)
            }
        }
    }
}

impl House<'_> {
    /// For those who cannot do without: a page that nobody can send is a fault of the settings.
    pub(super) fn escalation_or_nobody(&self) -> anyhow::Result<Route> {
        let found = self.route_to_escalation()?;
        found.context("escalation does not run here: set escalation.at to where it runs")
    }
}

/// The rota file is read at once instead of at the next look: at SIGHUP, and when a cover was agreed on
/// somebody's screen.
pub(super) async fn keep_rota_fresh(bus: Bus, reload: impl Fn()) {
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else { return };
    let mut nudges = bus.subscribe(&[::console::rota::TOPIC]);
    loop {
        let told = tokio::select! {
            signalled = hang_up.recv() => signalled.is_some(),
            nudge = nudges.next() => nudge.is_some(),
        };
        match told {
            true => reload(),
            false => return,
        }
    }
}
