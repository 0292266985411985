//! One port for people and services: gRPC (also gRPC-Web), health, metrics and
//! the start page.

mod door;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use axum::{Json, Router};
use console::night::NightServer;
use daily_log::LogServer;
use escalation::EscalationServer;
use metrics_exporter_prometheus::PrometheusHandle;
use proto::console::v1::console_service_server::ConsoleServiceServer;
use proto::daily_log::v1::daily_log_service_server::DailyLogServiceServer;
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::referral::v1::centre_service_server::CentreServiceServer;
use proto::referral::v1::referral_service_server::ReferralServiceServer;
use proto::routing::v1::routing_service_server::RoutingServiceServer;
use proto::telephony::v1::call_service_server::CallServiceServer;
use proto::triage::v1::triage_service_server::TriageServiceServer;
use referral::{CentreServer, ReferralServer};
use routing::RoutingServer;
use shell::access::BrowserLayer;
use shell::clock::Clock;
use shell::reconciler::Status;
use shell::shutdown::Shutdown;
use shell::store::Db;
use telephony::CallServer;
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;
use tower::util::MapRequestLayer;
use triage::TriageServer;

use crate::gateway;
use crate::wiring::Running;
use door::{Guest, introduce};

pub(crate) use door::HttpDoor;

const PAGE: &str = include_str!("start_page.html");
const OPEN_METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone)]
struct About {
    db: Db,
    shutdown: Shutdown,
    metrics: Option<PrometheusHandle>,
    status: Status,
    clock: Clock,
}

/// Serves until everything has ended.
///
/// # Errors
/// When the listener fails.
pub(crate) async fn serve(
    running: &Running,
    door: HttpDoor,
    metrics: Option<PrometheusHandle>,
) -> anyhow::Result<()> {
    let about = About {
        db: running.db.clone(),
        shutdown: running.shutdown.clone(),
        metrics,
        status: running.status.clone(),
        clock: running.clock.clone(),
    };
    // A newcomer without a console is told where to ring.
    let first = match &running.console {
        Some(console) => console.pages.clone().route("/start", get(|| async { Html(PAGE) })),
        None => Router::new().route("/", get(|| async { Html(PAGE) })),
    };
    let pages = Router::new()
        .route("/live", get(|| async { "alive\n" }))
        .route("/ready", get(ready))
        .route("/status", get(status))
        .route("/metrics", get(metrics_page))
        .with_state(about)
        .merge(first)
        .merge(running.public.clone().unwrap_or_default())
        .merge(running.referral.as_ref().map(|referral| referral.fhir.clone()).unwrap_or_default());
    let elsewhere = running.console.as_ref().map(|console| console.elsewhere.clone()).unwrap_or_default();
    let grpc = grpc(running)
        .await?
        .prepare()
        .into_axum_router()
        .merge(gateway::routes(elsewhere))
        .layer(GrpcWebLayer::new())
        .layer(BrowserLayer::new(running.browser.clone()));
    let shutdown = running.shutdown.clone();
    let served = pages.merge(grpc).layer(MapRequestLayer::new(introduce));
    let served = served.into_make_service_with_connect_info::<Guest>();
    axum::serve(door, served).with_graceful_shutdown(async move { shutdown.ended().await }).await?;
    Ok(())
}

/// Serves the public pages and nothing else.
///
/// # Errors
/// When the listener fails.
pub(crate) async fn serve_public(
    public: Router,
    door: HttpDoor,
    metrics: PrometheusHandle,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let metrics = move || async move { ([(CONTENT_TYPE, OPEN_METRICS)], metrics.render()) };
    let pages = Router::new()
        .route("/", get(|| async { Redirect::temporary("/public/window") }))
        .route("/live", get(|| async { "alive\n" }))
        .route("/ready", get(|| async { "ready\n" }))
        .route("/metrics", get(metrics))
        .merge(public);
    axum::serve(door, pages).with_graceful_shutdown(async move { shutdown.draining().await }).await?;
    Ok(())
}

async fn grpc(running: &Running) -> anyhow::Result<Routes> {
    let (reporter, health) = tonic_health::server::health_reporter();
    let mut routes = Routes::new(health);
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTOR)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    routes = routes.add_service(reflection);
    if let Some(server) = running.routing.clone() {
        reporter.set_serving::<RoutingServiceServer<RoutingServer>>().await;
        routes = routes.add_service(server);
    }
    if let Some(server) = running.escalation.clone() {
        reporter.set_serving::<EscalationServiceServer<EscalationServer>>().await;
        routes = routes.add_service(server);
    }
    if let Some(telephony) = &running.telephony {
        reporter.set_serving::<CallServiceServer<CallServer>>().await;
        routes = routes.add_service(telephony.calls.clone()).add_service(telephony.control.clone());
    }
    if let Some(server) = running.triage.clone() {
        reporter.set_serving::<TriageServiceServer<TriageServer>>().await;
        routes = routes.add_service(server);
    }
    if let Some(servers) = running.referral.clone() {
        reporter.set_serving::<CentreServiceServer<CentreServer>>().await;
        reporter.set_serving::<ReferralServiceServer<ReferralServer>>().await;
        routes = routes.add_service(servers.centre).add_service(servers.referral);
    }
    if let Some(server) = running.daily_log.clone() {
        reporter.set_serving::<DailyLogServiceServer<LogServer>>().await;
        routes = routes.add_service(server);
    }
    if let Some(console) = &running.console {
        reporter.set_serving::<ConsoleServiceServer<NightServer>>().await;
        routes = routes
            .add_service(console.access.clone())
            .add_service(console.admin.clone())
            .add_service(console.night.clone())
            .add_service(console.rota.clone());
    }
    let shutdown = running.shutdown.clone();
    tokio::spawn(async move {
        shutdown.leaving().await;
        reporter.set_not_serving::<RoutingServiceServer<RoutingServer>>().await;
        reporter.set_not_serving::<EscalationServiceServer<EscalationServer>>().await;
        reporter.set_not_serving::<CallServiceServer<CallServer>>().await;
        reporter.set_not_serving::<TriageServiceServer<TriageServer>>().await;
        reporter.set_not_serving::<CentreServiceServer<CentreServer>>().await;
        reporter.set_not_serving::<ReferralServiceServer<ReferralServer>>().await;
        reporter.set_not_serving::<DailyLogServiceServer<LogServer>>().await;
        reporter.set_not_serving::<ConsoleServiceServer<NightServer>>().await;
    });
    Ok(routes)
}

/// Names what is not ready. A store that is away does not make the line unready: calls are taken.
async fn ready(State(about): State<About>) -> impl IntoResponse {
    if about.shutdown.is_leaving() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining: no new calls\n");
    }
    match about.db.begin().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::OK, "ready, but the store does not answer: calls go on, events are spooled\n"),
    }
}

/// What each worker owes, and since when: the oldest debt first of all.
async fn status(State(about): State<About>) -> impl IntoResponse {
    let workers = about.status.figures();
    let oldest = workers.values().filter_map(|figures| figures.oldest_us).min();
    Json(serde_json::json!({
        "now_us": about.clock.now().micros(),
        "clock_offset_us": about.clock.offset_micros(),
        "oldest_debt_us": oldest,
        "late": workers.values().map(|figures| figures.late).sum::<u64>(),
        "workers": workers,
    }))
}

async fn metrics_page(State(about): State<About>) -> impl IntoResponse {
    let text = about.metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default();
    ([(CONTENT_TYPE, OPEN_METRICS)], text)
}
