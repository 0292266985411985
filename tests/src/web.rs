//! HTTP/1.1 by hand: a browser would not let us lie.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use shell::tls::{Dialler, server_name};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::wait::PATIENCE;

/// What came back.
#[derive(Clone, Debug)]
pub struct Sent {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Sent {
    pub fn header(&self, name: &str) -> Option<String> {
        let value = |line: &str| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        self.head.lines().find_map(value)
    }
}

/// `head_only`: a stream has no end to wait for.
pub async fn post(
    at: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    head_only: bool,
) -> Sent {
    let length = body.len().to_string();
    let headers = [headers, &[("content-length", length.as_str())]].concat();
    send(connected(at, at.ip()).await, &begin(at, "POST", path, &headers), body, head_only).await
}

/// As `post`, from another address of this machine, such as 127.0.0.2.
pub async fn post_from(
    from: IpAddr,
    at: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Sent {
    let length = body.len().to_string();
    let headers = [headers, &[("content-length", length.as_str())]].concat();
    send(connected(at, from).await, &begin(at, "POST", path, &headers), body, false).await
}

pub async fn get(at: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Sent {
    send(connected(at, at.ip()).await, &begin(at, "GET", path, headers), b"", false).await
}

async fn connected(at: SocketAddr, from: IpAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    socket.connect(at).await.unwrap()
}

fn begin(at: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n");
    for (name, value) in headers {
        // Writing to a String cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head + "\r\n"
}

/// As `post` or `get`, over TLS: the certificate must name the address.
pub async fn over_tls(
    dialler: &Dialler,
    at: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Sent {
    let name = server_name(&at.ip().to_string()).unwrap();
    let stream = dialler.dial(name, connected(at, at.ip()).await).await.unwrap();
    let length = body.len().to_string();
    let headers = [headers, &[("content-length", length.as_str())]].concat();
    send(stream, &begin(at, method, path, &headers), body, false).await
}

async fn send(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    head: &str,
    body: &[u8],
    head_only: bool,
) -> Sent {
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that has judged already may not read it all.
    let _ = stream.write_all(body).await;
    let read = async {
        let mut bytes = Vec::new();
        let mut chunk = vec![0; 64 * 1024];
        while !(head_only && bytes.windows(4).any(|end| end == b"\r\n\r\n")) {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => break,
                Ok(length) => bytes.extend_from_slice(&chunk[..length]),
            }
        }
        bytes
    };
    let bytes = tokio::time::timeout(PATIENCE, read).await;
    parsed(&bytes.unwrap_or_else(|_| panic!("{head} never ended")))
}

fn parsed(bytes: &[u8]) -> Sent {
    let end = bytes.windows(4).position(|end| end == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut sent = Sent { status, head, body: bytes[end + 4..].to_vec() };
    if sent.header("transfer-encoding").is_some_and(|how| how == "chunked") {
        sent.body = unchunked(&sent.body);
    }
    sent
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|end| end == b"\r\n") {
        let length =
            std::str::from_utf8(&body[..end]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let Some(chunk) =
            length.filter(|length| *length > 0).and_then(|length| body.get(end + 2..end + 2 + length))
        else {
            break;
        };
        whole.extend_from_slice(chunk);
        body = body.get(end + 4 + chunk.len()..).unwrap_or_default();
    }
    whole
}
