//! The other side of a line, for drills: a caller and phones over real SIP.
//!
//! A `Party` is an edge with sound of its own, set up the other way round: its
//! way out is the line under drill, and what the line rings comes in. It says
//! tones and tells what it heard, each with the moment.

mod ear;

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::LegId;
use domain::private::Private;
use domain::time::Instant;
use shell::clock::Clock;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::edge::{Cause, Edge, EdgeEvent, Repeat, Ring, Target};
use crate::media::{Clip, Engine, MediaError, MediaSettings};
use crate::sip::{
    Forgetful, Login, Network, PhoneFault, SipEdge, SipError, SipSettings, Transport, Trunk, TrunkOut,
    TrunkSource,
};

pub use ear::{Heard, Sound};

/// Events that may wait for a drill that is looking elsewhere.
const EVENTS: usize = 1024;
/// Beside the line's own ports, which begin at 20000 by default.
const PORTS: std::ops::RangeInclusive<u16> = 30_000..=32_759;
/// Longer than any step of a drill.
const RING_LIMIT: Duration = Duration::from_secs(600);

#[derive(Debug, thiserror::Error)]
pub enum DrillFault {
    #[error("this machine has no way to the line's SIP address {0}")]
    NoWay(SocketAddr),
    #[error("the drill's own telephone could not be set up")]
    Sip(#[from] SipError),
    #[error("the drill's own sound could not be set up")]
    Media(#[from] MediaError),
}

/// What a party heard, and when.
#[derive(Clone, Debug)]
pub struct News {
    pub at: Instant,
    pub event: EdgeEvent,
}

/// A caller, or somebody's phones. `goodbye` ends it.
pub struct Party {
    edge: SipEdge,
    media: Engine,
    line: SocketAddr,
    news: mpsc::Receiver<News>,
}

impl Party {
    /// `shown_number` is what a call of this party shows; `anonymous` withholds it.
    ///
    /// # Errors
    /// `NoWay` when the line's address cannot be reached from here; what the edge or the engine refuse.
    pub async fn start(line: SocketAddr, shown_number: &str, clock: &Clock) -> Result<Self, DrillFault> {
        let here = towards(line).ok_or(DrillFault::NoWay(line))?;
        let (media_in, media_events) = mpsc::channel(EVENTS);
        let media = Engine::start(sound(here), media_in)?;
        let (events_in, events) = mpsc::channel(EVENTS);
        let edge = SipEdge::start(
            settings(here, line, shown_number),
            media.clone(),
            media_events,
            clock.clone(),
            events_in,
            Arc::new(Forgetful),
        )
        .await?;
        Ok(Self { edge, media, line, news: stamped(events, clock.clone()) })
    }

    /// This party becomes the phone of an account of the line.
    ///
    /// # Errors
    /// The registrar's refusal or silence.
    pub async fn register(&self, login: &Login, life: Duration) -> Result<(), PhoneFault> {
        self.edge.register(self.line, login, life).await
    }

    /// # Errors
    /// The registrar's refusal or silence; the registration ends by itself then.
    pub async fn unregister(&self, login: &Login) -> Result<(), PhoneFault> {
        self.edge.register(self.line, login, Duration::ZERO).await
    }

    /// Rings a number of the line.
    pub fn ring(&self, number: &str) -> LegId {
        let leg = LegId(Uuid::now_v7());
        self.edge.ring(Ring {
            leg,
            target: Target::Outside(Private::new(number.to_owned())),
            shown_as: "Tomoshibi drill".to_owned(),
            limit: RING_LIMIT,
            answer_by_itself: false,
        });
        leg
    }

    pub fn answer(&self, leg: LegId) {
        self.edge.answer(leg);
    }

    pub fn decline(&self, leg: LegId) {
        self.edge.hang_up(leg, Cause::Declined);
    }

    /// Hangs up, or gives up while it rings.
    pub fn hang_up(&self, leg: LegId) {
        self.edge.hang_up(leg, Cause::HungUp);
    }

    /// Says a tone from now on.
    pub fn say(&self, leg: LegId, hz: u32) {
        // A second holds whole waves of every tone, so that it goes on without a click.
        self.edge.play(leg, Clip::tone(hz, 1_000), Repeat::Loop { pause: Duration::ZERO });
    }

    /// What is heard on a leg from now on.
    ///
    /// # Errors
    /// When the media thread is gone.
    pub fn listen(&self, leg: LegId) -> Result<Sound, MediaError> {
        Ok(Sound::new(self.media.listen(leg)?))
    }

    /// The next thing that happens; none when the party has said goodbye.
    pub async fn next(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// Ends what is still up.
    pub async fn goodbye(self) {
        self.edge.stop(Duration::ZERO).await;
    }
}

/// The address of this machine from which the line is reached. Nothing is sent.
fn towards(line: SocketAddr) -> Option<IpAddr> {
    let any = SocketAddr::new(if line.is_ipv4() { IpAddr::from([0; 4]) } else { IpAddr::from([0; 16]) }, 0);
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(line).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn settings(here: IpAddr, line: SocketAddr, shown_number: &str) -> SipSettings {
    let bits = if line.is_ipv4() { 32 } else { 128 };
    // An address with its full length is a network always.
    let from: Vec<Network> = format!("{}/{bits}", line.ip()).parse().into_iter().collect();
    let out = TrunkOut {
        host: line.ip().to_string(),
        port: line.port(),
        transport: Transport::Udp,
        login: None,
        shown_number: Some(shown_number.to_owned()),
    };
    let trunk = Trunk {
        name: "line".to_owned(),
        from: TrunkSource::Networks(from),
        called: Vec::new(),
        out: Some(out),
    };
    SipSettings {
        trunks: vec![trunk],
        // A phone rings at once.
        alert_within: Duration::ZERO,
        ..SipSettings::new(vec![SocketAddr::new(here, 0)])
    }
}

fn sound(here: IpAddr) -> MediaSettings {
    let (bind_v4, bind_v6) = match here {
        IpAddr::V4(here) => (Some(here), None),
        IpAddr::V6(here) => (None, Some(here)),
    };
    MediaSettings { bind_v4, bind_v6, port_range: PORTS, ..MediaSettings::default() }
}

/// Each event with the moment at which it came, however late it is read.
fn stamped(mut events: mpsc::Receiver<EdgeEvent>, clock: Clock) -> mpsc::Receiver<News> {
    let (inlet, outlet) = mpsc::channel(EVENTS);
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            if inlet.send(News { at: clock.now(), event }).await.is_err() {
                return;
            }
        }
    });
    outlet
}
