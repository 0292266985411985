//! A listening port, plain or TLS. A slow handshake holds nobody else up.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::{Acceptor, is_certified};
use crate::access::Came;

/// Handshakes going on at a time. Who comes beyond is let go and tries again.
const HANDSHAKES: usize = 512;
/// Out of descriptors: time for connections to end.
const BREATH: Duration = Duration::from_millis(50);

pub type DoorStream = Either<TcpStream, TlsStream<TcpStream>>;

/// Where a connection comes from, and what vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    pub from: SocketAddr,
    pub came: Came,
}

#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    listener: Listener,
}

#[derive(Debug)]
enum Listener {
    Plain(TcpListener),
    Tls(mpsc::Receiver<(DoorStream, Visitor)>),
}

impl Door {
    /// # Errors
    /// The system's, when the listener is bound to nothing.
    pub fn new(listener: TcpListener, acceptor: Option<Acceptor>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let listener = match acceptor {
            None => Listener::Plain(listener),
            Some(acceptor) => {
                let (inlet, outlet) = mpsc::channel(1);
                tokio::spawn(receive(listener, acceptor, inlet));
                Listener::Tls(outlet)
            }
        };
        Ok(Self { address, listener })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection that may be talked over.
    pub async fn enter(&mut self) -> (DoorStream, Visitor) {
        match &mut self.listener {
            Listener::Plain(listener) => {
                let (stream, from) = next(listener).await;
                (Either::Left(stream), Visitor { from, came: Came::Unknown })
            }
            Listener::Tls(ready) => match ready.recv().await {
                Some(entered) => entered,
                // The reception ends after this door only.
                None => std::future::pending().await,
            },
        }
    }
}

async fn next(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                // A short answer does not wait for the acknowledgement of the one before: 40 ms otherwise.
                let _ = stream.set_nodelay(true);
                return (stream, from);
            }
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
}

async fn receive(listener: TcpListener, acceptor: Acceptor, ready: mpsc::Sender<(DoorStream, Visitor)>) {
    let room = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let (stream, from) = tokio::select! {
            () = ready.closed() => return,
            accepted = next(&listener) => accepted,
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            refused("busy");
            continue;
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            let entered = shake_hands(&acceptor, stream, from).await;
            drop(place);
            if let Some(entered) = entered {
                let _ = ready.send(entered).await;
            }
        });
    }
}

async fn shake_hands(
    acceptor: &Acceptor,
    stream: TcpStream,
    from: SocketAddr,
) -> Option<(DoorStream, Visitor)> {
    match acceptor.accept(stream).await {
        Ok(stream) => {
            let came = if is_certified(&stream) { Came::Certified } else { Came::Unknown };
            Some((Either::Right(stream), Visitor { from, came }))
        }
        Err(fault) => {
            refused("handshake");
            tracing::debug!(%fault, "no TLS connection came about");
            None
        }
    }
}

fn refused(why: &'static str) {
    metrics::counter!("tomoshibi_tls_refused_total", "why" => why).increment(1);
}
