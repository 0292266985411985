//! The sockets and rsipstack's transactions over them. Messages go in through
//! `wire`, requests come out as `Asked` with the path they took, and answers to
//! ours come back on a channel.

use std::any::Any;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures::FutureExt as _;
use rsipstack::sip::{Header, Request, Response, SipMessage};
use rsipstack::transaction::endpoint::{EndpointInner, EndpointInnerRef, EndpointOption};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::{Transaction, TransactionEvent, TransactionEventSender};
use rsipstack::transport::{SipAddr, SipConnection, TransportLayer};
use shell::tls::Dialler;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::field;
use super::listen::{self, Port};
use super::quiet::{quiet, quietly};
use super::settings::{Limits, SipError, SipSettings, Transport, TrunkOut};
use super::tls::{self, TlsPort};

/// Added to a request by us when it is read, never taken from the network.
const CAME_OVER: &str = "X-Came-Over";
const DIAL_WITHIN: Duration = Duration::from_secs(4);
pub(super) const SERVER: &str = "Tomoshibi";

pub(super) struct Net {
    pub(super) endpoint: EndpointInnerRef,
    pub(super) ports: Vec<Port>,
    pub(super) tls_ports: Vec<TlsPort>,
    dialler: Option<Dialler>,
    pub(super) flows: Mutex<HashMap<SocketAddr, Path>>,
    /// What counts as connections beside the flows: those that have ended, but whose sockets a resting transaction
    /// still holds, and handshakes.
    held: Mutex<Vec<(IpAddr, Weak<dyn Any + Send + Sync>)>>,
    pub(super) limits: Limits,
    pub(super) stop: CancellationToken,
    advertised: Option<IpAddr>,
    /// Hears 2xx answers to INVITEs before the transactions do, which forget them after the first.
    pub(super) repeated: mpsc::Sender<Response>,
}

/// How a peer is reached: over which of our sockets, and where.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) transport: Transport,
    pub(super) remote: SocketAddr,
    /// What peers are told in Via and Contact.
    pub(super) ours: SocketAddr,
    connection: SipConnection,
    /// Whom the certificate at the other end named; none where we did not dial over TLS.
    domain: Option<Arc<str>>,
}

impl Path {
    pub(super) fn new(
        transport: Transport,
        remote: SocketAddr,
        ours: SocketAddr,
        connection: SipConnection,
    ) -> Self {
        Self { transport, remote, ours, connection, domain: None }
    }

    /// The same, to a peer that has shown to be that domain's.
    pub(super) fn of(self, domain: Option<&str>) -> Self {
        Self { domain: domain.map(Arc::from), ..self }
    }

    pub(super) fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// A UDP path lives for ever; a connection may be gone.
    pub(super) fn is_alive(&self) -> bool {
        self.connection.cancel_token().is_none_or(|token| !token.is_cancelled())
    }

    pub(super) fn via(&self, branch: &str) -> String {
        format!("SIP/2.0/{} {};branch={branch};rport", self.transport.name(), self.ours)
    }

    pub(super) fn contact(&self, user: &str) -> String {
        let transport = match self.transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
            Transport::Tls => ";transport=tls",
        };
        format!("<sip:{user}@{}{transport}>", self.ours)
    }

    fn destination(&self) -> Option<SipAddr> {
        let kind = match self.transport {
            Transport::Udp => rsipstack::sip::Transport::Udp,
            Transport::Tcp | Transport::Tls => return None,
        };
        Some(SipAddr { r#type: Some(kind), addr: self.remote.into() })
    }

    /// Sends once, outside any transaction: an ACK of a 2xx, or a refusal.
    pub(super) async fn send(&self, message: impl Into<SipMessage>) {
        let _ = quiet(self.connection.send(message.into(), self.destination().as_ref())).await;
    }
}

/// A request that came in, with the transaction that waits for its answer.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) path: Path,
    transaction: Transaction,
}

impl Asked {
    /// Answers it finally and is done with it; an INVITE's answer is repeated until its ACK.
    pub(super) fn answer(self, response: Response) {
        let mut transaction = self.transaction;
        tokio::spawn(quiet(async move {
            if transaction.respond(response).await.is_ok() {
                while transaction.receive().await.is_some() {}
            }
        }));
    }

    /// Answers it and keeps nothing (RFC 3261 8.2.7): should it come again, it is answered again.
    /// So what has no right to be here costs no memory, and is not echoed for half a minute to an
    /// address that may be forged.
    pub(super) fn dismiss(self, response: Response) {
        let Self { path, transaction, .. } = self;
        drop(transaction);
        tokio::spawn(async move { path.send(response).await });
    }

    /// Opens an INVITE for several answers. CANCEL and ACK arrive on the channel, which closes
    /// with the transaction.
    pub(super) fn open(self) -> (Request, Path, Replies, mpsc::Receiver<Request>) {
        let mut transaction = self.transaction;
        let replies = Replies(transaction.tu_sender.clone(), transaction.key.clone());
        let (inlet, outlet) = mpsc::channel(8);
        tokio::spawn(quiet(async move {
            while let Some(message) = transaction.receive().await {
                if let SipMessage::Request(request) = message {
                    let _ = inlet.send(request).await;
                }
            }
        }));
        (self.request, self.path, replies, outlet)
    }
}

/// The way back to an open INVITE transaction.
#[derive(Clone)]
pub(super) struct Replies(TransactionEventSender, TransactionKey);

impl Replies {
    pub(super) fn send(&self, response: Response) {
        let _ = self.0.send(TransactionEvent::Respond(response));
    }

    /// Repeats no answer any more: the far side has shown that it has it.
    pub(super) fn end(&self) {
        let _ = self.0.send(TransactionEvent::Terminate(self.1.clone()));
    }
}

impl Net {
    pub(super) async fn open(
        settings: &SipSettings,
        repeated: mpsc::Sender<Response>,
    ) -> Result<(Arc<Self>, rsipstack::transaction::TransactionReceiver), SipError> {
        let ports = listen::bind_all(&settings.listen).await?;
        let tls_ports = tls::bind_all(&settings.tls)?;
        let token = CancellationToken::new();
        let option = EndpointOption {
            // The ACK of a 2xx is ours to send: it may carry an answer, and goes where the phone is.
            auto_ack_2xx: false,
            // A ring is limited by its own limit.
            timerc: Duration::from_secs(900),
            t1: settings.round_trip,
            t1x64: settings.round_trip * 64,
            ..EndpointOption::default()
        };
        let endpoint = quietly(|| {
            let layer = TransportLayer::new(token.clone());
            EndpointInner::new(
                SERVER.to_owned(),
                layer,
                token.clone(),
                None,
                Vec::new(),
                Some(option),
                None,
                None,
                None,
            )
        });
        let incoming = rsipstack::transaction::Endpoint { inner: Arc::clone(&endpoint) }
            .incoming_transactions()
            .map_err(|_| SipError::NoAddress)?;
        let net = Arc::new(Self {
            endpoint: Arc::clone(&endpoint),
            ports,
            tls_ports,
            dialler: settings.tls.dialler.clone(),
            flows: Mutex::default(),
            held: Mutex::default(),
            limits: settings.limits.clone(),
            stop: token.clone(),
            advertised: settings.advertised,
            repeated,
        });
        tokio::spawn(async move {
            tokio::select! {
                () = token.cancelled() => {}
                () = quiet(endpoint.process_timer()) => {}
            }
        });
        listen::serve(&net);
        Ok((net, incoming))
    }

    /// One message from the network.
    pub(super) async fn take(&self, mut message: SipMessage, path: &Path) {
        match &mut message {
            SipMessage::Request(request) => {
                request.headers.retain(|header| !header.name().eq_ignore_ascii_case(CAME_OVER));
                let line = format!("{} {} {}", path.transport.name(), path.remote, path.ours);
                request.headers.push(Header::Other(CAME_OVER.to_owned(), line));
            }
            SipMessage::Response(response) => {
                let is_invite = field::cseq(&response.headers).is_some_and(|(_, method)| method == "INVITE");
                if is_invite && (200..300).contains(&response.status_code.code()) {
                    let _ = self.repeated.try_send(response.clone());
                }
            }
        }
        let kind = match path.transport {
            Transport::Udp => rsipstack::sip::Transport::Udp,
            Transport::Tcp => rsipstack::sip::Transport::Tcp,
            Transport::Tls => rsipstack::sip::Transport::Tls,
        };
        let from = SipAddr { r#type: Some(kind), addr: path.remote.into() };
        let handled = quiet(async {
            let Ok(message) = SipConnection::update_msg_received(message, path.remote, kind) else { return };
            let _ = self.endpoint.on_received_message(message, path.connection.clone(), &from).await;
        });
        // The stack is young; a message that makes it panic costs that message only.
        let _ = AssertUnwindSafe(handled).catch_unwind().await;
    }

    /// What rsipstack hands over, made ours again.
    pub(super) fn asked(&self, mut transaction: Transaction) -> Option<Asked> {
        let line = field::first(&transaction.original.headers, CAME_OVER)?.to_owned();
        let mut words = line.split(' ');
        let transport = Transport::named(words.next()?)?;
        let remote = words.next()?.parse().ok()?;
        let ours = words.next()?.parse().ok()?;
        let connection = transaction.connection.clone()?;
        let path = Path::new(transport, remote, ours, connection);
        transaction.destination = path.destination();
        Some(Asked { request: transaction.original.clone(), path, transaction })
    }

    /// Sends a request in a transaction of its own. The channel closes when that is over.
    pub(super) fn ask(&self, request: Request, path: &Path) -> mpsc::Receiver<Response> {
        let (inlet, outlet) = mpsc::channel(16);
        let (endpoint, path) = (Arc::clone(&self.endpoint), path.clone());
        tokio::spawn(quiet(async move {
            let Ok(key) = TransactionKey::from_request(&request, TransactionRole::Client) else { return };
            let destination = path.destination();
            let mut transaction = Transaction::new_client(key, request, endpoint, Some(path.connection));
            transaction.destination = destination;
            if transaction.send().await.is_err() {
                return;
            }
            while let Some(message) = transaction.receive().await {
                if let SipMessage::Response(response) = message {
                    let _ = inlet.send(response).await;
                }
            }
        }));
        outlet
    }

    /// More is being answered than there should be, the one that asks counted in.
    pub(super) fn is_full(&self) -> bool {
        self.endpoint.transactions.len() > self.limits.transactions
    }

    /// The address of ours that `remote` should be told.
    pub(super) fn ours(&self, local: SocketAddr, remote: IpAddr) -> SocketAddr {
        let ip = match (self.advertised, local.ip()) {
            (Some(advertised), _) if !remote.is_loopback() && advertised.is_ipv4() == remote.is_ipv4() => {
                advertised
            }
            (Some(_) | None, ip) if !ip.is_unspecified() => ip,
            (Some(_) | None, ip) => towards(remote).unwrap_or(ip),
        };
        SocketAddr::new(ip, local.port())
    }

    /// A way to that address: the connection there is, or a new one; none when there is no way.
    pub(super) async fn path_to(self: &Arc<Self>, remote: SocketAddr, transport: Transport) -> Option<Path> {
        let port = self.port_towards(remote.ip())?;
        match transport {
            Transport::Udp => Some(Path::new(
                transport,
                remote,
                self.ours(port.local, remote.ip()),
                port.connection.clone(),
            )),
            // Whom to believe there is known of trunks only: `path_over_tls`.
            Transport::Tls => None,
            Transport::Tcp => {
                let fits = |path: &&Path| path.is_alive() && path.transport == transport;
                let known = self.flows().get(&remote).filter(fits).cloned();
                if known.is_some() {
                    return known;
                }
                let dialled = tokio::time::timeout(DIAL_WITHIN, tokio::net::TcpStream::connect(remote)).await;
                listen::adopt(self, dialled.ok()?.ok()?, port.local)
            }
        }
    }

    /// A way to that address over TLS, to a peer whose certificate names the domain.
    pub(super) async fn path_over_tls(self: &Arc<Self>, remote: SocketAddr, domain: &str) -> Option<Path> {
        let fits = |path: &&Path| path.is_alive() && path.domain() == Some(domain);
        let known = self.flows().get(&remote).filter(fits).cloned();
        if known.is_some() {
            return known;
        }
        let local = self.tls_ports.iter().map(|port| port.local).find(|at| at.is_ipv4() == remote.is_ipv4());
        let local = local.or(self.port_towards(remote.ip()).map(|port| port.local))?;
        tls::dial(self, self.dialler.as_ref()?, remote, domain, local).await
    }

    /// The way that a trunk's calls take to that address.
    pub(super) async fn path_to_trunk(self: &Arc<Self>, remote: SocketAddr, out: &TrunkOut) -> Option<Path> {
        match out.transport {
            Transport::Tls => self.path_over_tls(remote, &out.host).await,
            Transport::Udp | Transport::Tcp => self.path_to(remote, out.transport).await,
        }
    }

    pub(super) fn flows(&self) -> std::sync::MutexGuard<'_, HashMap<SocketAddr, Path>> {
        self.flows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a connection that has ended; the same address may have a new one already.
    pub(super) fn end_flow(&self, path: &Path, socket: Arc<dyn Any + Send + Sync>) {
        let mut flows = self.flows();
        if flows.get(&path.remote).is_some_and(|flow| !flow.is_alive()) {
            flows.remove(&path.remote);
        }
        drop(flows);
        self.held().push((path.remote.ip(), Arc::downgrade(&socket)));
    }

    /// Counts as a connection with that address until it is dropped.
    pub(super) fn hold(&self, remote: IpAddr) -> Arc<dyn Any + Send + Sync> {
        let place: Arc<dyn Any + Send + Sync> = Arc::new(());
        self.held().push((remote, Arc::downgrade(&place)));
        place
    }

    /// Where the sockets lead that are held open and are no flows.
    pub(super) fn held_open(&self) -> Vec<IpAddr> {
        let mut held = self.held();
        held.retain(|(_, socket)| socket.strong_count() > 0);
        held.iter().map(|(ip, _)| *ip).collect()
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<(IpAddr, Weak<dyn Any + Send + Sync>)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn port_towards(&self, remote: IpAddr) -> Option<&Port> {
        let fits = |port: &&Port| port.local.is_ipv4() == remote.is_ipv4();
        let source = towards(remote);
        self.ports.iter().filter(fits).find(|port| Some(port.local.ip()) == source).or_else(|| {
            let open = self.ports.iter().filter(fits).find(|port| port.local.ip().is_unspecified());
            open.or_else(|| self.ports.iter().find(fits))
        })
    }

    /// Whether a message sent there would come back to us.
    pub(super) fn is_ours(&self, address: SocketAddr) -> bool {
        let locals = self.ports.iter().map(|port| port.local);
        locals.chain(self.tls_ports.iter().map(|port| port.local)).any(|local| {
            let same_ip = local.ip() == address.ip()
                || (local.ip().is_unspecified() && towards(address.ip()) == Some(address.ip()))
                || (self.advertised == Some(address.ip()));
            same_ip && local.port() == address.port()
        })
    }
}

/// The address of this machine from which `remote` is reached. Nothing is sent.
fn towards(remote: IpAddr) -> Option<IpAddr> {
    let any: IpAddr =
        if remote.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = std::net::UdpSocket::bind((any, 0)).ok()?;
    socket.connect((remote, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
