//! A telephone network with a memory.
//!
//! It keeps the promises of `edge::Edge`: a phone that rings is cancelled at
//! its limit, what is played ends, each leg ends once. And it holds the driver
//! to its own: nothing rings and nobody is joined before the ledger has it.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use domain::ids::{LegId, RoomId};
use domain::time::Instant;
use shell::clock::Clock;
use telephony::edge::{Cause, Edge, EdgeEvent, IncomingCall, Repeat, Ring, Target};
use telephony::media::clip::Clip;
use tokio::sync::mpsc;

use super::durable::{Durable, Kept};

/// What the edge was asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Did {
    Alert(LegId),
    Ring { leg: LegId, to: String, limit: Duration, picks_up: bool },
    Answer(LegId),
    Play { leg: LegId, clip: &'static str },
    Hush(LegId),
    Join(LegId, RoomId),
    Listen(LegId, RoomId),
    Leave(LegId),
    HangUp(LegId, Cause),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Leg {
    In,
    Rung,
    Up,
}

#[derive(Default)]
struct Memory {
    done: Vec<(Instant, Did)>,
    legs: HashMap<LegId, Leg>,
    /// Which playing of a leg is the present one.
    playing: HashMap<LegId, usize>,
    taken: HashSet<LegId>,
    /// Telephones that are rung for a page, legs and rooms of pages: escalation has these, and not the ledger.
    paged: HashSet<String>,
    doctors: HashSet<LegId>,
    page_rooms: HashSet<RoomId>,
    wrong: Vec<String>,
}

pub struct FakeEdge {
    clock: Clock,
    events: mpsc::Sender<EdgeEvent>,
    durable: Durable,
    memory: Arc<Mutex<Memory>>,
}

impl FakeEdge {
    pub fn new(clock: Clock, events: mpsc::Sender<EdgeEvent>, durable: Durable) -> Self {
        Self { clock, events, durable, memory: Arc::default() }
    }

    pub fn tell(&self, event: EdgeEvent) {
        self.events.try_send(event).unwrap();
    }

    pub fn comes_in(&self, incoming: IncomingCall) {
        self.memory().legs.insert(incoming.leg, Leg::In);
        self.tell(EdgeEvent::Incoming(incoming));
    }

    pub fn is_lifted(&self, leg: LegId) {
        self.memory().legs.insert(leg, Leg::Up);
        self.tell(EdgeEvent::Answered { leg });
    }

    /// The leg is over; false when it was before.
    pub fn ends(&self, leg: LegId, cause: Cause) -> bool {
        let lived = self.memory().legs.remove(&leg).is_some();
        if lived {
            self.tell(EdgeEvent::Ended { leg, cause });
        }
        lived
    }

    /// This telephone may be rung for a page from now on.
    pub fn is_paged(&self, whose: &str) {
        self.memory().paged.insert(whose.to_owned());
    }

    pub fn is_doctors(&self, leg: LegId) {
        self.memory().doctors.insert(leg);
    }

    pub fn is_page_room(&self, room: RoomId) {
        self.memory().page_rooms.insert(room);
    }

    /// A ringing that no story has taken yet.
    pub fn take_ring(&self, to: &str) -> Option<LegId> {
        let mut memory = self.memory();
        let rung =
            |did: &Did| if let Did::Ring { leg, to, .. } = did { Some((*leg, to.clone())) } else { None };
        let mut rings = memory.done.iter().filter_map(|(_, did)| rung(did));
        let found = rings.find(|(leg, rung)| rung == to && !memory.taken.contains(leg)).map(|(leg, _)| leg);
        memory.taken.extend(found);
        found
    }

    pub fn done(&self) -> Vec<(Instant, Did)> {
        self.memory().done.clone()
    }

    pub fn when(&self, did: impl Fn(&Did) -> bool) -> Option<Instant> {
        self.memory().done.iter().find(|(_, done)| did(done)).map(|(at, _)| *at)
    }

    pub fn how_often(&self, did: impl Fn(&Did) -> bool) -> usize {
        self.memory().done.iter().filter(|(_, done)| did(done)).count()
    }

    pub fn wrong(&self) -> Vec<String> {
        self.memory().wrong.clone()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    fn note(&self, did: Did) {
        let now = self.clock.now();
        self.memory().done.push((now, did));
    }

    /// Store, then send: at this moment the ledger must have it.
    fn must_be_kept(&self, what: &str, kept: impl Fn(&[Kept]) -> bool) {
        let entries = self.durable.now();
        if !kept(&entries) {
            self.memory().wrong.push(format!("{what} before it was durable: {entries:?}"));
        }
    }

    fn ends_later(&self, leg: LegId, limit: Duration) {
        let (clock, events, memory) = (self.clock.clone(), self.events.clone(), Arc::clone(&self.memory));
        let at = clock.now() + limit;
        tokio::spawn(async move {
            clock.sleep_until(at).await;
            let mut memory = memory.lock().unwrap();
            if memory.legs.get(&leg) == Some(&Leg::Rung) {
                memory.legs.remove(&leg);
                events.try_send(EdgeEvent::Ended { leg, cause: Cause::NoAnswer }).unwrap();
            }
        });
    }

    fn is_said_later(&self, leg: LegId, clip: &Clip, turn: usize) {
        let (clock, events, memory) = (self.clock.clone(), self.events.clone(), Arc::clone(&self.memory));
        let (at, clip) = (clock.now() + Duration::from_millis(clip.milliseconds()), clip.name());
        tokio::spawn(async move {
            clock.sleep_until(at).await;
            let memory = memory.lock().unwrap();
            if memory.playing.get(&leg) == Some(&turn) && memory.legs.contains_key(&leg) {
                events.try_send(EdgeEvent::PlayFinished { leg, clip }).unwrap();
            }
        });
    }
}

impl Edge for FakeEdge {
    fn ring(&self, ring: Ring) {
        let leg = ring.leg;
        let to = match &ring.target {
            Target::Desk(desk) => desk.to_string(),
            Target::Outside(number) => number.reveal().clone(),
        };
        let rung = ["offered", "fallback_rung", "caller_rung", "rung_again", "transfer_rung", "listen_rung"];
        if !self.memory().paged.contains(&to) {
            self.must_be_kept(&format!("{to:?} was rung"), |kept| {
                kept.iter()
                    .any(|row| rung.contains(&row.kind.as_str()) && row.body.contains(&leg.to_string()))
            });
        }
        self.memory().legs.insert(leg, Leg::Rung);
        self.note(Did::Ring { leg, to, limit: ring.limit, picks_up: ring.answer_by_itself });
        self.ends_later(leg, ring.limit);
    }

    fn alert(&self, leg: LegId) {
        self.note(Did::Alert(leg));
    }

    fn answer(&self, leg: LegId) {
        if !self.memory().doctors.contains(&leg) {
            self.must_be_kept("a caller was picked up", |kept| {
                let call = kept.iter().find(|row| row.kind == "begun" && row.body.contains(&leg.to_string()));
                call.is_some_and(|call| {
                    kept.iter().any(|row| row.call == call.call && row.kind == "picked_up")
                })
            });
        }
        self.note(Did::Answer(leg));
        // The caller's phone says ACK, as it does behind a real edge.
        if self.memory().legs.contains_key(&leg) {
            self.is_lifted(leg);
        }
    }

    fn hang_up(&self, leg: LegId, cause: Cause) {
        self.note(Did::HangUp(leg, cause));
        self.ends(leg, cause);
    }

    fn play(&self, leg: LegId, clip: Clip, repeat: Repeat) {
        self.note(Did::Play { leg, clip: clip.name() });
        let turn = self.memory().done.len();
        self.memory().playing.insert(leg, turn);
        match repeat {
            Repeat::Once => self.is_said_later(leg, &clip, turn),
            Repeat::Loop { .. } => {}
        }
    }

    fn stop_play(&self, leg: LegId) {
        self.memory().playing.remove(&leg);
        self.note(Did::Hush(leg));
    }

    fn join(&self, leg: LegId, room: RoomId) {
        if !self.memory().page_rooms.contains(&room) {
            self.must_be_kept("a leg was joined", |kept| {
                let of_talk = |row: &&Kept| {
                    row.call == room.to_string()
                        && ["answered", "counsellor_lost"].contains(&row.kind.as_str())
                };
                kept.iter().rfind(of_talk).is_some_and(|row| row.kind == "answered")
            });
        }
        self.memory().playing.remove(&leg);
        self.note(Did::Join(leg, room));
    }

    fn listen_in(&self, leg: LegId, room: RoomId) {
        self.must_be_kept("somebody listened", |kept| {
            kept.iter().any(|row| row.call == room.to_string() && row.kind == "listened")
        });
        self.memory().playing.remove(&leg);
        self.note(Did::Listen(leg, room));
    }

    fn leave(&self, leg: LegId) {
        self.note(Did::Leave(leg));
    }

    fn addresses(&self) -> Vec<SocketAddr> {
        Vec::new()
    }
}
