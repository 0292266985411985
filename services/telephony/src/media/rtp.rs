//! RTP packets (RFC 3550) and the sound in them (G.711).

use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};
use rtp_types::{RtpPacket, RtpPacketBuilder};

use super::remote::Codec;
use super::{FRAME, Frame};

/// Header and 20 ms of G.711.
pub(super) const LARGEST_OUT: usize = 12 + FRAME;

/// A packet that looks like RTP. Whose it is, is not yet known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived<'a> {
    pub(super) ssrc: u32,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) payload_type: u8,
    pub(super) payload: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Audio(Codec),
    Digit,
    /// Comfort noise (RFC 3389): a sign of life without sound.
    Comfort,
}

pub(super) fn read(datagram: &[u8]) -> Option<Arrived<'_>> {
    // RTCP on the RTP port (RFC 5761 4) looks like these payload types with the marker set.
    if datagram.get(1).is_some_and(|&second| (192..=223).contains(&second)) {
        return None;
    }
    let packet = RtpPacket::parse(datagram).ok()?;
    let offset = packet.payload_offset();
    let end = datagram.len().checked_sub(usize::from(packet.padding().unwrap_or(0)))?;
    Some(Arrived {
        ssrc: packet.ssrc(),
        sequence: packet.sequence_number(),
        timestamp: packet.timestamp(),
        payload_type: packet.payload_type(),
        payload: datagram.get(offset..end)?,
    })
}

impl Arrived<'_> {
    /// Either law is taken whichever was agreed: their payload types are
    /// fixed, and gateways do change over in mid-call.
    pub(super) fn content(&self, digits: Option<u8>) -> Option<Content> {
        if Some(self.payload_type) == digits {
            return Some(Content::Digit);
        }
        match Codec::of_payload_type(self.payload_type) {
            Some(codec) => (!self.payload.is_empty()).then_some(Content::Audio(codec)),
            None => (self.payload_type == 13).then_some(Content::Comfort),
        }
    }
}

pub(super) fn decode(codec: Codec, payload: &[u8], into: &mut [i16]) -> usize {
    let decode = match codec {
        Codec::Pcmu => decode_ulaw,
        Codec::Pcma => decode_alaw,
    };
    into.iter_mut().zip(payload).map(|(sample, &byte)| *sample = decode(byte)).count()
}

pub(super) fn encode(codec: Codec, frame: &Frame) -> [u8; FRAME] {
    match codec {
        Codec::Pcmu => frame.map(encode_ulaw),
        Codec::Pcma => frame.map(encode_alaw),
    }
}

/// Our stream on one leg.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) ssrc: u32,
    sequence: u16,
    pub(super) timestamp: u32,
    /// The next packet is the first after a pause (RFC 3551 4.1).
    fresh: bool,
    pub(super) packets: u32,
    pub(super) octets: u32,
}

impl Outgoing {
    /// Starts at random places, as RFC 3550 5.1 asks.
    pub(super) fn random() -> Self {
        Self {
            ssrc: rand::random(),
            sequence: rand::random(),
            timestamp: rand::random(),
            fresh: true,
            packets: 0,
            octets: 0,
        }
    }

    /// Time passes whether we send or not.
    pub(super) fn advance(&mut self, frames: u32) {
        self.timestamp = self.timestamp.wrapping_add(frames.wrapping_mul(FRAME as u32));
    }

    pub(super) fn pause(&mut self) {
        self.fresh = true;
    }

    /// Lays the next packet into `buffer`; none if it does not fit, which no
    /// payload of ours does.
    pub(super) fn write(&mut self, part: Part<'_>, buffer: &mut [u8; LARGEST_OUT]) -> Option<usize> {
        let length = RtpPacketBuilder::<&[u8], &[u8]>::new()
            .payload_type(part.payload_type)
            .sequence_number(self.sequence)
            .timestamp(part.timestamp)
            .ssrc(self.ssrc)
            .marker_bit(part.marker || self.fresh)
            .payload(part.payload)
            .write_into(buffer)
            .ok()?;
        self.fresh = false;
        self.sequence = self.sequence.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(part.payload.len() as u32);
        Some(length)
    }
}

/// What one packet of ours carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) payload_type: u8,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload: &'a [u8],
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_packet_of_a_stream_is_marked_and_the_next_is_not() {
        let mut stream = Outgoing::random();
        let mut buffer = [0; LARGEST_OUT];
        let part = Part { payload_type: 0, timestamp: 9, marker: false, payload: &[0xff; FRAME] };

        stream.write(part, &mut buffer).unwrap();
        let first = RtpPacket::parse(&buffer).unwrap().marker_bit();
        stream.write(part, &mut buffer).unwrap();

        assert!(first);
        assert!(!RtpPacket::parse(&buffer).unwrap().marker_bit());
    }

    #[test]
    fn speech_survives_both_laws() {
        let frame: Frame = std::array::from_fn(|i| (i as i16 - 80) * 100);
        for codec in [Codec::Pcmu, Codec::Pcma] {
            let mut back = [0; FRAME];
            decode(codec, &encode(codec, &frame), &mut back);

            let worst = frame.iter().zip(back).map(|(a, b)| (a - b).abs()).max().unwrap();
            assert!(worst <= 260, "{codec:?} is off by {worst}");
        }
    }

    #[test]
    fn rtcp_on_the_rtp_port_is_not_taken_for_sound() {
        let report = [0x80, 200, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];

        assert!(read(&report).is_none());
    }

    proptest! {
        #[test]
        fn no_datagram_breaks_the_reader(datagram in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(packet) = read(&datagram) {
                packet.content(Some(101));
            }
        }

        #[test]
        fn no_datagram_that_begins_like_rtp_breaks_the_reader(
            mut datagram in prop::collection::vec(any::<u8>(), 1..80), first in 0x80_u8..=0xbf,
        ) {
            datagram[0] = first;
            read(&datagram);
        }
    }
}
