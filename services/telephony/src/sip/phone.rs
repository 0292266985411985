//! The other side of a registration: an edge that is somebody's phone. Only
//! the drill is one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::{Method, Request, Response};

use super::SipEdge;
use super::core::Core;
use super::net::Path;
use super::reply::{self, header, token};
use super::settings::{Login, Transport};
use super::{digest, field};

/// How long a registrar may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// A first challenge, and one more for a nonce that was too old.
const MOST_CHALLENGES: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    #[error("the registrar does not answer: check the line's SIP address")]
    NoAnswer,
    #[error("the registrar refuses the phone's user or password: check the phone accounts")]
    WrongPassword,
    #[error("the registrar refuses the phone with code {0}")]
    Refused(u16),
}

impl SipEdge {
    /// Registers this edge as the phone of `login` at the registrar `line`, for `life`; no time at
    /// all takes it back. It is not renewed.
    ///
    /// # Errors
    /// `NoAnswer`, `WrongPassword` or `Refused`; whether it is registered is unknown after the first only.
    pub async fn register(&self, line: SocketAddr, login: &Login, life: Duration) -> Result<(), PhoneFault> {
        let path = self.core.net.path_to(line, Transport::Udp).await.ok_or(PhoneFault::NoAnswer)?;
        let mut attempt = Attempt { core: &self.core, path, line, login, life, call_id: token(), cseq: 0 };
        let mut answer = attempt.send(None).await?;
        for _ in 0..MOST_CHALLENGES {
            let Some(proof) = attempt.proof(&answer) else { break };
            answer = attempt.send(Some(proof)).await?;
        }
        match answer.status_code.code() {
            200..300 => Ok(()),
            401 | 403 => Err(PhoneFault::WrongPassword),
            code => Err(PhoneFault::Refused(code)),
        }
    }
}

struct Attempt<'a> {
    core: &'a Arc<Core>,
    path: Path,
    line: SocketAddr,
    login: &'a Login,
    life: Duration,
    call_id: String,
    cseq: u32,
}

impl Attempt<'_> {
    async fn send(&mut self, proof: Option<String>) -> Result<Response, PhoneFault> {
        self.cseq += 1;
        let request = self.request(proof).ok_or(PhoneFault::Refused(400))?;
        let mut answers = self.core.net.ask(request, &self.path);
        let last = async {
            while let Some(answer) = answers.recv().await {
                if answer.status_code.code() >= 200 {
                    return Some(answer);
                }
            }
            None
        };
        tokio::time::timeout(ANSWER_WITHIN, last).await.ok().flatten().ok_or(PhoneFault::NoAnswer)
    }

    fn request(&self, proof: Option<String>) -> Option<Request> {
        let account = format!("<sip:{}@{}>", self.login.user, self.line);
        let outline = reply::Outline {
            method: Method::Register,
            uri: &self.uri(),
            via: self.path.via(&reply::branch(&self.core.mark)),
            from: format!("{account};tag={}", token()),
            to: account,
            call_id: &self.call_id,
            cseq: self.cseq,
        };
        let mut more = vec![
            header("Contact", self.path.contact(&self.login.user)),
            header("Expires", self.life.as_secs().to_string()),
        ];
        more.extend(proof.map(|proof| header("Authorization", proof)));
        reply::request(outline, more, None)
    }

    fn uri(&self) -> String {
        format!("sip:{}", self.line)
    }

    /// None when the answer asks for none, or for one that cannot help.
    fn proof(&self, challenge: &Response) -> Option<String> {
        if challenge.status_code.code() != 401 {
            return None;
        }
        field::lines(&challenge.headers, "WWW-Authenticate").find_map(|line| {
            let is_wanted = self.cseq == 1 || digest::is_stale(line);
            is_wanted.then(|| digest::answer(line, self.login, "REGISTER", &self.uri(), &token())).flatten()
        })
    }
}
