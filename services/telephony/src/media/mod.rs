//! Sound: every party of a call sends its RTP to us and hears ours.
//!
//! The cast: an `Engine` (the handle everybody holds), one thread with a beat
//! of 20 ms (`tick`), the `Mixer` that owns all legs and rooms, a `Leg` for
//! each party with its sockets, jitter buffer and streams, and `sdp` for what
//! is agreed with the far side.
//!
//! Why sockets are read by the media thread, without waiting, and not by a
//! task each: at 1,000 legs that is one read more than needed per leg and beat
//! against 50,000 task wake-ups a second; a packet waits for the next beat in
//! any case; all state has one owner and no lock; and no slow async work
//! elsewhere can make anybody stutter. The kernel's queue holds what arrives
//! between two beats.

mod digits;
mod drift;
mod event;
mod inbox;
mod jitter;
mod latch;
mod leg;
#[cfg(test)]
mod live;
mod mixer;
mod player;
mod ports;
mod reception;
mod remote;
mod room;
mod rtcp;
mod rtp;
mod settings;
mod silence;
#[cfg(test)]
mod stories;
mod tick;

pub mod clip;
pub mod page_words;
pub mod prompts;
pub mod sdp;
pub mod tone;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use domain::ids::{LegId, RoomId};
use tokio::sync::mpsc;

pub use clip::Clip;
pub use event::{LegStats, MediaEvent, MediaEventKind};
pub use remote::{Codec, Direction, RemoteMedia};
pub use settings::{MediaError, MediaSettings};

pub use crate::edge::Repeat;

use event::Counters;
use inbox::{Command, Inbox};
use leg::Habits;
use mixer::Mixer;
use ports::Ports;

/// Samples in 20 ms.
pub const FRAME: usize = 160;
/// 20 ms of one party.
pub type Frame = [i16; FRAME];
/// Frames that a listener may be behind (1 s).
const EAR: usize = 50;
pub(crate) const SILENCE: Frame = [0; FRAME];

/// The handle of the media thread. Cheap to clone; the thread says goodbye to
/// all legs and ends when the last handle is dropped.
///
/// No command waits for anything, and each takes effect within a beat, in the
/// order given. A command for a leg that is not open does nothing.
#[derive(Clone, Debug)]
pub struct Engine {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: MediaSettings,
    v4: Option<Ports>,
    v6: Option<Ports>,
    epoch: Instant,
    inbox: Arc<Inbox>,
    thread: JoinHandle<()>,
    open: Mutex<HashMap<LegId, Arc<Counters>>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Stop is always taken.
        let _taken = self.inbox.push(Command::Stop);
    }
}

/// Our side of one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalMedia {
    /// Where the far side is to send RTP: for `c=` and `m=`. RTCP is the next port.
    pub address: SocketAddr,
}

impl Engine {
    /// Nothing is bound before a leg is opened. `events` may be of any length:
    /// the thread keeps what does not fit.
    ///
    /// # Errors
    /// `Invalid` names the setting; `Thread` when the system gives none.
    pub fn start(settings: MediaSettings, events: mpsc::Sender<MediaEvent>) -> Result<Self, MediaError> {
        settings.check()?;
        let ports = |ip: IpAddr| Ports::new(ip, settings.port_range.clone());
        let v4 = settings.bind_v4.map(|ip| ports(ip.into())).transpose()?;
        let v6 = settings.bind_v6.map(|ip| ports(ip.into())).transpose()?;
        let (epoch, inbox) = (Instant::now(), Arc::new(Inbox::default()));
        let habits = Habits { epoch, jitter_ms: settings.jitter_ms, silence_after: settings.silence_after };
        let (mixer, orders) = (Mixer::new(habits, events), Arc::clone(&inbox));
        let thread = std::thread::Builder::new()
            .name("media".to_owned())
            .spawn(move || tick::run(mixer, &orders))
            .map_err(MediaError::Thread)?;
        let shared = Shared { settings, v4, v6, epoch, inbox, thread, open: Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Binds a pair of ports for a leg whose far side is at `peer`: its
    /// signalling address, which chooses the family and the address told.
    ///
    /// # Errors
    /// `PortsExhausted`, `Bind`, `FamilyOff`, `AlreadyOpen` or `Busy`; nothing is bound then.
    pub fn open(&self, leg: LegId, peer: IpAddr) -> Result<LocalMedia, MediaError> {
        let mut open = self.open_legs();
        if open.contains_key(&leg) {
            return Err(MediaError::AlreadyOpen);
        }
        if !self.is_running() {
            return Err(MediaError::Busy);
        }
        let (ports, advertise) = self.ports_towards(peer)?;
        let pair = ports.bind()?;
        let address = ports.told_address(&pair, advertise, peer)?;
        let counters = Arc::new(Counters::new(self.shared.epoch));
        self.ask(Command::Open(leg, pair, Arc::clone(&counters)))?;
        open.insert(leg, counters);
        Ok(LocalMedia { address })
    }

    fn ports_towards(&self, peer: IpAddr) -> Result<(&Ports, Option<IpAddr>), MediaError> {
        let Shared { settings, v4, v6, .. } = &*self.shared;
        let (ports, advertise, family) = match peer.to_canonical() {
            IpAddr::V4(_) => (v4, settings.advertise_v4.map(IpAddr::V4), "IPv4"),
            IpAddr::V6(_) => (v6, settings.advertise_v6.map(IpAddr::V6), "IPv6"),
        };
        ports.as_ref().map(|ports| (ports, advertise)).ok_or(MediaError::FamilyOff(family))
    }

    /// What was agreed: at the first answer, and again after every re-INVITE.
    /// From now on sound runs.
    ///
    /// # Errors
    /// `Busy` only, as for all commands below.
    pub fn connect(&self, leg: LegId, remote: RemoteMedia) -> Result<(), MediaError> {
        self.ask(Command::Connect(leg, remote))
    }

    /// The leg hears all others in `room` and they hear it. It leaves the room it was in.
    pub fn join(&self, leg: LegId, room: RoomId) -> Result<(), MediaError> {
        self.ask(Command::Join(leg, room))
    }

    /// The leg hears all in `room` and nobody hears it there. It leaves the room it was in.
    pub fn attend(&self, leg: LegId, room: RoomId) -> Result<(), MediaError> {
        self.ask(Command::Attend(leg, room))
    }

    pub fn leave(&self, leg: LegId) -> Result<(), MediaError> {
        self.ask(Command::Leave(leg))
    }

    /// The leg hears only the clip, from its start, in place of an earlier one
    /// and of its room, until it ends or is stopped. Nobody else hears it. A
    /// clip given before `connect` starts then.
    pub fn play(&self, leg: LegId, clip: Clip, repeat: Repeat) -> Result<(), MediaError> {
        self.ask(Command::Play(leg, clip, repeat))
    }

    pub fn stop_play(&self, leg: LegId) -> Result<(), MediaError> {
        self.ask(Command::StopPlay(leg))
    }

    /// What is heard from the leg, beat by beat: silence where nothing came. For the drill's ear;
    /// frames that are not fetched in time are lost. A later listener takes the place of this one.
    ///
    /// # Errors
    /// `Busy`.
    pub fn listen(&self, leg: LegId) -> Result<mpsc::Receiver<Frame>, MediaError> {
        let (ear, heard) = mpsc::channel(EAR);
        self.ask(Command::Listen(leg, ear))?;
        Ok(heard)
    }

    /// Says keys (0-9, *, #, A-D) as RFC 4733 events, 200 ms each, in place of
    /// sound. A far side that takes no events does not get them.
    ///
    /// # Errors
    /// `NotDigits` for another character, none, or more than 64 of them; `Busy`.
    pub fn send_digits(&self, leg: LegId, keys: &str) -> Result<(), MediaError> {
        self.ask(Command::SendDigits(leg, digits::events(keys)?))
    }

    /// Says goodbye by RTCP and frees the ports. Tells what was counted, when
    /// the leg was open.
    pub fn close(&self, leg: LegId) -> Option<LegStats> {
        let counters = self.open_legs().remove(&leg)?;
        // Close is always taken.
        let _taken = self.ask(Command::Close(leg));
        Some(counters.read())
    }

    /// None when the leg is not open.
    pub fn stats(&self, leg: LegId) -> Option<LegStats> {
        self.open_legs().get(&leg).map(|counters| counters.read())
    }

    /// How many legs are open.
    pub fn legs(&self) -> usize {
        self.open_legs().len()
    }

    /// False when the media thread has died, which only a fault of ours can
    /// do: nobody hears anybody then, and the process is not ready.
    pub fn is_running(&self) -> bool {
        !self.shared.thread.is_finished()
    }

    fn ask(&self, command: Command) -> Result<(), MediaError> {
        self.shared.inbox.push(command)
    }

    fn open_legs(&self) -> MutexGuard<'_, HashMap<LegId, Arc<Counters>>> {
        self.shared.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
