//! A server of this process that comes up later: until then it says UNAVAILABLE, as one elsewhere that is away.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures::future::{BoxFuture, FutureExt, ready};
use tonic::Status;
use tonic::body::Body;
use tonic::server::NamedService;
use tower::{Service, ServiceExt};

/// Cheap to clone; all clones are up at the same moment.
#[derive(Debug)]
pub struct Late<S>(Arc<OnceLock<S>>);

impl<S> Late<S> {
    /// The first server that comes stays.
    pub fn comes_up(&self, server: S) {
        let _ = self.0.set(server);
    }
}

impl<S> Default for Late<S> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<S> Clone for Late<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: NamedService> NamedService for Late<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<http::Request<Body>> for Late<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match self.0.get() {
            Some(server) => server.clone().oneshot(request).boxed(),
            None => {
                let away = Status::unavailable("the service waits for the store: try again");
                ready(Ok(away.into_http())).boxed()
            }
        }
    }
}
