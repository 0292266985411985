//! The telephones of every desk, at one socket: each rings, and is lifted at once.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::net::UdpSocket;
use tokio::sync::oneshot;

use super::media::{Media, sound_of};
use super::peers::digest::{authorization, param};
use super::peers::raw::{header, reply, request, sdp, status};

const LIMIT: Duration = Duration::from_secs(10);
/// The longest that the line grants.
const EXPIRES: &str = "Expires: 3600";

#[derive(Clone)]
pub(crate) struct Phones {
    socket: Arc<UdpSocket>,
    /// Without it they are mute.
    media: Option<Media>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Who waits for a ring, by what the telephone shows: the name of the window.
    expected: HashMap<String, oneshot::Sender<Instant>>,
    seen: HashSet<String>,
    /// Where the sound of each call goes.
    talking: HashMap<String, SocketAddr>,
    again: usize,
    unexpected: usize,
}

impl Phones {
    pub(crate) async fn new(media: Option<Media>) -> anyhow::Result<Self> {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await?);
        Ok(Self { socket, media, state: Arc::default() })
    }

    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Each with its password, one after another; then they wait for calls.
    pub(crate) async fn register(
        &self,
        line: SocketAddr,
        accounts: &[(String, String)],
    ) -> anyhow::Result<()> {
        for (desk, password) in accounts {
            self.registers(line, desk, password).await.with_context(|| format!("the telephone {desk}"))?;
        }
        Ok(())
    }

    async fn registers(&self, line: SocketAddr, desk: &str, password: &str) -> anyhow::Result<()> {
        let challenge = self.asks(line, desk, 1, None).await?;
        let nonce = header(&challenge, "WWW-Authenticate").and_then(|line| param(&line, "nonce"));
        let nonce = nonce.with_context(|| format!("no challenge: {challenge}"))?;
        let proof = authorization(&nonce, desk, password, "REGISTER", &format!("sip:{line}"), 1);
        let answer = self.asks(line, desk, 2, Some(&proof)).await?;
        ensure!(status(&answer) == 200, "is not registered: {answer}");
        Ok(())
    }

    async fn asks(
        &self,
        line: SocketAddr,
        desk: &str,
        number: u32,
        proof: Option<&str>,
    ) -> anyhow::Result<String> {
        let (from, uri) = (self.address()?, format!("sip:{line}"));
        let account = format!("<sip:{desk}@{line}>");
        let who = [
            format!("From: {account};tag=r"),
            format!("To: {account}"),
            format!("Contact: <sip:{desk}@{from}>"),
            EXPIRES.to_owned(),
            format!("CSeq: {number} REGISTER"),
            format!("Via: SIP/2.0/UDP {from};branch=z9hG4bK{desk}{number};rport"),
        ];
        let lines: Vec<&str> = who.iter().map(String::as_str).chain(proof).collect();
        let message = request("REGISTER", &uri, from, &format!("r{desk}{from}"), &lines, "");
        self.socket.send_to(message.as_bytes(), line).await?;
        let mut buffer = vec![0; 4096];
        let read = tokio::time::timeout(LIMIT, self.socket.recv_from(&mut buffer)).await;
        let (length, _) = read.context("no answer to REGISTER")??;
        Ok(String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned())
    }

    /// Answers whatever comes, as long as the program runs.
    pub(crate) fn listen(&self) {
        let phones = self.clone();
        tokio::spawn(async move {
            let mut buffer = vec![0; 65_536];
            while let Ok((length, from)) = phones.socket.recv_from(&mut buffer).await {
                let at = Instant::now();
                let message = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
                phones.answers(&message, from, at).await;
            }
        });
    }

    async fn answers(&self, message: &str, from: SocketAddr, at: Instant) {
        match message.split(' ').next().unwrap_or_default() {
            "INVITE" => self.rings(message, from, at).await,
            "BYE" => {
                self.is_quiet(message);
                self.send(&reply(message, 200, "", &[], ""), from).await;
            }
            "CANCEL" | "OPTIONS" | "UPDATE" => self.send(&reply(message, 200, "", &[], ""), from).await,
            _ => {}
        }
    }

    async fn rings(&self, invite: &str, from: SocketAddr, at: Instant) {
        let call = header(invite, "Call-ID").unwrap_or_default();
        if !self.state().is_new(invite, &call, at) {
            return;
        }
        let Ok(here) = self.address() else { return };
        let (tag, contact) = (format!("d{call}"), format!("Contact: <sip:phone@{here}>"));
        self.send(&reply(invite, 180, &tag, &[&contact], ""), from).await;
        let more = [contact.as_str(), "Content-Type: application/sdp"];
        let ours = self.media.as_ref().and_then(|media| media.described().ok());
        let ours = ours.unwrap_or_else(|| sdp(here, ""));
        self.send(&reply(invite, 200, &tag, &more, &ours), from).await;
        if let (Some(media), Some(remote)) = (&self.media, sound_of(invite)) {
            media.joins(remote);
            self.state().talking.insert(call, remote);
        }
    }

    fn is_quiet(&self, bye: &str) {
        let remote = self.state().talking.remove(&header(bye, "Call-ID").unwrap_or_default());
        if let (Some(media), Some(remote)) = (&self.media, remote) {
            media.leaves(remote);
        }
    }

    async fn send(&self, message: &str, to: SocketAddr) {
        // What is lost is sent again by the other side, and counted.
        let _ = self.socket.send_to(message.as_bytes(), to).await;
    }

    /// The moment at which a telephone is asked to ring for this window.
    pub(crate) fn expects(&self, window: &str) -> oneshot::Receiver<Instant> {
        let (rung, is_rung) = oneshot::channel();
        self.state().expected.insert(window.to_owned(), rung);
        is_rung
    }

    /// Requests that came more than once, and rings that nobody waited for.
    pub(crate) fn strange(&self) -> (usize, usize) {
        let state = self.state();
        (state.again, state.unexpected)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_new(&mut self, invite: &str, call: &str, at: Instant) -> bool {
        if !self.seen.insert(call.to_owned()) {
            self.again += 1;
            return false;
        }
        let shown = header(invite, "From").and_then(|from| Some(from.split('"').nth(1)?.to_owned()));
        match shown.and_then(|shown| self.expected.remove(&shown)) {
            Some(rung) => drop(rung.send(at)),
            None => self.unexpected += 1,
        }
        true
    }
}
