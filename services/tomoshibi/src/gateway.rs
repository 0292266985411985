//! Browsers know one address: what they ask of a service that runs elsewhere is
//! handed on, with the session they showed and this process's token. Without a session that token would
//! make a service of a stranger: nothing is handed on.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use shell::access::SESSION;
use shell::grpc::Route;
use tonic::Status;
use tower::ServiceExt;

/// Services by name, with the way to each. Nothing where all run in this process, or nobody asks here.
pub(crate) fn routes(elsewhere: Vec<(&'static str, Route)>) -> Router {
    elsewhere.into_iter().fold(Router::new(), |router, (service, route)| {
        let handed_on = Router::new().route(&format!("/{service}/{{method}}"), post(hand_on));
        router.merge(handed_on.with_state(Way(route)))
    })
}

#[derive(Clone)]
struct Way(Route);

async fn hand_on(State(Way(route)): State<Way>, request: Request) -> Response {
    if !request.headers().contains_key(SESSION) {
        let stranger = Status::unauthenticated("sign in first; a service shows its token");
        return stranger.into_http::<tonic::body::Body>().map(Body::new);
    }
    let answer = route.oneshot(request.map(tonic::body::Body::new)).await;
    let answer = answer.unwrap_or_else(|fault| {
        tracing::debug!(%fault, "a service elsewhere does not answer");
        Status::unavailable("the service does not answer: try again").into_http()
    });
    answer.map(Body::new)
}
