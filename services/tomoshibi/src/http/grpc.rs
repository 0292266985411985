//! The services of this process by their contracts, and how well each is.

use std::convert::Infallible;

use proto::console::v1::console_service_server;
use proto::daily_log::v1::daily_log_service_server;
use proto::escalation::v1::escalation_service_server;
use proto::referral::v1::{centre_service_server, referral_service_server};
use proto::routing::v1::routing_service_server;
use proto::telephony::v1::call_service_server;
use proto::triage::v1::triage_service_server;
use shell::grpc::Late;
use shell::shutdown::Shutdown;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::cli::Service;
use crate::wiring::Running;

/// What waits for the store says UNAVAILABLE: whoever asks tries again.
pub(super) fn routes(first: Routes, running: &Running) -> Routes {
    let (calls, control) = running.telephony.clone().map(|here| (here.calls, here.control)).unzip();
    let (centre, referral) = running.referral.clone().map(|here| (here.centre, here.referral)).unzip();
    let console = running.console.as_ref();
    let waits = |service| running.services.contains(&service);
    let routes = add(first, running.routing.clone(), waits(Service::Routing));
    let routes = add(routes, running.escalation.clone(), waits(Service::Escalation));
    let routes = add(routes, calls, waits(Service::Telephony));
    let routes = add(routes, control, waits(Service::Telephony));
    let routes = add(routes, running.triage.clone(), waits(Service::Triage));
    let routes = add(routes, centre, waits(Service::Referral));
    let routes = add(routes, referral, waits(Service::Referral));
    let routes = add(routes, running.daily_log.clone(), waits(Service::DailyLog));
    let routes = add(routes, console.map(|console| console.access.clone()), waits(Service::Console));
    let routes = add(routes, console.map(|console| console.admin.clone()), waits(Service::Console));
    let routes = add(routes, console.map(|console| console.night.clone()), waits(Service::Console));
    add(routes, console.map(|console| console.rota.clone()), waits(Service::Console))
}

fn add<S>(routes: Routes, server: Option<S>, waits: bool) -> Routes
where
    S: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S: NamedService + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    match server {
        Some(server) => routes.add_service(server),
        None if waits => routes.add_service(Late::<S>::default()),
        None => routes,
    }
}

/// gRPC's health, service by service.
#[derive(Clone)]
pub(super) struct Health(HealthReporter);

impl Health {
    /// With what answers for it.
    pub(super) fn new() -> (Self, Routes) {
        let (reporter, server) = tonic_health::server::health_reporter();
        (Self(reporter), Routes::new(server))
    }

    pub(super) async fn tell(&self, running: &Running) {
        for service in &running.services {
            let status = match running.is_up(*service) {
                true => ServingStatus::Serving,
                false => ServingStatus::NotServing,
            };
            self.say(*service, status).await;
        }
    }

    pub(super) async fn end_with(self, shutdown: Shutdown) {
        shutdown.leaving().await;
        for service in Service::ALL {
            self.say(service, ServingStatus::NotServing).await;
        }
    }

    async fn say(&self, service: Service, status: ServingStatus) {
        for name in names(service) {
            self.0.set_service_status(*name, status).await;
        }
    }
}

fn names(service: Service) -> &'static [&'static str] {
    match service {
        Service::Routing => &[routing_service_server::SERVICE_NAME],
        Service::Telephony => &[call_service_server::SERVICE_NAME],
        Service::Escalation => &[escalation_service_server::SERVICE_NAME],
        Service::Triage => &[triage_service_server::SERVICE_NAME],
        Service::Referral => &[centre_service_server::SERVICE_NAME, referral_service_server::SERVICE_NAME],
        Service::DailyLog => &[daily_log_service_server::SERVICE_NAME],
        Service::Console => &[console_service_server::SERVICE_NAME],
        Service::Public => &[],
    }
}
