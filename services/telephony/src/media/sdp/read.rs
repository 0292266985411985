//! Reads the far side's description.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Attribute, Connection, Media, Session};

use super::SdpError;
use super::fault::{LONGEST, MOST_LINES, Transport};
use crate::media::remote::{Codec, Direction, RemoteMedia};

/// The audio line chosen among theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Audio {
    /// Which `m=` line it is.
    pub(super) line: usize,
    /// As agreed if we wish to send and receive; direction as seen from us.
    pub(super) media: RemoteMedia,
    /// Packet type for keys as the far side wrote it.
    pub(super) protocol: String,
}

pub(super) fn parse(text: &[u8]) -> Result<Session, SdpError> {
    if text.len() > LONGEST {
        return Err(SdpError::TooLong);
    }
    let session = Session::parse(text).map_err(|error| SdpError::Garbled(line_of(&error)))?;
    match session.medias.len() <= MOST_LINES {
        true => Ok(session),
        false => Err(SdpError::TooLong),
    }
}

/// The parser's own words may repeat a part of the text: only the line number leaves here.
fn line_of(error: &sdp_types::ParserError) -> usize {
    let words = error.to_string();
    let number = words.split("line ").nth(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()));
    number.and_then(|mut parts| parts.next()?.parse().ok()).unwrap_or(1)
}

/// The first audio line that can be used, or why the first one cannot.
pub(super) fn audio(session: &Session) -> Result<Audio, SdpError> {
    let mut fault = SdpError::NoAudio;
    for (line, media) in session.medias.iter().enumerate() {
        if !media.media.eq_ignore_ascii_case("audio") {
            continue;
        }
        match audio_line(session, line, media) {
            Ok(audio) => return Ok(audio),
            Err(found) if fault == SdpError::NoAudio => fault = found,
            Err(_) => {}
        }
    }
    Err(fault)
}

pub(super) fn audio_line(session: &Session, line: usize, media: &Media) -> Result<Audio, SdpError> {
    if !media.media.eq_ignore_ascii_case("audio") {
        return Err(SdpError::NoAudio);
    }
    if media.port == 0 {
        return Err(SdpError::AudioRefused);
    }
    plain_rtp(&media.proto)?;
    let ip = address(session, media)?;
    let agreed = RemoteMedia {
        rtp: SocketAddr::new(ip, media.port),
        rtcp: control(media, ip),
        codec: codec(media)?,
        digits: digits(media),
        direction: direction(session, media, ip),
    };
    Ok(Audio { line, media: agreed, protocol: media.proto.clone() })
}

fn plain_rtp(protocol: &str) -> Result<(), SdpError> {
    match protocol.to_ascii_uppercase().as_str() {
        "RTP/AVP" | "RTP/AVPF" => Ok(()),
        secure if secure.contains("SAVP") => Err(SdpError::Transport(Transport::Encrypted)),
        _ => Err(SdpError::Transport(Transport::Other)),
    }
}

fn address(session: &Session, media: &Media) -> Result<IpAddr, SdpError> {
    let connection = media.connections.first().or(session.connection.as_ref());
    let ip = connection.and_then(unicast).ok_or(SdpError::NoAddress)?;
    match ip.is_multicast() {
        true => Err(SdpError::NoAddress),
        false => Ok(ip),
    }
}

fn unicast(connection: &Connection) -> Option<IpAddr> {
    connection.connection_address.split('/').next()?.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

fn attributes<'a>(media: &'a Media, name: &'static str) -> impl Iterator<Item = &'a str> {
    let named = move |attribute: &&Attribute| attribute.attribute.eq_ignore_ascii_case(name);
    media.attributes.iter().filter(named).filter_map(|attribute| attribute.value.as_deref())
}

/// `a=rtpmap` of one payload type, as `NAME/RATE` in capitals.
fn mapping(media: &Media, payload_type: u8) -> Option<String> {
    attributes(media, "rtpmap").find_map(|value| {
        let (number, encoding) = value.trim().split_once(' ')?;
        (number.parse() == Ok(payload_type)).then(|| encoding.trim().to_ascii_uppercase())
    })
}

fn formats(media: &Media) -> impl Iterator<Item = u8> {
    media.fmt.split_ascii_whitespace().filter_map(|format| format.parse().ok())
}

/// The far side's first that we speak. 0 and 8 need no mapping (RFC 3551 6),
/// but one that says something else wins.
fn codec(media: &Media) -> Result<Codec, SdpError> {
    let ours = |payload_type| {
        let codec = Codec::of_payload_type(payload_type)?;
        let named = format!("{}/8000", codec.name());
        let fits = |said: String| said == named || said == format!("{named}/1");
        mapping(media, payload_type).is_none_or(fits).then_some(codec)
    };
    formats(media).find_map(ours).ok_or(SdpError::NoCommonCodec)
}

fn digits(media: &Media) -> Option<u8> {
    let events = |said: String| said == "TELEPHONE-EVENT/8000" || said == "TELEPHONE-EVENT/8000/1";
    let dynamic = formats(media).filter(|payload_type| (96..=127).contains(payload_type));
    dynamic.into_iter().find(|&payload_type| mapping(media, payload_type).is_some_and(events))
}

/// `a=rtcp:PORT [IN IP4 ADDRESS]` (RFC 3605).
fn control(media: &Media, ip: IpAddr) -> Option<SocketAddr> {
    let value = attributes(media, "rtcp").next()?;
    let mut words = value.split_ascii_whitespace();
    let port = words.next()?.parse().ok().filter(|&port| port != 0)?;
    let own = words.nth(2).and_then(|word| word.parse().ok());
    Some(SocketAddr::new(own.unwrap_or(ip), port))
}

fn direction(session: &Session, media: &Media, ip: IpAddr) -> Direction {
    let said = said_direction(&media.attributes).or_else(|| said_direction(&session.attributes));
    let theirs = said.unwrap_or(Direction::SendRecv);
    // The hold of RFC 2543: "send me nothing".
    let theirs = if ip.is_unspecified() { theirs.and(Direction::SendOnly) } else { theirs };
    theirs.seen_from_there()
}

fn said_direction(attributes: &[Attribute]) -> Option<Direction> {
    let all = [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
    let named = |name: &str| all.into_iter().find(|d| name.eq_ignore_ascii_case(d.attribute()));
    attributes.iter().find_map(|attribute| named(&attribute.attribute))
}
