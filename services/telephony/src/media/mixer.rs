//! All legs and rooms, and what happens to them in one beat. No clock and no
//! thread: `tick` brings both, tests bring their own time.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use domain::ids::{LegId, RoomId};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::event::{MediaEvent, MediaEventKind};
use super::inbox::Command;
use super::leg::{Habits, Leg};
use super::room::Room;

/// Reports are read and sent in every fifth beat, a fifth of the legs in each.
const REPORT_EVERY: u32 = 5;
/// News that nobody fetches are dropped beyond this, oldest first.
const LONGEST_BACKLOG: usize = 65_536;

#[derive(Debug)]
pub(super) struct Mixer {
    habits: Habits,
    pub(super) legs: HashMap<LegId, Leg>,
    pub(super) rooms: HashMap<RoomId, Room>,
    news: News,
    beats: u32,
}

impl Mixer {
    pub(super) fn new(habits: Habits, listener: mpsc::Sender<MediaEvent>) -> Self {
        let news = News { listener, backlog: VecDeque::new() };
        Self { habits, legs: HashMap::new(), rooms: HashMap::new(), news, beats: 0 }
    }

    /// A command for a leg that is not there does nothing: it has been closed.
    pub(super) fn apply(&mut self, command: Command, now: Instant) {
        match command {
            Command::Open(id, sockets, counters) => {
                self.legs.insert(id, Leg::new(id, sockets, counters, self.habits, now));
            }
            Command::Connect(id, media) => self.with(id, |leg| leg.connect(media, now)),
            Command::Join(id, room) => self.move_to(id, Some(room), true),
            Command::Attend(id, room) => self.move_to(id, Some(room), false),
            Command::Leave(id) => self.move_to(id, None, true),
            Command::Play(id, clip, repeat) => self.with(id, |leg| leg.play(clip, repeat)),
            Command::StopPlay(id) => self.with(id, Leg::stop_play),
            Command::SendDigits(id, events) => self.with(id, |leg| leg.send_digits(&events)),
            Command::Listen(id, ear) => self.with(id, |leg| leg.listen_to(ear)),
            Command::Close(id) => {
                self.move_to(id, None, true);
                if let Some(mut leg) = self.legs.remove(&id) {
                    leg.say_goodbye(now);
                }
            }
            Command::Stop => self.stop(now),
        }
    }

    fn with(&mut self, id: LegId, act: impl FnOnce(&mut Leg)) {
        if let Some(leg) = self.legs.get_mut(&id) {
            act(leg);
        }
    }

    fn move_to(&mut self, id: LegId, room: Option<RoomId>, is_heard: bool) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.is_heard = is_heard;
        let before = std::mem::replace(&mut leg.room, room);
        if let Some(room) = room {
            self.rooms.entry(room).or_default().members += 1;
        }
        if let Some(before) = before
            && let Some(left) = self.rooms.get_mut(&before)
        {
            left.members -= 1;
            if left.members == 0 {
                self.rooms.remove(&before);
            }
        }
    }

    /// 20 ms for everybody, after `skipped` beats that did not take place.
    pub(super) fn beat(&mut self, now: Instant, skipped: u32) {
        self.news.deliver();
        self.listen(now, skipped);
        self.speak(skipped);
        self.report(now);
    }

    fn listen(&mut self, now: Instant, skipped: u32) {
        self.rooms.values_mut().for_each(Room::clear);
        for leg in self.legs.values_mut() {
            let id = leg.id;
            leg.listen(now, skipped, &mut |kind| self.news.tell(id, kind));
            if let Some(voice) = leg.heard_voice()
                && let Some(room) = leg.room.and_then(|room| self.rooms.get_mut(&room))
            {
                room.add(voice);
            }
        }
    }

    fn speak(&mut self, skipped: u32) {
        for leg in self.legs.values_mut() {
            let id = leg.id;
            let room = leg.room.and_then(|room| self.rooms.get(&room));
            let others = room.map(|room| room.without(leg.heard_voice()));
            leg.speak(others, skipped, &mut |kind| self.news.tell(id, kind));
        }
    }

    fn report(&mut self, now: Instant) {
        self.beats = self.beats.wrapping_add(1);
        let turn = self.beats % REPORT_EVERY;
        let takes_turn = |leg: &Leg| leg.turn() % REPORT_EVERY == turn;
        self.legs.values_mut().filter(|leg| takes_turn(leg)).for_each(|leg| leg.report(now));
    }

    /// Says goodbye to everybody.
    fn stop(&mut self, now: Instant) {
        self.legs.values_mut().for_each(|leg| leg.say_goodbye(now));
        self.legs.clear();
        self.rooms.clear();
    }
}

/// The way out. The media thread never waits for its listener.
#[derive(Debug)]
struct News {
    listener: mpsc::Sender<MediaEvent>,
    backlog: VecDeque<MediaEvent>,
}

impl News {
    fn tell(&mut self, leg: LegId, kind: MediaEventKind) {
        self.backlog.push_back(MediaEvent { leg, kind });
        self.deliver();
    }

    fn deliver(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            match self.listener.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    self.backlog.push_front(event);
                    break;
                }
                Err(TrySendError::Closed(_)) => self.backlog.clear(),
            }
        }
        while self.backlog.len() > LONGEST_BACKLOG {
            self.backlog.pop_front();
            metrics::counter!("tomoshibi_media_events_dropped_total").increment(1);
        }
    }
}
