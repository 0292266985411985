//! What rooms of three cost: the media thread's own CPU time, with real
//! sockets on loopback and phones that all speak.
//!
//! `cargo bench -p telephony --bench mixer [-- ROOMS [SECONDS]]` (100 rooms, 10 s).
//! Linux only: the thread's time is read from /proc.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench speaks on stdout and may stop")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use domain::ids::{CallId, LegId};
use telephony::media::{Codec, Direction, Engine, MediaSettings, RemoteMedia};
use tokio::sync::mpsc;
use uuid::Uuid;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Phone {
    socket: UdpSocket,
    line: SocketAddr,
    packet: [u8; 172],
    heard: u64,
}

impl Phone {
    fn new(engine: &Engine, number: usize) -> Self {
        let leg = LegId(Uuid::from_u128(number as u128 + 1));
        let socket = UdpSocket::bind((HERE, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        let line = engine.open(leg, HERE).unwrap().address;
        let remote = RemoteMedia {
            rtp: socket.local_addr().unwrap(),
            rtcp: None,
            codec: if number.is_multiple_of(2) { Codec::Pcma } else { Codec::Pcmu },
            digits: Some(101),
            direction: Direction::SendRecv,
        };
        engine.connect(leg, remote).unwrap();
        engine.join(leg, CallId(Uuid::from_u128(number as u128 / 3))).unwrap();
        let mut packet = [0x2a; 172];
        packet[..12].copy_from_slice(&[0x80, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        Self { socket, line, packet, heard: 0 }
    }

    fn beat(&mut self, n: u32) {
        self.packet[2..4].copy_from_slice(&(n as u16).to_be_bytes());
        self.packet[4..8].copy_from_slice(&(n * 160).to_be_bytes());
        let _full = self.socket.send_to(&self.packet, self.line);
        let mut buffer = [0; 512];
        while self.socket.recv(&mut buffer).is_ok() {
            self.heard += 1;
        }
    }
}

/// CPU time of the thread named "media".
fn media_cpu() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().map(|entry| entry.unwrap().path());
    let media =
        |path: &std::path::PathBuf| std::fs::read_to_string(path.join("comm")).unwrap().trim() == "media";
    let path = threads.into_iter().find(media).unwrap();
    let line = std::fs::read_to_string(path.join("schedstat")).unwrap();
    Duration::from_nanos(line.split(' ').next().unwrap().parse().unwrap())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let numbers: Vec<u32> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let (rooms, seconds) = (numbers.first().copied().unwrap_or(100), numbers.get(1).copied().unwrap_or(10));
    let (listener, _events) = mpsc::channel(8_192);
    let settings = MediaSettings { port_range: 20_000..=29_999, ..MediaSettings::default() };
    let engine = Engine::start(settings, listener).unwrap();
    let mut phones: Vec<Phone> = (0..rooms as usize * 3).map(|number| Phone::new(&engine, number)).collect();

    let mut beat = tokio::time::interval(Duration::from_millis(20));
    let (start, before) = (Instant::now(), media_cpu());
    for n in 0..seconds * 50 {
        beat.tick().await;
        phones.iter_mut().for_each(|phone| phone.beat(n));
    }
    let (elapsed, cpu) = (start.elapsed(), media_cpu() - before);

    let heard: u64 = phones.iter().map(|phone| phone.heard).sum();
    let stats = |n: usize| engine.stats(LegId(Uuid::from_u128(n as u128 + 1))).unwrap();
    let (late, lost) = (0..phones.len()).map(stats).fold((0, 0), |(a, b), s| (a + s.late, b + s.lost));
    let share = cpu.as_secs_f64() / elapsed.as_secs_f64() * 100.0;
    println!(
        "{rooms} rooms of three, {:.1} s: {share:.1} % of one core for the media thread",
        elapsed.as_secs_f64()
    );
    println!(
        "  per 100 rooms {:.1} %, per packet out {:.1} us",
        share * 100.0 / f64::from(rooms),
        cpu.as_secs_f64() * 1e6 / heard as f64
    );
    println!(
        "  packets: {heard} heard of {} expected, {late} late, {lost} lost on the way in",
        phones.len() as u32 * seconds * 50
    );
}
