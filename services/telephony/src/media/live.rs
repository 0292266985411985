//! The engine with its thread and its real time. Tests wait for packets and
//! events, with a generous limit, and never for time to pass.

use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::Duration;

use tokio::sync::mpsc;
use uuid::Uuid;

use super::ports::test_port;
use super::*;

const LIMIT: Duration = Duration::from_secs(20);
const CALLER: LegId = LegId(Uuid::from_u128(1));
const NURSE: LegId = LegId(Uuid::from_u128(2));
const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn settings(first: u16, last: u16) -> MediaSettings {
    let bind_v6 = Some(Ipv6Addr::UNSPECIFIED);
    MediaSettings { bind_v6, port_range: test_port(first)..=test_port(last), ..MediaSettings::default() }
}

fn engine(first: u16, last: u16) -> (Engine, mpsc::Receiver<MediaEvent>) {
    let (listener, events) = mpsc::channel(16);
    (Engine::start(settings(first, last), listener).unwrap(), events)
}

struct Phone {
    sound: UdpSocket,
    control: UdpSocket,
}

impl Phone {
    fn at(ip: IpAddr) -> Self {
        let [sound, control] = [(); 2].map(|()| UdpSocket::bind((ip, 0)).unwrap());
        sound.set_read_timeout(Some(LIMIT)).unwrap();
        control.set_read_timeout(Some(LIMIT)).unwrap();
        Self { sound, control }
    }

    fn agreed(&self) -> RemoteMedia {
        RemoteMedia {
            rtp: self.sound.local_addr().unwrap(),
            rtcp: self.control.local_addr().ok(),
            codec: Codec::Pcmu,
            digits: Some(101),
            direction: Direction::SendRecv,
        }
    }

    /// Sequence number, timestamp and marker of the next packet.
    fn next(&self) -> (u16, u32, bool) {
        let mut buffer = [0; 512];
        let length = self.sound.recv(&mut buffer).unwrap();
        let packet = rtp::read(&buffer[..length]).unwrap();
        (packet.sequence, packet.timestamp, buffer[1] & 0x80 != 0)
    }

    fn hears_goodbye(&self) {
        let mut buffer = [0; 512];
        let length = self.control.recv(&mut buffer).unwrap();
        assert_eq!(buffer[length - 7], 203);
    }
}

#[test]
fn sound_runs_without_a_gap_from_the_moment_of_agreement() {
    for ip in [V4, V6] {
        let (engine, _events) = engine(400, 419);
        let phone = Phone::at(ip);
        let local = engine.open(CALLER, ip).unwrap();
        engine.connect(CALLER, phone.agreed()).unwrap();

        let packets: Vec<_> = (0..25).map(|_| phone.next()).collect();

        assert_eq!((local.address.ip(), local.address.port() % 2), (ip, 0));
        assert!(packets[0].2 && packets[1..].iter().all(|packet| !packet.2));
        for pair in packets.windows(2) {
            assert_eq!(pair[1].0.wrapping_sub(pair[0].0), 1);
            assert_eq!(pair[1].1.wrapping_sub(pair[0].1) % 160, 0);
        }
        // The last one may be on its way before it is counted.
        assert!(engine.stats(CALLER).unwrap().packets_out >= 24);
    }
}

#[test]
fn what_a_leg_does_is_told_and_counted() {
    let (engine, mut events) = engine(420, 423);
    let phone = Phone::at(V4);
    let local = engine.open(CALLER, V4).unwrap();
    engine.connect(CALLER, phone.agreed()).unwrap();
    engine.play(CALLER, Clip::tone(440, 20), Repeat::Once).unwrap();
    phone.sound.send_to(&[0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9, 10, 1, 0], local.address).unwrap();

    let mut told: Vec<MediaEventKind> = (0..3).filter_map(|_| Some(events.blocking_recv()?.kind)).collect();
    told.sort_by_key(|kind| format!("{kind:?}"));

    use MediaEventKind::{Digit, Heard, PlayFinished};
    assert_eq!(told, [Digit('9'), Heard, PlayFinished { clip: "tone" }]);
    let last = engine.close(CALLER).unwrap();
    assert_eq!(last.packets_in, 1);
    assert!(last.last_heard.is_some());
    assert_eq!((engine.stats(CALLER), engine.legs(), engine.is_running()), (None, 0, true));
}

#[test]
fn a_leg_that_ends_says_goodbye_and_frees_its_ports() {
    let (engine, _events) = engine(424, 425);
    let phone = Phone::at(V4);
    let first = engine.open(CALLER, V4).unwrap();
    engine.connect(CALLER, phone.agreed()).unwrap();
    phone.next();

    let refusal = engine.open(NURSE, V4).unwrap_err();
    engine.close(CALLER);
    phone.hears_goodbye();

    assert!(
        matches!(refusal, MediaError::PortsExhausted { first, .. } if first == test_port(424)),
        "{refusal}"
    );
    let start = Instant::now();
    let second = loop {
        match engine.open(NURSE, V4) {
            Ok(local) => break local,
            Err(refusal) => assert!(start.elapsed() < LIMIT, "{refusal}"),
        }
        std::thread::yield_now();
    };
    assert_eq!(second, first);
}

#[test]
fn when_the_last_handle_goes_everybody_is_told_goodbye() {
    let (engine, _events) = engine(426, 429);
    let phone = Phone::at(V4);
    engine.open(CALLER, V4).unwrap();
    engine.connect(CALLER, phone.agreed()).unwrap();
    phone.next();

    drop(engine);

    phone.hears_goodbye();
}

#[test]
fn what_cannot_be_opened_is_refused_in_words() {
    let (listener, _events) = mpsc::channel(1);
    let only_v4 = MediaSettings { bind_v6: None, ..settings(430, 433) };
    let engine = Engine::start(only_v4, listener).unwrap();
    engine.open(CALLER, V4).unwrap();

    assert!(matches!(engine.open(CALLER, V4), Err(MediaError::AlreadyOpen)));
    assert!(matches!(engine.open(NURSE, V6), Err(MediaError::FamilyOff("IPv6"))));
    assert!(engine.send_digits(CALLER, "12x").is_err());
    assert!(engine.join(NURSE, domain::ids::CallId(Uuid::from_u128(9))).is_ok(), "nothing happens");
}

#[test]
fn the_address_told_behind_a_nat_is_the_one_that_was_set() {
    let (listener, _events) = mpsc::channel(1);
    let outside = Ipv4Addr::new(203, 0, 113, 5);
    let engine = Engine::start(MediaSettings { advertise_v4: Some(outside), ..settings(434, 437) }, listener);

    assert_eq!(engine.unwrap().open(CALLER, V4).unwrap().address.ip(), IpAddr::V4(outside));
}

#[test]
fn settings_that_cannot_work_are_refused_by_name() {
    let start = |settings| {
        let (listener, _events) = mpsc::channel(1);
        Engine::start(settings, listener).unwrap_err().to_string()
    };
    let good = || settings(440, 443);

    assert!(start(MediaSettings { jitter_ms: 5, ..good() }).contains("media.jitter_ms: 20 to 200"));
    assert!(start(MediaSettings { port_range: 9..=9, ..good() }).contains("media.port_range"));
    assert!(start(MediaSettings { bind_v4: None, bind_v6: None, ..good() }).contains("media.bind"));
    assert!(start(MediaSettings { silence_after: Duration::ZERO, ..good() }).contains("media.silence_after"));
}
