//! A leg that has been answered, until it ends. Sound is anchored here, so
//! whatever the far side asks of its dialog is answered here too.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::LegId;
use rsipstack::sip::{Method, Request, Response};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::body::Info;
use super::core::{Core, Listed};
use super::dialog::Dialog;
use super::keys::Way;
use super::legs::Word;
use super::net::Asked;
use super::reply::{header, refuse, reply, token, with_body};
use super::sound::Sound;
use super::{admit, body, cause, field};
use crate::edge::{Cause, EdgeEvent};

/// A party that is held or silent is asked again and again whether it is there.
const CHECK_EVERY: Duration = Duration::from_secs(60);
/// How long a new re-INVITE waits for the ACK of the last one.
const ACK_WITHIN: Duration = Duration::from_millis(500);

pub(super) struct Talk {
    pub(super) core: Arc<Core>,
    pub(super) leg: LegId,
    pub(super) dialog: Dialog,
    /// Taken along by our BYE.
    pub(super) listed: Option<Listed>,
    pub(super) inbox: mpsc::Receiver<Word>,
    pub(super) sound: Sound,
    /// CSeq of our INVITE, by which its 2xx is acknowledged; none on a leg in.
    pub(super) invite: Option<u32>,
    /// The first 2xx is said twice: once by its transaction, once as `Accepted`.
    pub(super) seen: bool,
}

/// What runs beside the wait for words.
#[derive(Default)]
struct Beside {
    /// ACK of a re-INVITE that we answered, when our answer was the offer.
    acks: Option<(mpsc::Receiver<Request>, bool)>,
    /// Answers to our session check.
    check: Option<mpsc::Receiver<Response>>,
    check_at: Option<Instant>,
}

impl Talk {
    pub(super) async fn run(mut self) -> Cause {
        let mut beside = Beside::default();
        loop {
            tokio::select! {
                word = self.inbox.recv() => {
                    let Some(word) = word else { return self.bye(Cause::Failed) };
                    if let Some(cause) = self.heed(word, &mut beside).await {
                        return cause;
                    }
                }
                ack = next_ack(&mut beside.acks) => self.take_ack(ack, &mut beside),
                answer = next_answer(&mut beside.check) => {
                    if self.is_dead(answer, &mut beside) {
                        return self.bye(Cause::Dead);
                    }
                }
                () = until(beside.check_at) => self.check(&mut beside).await,
            }
        }
    }

    async fn heed(&mut self, word: Word, beside: &mut Beside) -> Option<Cause> {
        match word {
            Word::Alert | Word::Answer => None,
            Word::HangUp(cause) => Some(self.bye(cause)),
            Word::Asked(asked) => self.asked(*asked, beside).await,
            Word::Accepted(response) => {
                self.accepted_again(&response).await;
                None
            }
            Word::Silent => {
                self.check(beside).await;
                None
            }
            Word::Heard => {
                beside.check_at = None;
                None
            }
        }
    }

    async fn asked(&mut self, asked: Asked, beside: &mut Beside) -> Option<Cause> {
        if !self.dialog.follows(&asked.request) {
            let response = refuse(&asked.request, 500);
            asked.answer(response);
            return None;
        }
        match asked.request.method {
            Method::Bye => {
                let response = reply(&asked.request, 200, "", Vec::new());
                asked.answer(response);
                return Some(Cause::HungUp);
            }
            Method::Invite => self.reinvite(asked, beside).await,
            Method::Update => self.update(asked).await,
            Method::Info => self.info(asked).await,
            Method::Options => {
                let response = admit::capabilities(&self.core, &asked);
                asked.answer(response);
            }
            Method::Ack | Method::Cancel => {}
            Method::Message | Method::Notify | Method::PRack | Method::Publish => {
                let response = refuse(&asked.request, 405);
                asked.answer(response);
            }
            Method::Refer | Method::Register | Method::Subscribe => {
                let response = refuse(&asked.request, 405);
                asked.answer(response);
            }
        }
        None
    }

    async fn reinvite(&mut self, asked: Asked, beside: &mut Beside) {
        // One at a time (RFC 3261 14.2); the ACK of the last one may be on its way to us here.
        if beside.acks.is_some() {
            match tokio::time::timeout(ACK_WITHIN, next_ack(&mut beside.acks)).await {
                Ok(ack) => self.take_ack(ack, beside),
                Err(_) => {
                    let response = reply(&asked.request, 500, "", vec![header("Retry-After", "1")]);
                    return asked.answer(response);
                }
            }
        }
        let ours = match body::sdp(&asked.request).map(|offer| self.sound.answer(offer)) {
            Some(Ok(answer)) => answer,
            None => self.sound.offer(),
            Some(Err(fault)) => {
                let response = refuse(&asked.request, fault.status());
                return asked.answer(response);
            }
        };
        let offered = body::sdp(&asked.request).is_none();
        self.dialog.retarget(&asked.request, &asked.path);
        let (request, _, replies, acks) = asked.open();
        let response = reply(&request, 200, "", self.capable());
        replies.send(with_body(response, ours));
        beside.acks = Some((acks, offered));
        if !offered {
            self.agreed().await;
        }
    }

    /// After the ACK of a re-INVITE, or its absence.
    fn take_ack(&mut self, ack: Option<Request>, beside: &mut Beside) {
        let offered = beside.acks.take().is_some_and(|(_, offered)| offered);
        match ack {
            Some(ack) if offered => {
                if body::sdp(&ack).is_some_and(|answer| self.sound.accept(answer).is_ok()) {
                    self.sound.connect();
                }
            }
            Some(_) => {}
            // Our answer was never heard: is anybody there?
            None => beside.check_at = Some(Instant::now()),
        }
    }

    async fn update(&mut self, asked: Asked) {
        let Some(offer) = body::sdp(&asked.request) else {
            self.dialog.retarget(&asked.request, &asked.path);
            let response = reply(&asked.request, 200, "", self.capable());
            return asked.answer(response);
        };
        match self.sound.answer(offer) {
            Ok(answer) => {
                self.dialog.retarget(&asked.request, &asked.path);
                let response = with_body(reply(&asked.request, 200, "", self.capable()), answer);
                asked.answer(response);
                self.agreed().await;
            }
            Err(fault) => {
                let response = refuse(&asked.request, fault.status());
                asked.answer(response);
            }
        }
    }

    async fn info(&mut self, asked: Asked) {
        let (response, digit) = match body::info(&asked.request) {
            Info::Key(digit) => (reply(&asked.request, 200, "", Vec::new()), Some(digit)),
            Info::Nothing => (reply(&asked.request, 200, "", Vec::new()), None),
            Info::Broken => (refuse(&asked.request, 400), None),
            Info::Foreign => (refuse(&asked.request, 415), None),
        };
        asked.answer(response);
        if let Some(digit) = digit {
            self.core.tell_key(self.leg, digit, Way::Info).await;
        }
    }

    /// New sound was agreed on: it runs, and the line hears of hold and resume.
    async fn agreed(&mut self) {
        self.sound.connect();
        let held = self.sound.is_held();
        self.core.tell(EdgeEvent::Held { leg: self.leg, held }).await;
    }

    fn capable(&self) -> Vec<rsipstack::sip::Header> {
        vec![self.dialog.contact(), header("Allow", super::wire::ALLOW)]
    }

    /// A 2xx of our INVITE again: its ACK was lost, or another branch of a fork answered too.
    async fn accepted_again(&mut self, response: &Response) {
        let Some(cseq) = self.invite else { return };
        let is_ours = field::tag(&response.headers, "To").unwrap_or_default() == self.dialog.remote_tag;
        if is_ours && !std::mem::replace(&mut self.seen, true) {
            return;
        }
        if is_ours {
            self.dialog.acknowledge(&self.core.net, cseq, None).await;
        } else if let Some(other) = self.dialog.branch(response) {
            other.acknowledge(&self.core.net, cseq, None).await;
            say_bye(&self.core, other, Cause::Released, None);
        }
    }

    /// Asks within the dialog whether the far side is there.
    async fn check(&mut self, beside: &mut Beside) {
        beside.check_at = None;
        if beside.check.is_none() {
            beside.check = self.dialog.ask(&self.core.net, Method::Options, Vec::new()).await;
        }
    }

    /// Any answer but "no such call" proves life; silence does not, and is no crime by itself.
    fn is_dead(&self, answer: Option<Response>, beside: &mut Beside) -> bool {
        match answer.map(|answer| answer.status_code.code()) {
            Some(100..200) => return false,
            None | Some(481 | 408) => return true,
            Some(503) if !self.dialog.path().is_alive() => return true,
            Some(_) => {}
        }
        beside.check = None;
        beside.check_at = Some(Instant::now() + CHECK_EVERY);
        false
    }

    fn bye(&mut self, cause: Cause) -> Cause {
        say_bye(&self.core, self.dialog.clone(), cause, self.listed.take());
        cause
    }
}

/// Sends BYE beside everything else and waits for its answer. The call counts no more.
pub(super) fn say_bye(core: &Arc<Core>, dialog: Dialog, cause: Cause, listed: Option<Listed>) {
    let core = Arc::clone(core);
    let listed = listed.map(Listed::without_call);
    tokio::spawn(async move {
        let limit = core.settings.last_word_within();
        let _ = tokio::time::timeout(limit, part(&core, dialog, cause)).await;
        drop(listed);
    });
}

/// BYE until its final answer; a carrier that asks who says so is told once.
async fn part(core: &Core, mut dialog: Dialog, cause: Cause) {
    let reason = || vec![header("Reason", cause::reason(cause))];
    let mut proven = false;
    let Some(mut answers) = dialog.ask(&core.net, Method::Bye, reason()).await else { return };
    while let Some(answer) = answers.recv().await {
        match answer.status_code.code() {
            100..200 => {}
            401 | 407 if !std::mem::replace(&mut proven, true) => {
                let Some(again) = dialog.ask_again(&core.net, Method::Bye, reason(), &answer).await else {
                    return;
                };
                answers = again;
            }
            _ => return,
        }
    }
}

async fn next_ack(acks: &mut Option<(mpsc::Receiver<Request>, bool)>) -> Option<Request> {
    match acks {
        Some((acks, _)) => loop {
            match acks.recv().await {
                Some(request) if request.method != Method::Ack => {}
                ack => return ack,
            }
        },
        None => std::future::pending().await,
    }
}

async fn next_answer(check: &mut Option<mpsc::Receiver<Response>>) -> Option<Response> {
    match check {
        Some(check) => check.recv().await,
        None => std::future::pending().await,
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// A new tag of ours.
pub(super) fn tag() -> String {
    token()
}
