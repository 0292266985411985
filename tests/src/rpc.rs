//! Any RPC with any bytes, as gRPC or as a browser sends it.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use prost::Message;
use shell::grpc::channel;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tower::{Service, ServiceExt};

use crate::line::TestLine;
use crate::wait::PATIENCE;
use crate::web::{Sent, post};

/// The header by which others than browsers show their session.
pub const SESSION: &str = "x-tomoshibi-session";
/// The cookie by which browsers do.
pub const COOKIE: &str = "tomoshibi_session";

/// By which road a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// gRPC over HTTP/2, the session in a header.
    Grpc,
    /// gRPC-Web over HTTP/1.1 from the line's own page, the session in a cookie.
    Browser,
}

/// What a request shows of itself.
#[derive(Clone, Debug)]
pub enum Shows {
    Nothing,
    Token(String),
    Session(String),
}

impl Shows {
    /// The token that the services of this line know each other by.
    pub fn token_of(line: &TestLine) -> Self {
        let word = std::fs::read_to_string(line.data().join("token")).unwrap();
        Self::Token(word.trim().to_owned())
    }

    fn headers(&self, road: Road) -> Option<(&'static str, String)> {
        match (self, road) {
            (Self::Nothing, Road::Grpc | Road::Browser) => None,
            (Self::Token(word), Road::Grpc | Road::Browser) => {
                Some(("authorization", format!("Bearer {word}")))
            }
            (Self::Session(token), Road::Grpc) => Some((SESSION, token.clone())),
            (Self::Session(token), Road::Browser) => Some(("cookie", format!("{COOKIE}={token}"))),
        }
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub code: Code,
    pub said: String,
    /// The first message, of a stream nothing.
    pub message: Vec<u8>,
}

impl Answer {
    pub fn read<M: Message + Default>(&self) -> M {
        assert_eq!(self.code, Code::Ok, "{}", self.said);
        M::decode(self.message.as_slice()).unwrap()
    }
}

/// Flag and length before a message.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap();
    [&[0][..], &length.to_be_bytes(), message].concat()
}

/// One message, framed. `streams`: the beginning of the answer is enough.
pub async fn ask(
    at: SocketAddr,
    road: Road,
    who: &Shows,
    path: &str,
    message: &[u8],
    streams: bool,
) -> Answer {
    ask_raw(at, road, who, path, &framed(message), streams).await
}

/// These bytes as they are.
pub async fn ask_raw(
    at: SocketAddr,
    road: Road,
    who: &Shows,
    path: &str,
    body: &[u8],
    streams: bool,
) -> Answer {
    let asked = async {
        match road {
            Road::Grpc => by_grpc(&channel(&format!("http://{at}")).unwrap(), who, path, body, streams).await,
            Road::Browser => by_browser(at, who, path, body, streams).await,
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| panic!("{path} never answered"))
}

async fn by_grpc(channel: &Channel, who: &Shows, path: &str, body: &[u8], streams: bool) -> Answer {
    let mut request =
        http::Request::post(path).header("content-type", "application/grpc").header("te", "trailers");
    if let Some((name, value)) = who.headers(Road::Grpc) {
        request = request.header(name, value);
    }
    let request = request.body(Body::new(Full::from(body.to_vec()))).unwrap();
    let mut channel = channel.clone();
    let answer = channel.ready().await.unwrap().call(request).await.unwrap();
    let status = answer.status();
    assert!(status.is_success(), "{path}: HTTP {status}");
    if let Some(refusal) = Status::from_header_map(answer.headers()) {
        return told(&refusal, &[]);
    }
    if streams {
        return told(&Status::ok(""), &[]);
    }
    let read = answer.into_body().collect().await.unwrap();
    let status =
        read.trailers().and_then(Status::from_header_map).unwrap_or_else(|| Status::unknown("no trailers"));
    told(&status, &read.to_bytes())
}

async fn by_browser(at: SocketAddr, who: &Shows, path: &str, body: &[u8], streams: bool) -> Answer {
    let origin = format!("http://{at}");
    let mut headers = vec![("content-type", "application/grpc-web+proto"), ("origin", origin.as_str())];
    let shown = who.headers(Road::Browser);
    headers.extend(shown.as_ref().map(|(name, value)| (*name, value.as_str())));
    web_answer(&post(at, path, &headers, body, streams).await, streams)
}

/// What a gRPC-Web answer says.
pub fn web_answer(sent: &Sent, streams: bool) -> Answer {
    assert_eq!(sent.status, 200, "{}", sent.head);
    if let Some(code) = sent.header("grpc-status") {
        let said = sent.header("grpc-message").unwrap_or_default();
        return told(&Status::new(code.parse::<i32>().unwrap().into(), percent_decoded(&said)), &[]);
    }
    if streams {
        return told(&Status::ok(""), &[]);
    }
    let (message, trailers) = frames(&sent.body);
    let value = |name: &str| {
        let line = trailers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(|value| percent_decoded(value.trim()))
    };
    let code: i32 =
        value("grpc-status").unwrap_or_else(|| panic!("no status: {trailers:?}")).parse().unwrap();
    Answer { code: code.into(), said: value("grpc-message").unwrap_or_default(), message }
}

/// The first message, and the trailers' text.
fn frames(mut body: &[u8]) -> (Vec<u8>, String) {
    let (mut first, mut trailers) = (Vec::new(), String::new());
    while let Some((&[flag, a, b, c, d], rest)) = body.split_first_chunk::<5>() {
        let (frame, after) = rest.split_at(u32::from_be_bytes([a, b, c, d]) as usize);
        match flag & 0x80 {
            0 => first = frame.to_vec(),
            _ => trailers = String::from_utf8_lossy(frame).into_owned(),
        }
        body = after;
    }
    (first, trailers)
}

fn told(status: &Status, framed: &[u8]) -> Answer {
    let message = framed.get(5..).unwrap_or_default().to_vec();
    Answer { code: status.code(), said: status.message().to_owned(), message }
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let code =
            (bytes[at] == b'%').then(|| u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok()).flatten();
        plain.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}
