//! One client type, near or far.
//!
//! A generated client takes any tower service, so every dependency is
//! `FooServiceClient<Route>`: near it is the server itself, far a channel.
//! Deadline, service token and trace travel on the route, so that both ways
//! behave the same.

pub mod auth;
mod late;
mod time;
pub mod trace;

use std::convert::Infallible;
use std::time::Duration;

use tonic::Status;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tower::timeout::{Timeout, error::Elapsed};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Service, ServiceExt};

use auth::Token;

use crate::access::Came;
use crate::tls::{Connector, Dialler};

pub use late::Late;
pub use time::{instant, timestamp};

pub type Route = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, RouteError>;

/// Why a route gave no answer. tonic finds the `Status` among its sources.
///
/// A type of its own, because the compiler cannot see that a task which keeps a
/// client with a boxed error across an await may be sent to another thread.
#[derive(Debug, thiserror::Error)]
#[error("route gave no answer")]
pub struct RouteError(#[source] BoxError);

/// The server in this process: no socket in between. `limit` is the time to the first answer.
pub fn near<S>(server: S, limit: Duration, token: &Token) -> Route
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
{
    let server = server.map_err(|never: Infallible| match never {}).map_request(Came::from_this_process);
    limited(server, limit, token)
}

/// A server behind a channel.
pub fn far(channel: Channel, limit: Duration, token: &Token) -> Route {
    limited(channel.map_err(BoxError::from), limit, token)
}

/// Why there is no way to an address.
#[derive(Debug, thiserror::Error)]
pub enum NoWay {
    #[error("it is not an address such as http://routing:8080 or https://routing:8080")]
    NoAddress,
    #[error("https asks whom to believe: set services.authorities to the file of the authority (PEM)")]
    NoAuthority,
}

/// A channel that connects when it is first used and again after every break.
///
/// # Errors
/// When the address is not a URI such as `http://routing:8080`. TLS has its own: `channel_over_tls`.
pub fn channel(address: &str) -> Result<Channel, NoWay> {
    if address.starts_with("https:") {
        return Err(NoWay::NoAuthority);
    }
    Ok(endpoint(address)?.connect_lazy())
}

/// The same over TLS. `name` is whom the certificate there must name, if not the host of the address.
///
/// # Errors
/// When the address is not a URI such as `https://routing:8080`.
pub fn channel_over_tls(address: &str, dialler: &Dialler, name: Option<&str>) -> Result<Channel, NoWay> {
    let bare = address.strip_prefix("https://").ok_or(NoWay::NoAddress)?;
    let origin: http::Uri = address.parse().map_err(|_| NoWay::NoAddress)?;
    let name = name.or(origin.host()).ok_or(NoWay::NoAddress)?;
    let connector = Connector::new(dialler, name).ok_or(NoWay::NoAddress)?;
    // tonic would want to do the TLS of https itself, with one certificate for ever.
    let endpoint = endpoint(&format!("http://{bare}"))?.origin(origin);
    Ok(endpoint.connect_with_connector_lazy(connector))
}

fn endpoint(address: &str) -> Result<Endpoint, NoWay> {
    let endpoint = Endpoint::from_shared(address.to_owned()).map_err(|_| NoWay::NoAddress)?;
    let endpoint = endpoint
        .connect_timeout(Duration::from_secs(2))
        // A peer that vanished without a word is noticed before its next call.
        .http2_keep_alive_interval(Duration::from_secs(5))
        .keep_alive_timeout(Duration::from_secs(5))
        .keep_alive_while_idle(true);
    Ok(endpoint)
}

/// tonic enforces deadlines in its transport, which a near call does not pass. A stream may go on
/// longer than the limit once it has begun.
fn limited<S>(service: S, limit: Duration, token: &Token) -> Route
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = BoxError>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
{
    let bearer = token.header();
    let service = Timeout::new(service, limit)
        .map_err(|error| match error.is::<Elapsed>() {
            true => RouteError(Status::deadline_exceeded("no answer in time").into()),
            false => RouteError(error),
        })
        .map_request(move |mut request: http::Request<Body>| {
            request.headers_mut().insert(http::header::AUTHORIZATION, bearer.clone());
            trace::inject(request.headers_mut());
            request
        });
    BoxCloneSyncService::new(service)
}
