//! Telephone keys as RTP events (RFC 4733), both ways.

use std::collections::VecDeque;

use super::settings::MediaError;
use super::{FRAME, clip::RATE};

const KEYS: &[u8; 16] = b"0123456789*#ABCD";
/// More keys than anybody dials at once.
pub(super) const MOST: usize = 64;
/// A press lasts five packets (100 ms), the last one said three times (RFC 4733 2.5.1.4).
const PRESS: u32 = 5;
const ENDS: u32 = 3;
/// Pause between two keys, in frames (100 ms).
const REST: u32 = 5;
/// -10 dBm0.
const VOLUME: u8 = 10;
/// Packets of one press may hold a new timestamp up to so many samples after
/// the last one ended (40 ms): long presses come in segments, and some
/// gateways count on.
const SEGMENT: u32 = RATE / 25;
/// A timestamp further back than this is a clock that was set anew (5 s).
const OVERTAKEN: u32 = RATE * 5;

fn event_of(key: u8) -> Option<u8> {
    let upper = key.to_ascii_uppercase();
    KEYS.iter().position(|&k| k == upper).and_then(|event| u8::try_from(event).ok())
}

/// The keys as events.
pub(super) fn events(keys: &str) -> Result<Vec<u8>, MediaError> {
    let refused = MediaError::NotDigits(MOST);
    match (1..=MOST).contains(&keys.len()) {
        true => keys.bytes().map(event_of).collect::<Option<Vec<u8>>>().ok_or(refused),
        false => Err(refused),
    }
}

/// Tells presses from their many packets.
#[derive(Debug, Default)]
pub(super) struct DigitReader {
    last: Option<Press>,
}

#[derive(Clone, Copy, Debug)]
struct Press {
    ssrc: u32,
    event: u8,
    timestamp: u32,
    duration: u32,
    ended: bool,
}

impl DigitReader {
    /// The key when this packet is the first of a press.
    pub(super) fn read(&mut self, ssrc: u32, timestamp: u32, payload: &[u8]) -> Option<char> {
        let &[event, flags, high, low, ..] = payload else { return None };
        let key = *KEYS.get(usize::from(event))?;
        let duration = u32::from(u16::from_be_bytes([high, low]));
        let now = Press { ssrc, event, timestamp, duration, ended: flags & 0x80 != 0 };
        let before = self.last.filter(|before| before.covers(&now));
        match before {
            Some(before) => self.last = Some(before.longer(now)),
            None => self.last = Some(now),
        }
        before.is_none().then_some(char::from(key))
    }
}

impl Press {
    /// `next` is another packet of this press, or an older one that was overtaken.
    fn covers(&self, next: &Self) -> bool {
        let step = next.timestamp.wrapping_sub(self.timestamp);
        let overtaken = self.timestamp.wrapping_sub(next.timestamp) < OVERTAKEN;
        let segment = next.event == self.event && !self.ended && step <= self.duration + SEGMENT;
        self.ssrc == next.ssrc && (overtaken || segment)
    }

    fn longer(self, next: Self) -> Self {
        match next.timestamp.wrapping_sub(self.timestamp) {
            0 => Self { ended: self.ended || next.ended, duration: self.duration.max(next.duration), ..self },
            step if step > u32::MAX / 2 => self,
            _ => next,
        }
    }
}

/// Says keys, one packet a tick.
#[derive(Debug, Default)]
pub(super) struct DigitWriter {
    waiting: VecDeque<u8>,
    press: Option<Sending>,
    rest: u32,
}

#[derive(Clone, Copy, Debug)]
struct Sending {
    event: u8,
    timestamp: u32,
    said: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DigitPacket {
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload: [u8; 4],
}

impl DigitWriter {
    pub(super) fn push(&mut self, events: &[u8]) {
        self.waiting.extend(events.iter().take(MOST - self.waiting.len().min(MOST)));
    }

    /// What this tick sends in place of sound, if a key is being said.
    pub(super) fn next(&mut self, timestamp: u32) -> Option<DigitPacket> {
        if self.press.is_none() && self.rest > 0 {
            self.rest -= 1;
            return None;
        }
        let mut press = match self.press.take() {
            Some(press) => press,
            None => Sending { event: self.waiting.pop_front()?, timestamp, said: 0 },
        };
        press.said += 1;
        match press.said < PRESS + ENDS - 1 {
            true => self.press = Some(press),
            false => self.rest = REST,
        }
        Some(press.packet())
    }
}

impl Sending {
    fn packet(&self) -> DigitPacket {
        let end = if self.said >= PRESS { 0x80 } else { 0 };
        let duration = self.said.min(PRESS) as u16 * FRAME as u16;
        let [high, low] = duration.to_be_bytes();
        let payload = [self.event, end | VOLUME, high, low];
        DigitPacket { timestamp: self.timestamp, marker: self.said == 1, payload }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(keys: &str) -> Vec<DigitPacket> {
        let mut writer = DigitWriter::default();
        writer.push(&events(keys).unwrap());
        (0..keys.len() as u32 * 20).filter_map(|tick| writer.next(tick * FRAME as u32)).collect()
    }

    fn heard(packets: &[DigitPacket]) -> String {
        let mut reader = DigitReader::default();
        packets.iter().filter_map(|packet| reader.read(7, packet.timestamp, &packet.payload)).collect()
    }

    #[test]
    fn one_press_is_said_in_seven_packets_of_which_three_end_it() {
        let packets = said("5");

        let durations: Vec<u16> =
            packets.iter().map(|p| u16::from_be_bytes([p.payload[2], p.payload[3]])).collect();
        assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800]);
        assert_eq!(packets.iter().filter(|p| p.payload[1] & 0x80 != 0).count(), 3);
        assert!(packets[0].marker && packets[1..].iter().all(|p| !p.marker));
        assert!(packets.iter().all(|p| p.timestamp == packets[0].timestamp && p.payload[0] == 5));
    }

    #[test]
    fn between_two_keys_is_a_rest() {
        let packets = said("12");

        assert_eq!(packets[7].timestamp - packets[0].timestamp, 12 * FRAME as u32);
    }

    #[test]
    fn every_key_is_heard_once_and_in_order() {
        assert_eq!(heard(&said("0123456789*#abcd11")), "0123456789*#ABCD11");
    }

    #[test]
    fn a_press_is_heard_when_only_one_of_its_packets_arrives() {
        let packets = said("11");

        assert_eq!(heard(&[packets[4], packets[9]]), "11");
    }

    #[test]
    fn packets_that_overtook_each_other_are_one_press() {
        let mut packets = said("12");
        packets.swap(0, 3);
        packets.swap(6, 7);

        assert_eq!(heard(&packets), "12");
    }

    #[test]
    fn a_press_held_for_ten_seconds_is_one_press_in_segments() {
        let mut reader = DigitReader::default();
        let first = reader.read(7, 1_000, &[1, 10, 0xff, 0xff]);
        let second = reader.read(7, 1_000 + 0xffff, &[1, 10, 0, 160]);
        let end = reader.read(7, 1_000 + 0xffff, &[1, 0x8a, 0x40, 0]);

        assert_eq!((first, second, end), (Some('1'), None, None));
    }

    #[test]
    fn a_press_across_the_wrap_of_the_timestamp_is_one_press() {
        let mut reader = DigitReader::default();

        assert_eq!(reader.read(7, u32::MAX - 10, &[3, 0x8a, 3, 32]), Some('3'));
        assert_eq!(reader.read(7, 2_000, &[3, 10, 0, 160]), Some('3'));
    }

    #[test]
    fn a_clock_set_anew_or_another_stream_does_not_swallow_a_press() {
        let mut reader = DigitReader::default();

        assert_eq!(reader.read(7, 900_000, &[3, 0x8a, 3, 32]), Some('3'));
        assert_eq!(reader.read(7, 100, &[3, 0x8a, 3, 32]), Some('3'));
        assert_eq!(reader.read(8, 50, &[4, 0x8a, 3, 32]), Some('4'));
    }

    #[test]
    fn other_events_and_stumps_are_no_keys() {
        let mut reader = DigitReader::default();

        assert_eq!(reader.read(7, 1, &[16, 10, 0, 160]), None);
        assert_eq!(reader.read(7, 1, &[1, 10, 0]), None);
    }

    #[test]
    fn letters_that_no_telephone_has_are_refused() {
        assert!(events("12x").is_err());
        assert!(events("").is_err());
    }
}
