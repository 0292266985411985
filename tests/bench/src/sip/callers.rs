//! People who ring, all at one socket: an INVITE, an ACK when somebody lifts, a BYE.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Phones;
use super::media::{Media, sound_of};
use super::peers::raw::{header, reply, request, sdp, status};

/// A ring, an answer or a good-bye takes no longer, but for a lost one.
const LIMIT: Duration = Duration::from_secs(10);
/// Messages of one call.
const FEW: usize = 32;

#[derive(Clone)]
pub(crate) struct Callers {
    socket: Arc<UdpSocket>,
    heard: Arc<Mutex<HashMap<String, mpsc::Sender<String>>>>,
    /// Without it they are mute.
    media: Option<Media>,
}

impl Callers {
    pub(crate) async fn new(media: Option<Media>) -> anyhow::Result<Self> {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await?);
        let callers = Self { socket, heard: Arc::default(), media };
        callers.listen();
        Ok(callers)
    }

    fn listen(&self) {
        let callers = self.clone();
        tokio::spawn(async move {
            let mut buffer = vec![0; 65_536];
            while let Ok((length, from)) = callers.socket.recv_from(&mut buffer).await {
                let message = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
                if !message.starts_with("SIP/2.0 ") && !message.starts_with("ACK ") {
                    let _ = callers.socket.send_to(reply(&message, 200, "", &[], "").as_bytes(), from).await;
                }
                let call = header(&message, "Call-ID").unwrap_or_default();
                let heard = callers.calls().get(&call).cloned();
                if let Some(heard) = heard {
                    // A call that hears more than it can hold is over already.
                    let _ = heard.try_send(message);
                }
            }
        });
    }

    /// A call to this number that ends after `talk`; gives how long it took until a telephone that shows the
    /// window was asked to ring; `on_ring` is done in that moment. The caller's own name is that too, for a way that shows it.
    pub(crate) async fn rings(
        &self,
        to: SocketAddr,
        number: &str,
        window: &str,
        phones: &Phones,
        talk: Duration,
        on_ring: impl FnOnce(),
    ) -> anyhow::Result<Duration> {
        let call = Uuid::now_v7().simple().to_string();
        let (tell, mut heard) = mpsc::channel(FEW);
        self.calls().insert(call.clone(), tell);
        let done = self
            .whole(to, number, (&call, window), phones.expects(window), &mut heard, (talk, on_ring))
            .await;
        self.calls().remove(&call);
        done.with_context(|| format!("a call to {window}"))
    }

    async fn whole(
        &self,
        to: SocketAddr,
        number: &str,
        (call, window): (&str, &str),
        rung: tokio::sync::oneshot::Receiver<Instant>,
        heard: &mut mpsc::Receiver<String>,
        (talk, on_ring): (Duration, impl FnOnce()),
    ) -> anyhow::Result<Duration> {
        let from = self.socket.local_addr()?;
        let uri = format!("sip:{number}@{to}");
        // Each caller is somebody else: who rings again comes first.
        let who = format!("From: \"{window}\" <sip:{}@{from}>;tag=f{call}", any_number(call));
        let more = [who.as_str(), "Content-Type: application/sdp"];
        let ours = self.media.as_ref().map(Media::described).transpose()?.unwrap_or_else(|| sdp(from, ""));
        let invite = request("INVITE", &uri, from, call, &more, &ours);
        let begun = Instant::now();
        self.socket.send_to(invite.as_bytes(), to).await?;
        let rung = tokio::time::timeout(LIMIT, rung).await.context("no telephone rang within 10 s")??;
        on_ring();
        let lifted = self.until_lifted(heard).await?;
        let (route, remote) = (routes(&lifted), header(&lifted, "To").context("an answer without To")?);
        let target = contact(&lifted).context("an answer without Contact")?;
        let says = |method: &str, number: u32| {
            let cseq = format!("CSeq: {number} {method}");
            let to = format!("To: {remote}");
            let via = format!("Via: SIP/2.0/UDP {from};branch=z9hG4bK{call}{method}{number};rport");
            let lines: Vec<&str> = [via.as_str(), &who, &to, &cseq]
                .into_iter()
                .chain(route.iter().map(String::as_str))
                .collect();
            request(method, &target, from, call, &lines, "")
        };
        self.socket.send_to(says("ACK", 1).as_bytes(), to).await?;
        let sound = self.media.as_ref().zip(sound_of(&lifted));
        sound.iter().for_each(|(media, remote)| media.joins(*remote));
        tokio::time::sleep(talk).await;
        sound.iter().for_each(|(media, remote)| media.leaves(*remote));
        self.socket.send_to(says("BYE", 2).as_bytes(), to).await?;
        self.until_over(heard).await?;
        Ok(rung.duration_since(begun))
    }

    async fn until_lifted(&self, heard: &mut mpsc::Receiver<String>) -> anyhow::Result<String> {
        loop {
            let message = next(heard).await.context("nobody lifted")?;
            let code = status(&message);
            ensure!(code < 300, "refused: {}", message.lines().next().unwrap_or_default());
            if message.starts_with("SIP/2.0 2") {
                return Ok(message);
            }
        }
    }

    async fn until_over(&self, heard: &mut mpsc::Receiver<String>) -> anyhow::Result<()> {
        loop {
            let message = next(heard).await.context("the call did not end")?;
            let is_end = header(&message, "CSeq").is_some_and(|cseq| cseq.ends_with("BYE"));
            if is_end && message.starts_with("SIP/2.0 ") {
                return Ok(());
            }
        }
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<String, mpsc::Sender<String>>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn next(heard: &mut mpsc::Receiver<String>) -> anyhow::Result<String> {
    let message = tokio::time::timeout(LIMIT, heard.recv()).await.context("nothing was heard for 10 s")?;
    message.context("the caller's socket is gone")
}

/// Eight digits of the call's own.
fn any_number(call: &str) -> String {
    let digits = call.bytes().rev().take(8).map(|byte| char::from(b'0' + byte % 10));
    "090".chars().chain(digits).collect()
}

/// The way back of whoever stays in it, first hop first.
fn routes(answer: &str) -> Vec<String> {
    let recorded = answer.lines().filter_map(|line| line.strip_prefix("Record-Route: "));
    let mut routes: Vec<String> = recorded.map(|route| format!("Route: {route}")).collect();
    routes.reverse();
    routes
}

fn contact(answer: &str) -> Option<String> {
    let contact = header(answer, "Contact")?;
    Some(contact.split('<').nth(1)?.split('>').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_within_a_call_goes_the_recorded_way_to_the_contact() {
        let answer = "SIP/2.0 200 OK\r\nRecord-Route: <sip:b>\r\nRecord-Route: <sip:a>\r\n\
            Contact: \"x\" <sip:phone@127.0.0.1:9>;q=1\r\n\r\n";

        assert_eq!(routes(answer), ["Route: <sip:a>", "Route: <sip:b>"]);
        assert_eq!(contact(answer).unwrap(), "sip:phone@127.0.0.1:9");
    }
}
