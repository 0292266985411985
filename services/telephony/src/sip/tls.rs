//! SIP over TLS: a handshake first, then a stream as over TCP.
//!
//! The stack's own TLS would read past our gate (`wire`). So it is given a
//! channel in the place of a socket: it hands whole messages over, and the
//! writer here brings them out. Whatever comes in is read as over TCP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use shell::tls::{Acceptor, Dialler, server_name};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::listen::{self, Back, LAST_WORD, UNSENT};
use super::net::{Net, Path};
use super::quiet::quiet;
use super::settings::{SipError, SipTls, Transport};

/// Messages that wait for the writer; whoever has more to say waits as well.
const QUEUE: usize = 64;
const DIAL_WITHIN: Duration = Duration::from_secs(4);

pub(super) struct TlsPort {
    pub(super) local: SocketAddr,
    listener: TcpListener,
    acceptor: Acceptor,
}

pub(super) fn bind_all(tls: &SipTls) -> Result<Vec<TlsPort>, SipError> {
    let Some((listen, acceptor)) = &tls.listen else { return Ok(Vec::new()) };
    let bind = |address: &SocketAddr| {
        let fault = |source| listen::fault("sip.tls_listen", *address, "TLS", source);
        let listener = listen::bind_tcp(*address).map_err(fault)?;
        let local = listener.local_addr().map_err(fault)?;
        Ok(TlsPort { local, listener, acceptor: acceptor.clone() })
    };
    listen.iter().map(bind).collect()
}

/// A slow handshake holds nobody else up, but counts as a connection of its address.
pub(super) async fn accept(net: Arc<Net>, index: usize) {
    let Some(port) = net.tls_ports.get(index) else { return };
    loop {
        let Some((stream, remote)) = listen::next(&net, &port.listener).await else { continue };
        let (net, acceptor, local) = (Arc::clone(&net), port.acceptor.clone(), port.local);
        let place = net.hold(remote.ip());
        tokio::spawn(async move {
            let _ = listen::settle(&stream);
            match acceptor.accept(stream).await {
                Ok(stream) => drop(open(&net, stream, remote, local, None).await),
                Err(fault) => {
                    metrics::counter!("tomoshibi_tls_refused_total", "why" => "handshake").increment(1);
                    tracing::debug!(%fault, "no SIP connection over TLS came about");
                }
            }
            drop(place);
        });
    }
}

/// `domain` is whom the certificate there must name; `local` what peers are told of us.
pub(super) async fn dial(
    net: &Arc<Net>,
    dialler: &Dialler,
    remote: SocketAddr,
    domain: &str,
    local: SocketAddr,
) -> Option<Path> {
    let name = server_name(domain)?;
    let dialled = tokio::time::timeout(DIAL_WITHIN, TcpStream::connect(remote)).await;
    let stream = dialled.ok()?.ok()?;
    let _ = listen::settle(&stream);
    match dialler.dial(name, stream).await {
        Ok(stream) => open(net, stream, remote, local, Some(domain)).await,
        Err(fault) => {
            tracing::warn!(%fault, domain, "no TLS connection to a trunk came about");
            None
        }
    }
}

/// Makes a connection, taken or dialled, one that is read and can be sent over.
async fn open<S>(
    net: &Arc<Net>,
    stream: S,
    remote: SocketAddr,
    local: SocketAddr,
    domain: Option<&str>,
) -> Option<Path>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (ours, token) = (net.ours(local, remote.ip()), net.stop.child_token());
    let (messages, outgoing) = mpsc::channel(QUEUE);
    let (words, said) = mpsc::channel(QUEUE);
    let told = SipAddr { r#type: Some(rsipstack::sip::Transport::Tls), addr: remote.into() };
    let connection =
        ChannelConnection::create_connection_bounded(nothing(), messages.clone(), told, Some(token.clone()));
    let connection = quiet(connection).await.ok()?;
    let path = Path::new(Transport::Tls, remote, ours, SipConnection::Channel(connection)).of(domain);
    net.flows().insert(remote, path.clone());
    let (reader, writer) = tokio::io::split(stream);
    tokio::spawn(write(writer, outgoing, said, token.clone()));
    tokio::spawn(read(Arc::clone(net), path.clone(), reader, Sayer { messages, words }, token));
    Some(path)
}

/// What the stack would read from the channel: nothing, ever.
#[expect(clippy::disallowed_methods, reason = "the stack asks for this type; nothing is ever sent on it")]
fn nothing() -> mpsc::UnboundedReceiver<TransportEvent> {
    mpsc::unbounded_channel().1
}

/// What is said beside the stack goes the same way out.
struct Sayer {
    messages: mpsc::Sender<TransportEvent>,
    words: mpsc::Sender<Vec<u8>>,
}

impl Back for Sayer {
    async fn say(&self, bytes: &[u8]) {
        let _ = self.words.send(bytes.to_vec()).await;
    }

    async fn room(&self) {
        let _ = self.messages.reserve().await;
    }
}

async fn read<S: AsyncRead>(
    net: Arc<Net>,
    path: Path,
    mut reader: ReadHalf<S>,
    back: Sayer,
    token: CancellationToken,
) {
    tokio::select! {
        () = token.cancelled() => {}
        () = listen::read_stream(&net, &back, &path, &mut reader) => {}
    }
    token.cancel();
    // What lies there yet would hold the peer's writer.
    let _ = tokio::time::timeout(LAST_WORD, listen::drain(&mut reader)).await;
    // Nothing of the stack holds the socket.
    net.end_flow(&path, Arc::new(()));
}

async fn write<S: AsyncWrite>(
    mut writer: WriteHalf<S>,
    mut messages: mpsc::Receiver<TransportEvent>,
    mut words: mpsc::Receiver<Vec<u8>>,
    token: CancellationToken,
) {
    loop {
        let bytes = tokio::select! {
            () = token.cancelled() => break,
            Some(event) = messages.recv() => bytes_of(&event),
            Some(word) = words.recv() => word,
        };
        if !send(&mut writer, &bytes).await {
            token.cancel();
            return;
        }
    }
    // Last words: they were said before the end.
    messages.close();
    words.close();
    let rest = async {
        while let Some(event) = messages.recv().await {
            send(&mut writer, &bytes_of(&event)).await;
        }
        while let Some(word) = words.recv().await {
            send(&mut writer, &word).await;
        }
        writer.shutdown().await
    };
    let _ = tokio::time::timeout(LAST_WORD, rest).await;
}

/// False when the peer does not take it.
async fn send<S: AsyncWrite>(writer: &mut WriteHalf<S>, bytes: &[u8]) -> bool {
    let sent = async {
        writer.write_all(bytes).await?;
        writer.flush().await
    };
    matches!(tokio::time::timeout(UNSENT, sent).await, Ok(Ok(())))
}

fn bytes_of(event: &TransportEvent) -> Vec<u8> {
    match event {
        TransportEvent::Incoming(message, ..) => message.to_bytes(),
        TransportEvent::New(_) | TransportEvent::Closed(_) => Vec::new(),
    }
}
