//! Sound of many calls at one socket: a frame to each every 20 ms, and what comes back. The line has a port
//! of its own for each, so a stream is known by where it comes from.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::net::UdpSocket;
use tokio::time::MissedTickBehavior;

use crate::statistics::percentile;

const FRAME: Duration = Duration::from_millis(20);
/// Samples of G.711 in it.
const SAMPLES: u32 = 160;
/// Parts of it, with a share of the streams each: five hundred people do not all speak in the same instant, and what comes
/// back must find room in one socket.
const SLOTS: u16 = 10;
const HEADER: usize = 12;
/// A stream that is shorter says nothing: it is still being set up.
const FEWEST: u32 = 50;

#[derive(Clone)]
pub(crate) struct Media {
    socket: Arc<UdpSocket>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    streams: HashMap<SocketAddr, Stream>,
    over: Vec<Stream>,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    joined: Instant,
    left: Option<Instant>,
    sent: u32,
    heard: u32,
    lost: u32,
    last: Option<(u16, u32, Instant)>,
    /// RFC 3550, 6.4.1, in samples.
    jitter: f64,
}

/// What was heard of all calls together.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Heard {
    pub(crate) streams: usize,
    pub(crate) frames: u64,
    /// Gaps in the numbers of what the line sent.
    pub(crate) lost: u64,
    /// Frames heard over frames of the time.
    pub(crate) share: f64,
    pub(crate) jitter_ms_p50: f64,
    pub(crate) jitter_ms_p99: f64,
}

impl Media {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let media = Self { socket: Arc::new(UdpSocket::bind("127.0.0.1:0").await?), state: Arc::default() };
        tokio::spawn(media.clone().sends());
        tokio::spawn(media.clone().hears());
        Ok(media)
    }

    /// What a session description says of us.
    pub(crate) fn described(&self) -> std::io::Result<String> {
        let port = self.socket.local_addr()?.port();
        Ok(format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
             a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        ))
    }

    /// The other side of a call, as its description says; told again it is the same.
    pub(crate) fn joins(&self, remote: SocketAddr) {
        self.state().streams.entry(remote).or_insert_with(Stream::begins);
    }

    pub(crate) fn leaves(&self, remote: SocketAddr) {
        let mut state = self.state();
        if let Some(mut stream) = state.streams.remove(&remote) {
            stream.left = Some(Instant::now());
            state.over.push(stream);
        }
    }

    async fn sends(self) {
        let mut ticks = tokio::time::interval(FRAME / u32::from(SLOTS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for slot in (0..SLOTS).cycle() {
            ticks.tick().await;
            let due: Vec<(SocketAddr, u32)> = self
                .state()
                .streams
                .iter_mut()
                .filter(|(remote, _)| slot_of(remote) == slot)
                .map(Stream::next)
                .collect();
            for (remote, number) in due {
                // A full buffer loses a frame, as a network does.
                let _ = self.socket.try_send_to(&frame(number), remote);
            }
        }
    }

    async fn hears(self) {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = self.socket.recv_from(&mut buffer).await {
            let at = Instant::now();
            if let Some(stream) = self.state().streams.get_mut(&from) {
                stream.heard(buffer.get(..length).unwrap_or_default(), at);
            }
        }
    }

    /// Of calls that are over.
    pub(crate) fn heard(&self) -> Option<Heard> {
        let over: Vec<Stream> = self.state().over.iter().filter(|one| one.sent >= FEWEST).copied().collect();
        let jitter: Vec<f64> = over.iter().map(|one| one.jitter / 8.0).collect();
        let expected: f64 = over.iter().map(Stream::expected).sum();
        let frames: u64 = over.iter().map(|one| u64::from(one.heard)).sum();
        #[expect(clippy::cast_precision_loss, reason = "frames of an hour")]
        let share = frames as f64 / expected;
        Some(Heard {
            streams: over.len(),
            frames,
            lost: over.iter().map(|one| u64::from(one.lost)).sum(),
            share,
            jitter_ms_p50: percentile(&jitter, 50.0)?,
            jitter_ms_p99: percentile(&jitter, 99.0)?,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a description wants sound to be sent.
pub(crate) fn sound_of(message: &str) -> Option<SocketAddr> {
    let line = |start: &str| message.lines().find_map(|line| line.strip_prefix(start));
    let ip = line("c=IN IP4 ")?.trim().parse().ok()?;
    let port = line("m=audio ")?.split(' ').next()?.parse().ok()?;
    Some(SocketAddr::new(ip, port))
}

/// Ports of sound are even.
fn slot_of(remote: &SocketAddr) -> u16 {
    remote.port() / 2 % SLOTS
}

fn frame(number: u32) -> [u8; HEADER + SAMPLES as usize] {
    let mut frame = [0x2a; HEADER + SAMPLES as usize];
    let [.., high, low] = number.to_be_bytes();
    let time = number.wrapping_mul(SAMPLES).to_be_bytes();
    let header = [0x80, 0, high, low, time[0], time[1], time[2], time[3], 7, 7, 7, 7];
    frame[..HEADER].copy_from_slice(&header);
    frame
}

impl Stream {
    fn begins() -> Self {
        Self { joined: Instant::now(), left: None, sent: 0, heard: 0, lost: 0, last: None, jitter: 0.0 }
    }

    fn next((remote, stream): (&SocketAddr, &mut Self)) -> (SocketAddr, u32) {
        stream.sent += 1;
        (*remote, stream.sent)
    }

    fn expected(&self) -> f64 {
        let left = self.left.unwrap_or(self.joined);
        left.duration_since(self.joined).as_secs_f64() / FRAME.as_secs_f64()
    }

    fn heard(&mut self, packet: &[u8], at: Instant) {
        let &[_, _, high, low, a, b, c, d, ..] = packet else { return };
        let (number, time) = (u16::from_be_bytes([high, low]), u32::from_be_bytes([a, b, c, d]));
        self.heard += 1;
        if let Some((last, then, heard)) = self.last {
            self.lost += u32::from(number.wrapping_sub(last).saturating_sub(1));
            let passed = at.duration_since(heard).as_secs_f64() * 8000.0;
            let apart = (passed - f64::from(time.wrapping_sub(then))).abs();
            self.jitter += (apart - self.jitter) / 16.0;
        }
        self.last = Some((number, time, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_frame_is_counted_and_one_that_is_late_is_jitter() {
        let mut stream = Stream::begins();
        let begun = Instant::now();

        for (number, late) in [(1, 0), (2, 0), (4, 0), (5, 16)] {
            stream.heard(&frame(number), begun + FRAME * number + Duration::from_millis(late));
        }

        assert_eq!((stream.heard, stream.lost), (4, 1));
        assert!((stream.jitter - 8.0).abs() < 0.1, "{}", stream.jitter);
    }

    #[test]
    fn sound_goes_where_the_description_says() {
        let message = "INVITE x\r\n\r\nv=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 26002 RTP/AVP 0\r\n";

        assert_eq!(sound_of(message), Some(([127, 0, 0, 1], 26002).into()));
        assert_eq!(sound_of("INVITE x\r\n\r\n"), None);
    }
}
