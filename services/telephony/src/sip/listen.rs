//! The listening sockets and their reading loops.

use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use super::net::{Net, Path};
use super::quiet::{quiet, quietly};
use super::settings::{SipError, Transport};
use super::tls;
use super::wire::{self, Frame, Read};

/// A connection that has said nothing whole in this time is closed.
const FIRST_WORD: Duration = Duration::from_secs(15);
/// What we send and the peer does not take in this time ends the connection.
pub(super) const UNSENT: Duration = Duration::from_secs(10);
/// Kept by the kernel for each direction of a connection: some hundred messages.
const BUFFER: usize = 256 * 1024;
/// A connection that we end is read on for so long, that the peer may read our last word.
pub(super) const LAST_WORD: Duration = Duration::from_secs(1);

/// The setting that names the addresses.
const LISTEN: &str = "sip.listen";

/// One address, open for UDP and TCP.
pub(super) struct Port {
    pub(super) local: SocketAddr,
    pub(super) connection: SipConnection,
    udp: Arc<UdpSocket>,
    tcp: TcpListener,
}

pub(super) async fn bind_all(addresses: &[SocketAddr]) -> Result<Vec<Port>, SipError> {
    if addresses.is_empty() {
        return Err(SipError::NoAddress);
    }
    let mut ports = Vec::new();
    for address in addresses {
        ports.push(bind(*address).await?);
    }
    Ok(ports)
}

async fn bind(address: SocketAddr) -> Result<Port, SipError> {
    // With port 0 the free UDP port may be taken for TCP: try some.
    let mut tries = if address.port() == 0 { 20 } else { 1 };
    loop {
        tries -= 1;
        let udp = bind_udp(address).map_err(|source| fault(LISTEN, address, "UDP", source))?;
        let local = udp.local_addr().map_err(|source| fault(LISTEN, address, "UDP", source))?;
        match bind_tcp(local) {
            Ok(tcp) => {
                let udp = Arc::new(udp);
                let socket: Arc<dyn rsipstack::platform::net::UdpSocket> = udp.clone();
                let connection = quiet(UdpConnection::from_socket(socket, None, None)).await;
                let connection = connection.map_err(|_| SipError::NoAddress)?;
                return Ok(Port { local, connection: SipConnection::Udp(connection), udp, tcp });
            }
            Err(_) if tries > 0 => {}
            Err(source) => return Err(fault(LISTEN, address, "TCP", source)),
        }
    }
}

pub(super) fn fault(
    setting: &'static str,
    address: SocketAddr,
    transport: &'static str,
    source: io::Error,
) -> SipError {
    if source.kind() == io::ErrorKind::AddrInUse {
        SipError::Busy { setting, address, transport }
    } else {
        SipError::Listen { setting, address, transport, source }
    }
}

fn socket(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        // `[::]` and `0.0.0.0` may both be listed.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = socket(address, Type::DGRAM, Protocol::UDP)?;
    // A burst of INVITEs must not be lost while one is read; the kernel may allow less.
    let _ = socket.set_recv_buffer_size(4 << 20);
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

pub(super) fn bind_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address, Type::STREAM, Protocol::TCP)?;
    // Only over connections of an earlier process that linger, never over a living listener.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(256)?;
    TcpListener::from_std(socket.into())
}

pub(super) fn serve(net: &Arc<Net>) {
    for index in 0..net.ports.len() {
        tokio::spawn(until_stop(Arc::clone(net), read_datagrams(Arc::clone(net), index)));
        tokio::spawn(until_stop(Arc::clone(net), accept(Arc::clone(net), index)));
    }
    for index in 0..net.tls_ports.len() {
        tokio::spawn(until_stop(Arc::clone(net), tls::accept(Arc::clone(net), index)));
    }
}

async fn until_stop(net: Arc<Net>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = net.stop.cancelled() => {}
        () = work => {}
    }
}

async fn read_datagrams(net: Arc<Net>, index: usize) {
    let Some(port) = net.ports.get(index) else { return };
    let mut buffer = vec![0; wire::LONGEST_MESSAGE];
    loop {
        let Ok((length, remote)) = port.udp.recv_from(&mut buffer).await else {
            // An ICMP error of an earlier datagram: the next one may be fine.
            tokio::task::yield_now().await;
            continue;
        };
        match wire::read(&buffer[..length]) {
            Read::Message(message) => {
                let ours = net.ours(port.local, remote.ip());
                let path = Path::new(Transport::Udp, remote, ours, port.connection.clone());
                net.take(*message, &path).await;
            }
            Read::Refuse(answer) => drop(port.udp.try_send_to(&answer, remote)),
            Read::Nothing => {}
        }
    }
}

async fn accept(net: Arc<Net>, index: usize) {
    let Some(port) = net.ports.get(index) else { return };
    loop {
        if let Some((stream, _)) = next(&net, &port.tcp).await {
            drop(adopt(&net, stream, port.local));
        }
    }
}

/// The next connection, none when there is no room for it.
pub(super) async fn next(net: &Net, listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok((stream, remote)) => has_room(net, remote.ip()).then_some((stream, remote)),
        Err(_) => {
            // Out of descriptors: give calls time to end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

fn has_room(net: &Net, remote: IpAddr) -> bool {
    let held = net.held_open();
    let flows = net.flows();
    let addresses = || flows.keys().map(SocketAddr::ip).chain(held.iter().copied());
    addresses().count() < net.limits.connections
        && addresses().filter(|ip| *ip == remote).count() < net.limits.connections_per_source
}

/// How the system is to treat a connection. A handle to it comes back.
pub(super) fn settle(stream: &TcpStream) -> io::Result<Socket> {
    let options = SockRef::from(stream);
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(15));
    let _ = options.set_tcp_keepalive(&keepalive);
    let _ = options.set_tcp_user_timeout(Some(UNSENT));
    // The kernel's own sizes would let each connection hold megabytes that nobody reads.
    let _ = options.set_send_buffer_size(BUFFER);
    let _ = options.set_recv_buffer_size(BUFFER);
    let _ = stream.set_nodelay(true);
    options.try_clone()
}

/// Makes a connection, taken or dialled, one that is read and can be sent over.
pub(super) fn adopt(net: &Arc<Net>, stream: TcpStream, local: SocketAddr) -> Option<Path> {
    let remote = stream.peer_addr().ok()?;
    let hook = settle(&stream).ok()?;
    let ours = net.ours(local, remote.ip());
    let told = SipAddr { r#type: Some(rsipstack::sip::Transport::Tcp), addr: ours.into() };
    let connection = quietly(|| TcpConnection::from_stream(stream, told, Some(net.stop.child_token())).ok())?;
    let path = Path::new(Transport::Tcp, remote, ours, SipConnection::Tcp(connection.clone()));
    net.flows().insert(remote, path.clone());
    tokio::spawn(serve_stream(Arc::clone(net), connection, path.clone(), hook));
    Some(path)
}

/// `hook` is the same socket: rsipstack's transactions keep theirs open for as long as they rest.
async fn serve_stream(net: Arc<Net>, connection: TcpConnection, path: Path, hook: Socket) {
    let token = connection.cancel_token().unwrap_or_default();
    if let Some(mut reader) = connection.inner.read_half.lock().await.take() {
        let is_ours_to_end = tokio::select! {
            () = token.cancelled() => true,
            () = is_stuck(&connection) => false,
            () = read_stream(&net, &connection, &path, &mut reader) => true,
        };
        token.cancel();
        if is_ours_to_end {
            let _ = tokio::time::timeout(LAST_WORD, part(&connection, &mut reader)).await;
        }
        // Frees whoever waits to write to the peer.
        let _ = hook.shutdown(Shutdown::Both);
        // What lies there yet would hold the peer's writer: only behind it is it told that nobody reads.
        let _ = tokio::time::timeout(LAST_WORD, drain(&mut reader)).await;
    }
    net.end_flow(&path, connection.inner);
}

/// Says the end and reads until the peer has said it too.
async fn part(connection: &TcpConnection, reader: &mut (impl AsyncRead + Unpin)) {
    let _ = quiet(connection.inner.close()).await;
    drain(reader).await;
}

pub(super) async fn drain(reader: &mut (impl AsyncRead + Unpin)) {
    let mut scratch = vec![0; 16 * 1024];
    while matches!(reader.read(&mut scratch).await, Ok(length) if length > 0) {}
}

/// Comes to its end when what we write is not taken, not even slowly.
async fn is_stuck(connection: &TcpConnection) {
    while tokio::time::timeout(UNSENT, connection.inner.write_half.lock()).await.is_ok() {
        tokio::time::sleep(UNSENT / 4).await;
    }
}

/// The way back on a connection, beside the stack.
pub(super) trait Back {
    fn say(&self, bytes: &[u8]) -> impl Future<Output = ()> + Send;

    /// Returns when more can be said. A peer that does not read is not read: our answers would pile up here.
    fn room(&self) -> impl Future<Output = ()> + Send;
}

impl Back for TcpConnection {
    async fn say(&self, bytes: &[u8]) {
        let _ = quiet(self.inner.send_raw(bytes)).await;
    }

    async fn room(&self) {
        drop(self.inner.write_half.lock().await);
    }
}

pub(super) async fn read_stream(
    net: &Net,
    back: &impl Back,
    path: &Path,
    reader: &mut (impl AsyncRead + Unpin),
) {
    let mut buffer: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    let mut patience = FIRST_WORD;
    loop {
        match tokio::time::timeout(patience, reader.read(&mut chunk)).await {
            Ok(Ok(length)) if length > 0 => buffer.extend_from_slice(&chunk[..length]),
            Ok(Ok(_) | Err(_)) | Err(_) => return,
        }
        let mut at = 0;
        loop {
            match wire::frame(&buffer[at..]) {
                _ if at == buffer.len() => break,
                Frame::More => break,
                Frame::KeepAlive { length, answer } => {
                    if answer {
                        back.say(b"\r\n").await;
                    }
                    at += length;
                }
                Frame::Message { length } => {
                    take(net, back, path, &buffer[at..at + length]).await;
                    patience = net.limits.expires_max + Duration::from_secs(60);
                    at += length;
                }
                Frame::Broken => {
                    if let Read::Refuse(answer) = wire::read(&buffer[at..]) {
                        back.say(&answer).await;
                    }
                    return;
                }
            }
        }
        buffer.drain(..at);
    }
}

async fn take(net: &Net, back: &impl Back, path: &Path, bytes: &[u8]) {
    back.room().await;
    match wire::read(bytes) {
        Read::Message(message) => net.take(*message, path).await,
        Read::Refuse(answer) => back.say(&answer).await,
        Read::Nothing => {}
    }
}
