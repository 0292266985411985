//! What an operator may choose about the edge, and what is wrong with a choice.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::ids::DeskId;
use shell::tls::{Acceptor, Dialler};

use super::source::Network;

/// Everything `SipEdge::start` needs to know. `SipSettings::new` has working defaults.
#[derive(Clone, Debug)]
pub struct SipSettings {
    /// Each is opened for UDP and TCP. Port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    pub tls: SipTls,
    /// The address told to peers in Contact and Via, where ours is hidden behind a NAT.
    pub advertised: Option<IpAddr>,
    /// Digest realm of the phone accounts.
    pub realm: String,
    /// In the order in which calls to the outside try them.
    pub trunks: Vec<Trunk>,
    pub accounts: Vec<Account>,
    /// Offered to phones in this order. Phones that know MD5 only stumble over a second one.
    pub digests: Vec<Digest>,
    /// A caller hears ringing after this even if nobody has said `alert` yet.
    pub alert_within: Duration,
    /// How long one attempt of a leg out may stay without any sign of life.
    pub attempt_within: Duration,
    /// How often each trunk is asked whether it lives (OPTIONS).
    pub trunk_check_every: Duration,
    /// How long a nonce of ours is good, 10 s to 1 h.
    pub nonce_life: Duration,
    /// The round trip that RFC 3261 reckons with (T1): what is not answered is said again after it,
    /// and given up after 64 of them. 10 ms to 4 s.
    pub round_trip: Duration,
    pub limits: Limits,
}

impl SipSettings {
    /// A peer that has said nothing for so long has nothing more to say.
    pub(super) fn last_word_within(&self) -> Duration {
        self.round_trip * 66
    }

    pub fn new(listen: Vec<SocketAddr>) -> Self {
        Self {
            listen,
            tls: SipTls::default(),
            advertised: None,
            realm: "tomoshibi".to_owned(),
            trunks: Vec::new(),
            accounts: Vec::new(),
            digests: vec![Digest::Md5],
            alert_within: Duration::from_millis(200),
            attempt_within: Duration::from_secs(4),
            trunk_check_every: Duration::from_secs(30),
            nonce_life: Duration::from_secs(300),
            round_trip: Duration::from_millis(500),
            limits: Limits::default(),
        }
    }
}

/// SIP over TLS: where it is listened to, and how trunks are dialled.
#[derive(Clone, Debug, Default)]
pub struct SipTls {
    /// None: no TLS comes in.
    pub listen: Option<(Vec<SocketAddr>, Acceptor)>,
    /// None: no trunk is over TLS.
    pub dialler: Option<Dialler>,
}

/// A carrier or a PBX that brings calls in and takes calls out.
#[derive(Clone, Debug)]
pub struct Trunk {
    pub name: String,
    pub from: TrunkSource,
    /// Numbers whose calls are taken; empty takes all.
    pub called: Vec<String>,
    pub out: Option<TrunkOut>,
}

#[derive(Clone, Debug)]
pub enum TrunkSource {
    /// Brings no calls in.
    Nowhere,
    Networks(Vec<Network>),
    /// Any address at all: for a line that listens on loopback or a closed LAN.
    Anywhere,
}

/// Where and how a trunk takes calls out.
#[derive(Clone, Debug)]
pub struct TrunkOut {
    pub host: String,
    pub port: u16,
    pub transport: Transport,
    pub login: Option<Login>,
    /// The number shown to the called party, as the carrier wants it.
    pub shown_number: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
}

impl Transport {
    /// Whether answers and later requests go over the connection that is there.
    pub(super) fn is_connection(self) -> bool {
        match self {
            Self::Udp => false,
            Self::Tcp | Self::Tls => true,
        }
    }

    /// As Via names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls].into_iter().find(|transport| transport.name() == name)
    }
}

#[derive(Clone, Debug)]
pub struct Login {
    pub user: String,
    pub password: Password,
}

/// A desk's phone account; its user name is the desk's own word.
#[derive(Clone, Debug)]
pub struct Account {
    pub desk: DeskId,
    pub password: Password,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("▇▇▇")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    Md5,
    Sha256,
}

impl Digest {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Limits {
    /// Legs in, both ringing and talking.
    pub calls: usize,
    /// Legs in of one address.
    pub calls_per_source: usize,
    /// New calls of one address in a second, with as many in reserve.
    pub calls_per_second_per_source: u32,
    /// Refused passwords of one address in a minute, before it is refused unread.
    pub failures_per_minute: u32,
    /// Requests being answered at this moment, of all kinds.
    pub transactions: usize,
    pub connections: usize,
    pub connections_per_source: usize,
    /// Phones one desk may have registered at a time.
    pub phones_per_desk: usize,
    pub expires_min: Duration,
    pub expires_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls: 400,
            calls_per_source: 200,
            calls_per_second_per_source: 100,
            failures_per_minute: 20,
            transactions: 20_000,
            connections: 1_000,
            connections_per_source: 100,
            phones_per_desk: 5,
            expires_min: Duration::from_secs(30),
            expires_max: Duration::from_secs(3600),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SipError {
    #[error("sip.listen is empty: name at least one address such as 127.0.0.1:5060")]
    NoAddress,
    #[error("{setting} {address} ({transport}) is in use by another program: stop it or choose another port")]
    Busy { setting: &'static str, address: SocketAddr, transport: &'static str },
    #[error("{setting} {address} ({transport}) cannot be opened: use an address of this machine")]
    Listen { setting: &'static str, address: SocketAddr, transport: &'static str, source: std::io::Error },
    #[error("trunk {0} is over TLS, and nothing says how: set its transport, or sip.tls_authorities")]
    NoTls(String),
    #[error("sip.accounts names desk {0} twice: one account a desk")]
    TwoAccounts(DeskId),
    #[error("sip.trunks names {0} twice: give each trunk its own name")]
    TwoTrunks(String),
}
