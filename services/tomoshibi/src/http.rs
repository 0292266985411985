//! One port for people and services: gRPC (also gRPC-Web), health, metrics and
//! the start page.

mod door;
mod grpc;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use shell::access::BrowserLayer;
use shell::clock::Clock;
use shell::reconciler::Status;
use shell::shutdown::Shutdown;
use shell::store::Db;
use tokio::sync::watch;
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;
use tower::ServiceExt;
use tower::util::{MapRequestLayer, Oneshot};

use crate::cli::Service;
use crate::gateway;
use crate::wiring::Running;
use door::{Guest, introduce};
use grpc::Health;

pub(crate) use door::HttpDoor;

const PAGE: &str = include_str!("start_page.html");
/// A probe waits a second.
const STORE_ANSWERS: Duration = Duration::from_millis(500);
const OPEN_METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone)]
struct About {
    db: Db,
    shutdown: Shutdown,
    metrics: Option<PrometheusHandle>,
    status: Status,
    clock: Clock,
    /// Why something is not up yet.
    waiting: watch::Sender<String>,
    has_telephony: bool,
}

/// What is served: more of it once the store is there. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    now: Arc<Mutex<Router>>,
    /// Health and reflection.
    first: Routes,
    health: Health,
    metrics: Option<PrometheusHandle>,
}

impl App {
    /// # Errors
    /// When the contracts cannot be told by reflection.
    pub(crate) async fn of(running: &Running, metrics: Option<PrometheusHandle>) -> anyhow::Result<Self> {
        let (health, server) = Health::new();
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTOR)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()?;
        let first = server.add_service(reflection);
        let app = Self { now: Arc::default(), first, health, metrics };
        app.serves(running).await;
        tokio::spawn(app.health.clone().end_with(running.shutdown.clone()));
        Ok(app)
    }

    /// From the next request on.
    pub(crate) async fn serves(&self, running: &Running) {
        self.health.tell(running).await;
        let router = self.router(running);
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// Serves until everything has ended.
    ///
    /// # Errors
    /// When the listener fails.
    pub(crate) async fn run(self, door: HttpDoor, shutdown: Shutdown) -> anyhow::Result<()> {
        let served = Router::new().fallback_service(self).layer(MapRequestLayer::new(introduce));
        let served = served.into_make_service_with_connect_info::<Guest>();
        axum::serve(door, served).with_graceful_shutdown(async move { shutdown.ended().await }).await?;
        Ok(())
    }

    fn router(&self, running: &Running) -> Router {
        let about = About {
            db: running.db.clone(),
            shutdown: running.shutdown.clone(),
            metrics: self.metrics.clone(),
            status: running.status.clone(),
            clock: running.clock.clone(),
            waiting: running.waiting.clone(),
            has_telephony: running.telephony.is_some(),
        };
        let pages = Router::new()
            .route("/live", get(|| async { "alive\n" }))
            .route("/ready", get(ready))
            .route("/status", get(status))
            .route("/metrics", get(metrics_page))
            .with_state(about)
            .merge(first_page(running))
            .merge(running.public.clone().unwrap_or_default())
            .merge(running.referral.as_ref().map(|referral| referral.fhir.clone()).unwrap_or_default());
        let elsewhere = running.console.as_ref().map(|console| console.elsewhere.clone());
        let grpc = grpc::routes(self.first.clone(), running)
            .prepare()
            .into_axum_router()
            .merge(gateway::routes(elsewhere.unwrap_or_default()))
            .layer(GrpcWebLayer::new())
            .layer(BrowserLayer::new(running.browser.clone()));
        pages.merge(grpc)
    }
}

impl tower::Service<Request> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Oneshot<Router, Request>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner).clone();
        now.oneshot(request)
    }
}

/// A newcomer without a console is told where to ring.
fn first_page(running: &Running) -> Router {
    match &running.console {
        Some(console) => console.pages.clone().route("/start", get(|| async { Html(PAGE) })),
        None if running.services.contains(&Service::Console) => Router::new().route("/", get(not_yet)),
        None => Router::new().route("/", get(|| async { Html(PAGE) })),
    }
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

/// Names what is not ready. A store that is away does not make telephony unready: calls are taken.
async fn ready(State(about): State<About>) -> (StatusCode, String) {
    if about.shutdown.is_leaving() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining: no new calls\n".to_owned());
    }
    let waiting = about.waiting.borrow().clone();
    match (waiting.is_empty(), about.has_telephony) {
        (true, _) => {}
        (false, true) => return (StatusCode::OK, format!("ready for calls; {waiting}\n")),
        (false, false) => return (StatusCode::SERVICE_UNAVAILABLE, format!("{waiting}\n")),
    }
    let answered = tokio::time::timeout(STORE_ANSWERS, about.db.fit()).await;
    let text = match answered.is_ok_and(|answer| answer.is_ok()) {
        true => "ready\n",
        false => "ready, but the store does not answer: calls go on, events are spooled\n",
    };
    (StatusCode::OK, text.to_owned())
}

/// Where the console will be.
async fn not_yet() -> impl IntoResponse {
    let text = "準備中です。記録の保存先につながり次第、この画面が開きます。電話は受けています。\n\
                Waiting for the store: this page opens as soon as it answers. Calls are taken.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], text)
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
