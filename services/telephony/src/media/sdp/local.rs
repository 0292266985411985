//! Our own description of one leg, over its whole life.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use sdp_types::Media;

use super::SdpError;
use super::read::{Audio, audio, audio_line, parse};
use crate::media::remote::{Codec, Direction, RemoteMedia};

/// Our payload type for keys when the far side has not named one.
const DIGITS: u8 = 101;

#[derive(Clone, Debug)]
pub struct LocalSession {
    id: u64,
    version: u64,
    /// What was last said, without the origin: the version counts changes of it.
    said: Option<String>,
    /// Lines of the session in their order; ours is the audio line.
    lines: Vec<Line>,
    digits: u8,
    preferred: Codec,
}

#[derive(Clone, Debug)]
enum Line {
    Audio {
        protocol: String,
    },
    /// Refused with port 0, but it keeps its place (RFC 3264 6).
    Refused {
        media: String,
        protocol: String,
        formats: String,
    },
}

/// The answer to an offer, and what it settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    pub remote: RemoteMedia,
}

impl LocalSession {
    /// `id` is drawn at random by the caller, so that it tells nothing.
    pub fn new(id: u64) -> Self {
        // Kept small: some phones read it as a signed number.
        let id = id & 0x7fff_ffff_ffff;
        let lines = vec![Line::Audio { protocol: "RTP/AVP".to_owned() }];
        Self { id, version: id & 0xffff, said: None, lines, digits: DIGITS, preferred: Codec::Pcmu }
    }

    /// An offer of both codecs and of keys; a later one repeats the session
    /// with the wish of now (`SendOnly` or `Inactive` to hold the far side).
    pub fn offer(&mut self, local: SocketAddr, wish: Direction) -> String {
        let other = match self.preferred {
            Codec::Pcmu => Codec::Pcma,
            Codec::Pcma => Codec::Pcmu,
        };
        self.write(local, &[self.preferred, other], Some(self.digits), wish)
    }

    /// Answers an offer with the far side's first codec that we speak, its own
    /// payload type for keys, and the direction that both wishes leave.
    ///
    /// # Errors
    /// When nothing can be agreed; the session is then as it was.
    pub fn answer(&mut self, offer: &[u8], local: SocketAddr, wish: Direction) -> Result<Answer, SdpError> {
        let session = parse(offer)?;
        let Audio { line, media: mut remote, protocol } = audio(&session)?;
        remote.direction = remote.direction.and(wish);
        self.lines = session.medias.iter().map(refused).collect();
        if let Some(ours) = self.lines.get_mut(line) {
            *ours = Line::Audio { protocol };
        }
        self.agree(&remote);
        let text = self.write(local, &[remote.codec], remote.digits, remote.direction);
        Ok(Answer { text, remote })
    }

    /// Reads the answer to our last offer, which wished for `wish`.
    ///
    /// # Errors
    /// When the answer refuses the sound or is none.
    pub fn read_answer(&mut self, answer: &[u8], wish: Direction) -> Result<RemoteMedia, SdpError> {
        let session = parse(answer)?;
        let ours = |line: &Line| match line {
            Line::Audio { .. } => true,
            Line::Refused { .. } => false,
        };
        let line = self.lines.iter().position(ours).unwrap_or(0);
        let media = session.medias.get(line).ok_or(SdpError::OtherLines)?;
        let mut remote = audio_line(&session, line, media)?.media;
        remote.direction = remote.direction.and(wish);
        self.agree(&remote);
        Ok(remote)
    }

    /// What was agreed once is offered first the next time.
    fn agree(&mut self, remote: &RemoteMedia) {
        self.preferred = remote.codec;
        self.digits = remote.digits.unwrap_or(self.digits);
    }

    fn write(&mut self, local: SocketAddr, codecs: &[Codec], digits: Option<u8>, wish: Direction) -> String {
        let body = self.body(local, codecs, digits, wish);
        if self.said.as_ref().is_some_and(|said| *said != body) {
            self.version += 1;
        }
        let text = format!("v=0\r\no=- {} {} {}\r\n{body}", self.id, self.version, address(local.ip()));
        self.said = Some(body);
        text
    }

    fn body(&self, local: SocketAddr, codecs: &[Codec], digits: Option<u8>, wish: Direction) -> String {
        let mut body = format!("s=-\r\nc={}\r\nt=0 0\r\n", address(local.ip()));
        for line in &self.lines {
            // Writing into a string cannot fail.
            let _written = match line {
                Line::Audio { protocol } => {
                    body.write_str(&audio_text(protocol, local.port(), codecs, digits, wish))
                }
                Line::Refused { media, protocol, formats } => {
                    write!(body, "m={media} 0 {protocol} {formats}\r\n")
                }
            };
        }
        body
    }
}

fn refused(media: &Media) -> Line {
    Line::Refused { media: media.media.clone(), protocol: media.proto.clone(), formats: media.fmt.clone() }
}

fn address(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => format!("IN IP4 {ip}"),
        IpAddr::V6(ip) => format!("IN IP6 {ip}"),
    }
}

fn audio_text(protocol: &str, port: u16, codecs: &[Codec], digits: Option<u8>, wish: Direction) -> String {
    let spoken = codecs.iter().map(|codec| (codec.payload_type(), format!("{}/8000", codec.name())));
    let keys = digits.map(|payload_type| (payload_type, "telephone-event/8000".to_owned()));
    let formats: Vec<(u8, String)> = spoken.chain(keys).collect();
    let numbers: String = formats.iter().map(|(number, _)| format!(" {number}")).collect();
    let maps: String = formats.iter().map(|(number, name)| format!("a=rtpmap:{number} {name}\r\n")).collect();
    let events = digits.map(|number| format!("a=fmtp:{number} 0-15\r\n")).unwrap_or_default();
    format!("m=audio {port} {protocol}{numbers}\r\n{maps}{events}a=ptime:20\r\na={}\r\n", wish.attribute())
}
