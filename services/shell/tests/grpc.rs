//! A service behaves the same near and far.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use shell::access::{Access, Came, Gate, Limits, Sessions, UNCERTIFIED};
use shell::audit::Audit;
use shell::clock::Clock;
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, far, near};
use shell::ids::Ids;
use shell::testkit::{sealer, sqlite};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::transport::Server;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower::util::MapRequestLayer;
use tracing_subscriber::layer::SubscriberExt;

const AMPLE: Duration = Duration::from_secs(30);

/// Answers at once, or never when asked about `slow`; remembers the traces it saw.
#[derive(Clone, Default)]
struct Desk(Arc<Mutex<Vec<String>>>);

#[tonic::async_trait]
impl Health for Desk {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let trace = request.metadata().get("traceparent").map(|value| value.to_str().unwrap().to_owned());
        self.0.lock().unwrap().extend(trace);
        match request.get_ref().service.as_str() {
            "slow" => std::future::pending().await,
            "absent" => Err(Status::not_found("desk is not known")),
            _ => Ok(Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() })),
        }
    }

    type WatchStream = tokio_stream::Empty<Result<HealthCheckResponse, Status>>;

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(tokio_stream::empty()))
    }
}

/// No person comes here, so the store behind it is never asked.
async fn access(token: &Token) -> Access {
    let (_folder, db) = sqlite().await;
    let clock = Clock::system();
    let sessions = Sessions::new(db.clone(), clock.clone(), Ids::new(clock.clone()), Limits::default());
    let audit = Audit::new(db, clock.clone(), &sealer());
    Access::new(token.clone(), sessions, audit, clock)
}

/// The same server near and far, reached with this token.
async fn both_ways(desk: Desk, expected: &Token, shown: &Token, limit: Duration) -> [HealthClient<Route>; 2] {
    let server = Gate::new(HealthServer::new(desk), &access(expected).await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tonic::transport::Server::builder().add_service(server.clone());
    tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
    let routes = [near(server, limit, shown), far(channel(&address).unwrap(), limit, shown)];
    routes.map(HealthClient::new)
}

async fn ask(client: &mut HealthClient<Route>, service: &str) -> Result<i32, Status> {
    client.check(HealthCheckRequest { service: service.into() }).await.map(|answer| answer.get_ref().status)
}

#[tokio::test]
async fn an_answer_and_a_refusal_are_the_same_near_and_far() {
    let token = Token::generate();
    for mut client in both_ways(Desk::default(), &token, &token, AMPLE).await {
        assert_eq!(ask(&mut client, "").await.unwrap(), i32::from(ServingStatus::Serving));

        let refusal = ask(&mut client, "absent").await.unwrap_err();
        assert_eq!((refusal.code(), refusal.message()), (Code::NotFound, "desk is not known"));
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_given_up_near_and_far() {
    let token = Token::generate();
    for mut client in both_ways(Desk::default(), &token, &token, Duration::from_millis(50)).await {
        assert_eq!(ask(&mut client, "slow").await.unwrap_err().code(), Code::DeadlineExceeded);
    }
}

#[tokio::test]
async fn who_does_not_carry_the_token_never_reaches_the_server() {
    let desk = Desk::default();
    for mut client in both_ways(desk.clone(), &Token::generate(), &Token::generate(), AMPLE).await {
        assert_eq!(ask(&mut client, "").await.unwrap_err().code(), Code::Unauthenticated);
    }
    assert!(desk.0.lock().unwrap().is_empty());
}

/// A server that anybody can reach, over connections that this vouches for.
async fn reached(server: Gate<HealthServer<Desk>>, came: Came, shown: &Token) -> HealthClient<Route> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let introduce = move |mut request: http::Request<Body>| {
        request.extensions_mut().insert(came);
        request
    };
    let serving = Server::builder().layer(MapRequestLayer::new(introduce)).add_service(server);
    tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
    HealthClient::new(far(channel(&address).unwrap(), AMPLE, shown))
}

#[tokio::test]
async fn where_certificates_are_wanted_the_token_alone_admits_this_process_itself_only() {
    let token = Token::generate();
    let access = access(&token).await.wants_certificates(true);
    let server = Gate::new(HealthServer::new(Desk::default()), &access);
    let mut here = HealthClient::new(near(server.clone(), AMPLE, &token));
    let mut certified = reached(server.clone(), Came::Certified, &token).await;
    let mut unknown = reached(server, Came::Unknown, &token).await;

    assert!(ask(&mut here, "").await.is_ok() && ask(&mut certified, "").await.is_ok());
    let refusal = ask(&mut unknown, "").await.unwrap_err();
    assert_eq!((refusal.code(), refusal.message()), (Code::Unauthenticated, UNCERTIFIED));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let gone = channel("http://127.0.0.1:1").unwrap();
    let mut client = HealthClient::new(far(gone, AMPLE, &Token::generate()));

    assert_eq!(ask(&mut client, "").await.unwrap_err().code(), Code::Unavailable);
}

#[tokio::test]
async fn one_trace_goes_through_near_and_far_calls() {
    let tracer = opentelemetry_sdk::trace::SdkTracerProvider::builder().build().tracer("test");
    let subscriber = tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer));
    let _guard = tracing::subscriber::set_default(subscriber);
    let (desk, token) = (Desk::default(), Token::generate());
    let clients = both_ways(desk.clone(), &token, &token, AMPLE).await;

    let span = tracing::info_span!("call");
    tracing::Instrument::instrument(
        async {
            for mut client in clients {
                ask(&mut client, "").await.unwrap();
            }
        },
        span,
    )
    .await;

    let seen = desk.0.lock().unwrap().clone();
    let traces: Vec<&str> = seen.iter().map(|parent| parent.split('-').nth(1).unwrap()).collect();
    assert_eq!(traces.len(), 2);
    assert_eq!(traces[0], traces[1]);
}
