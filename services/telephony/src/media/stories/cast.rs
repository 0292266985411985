//! Who plays in the stories: a line without its thread, and phones.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::{LegId, RoomId};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::media::event::Counters;
use crate::media::inbox::Command;
use crate::media::leg::Habits;
use crate::media::mixer::Mixer;
use crate::media::ports::{Ports, test_port};
use crate::media::rtp::{self, LARGEST_OUT, Outgoing, Part};
use crate::media::tick::BEAT;
use crate::media::tone::tone_level;
use crate::media::{Clip, Codec, Direction, FRAME, Frame, LegStats, MediaEvent, MediaEventKind, RemoteMedia};

const ROOM: RoomId = domain::ids::CallId(Uuid::from_u128(1));
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub(super) const DIGITS: u8 = 101;

/// A mixer without its thread, and the time.
pub(super) struct Line {
    pub(super) mixer: Mixer,
    ports: Ports,
    pub(super) now: Instant,
    epoch: Instant,
    news: mpsc::Receiver<MediaEvent>,
}

impl Line {
    /// Each story has its own ports.
    pub(super) fn at_port(first: u16) -> Self {
        let epoch = Instant::now();
        let habits = Habits { epoch, jitter_ms: 60, silence_after: Duration::from_secs(10) };
        let (listener, news) = mpsc::channel(64);
        let ports = Ports::new(HERE, test_port(first)..=test_port(first + 19)).unwrap();
        Self { mixer: Mixer::new(habits, listener), ports, now: epoch, epoch, news }
    }

    pub(super) fn phone(&mut self, number: u128) -> Phone {
        let socket = UdpSocket::bind((HERE, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        let control = UdpSocket::bind((HERE, 0)).unwrap();
        control.set_nonblocking(true).unwrap();
        let pair = self.ports.bind().unwrap();
        let (leg, line) = (LegId(Uuid::from_u128(number)), pair.rtp.local_addr().unwrap());
        let counters = Arc::new(Counters::new(self.epoch));
        self.order(Command::Open(leg, pair, Arc::clone(&counters)));
        let phone = Phone {
            leg,
            socket,
            control,
            line,
            counters,
            stream: Outgoing::random(),
            heard: Vec::new(),
            times: Vec::new(),
            keys: Vec::new(),
        };
        self.order(Command::Connect(leg, phone.agreed()));
        phone
    }

    pub(super) fn order(&mut self, command: Command) {
        self.mixer.apply(command, self.now);
    }

    pub(super) fn join(&mut self, phones: &[&Phone]) {
        phones.iter().for_each(|phone| self.order(Command::Join(phone.leg, ROOM)));
    }

    pub(super) fn beat(&mut self, phones: &mut [&mut Phone]) {
        self.mixer.beat(self.now, 0);
        self.now += BEAT;
        phones.iter_mut().for_each(|phone| phone.listen());
    }

    /// Everybody says their tone for so many beats.
    pub(super) fn talk(&mut self, phones: &mut [(&mut Phone, u32)], beats: usize) {
        for _ in 0..beats {
            phones.iter_mut().for_each(|(phone, hz)| phone.say(*hz));
            let mut all: Vec<&mut Phone> = phones.iter_mut().map(|(phone, _)| &mut **phone).collect();
            self.beat(&mut all);
        }
    }

    pub(super) fn events(&mut self) -> Vec<MediaEventKind> {
        std::iter::from_fn(|| self.news.try_recv().ok()).map(|event| event.kind).collect()
    }
}

pub(super) struct Phone {
    pub(super) leg: LegId,
    pub(super) socket: UdpSocket,
    pub(super) control: UdpSocket,
    /// Where the line listens for it.
    pub(super) line: SocketAddr,
    counters: Arc<Counters>,
    pub(super) stream: Outgoing,
    pub(super) heard: Vec<i16>,
    /// Timestamps of the sound it was sent.
    pub(super) times: Vec<u32>,
    pub(super) keys: Vec<(u32, Vec<u8>)>,
}

impl Phone {
    pub(super) fn agreed(&self) -> RemoteMedia {
        RemoteMedia {
            rtp: self.socket.local_addr().unwrap(),
            rtcp: Some(self.control.local_addr().unwrap()),
            codec: Codec::Pcma,
            digits: Some(DIGITS),
            direction: Direction::SendRecv,
        }
    }

    /// The next packet of this phone's tone; not sent yet.
    pub(super) fn packet(&mut self, hz: u32) -> Vec<u8> {
        // Whole waves in 20 ms: every tone here is a multiple of 50 Hz.
        let tone = Clip::tone(hz, 20);
        let frame: Frame = std::array::from_fn(|i| tone.samples()[i] / 2);
        self.stream.advance(1);
        self.write(Codec::Pcma.payload_type(), &rtp::encode(Codec::Pcma, &frame))
    }

    pub(super) fn write(&mut self, payload_type: u8, payload: &[u8]) -> Vec<u8> {
        let part = Part { payload_type, timestamp: self.stream.timestamp, marker: false, payload };
        let mut buffer = [0; LARGEST_OUT];
        let length = self.stream.write(part, &mut buffer).unwrap();
        buffer[..length].to_vec()
    }

    pub(super) fn say(&mut self, hz: u32) {
        let packet = self.packet(hz);
        self.send(&packet);
    }

    pub(super) fn send(&self, packet: &[u8]) {
        self.socket.send_to(packet, self.line).unwrap();
    }

    pub(super) fn listen(&mut self) {
        let mut buffer = [0; 2_048];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            let packet = rtp::read(&buffer[..length]).unwrap();
            match Codec::of_payload_type(packet.payload_type) {
                Some(codec) => {
                    let mut frame = [0; FRAME];
                    rtp::decode(codec, packet.payload, &mut frame);
                    self.heard.extend(frame);
                    self.times.push(packet.timestamp);
                }
                None => self.keys.push((packet.timestamp, packet.payload.to_vec())),
            }
        }
    }

    /// How loud `hz` was in the last second.
    pub(super) fn hears(&self, hz: u32) -> f64 {
        tone_level(&self.heard[self.heard.len().saturating_sub(8_000)..], hz)
    }

    pub(super) fn assert_hears(&self, tones: &[u32], and_not: &[u32]) {
        tones.iter().for_each(|&hz| assert!(self.hears(hz) > 7_000.0, "{hz} Hz at {}", self.hears(hz)));
        and_not.iter().for_each(|&hz| assert!(self.hears(hz) < 100.0, "{hz} Hz at {}", self.hears(hz)));
    }

    pub(super) fn stats(&self) -> LegStats {
        self.counters.read()
    }
}
