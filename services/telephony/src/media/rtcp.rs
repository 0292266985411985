//! The control stream beside RTP (RFC 3550 6): we report every 5 s, say who
//! we are by a random name, say goodbye, and read just enough of theirs.

use std::time::{Duration, Instant};

use super::reception::Reception;
use super::rtp::Outgoing;

const INTERVAL: Duration = Duration::from_secs(5);
const SENDER: u8 = 200;
const RECEIVER: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;

#[derive(Debug)]
pub(super) struct Reports {
    epoch: Instant,
    /// Random and new for every leg: it must not tell two calls to be one person's.
    name: [u8; 16],
    due: Instant,
    /// Middle 32 bits of the last sender report, and when it came.
    heard: Option<(u32, Instant)>,
}

/// What a packet of theirs told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) report: Option<u32>,
    /// Lost of our stream, in all.
    pub(super) lost_there: Option<u32>,
    pub(super) goodbye: bool,
}

impl Reports {
    /// The first report is due at a random moment, so that the legs take turns.
    pub(super) fn new(epoch: Instant, now: Instant) -> Self {
        let wait = Duration::from_millis(rand::random_range(500..5_000));
        Self { epoch, name: hex(rand::random()), due: now + wait, heard: None }
    }

    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let due = now >= self.due;
        if due {
            self.due = now + INTERVAL;
        }
        due
    }

    pub(super) fn read(&mut self, datagram: &[u8], ours: u32, now: Instant) -> Option<Told> {
        let told = read(datagram, ours)?;
        if let Some(report) = told.report {
            self.heard = Some((report, now));
        }
        Some(told)
    }

    /// A compound packet: report, description, and goodbye on the last one.
    pub(super) fn write(
        &self,
        stream: &Outgoing,
        reception: Option<&mut Reception>,
        now: Instant,
        goodbye: bool,
    ) -> Vec<u8> {
        let mut out = Vec::with_capacity(96);
        let blocks = u8::from(reception.is_some());
        if stream.packets > 0 {
            begin(&mut out, blocks, SENDER, 6 + u16::from(blocks) * 6, stream.ssrc);
            out.extend(self.ntp(now).to_be_bytes());
            [stream.timestamp, stream.packets, stream.octets]
                .iter()
                .for_each(|n| out.extend(n.to_be_bytes()));
        } else {
            begin(&mut out, blocks, RECEIVER, 1 + u16::from(blocks) * 6, stream.ssrc);
        }
        if let Some(reception) = reception {
            self.block(&mut out, reception, now);
        }
        self.describe(&mut out, stream.ssrc);
        if goodbye {
            begin(&mut out, 1, GOODBYE, 1, stream.ssrc);
        }
        out
    }

    /// Elapsed time stands in for the time of day, as RFC 3550 6.4.1 allows.
    fn ntp(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.epoch);
        (since.as_secs() << 32) | ((u64::from(since.subsec_nanos()) << 32) / 1_000_000_000)
    }

    fn block(&self, out: &mut Vec<u8>, reception: &mut Reception, now: Instant) {
        let fraction = u32::from(reception.fraction_lost()) << 24;
        let lost = reception.lost().min(0x7f_ffff);
        let (last, delay) = match self.heard {
            Some((report, at)) => {
                (report, now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000)
            }
            None => (0, 0),
        };
        let words = [
            reception.ssrc,
            fraction | lost,
            reception.highest,
            reception.jitter(),
            last,
            u32::try_from(delay).unwrap_or(u32::MAX),
        ];
        words.iter().for_each(|word| out.extend(word.to_be_bytes()));
    }

    fn describe(&self, out: &mut Vec<u8>, ssrc: u32) {
        // One chunk: SSRC, CNAME (1) of 16 bytes, and zeros up to a whole word.
        begin(out, 1, DESCRIPTION, 6, ssrc);
        out.extend([1, 16]);
        out.extend(self.name);
        out.extend([0; 2]);
    }
}

fn begin(out: &mut Vec<u8>, count: u8, kind: u8, words: u16, ssrc: u32) {
    out.extend([0x80 | count, kind]);
    out.extend(words.to_be_bytes());
    out.extend(ssrc.to_be_bytes());
}

fn hex(bytes: [u8; 8]) -> [u8; 16] {
    let digit = |i: usize| (bytes[i / 2] >> (4 - i % 2 * 4)) & 0xf;
    std::array::from_fn(|i| b"0123456789abcdef"[usize::from(digit(i))])
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// None when it is not RTCP from its first byte to its last.
fn read(datagram: &[u8], ours: u32) -> Option<Told> {
    let mut told = Told::default();
    let mut rest = datagram;
    while !rest.is_empty() {
        let &[first, kind, high, low, ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([high, low])) * 4 + 4;
        let packet = rest.get(..length).filter(|_| first >> 6 == 2)?;
        told.take_in(kind, usize::from(first & 0x1f), packet, ours);
        rest = &rest[length..];
    }
    (!datagram.is_empty()).then_some(told)
}

impl Told {
    fn take_in(&mut self, kind: u8, count: usize, packet: &[u8], ours: u32) {
        let blocks = match kind {
            SENDER => 28,
            RECEIVER => 8,
            GOODBYE => return self.goodbye = true,
            _ => return,
        };
        if kind == SENDER {
            let middle = word(packet, 8).zip(word(packet, 12)).map(|(high, low)| (high << 16) | (low >> 16));
            self.report = middle.or(self.report);
        }
        let ours = (0..count).map(|n| blocks + n * 24).find(|&at| word(packet, at) == Some(ours));
        let lost = ours.and_then(|at| word(packet, at + 4)).map(|lost| lost & 0xff_ffff);
        // Negative counts are duplicates (RFC 3550 6.4.1).
        self.lost_there = lost.map(|lost| if lost > 0x7f_ffff { 0 } else { lost }).or(self.lost_there);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_ends_understand_each_others_reports() {
        let now = Instant::now();
        let (ours, mut stream) = (Reports::new(now, now), Outgoing::random());
        (stream.packets, stream.octets) = (50, 8_000);
        let mut reception = Reception::of(77, 0);
        [0, 1, 3].into_iter().for_each(|n| reception.note(n));

        let packet = ours.write(&stream, Some(&mut reception), now + Duration::from_secs(3), true);
        let told = read(&packet, 77).unwrap();

        assert_eq!(told, Told { report: Some(3 << 16), lost_there: Some(1), goodbye: true });
        assert_eq!(packet.len() % 4, 0);
    }

    #[test]
    fn a_leg_that_has_sent_nothing_reports_as_a_receiver() {
        let now = Instant::now();
        let packet = Reports::new(now, now).write(&Outgoing::random(), None, now, false);

        assert_eq!(packet[1], RECEIVER);
        assert_eq!(read(&packet, 1), Some(Told::default()));
    }

    #[test]
    fn reports_are_due_every_five_seconds() {
        let now = Instant::now();
        let mut reports = Reports::new(now, now);
        let due = (0..1_000).filter(|tick| reports.is_due(now + Duration::from_millis(tick * 20))).count();

        assert!((3..=4).contains(&due), "{due} reports in 20 s");
    }

    proptest! {
        #[test]
        fn no_datagram_breaks_the_reader(
            mut datagram in prop::collection::vec(any::<u8>(), 0..120), kind in 198_u8..=205, words in 0_u8..30,
        ) {
            read(&datagram, 1);
            if datagram.len() >= 4 {
                datagram[..4].copy_from_slice(&[0x81, kind, 0, words]);
                read(&datagram, 1);
            }
        }
    }
}
