//! The way to routing, which a story may close: refused at once, or no answer.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use proto::routing::v1::routing_service_server::RoutingServiceServer;
use routing::RoutingServer;
use tokio::sync::watch;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Service, http};

type Near = RoutingServiceServer<RoutingServer>;

#[derive(Clone)]
pub enum Way {
    To(Near),
    Refused,
    Silent,
}

#[derive(Clone)]
pub struct Door(pub watch::Receiver<Way>);

impl Service<http::Request<Body>> for Door {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let way = self.0.borrow().clone();
        Box::pin(async move {
            match way {
                Way::To(mut server) => server.call(request).await,
                Way::Refused => Ok(Status::unavailable("routing is gone").into_http()),
                Way::Silent => std::future::pending().await,
            }
        })
    }
}
