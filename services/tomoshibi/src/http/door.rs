//! The shell's door as axum's listener.

use std::io;
use std::net::SocketAddr;

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request};
use axum::serve::{IncomingStream, Listener};
use shell::access::Came;
use shell::tls::{Door, DoorStream, Visitor};

pub(crate) struct HttpDoor(pub Door);

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guest {
    from: SocketAddr,
    came: Came,
}

impl Listener for HttpDoor {
    type Io = DoorStream;
    type Addr = Guest;

    async fn accept(&mut self) -> (DoorStream, Guest) {
        let (stream, Visitor { from, came }) = self.0.enter().await;
        (stream, Guest { from, came })
    }

    fn local_addr(&self) -> io::Result<Guest> {
        Ok(Guest { from: self.0.address(), came: Came::Here })
    }
}

impl Connected<IncomingStream<'_, HttpDoor>> for Guest {
    fn connect_info(stream: IncomingStream<'_, HttpDoor>) -> Self {
        *stream.remote_addr()
    }
}

/// What handlers look for: the address that guesses are counted by, and what vouches for the connection.
pub(crate) fn introduce(mut request: Request) -> Request {
    if let Some(ConnectInfo(Guest { from, came })) = request.extensions_mut().remove::<ConnectInfo<Guest>>() {
        request.extensions_mut().insert(ConnectInfo(from));
        request.extensions_mut().insert(came);
    }
    request
}
