//! One party: its two sockets, what it says and what it hears.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use domain::ids::{LegId, RoomId};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::clip::Clip;
use super::digits::{DigitReader, DigitWriter};
use super::event::{Counters, MediaEventKind};
use super::jitter::{Jitter, LONGEST_PACKET, Placed};
use super::latch::Latch;
use super::player::Player;
use super::ports::PortPair;
use super::reception::Reception;
use super::remote::{Codec, RemoteMedia};
use super::rtcp::Reports;
use super::rtp::{self, Arrived, Content, LARGEST_OUT, Outgoing, Part};
use super::silence::SilenceWatch;
use super::{Frame, SILENCE};
use crate::edge::Repeat;

/// Datagrams read from one leg in one beat: a flood at one port must not keep
/// the others waiting. What is more than that the kernel drops.
const MOST_PER_BEAT: usize = 200;

/// What every leg is made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    pub(super) epoch: Instant,
    pub(super) jitter_ms: u16,
    pub(super) silence_after: Duration,
}

#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) room: Option<RoomId>,
    /// False for one who only listens to the room.
    pub(super) is_heard: bool,
    /// What it says in this beat.
    pub(super) voice: Option<Frame>,
    sockets: PortPair,
    remote: Option<Agreed>,
    epoch: Instant,
    jitter: Jitter,
    reception: Option<Reception>,
    digits_in: DigitReader,
    digits_out: DigitWriter,
    player: Player,
    out: Outgoing,
    reports: Reports,
    silence: SilenceWatch,
    counters: Arc<Counters>,
    /// Who listens to what it says, besides its room.
    ear: Option<mpsc::Sender<Frame>>,
}

#[derive(Debug)]
struct Agreed {
    media: RemoteMedia,
    latch: Latch,
    /// Where its last report came from.
    control: Option<SocketAddr>,
}

impl Leg {
    pub(super) fn new(
        id: LegId,
        sockets: PortPair,
        counters: Arc<Counters>,
        habits: Habits,
        now: Instant,
    ) -> Self {
        Self {
            id,
            room: None,
            is_heard: true,
            voice: None,
            sockets,
            remote: None,
            epoch: habits.epoch,
            jitter: Jitter::new(habits.jitter_ms),
            reception: None,
            digits_in: DigitReader::default(),
            digits_out: DigitWriter::default(),
            player: Player::default(),
            out: Outgoing::random(),
            reports: Reports::new(habits.epoch, now),
            silence: SilenceWatch::new(habits.silence_after),
            counters,
            ear: None,
        }
    }

    pub(super) fn connect(&mut self, media: RemoteMedia, now: Instant) {
        match &mut self.remote {
            Some(agreed) => {
                if agreed.media.rtp != media.rtp {
                    agreed.control = None;
                }
                agreed.latch.tell(media.rtp);
                agreed.media = media;
            }
            None => self.remote = Some(Agreed { media, latch: Latch::new(media.rtp), control: None }),
        }
        self.silence.expect(media.direction.receives() && media.direction.sends(), now);
    }

    /// What its room hears of it in this beat.
    pub(super) fn heard_voice(&self) -> Option<&Frame> {
        self.voice.as_ref().filter(|_| self.is_heard)
    }

    pub(super) fn play(&mut self, clip: Clip, repeat: Repeat) {
        self.player.play(clip, repeat);
    }

    pub(super) fn stop_play(&mut self) {
        self.player.stop();
    }

    pub(super) fn send_digits(&mut self, events: &[u8]) {
        if self.remote.as_ref().is_some_and(|agreed| agreed.media.digits.is_some()) {
            self.digits_out.push(events);
        }
    }

    /// Reads what has arrived and takes the next 20 ms of it.
    pub(super) fn listen(&mut self, now: Instant, skipped: u32, tell: &mut impl FnMut(MediaEventKind)) {
        self.jitter.skip(skipped);
        let mut buffer = [0; 2_048];
        for _ in 0..MOST_PER_BEAT {
            let Ok((length, from)) = self.sockets.rtp.recv_from(&mut buffer) else { break };
            self.hear(&buffer[..length], from, now, tell);
        }
        let receives = self.remote.as_ref().is_some_and(|agreed| agreed.media.direction.receives());
        self.voice = self.jitter.take().filter(|_| receives);
        self.let_hear();
        if let Some(for_) = self.silence.overdue(now) {
            tell(MediaEventKind::Silent { for_ });
        }
    }

    pub(super) fn listen_to(&mut self, ear: mpsc::Sender<Frame>) {
        self.ear = Some(ear);
    }

    fn let_hear(&mut self) {
        let Some(ear) = &self.ear else { return };
        match ear.try_send(self.voice.unwrap_or(SILENCE)) {
            Ok(()) | Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Closed(_)) => self.ear = None,
        }
    }

    fn hear(
        &mut self,
        datagram: &[u8],
        from: SocketAddr,
        now: Instant,
        tell: &mut impl FnMut(MediaEventKind),
    ) {
        let Some(agreed) = &mut self.remote else { return };
        let packet = rtp::read(datagram);
        let usable = packet.and_then(|packet| Some((packet, packet.content(agreed.media.digits)?)));
        let Some((packet, content)) = usable else {
            self.counters.unusable.fetch_add(1, Relaxed);
            return;
        };
        if !agreed.latch.admit(from, now) {
            self.counters.refused.fetch_add(1, Relaxed);
            return;
        }
        self.count(&packet, content, now);
        if self.silence.heard(now) {
            tell(MediaEventKind::Heard);
        }
        match content {
            Content::Audio(codec) => self.place(codec, &packet),
            Content::Digit => {
                if let Some(key) = self.digits_in.read(packet.ssrc, packet.timestamp, packet.payload) {
                    tell(MediaEventKind::Digit(key));
                }
            }
            Content::Comfort => {}
        }
    }

    fn count(&mut self, packet: &Arrived<'_>, content: Content, now: Instant) {
        self.counters.heard(now);
        let same = self.reception.as_ref().is_some_and(|reception| reception.ssrc == packet.ssrc);
        match content {
            // Some gateways say keys in a stream of their own beside the sound.
            Content::Digit if !same => return,
            Content::Digit => {}
            // Another stream, another clock: nothing of the old one fits.
            Content::Audio(_) | Content::Comfort if !same => self.jitter.reset(),
            Content::Audio(_) | Content::Comfort => {}
        }
        let known = self.reception.take().filter(|_| same);
        let continued = known.filter(|reception| reception.continues(packet.sequence));
        let mut reception = continued.unwrap_or_else(|| Reception::of(packet.ssrc, packet.sequence));
        reception.note(packet.sequence);
        match content {
            Content::Audio(_) => reception.note_timing(packet.timestamp, now, self.epoch),
            Content::Digit | Content::Comfort => {}
        }
        self.counters.lost.store(u64::from(reception.lost()), Relaxed);
        self.counters.jitter_ms.store(reception.jitter() / 8, Relaxed);
        self.reception = Some(reception);
    }

    fn place(&mut self, codec: Codec, packet: &Arrived<'_>) {
        let mut samples = [0; LONGEST_PACKET];
        let length = rtp::decode(codec, packet.payload, &mut samples);
        let counted = match self.jitter.put(packet.timestamp, &samples[..length]) {
            Placed::Kept => return,
            Placed::Late => &self.counters.late,
            Placed::Duplicate => &self.counters.duplicate,
        };
        counted.fetch_add(1, Relaxed);
    }

    /// Sends 20 ms: a key being said, or the clip, or the room, or silence.
    pub(super) fn speak(&mut self, room: Option<Frame>, skipped: u32, tell: &mut impl FnMut(MediaEventKind)) {
        self.out.advance(1 + skipped);
        let Some(agreed) = &self.remote else { return };
        let (clip, finished) = self.player.next(1 + skipped);
        if let Some(clip) = finished {
            tell(MediaEventKind::PlayFinished { clip });
        }
        let media = agreed.media;
        match agreed.latch.destination().filter(|_| media.direction.sends()) {
            Some(to) => self.send(media, clip.or(room).unwrap_or(SILENCE), to),
            None => self.out.pause(),
        }
    }

    fn send(&mut self, media: RemoteMedia, frame: Frame, to: SocketAddr) {
        let timestamp = self.out.timestamp;
        let key =
            media.digits.and_then(|payload_type| Some((payload_type, self.digits_out.next(timestamp)?)));
        let sound;
        let part = match &key {
            Some((payload_type, key)) => Part {
                payload_type: *payload_type,
                timestamp: key.timestamp,
                marker: key.marker,
                payload: &key.payload,
            },
            None => {
                sound = rtp::encode(media.codec, &frame);
                let payload_type = media.codec.payload_type();
                Part { payload_type, timestamp, marker: false, payload: &sound }
            }
        };
        let mut buffer = [0; LARGEST_OUT];
        let Some(length) = self.out.write(part, &mut buffer) else { return };
        // A full socket or a vanished route is a lost packet like any other.
        if self.sockets.rtp.send_to(&buffer[..length], to).is_ok() {
            self.counters.packets_out.fetch_add(1, Relaxed);
        }
    }

    /// Reads and sends reports. Called less often than every beat.
    pub(super) fn report(&mut self, now: Instant) {
        let mut buffer = [0; 2_048];
        for _ in 0..MOST_PER_BEAT {
            let Ok((length, from)) = self.sockets.rtcp.recv_from(&mut buffer) else { break };
            self.read_report(&buffer[..length], from, now);
        }
        if self.remote.is_some() && self.reports.is_due(now) {
            self.send_report(now, false);
        }
    }

    fn read_report(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) {
        let Some(agreed) = self.remote.as_mut().filter(|agreed| agreed.latch.is_peer(from.ip())) else {
            return;
        };
        let Some(told) = self.reports.read(datagram, self.out.ssrc, now) else { return };
        agreed.control = Some(from);
        if let Some(lost) = told.lost_there {
            self.counters.lost_there.store(lost, Relaxed);
        }
    }

    fn send_report(&mut self, now: Instant, goodbye: bool) {
        let Some(to) = self.remote.as_ref().and_then(Agreed::control_address) else { return };
        let packet = self.reports.write(&self.out, self.reception.as_mut(), now, goodbye);
        // Reports repeat: a lost one is not missed.
        let _sent = self.sockets.rtcp.send_to(&packet, to);
    }

    /// Random and lasting, for taking turns.
    pub(super) fn turn(&self) -> u32 {
        self.out.ssrc
    }

    pub(super) fn say_goodbye(&mut self, now: Instant) {
        self.send_report(now, true);
    }
}

impl Agreed {
    fn control_address(&self) -> Option<SocketAddr> {
        let told = self.media.rtcp.filter(|told| !told.ip().is_unspecified() && told.port() != 0);
        let beside = || {
            let rtp = self.latch.destination()?;
            Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?))
        };
        self.control.or(told).or_else(beside)
    }
}
