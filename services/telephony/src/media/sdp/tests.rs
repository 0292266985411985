//! Stories of offers and answers.

use std::net::SocketAddr;

use proptest::prelude::*;
use sdp_types::Session;

use super::fault::Transport;
use super::*;
use crate::media::remote::{Codec, Direction, RemoteMedia};

/// What a text of ours says.
fn reread(text: &str) -> Session {
    Session::parse(text.as_bytes()).unwrap()
}

fn here() -> SocketAddr {
    "192.0.2.1:16384".parse().unwrap()
}

fn offer(lines: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 203.0.113.5\r\ns=-\r\nc=IN IP4 203.0.113.5\r\nt=0 0\r\n{lines}")
}

fn phone() -> LocalSession {
    LocalSession::new(42)
}

fn answered(lines: &str) -> Answer {
    phone().answer(offer(lines).as_bytes(), here(), Direction::SendRecv).unwrap()
}

fn refused(lines: &str) -> SdpError {
    phone().answer(offer(lines).as_bytes(), here(), Direction::SendRecv).unwrap_err()
}

const BARESIP: &str = "m=audio 4000 RTP/AVP 96 8 0 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n";

#[test]
fn the_callers_first_codec_that_we_speak_is_taken() {
    let Answer { text, remote } = answered(BARESIP);

    let agreed = RemoteMedia {
        rtp: "203.0.113.5:4000".parse().unwrap(),
        rtcp: None,
        codec: Codec::Pcma,
        digits: Some(101),
        direction: Direction::SendRecv,
    };
    assert_eq!(remote, agreed);
    assert!(text.contains("m=audio 16384 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"), "{text}");
    assert!(text.contains("a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"), "{text}");
}

#[test]
fn an_offer_of_ours_is_what_every_telephone_understands() {
    let text = phone().offer(here(), Direction::SendRecv);

    let expected = "v=0\r\no=- 42 42 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
        m=audio 16384 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
        a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";
    assert_eq!(text, expected);
}

#[test]
fn over_ipv6_the_address_says_so() {
    let text = phone().offer("[2001:db8::1]:16384".parse().unwrap(), Direction::SendRecv);

    assert!(text.contains("c=IN IP6 2001:db8::1\r\n"), "{text}");
    let far = offer(BARESIP).replace("c=IN IP4 203.0.113.5", "c=IN IP6 2001:db8::9");
    let answer = phone().answer(far.as_bytes(), here(), Direction::SendRecv).unwrap();
    assert_eq!(answer.remote.rtp, "[2001:db8::9]:4000".parse().unwrap());
}

#[test]
fn two_of_us_agree() {
    let (mut caller, mut callee) = (phone(), LocalSession::new(7));
    let offer = caller.offer(here(), Direction::SendRecv);
    let answer = callee.answer(offer.as_bytes(), "192.0.2.9:20000".parse().unwrap(), Direction::SendRecv);

    let remote = caller.read_answer(answer.unwrap().text.as_bytes(), Direction::SendRecv).unwrap();

    assert_eq!((remote.codec, remote.digits), (Codec::Pcmu, Some(101)));
    assert_eq!(remote.rtp, "192.0.2.9:20000".parse().unwrap());
}

#[test]
fn hold_is_answered_with_its_counterpart() {
    let cases = [
        ("sendrecv", "sendrecv"),
        ("sendonly", "recvonly"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
    ];
    for (asked, given) in cases {
        let Answer { text, remote } = answered(&BARESIP.replace("sendrecv", asked));

        assert!(text.contains(&format!("a={given}\r\n")), "{asked}: {text}");
        assert_eq!(remote.direction.attribute(), given);
        assert_eq!(remote.holds_us(), matches!(asked, "sendonly" | "inactive"));
    }
}

#[test]
fn the_hold_of_old_phones_is_understood() {
    let held = offer(BARESIP).replace("c=IN IP4 203.0.113.5", "c=IN IP4 0.0.0.0");

    let Answer { text, remote } = phone().answer(held.as_bytes(), here(), Direction::SendRecv).unwrap();

    assert!(text.contains("a=recvonly\r\n"), "{text}");
    assert!(remote.holds_us());
}

#[test]
fn a_hold_for_the_whole_session_holds_its_audio() {
    let held = format!("a=inactive\r\n{}", BARESIP.replace("a=sendrecv\r\n", ""));

    assert_eq!(answered(&held).remote.direction, Direction::Inactive);
}

#[test]
fn our_own_wish_to_hold_is_kept_in_an_answer() {
    let answer = phone().answer(offer(BARESIP).as_bytes(), here(), Direction::SendOnly).unwrap();

    assert!(answer.text.contains("a=sendonly\r\n"));
}

#[test]
fn the_payload_type_for_keys_is_the_callers_own() {
    let lines = "m=audio 4000 RTP/AVP 0 100 97\r\na=rtpmap:100 telephone-event/48000\r\n\
        a=rtpmap:97 Telephone-Event/8000\r\n";

    assert_eq!(answered(lines).remote.digits, Some(97));
    assert_eq!(answered("m=audio 4000 RTP/AVP 0\r\n").remote.digits, None);
}

#[test]
fn a_line_we_do_not_speak_is_refused_in_its_place_and_stays_refused() {
    let mut session = phone();
    let lines = format!("m=video 5000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n{BARESIP}");
    let answer = session.answer(offer(&lines).as_bytes(), here(), Direction::SendRecv).unwrap();
    let again = session.offer(here(), Direction::Inactive);

    for text in [answer.text, again] {
        let lines: Vec<(String, u16)> =
            reread(&text).medias.into_iter().map(|line| (line.media, line.port)).collect();
        assert_eq!(lines, [("video".to_owned(), 0), ("audio".to_owned(), 16384)]);
    }
}

#[test]
fn the_version_counts_changes_and_nothing_else() {
    let mut session = phone();
    let version = |text: String| reread(&text).origin.sess_version;

    let first = version(session.offer(here(), Direction::SendRecv));
    let same = version(session.offer(here(), Direction::SendRecv));
    let held = version(session.offer(here(), Direction::SendOnly));

    assert_eq!((same - first, held - first), (0, 1));
}

#[test]
fn a_later_offer_keeps_what_was_agreed_first() {
    let mut session = phone();
    let lines = "m=audio 4000 RTP/AVP 8 97\r\na=rtpmap:97 telephone-event/8000\r\n";
    session.answer(offer(lines).as_bytes(), here(), Direction::SendRecv).unwrap();

    assert!(session.offer(here(), Direction::SendRecv).contains("m=audio 16384 RTP/AVP 8 0 97\r\n"));
}

#[test]
fn where_rtcp_goes_may_be_said() {
    let lines = format!("{BARESIP}a=rtcp:53020\r\n");

    assert_eq!(answered(&lines).remote.rtcp, Some("203.0.113.5:53020".parse().unwrap()));
}

#[test]
fn what_cannot_be_agreed_is_named() {
    assert_eq!(refused(""), SdpError::NoAudio);
    assert_eq!(refused("m=video 5000 RTP/AVP 99\r\n"), SdpError::NoAudio);
    assert_eq!(refused("m=audio 0 RTP/AVP 0\r\n"), SdpError::AudioRefused);
    assert_eq!(refused("m=audio 4000 RTP/AVP 18 9\r\n"), SdpError::NoCommonCodec);
    assert_eq!(refused("m=audio 4000 RTP/SAVP 0\r\n"), SdpError::Transport(Transport::Encrypted));
    assert_eq!(refused("m=audio 4000 udp 0\r\n"), SdpError::Transport(Transport::Other));
    assert_eq!(refused("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 pbx.example\r\n"), SdpError::NoAddress);
    assert_eq!(refused("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 224.2.1.1/127\r\n"), SdpError::NoAddress);
    assert_eq!(refused("m=audio 99999 RTP/AVP 0\r\n"), SdpError::Garbled(6));
    assert_eq!(refused(&"m=audio 4000 RTP/AVP 18\r\n".repeat(17)), SdpError::TooLong);
    assert_eq!(refused(&"a=x\r\n".repeat(20_000)), SdpError::TooLong);
    assert_eq!(phone().answer(b"hello", here(), Direction::SendRecv).unwrap_err().status(), 400);
}

#[test]
fn an_answer_without_our_line_is_refused() {
    assert_eq!(phone().read_answer(offer("").as_bytes(), Direction::SendRecv), Err(SdpError::OtherLines));
}

#[test]
fn an_encrypted_line_beside_a_plain_one_is_passed_over() {
    let both = format!("m=audio 4000 RTP/SAVP 0\r\n{BARESIP}");

    assert!(answered(&both).text.contains("m=audio 0 RTP/SAVP 0\r\nm=audio 16384 RTP/AVP 8 101\r\n"));
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let _refused = phone().answer(&text, here(), Direction::SendRecv);
    }

    /// A description with one stroke of noise in it.
    #[test]
    fn no_slip_in_a_description_breaks_the_reader(at in 0..400_usize, noise in "[ -~\r\n\u{20ac}]{0,8}") {
        let mut text = offer(&format!("{BARESIP}a=rtcp:5 IN IP4 1.2.3.4\r\n")).into_bytes();
        let at = at.min(text.len());
        text.splice(at..(at + noise.len() / 2).min(text.len()), noise.bytes());
        if let Ok(answer) = phone().answer(&text, here(), Direction::SendRecv) {
            reread(&answer.text);
        }
        let _refused = phone().read_answer(&text, Direction::SendRecv);
    }
}
