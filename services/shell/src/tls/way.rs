//! How a gRPC channel gets its connections.

use std::io;
use std::task::{Context, Poll};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tower::Service;

use super::{Dialler, TlsStream, bare, server_name};

/// Dials anew for each connection, so that a new certificate is used without a restart.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    dialler: Dialler,
    name: ServerName<'static>,
}

impl Connector {
    /// `name` is whom the other end's certificate must name: a host name or an address.
    pub(crate) fn new(dialler: &Dialler, name: &str) -> Option<Self> {
        Some(Self { dialler: dialler.clone(), name: server_name(name)? })
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TlsStream>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<TokioIo<TlsStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Self { dialler, name } = self.clone();
        async move {
            let host = bare(to.host().unwrap_or_default());
            let stream = TcpStream::connect((host, to.port_u16().unwrap_or(443))).await?;
            // Short messages are not kept back to be sent together.
            stream.set_nodelay(true)?;
            dialler.dial(name, stream).await.map(TokioIo::new).inspect_err(|fault| {
                tracing::warn!(%fault, at = %to, "a service elsewhere is not believed, or does not believe us");
            })
        }
        .boxed()
    }
}
