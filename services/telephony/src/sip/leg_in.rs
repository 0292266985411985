//! A call that came in, from its INVITE to its ACK.

use std::sync::Arc;

use domain::ids::LegId;
use rsipstack::sip::{Method, Request};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::core::{Core, Listed, live};
use super::dialog::Dialog;
use super::legs::{QUEUE, Word};
use super::net::{Asked, Path, Replies};
use super::reply::{header, refuse, reply, with_body};
use super::sound::Sound;
use super::talk::{Talk, say_bye};
use super::{body, cause, number, talk};
use crate::edge::{Cause, EdgeEvent, IncomingCall, Source};

/// Makes a leg of an INVITE that has been admitted.
pub(super) fn begin(
    core: &Arc<Core>,
    asked: Asked,
    source: Source,
    trusted: bool,
    key: (String, String, u32),
) {
    let leg = LegId(Uuid::now_v7());
    let tag = talk::tag();
    let (inlet, inbox) = mpsc::channel(QUEUE);
    core.legs.enter(leg, inlet.clone());
    core.legs.enter_dialog(&key.0, &tag, inlet, false);
    let listed = Listed::new(core, &key.0, &tag, Some(key.clone()));
    let pinned = matches!(source, Source::Desk(_));
    let call = IncomingCall {
        leg,
        at: core.clock.now(),
        source,
        called: number::called(&asked.request),
        caller: number::caller(&asked.request, trusted),
    };
    let (request, path, replies, news) = asked.open();
    replies.send(reply(&request, 100, &tag, Vec::new()));
    let ringing =
        Ringing { core: Arc::clone(core), leg, request, path, replies, news, inbox, tag, pinned, listed };
    tokio::spawn(live(Arc::clone(core), leg, ringing.run(call)));
}

/// The leg until it is answered or refused.
struct Ringing {
    core: Arc<Core>,
    leg: LegId,
    request: Request,
    path: Path,
    replies: Replies,
    /// CANCEL and ACK.
    news: mpsc::Receiver<Request>,
    inbox: mpsc::Receiver<Word>,
    tag: String,
    pinned: bool,
    listed: Listed,
}

impl Ringing {
    async fn run(mut self, call: IncomingCall) -> Cause {
        let login = self.core.login_for(&call.source);
        self.core.tell(EdgeEvent::Incoming(call)).await;
        let Ok(mut sound) = Sound::open(&self.core.media, self.leg, self.path.remote.ip()) else {
            return self.refuse(503, Cause::Failed);
        };
        let ours = match body::sdp(&self.request).map(|offer| sound.answer(offer)) {
            Some(Ok(answer)) => answer,
            None => sound.offer(),
            Some(Err(fault)) => return self.refuse(fault.status(), Cause::Failed),
        };
        let Some(dialog) =
            Dialog::of_request(&self.request, &self.tag, &self.path, self.pinned, &self.core.mark)
        else {
            return self.refuse(400, Cause::Failed);
        };
        let dialog = dialog.proven_by(login);
        match self.wait().await {
            Some(cause) => cause,
            None => self.pick_up(dialog, sound, ours).await,
        }
    }

    /// Rings until the line answers; a cause when it ends before.
    async fn wait(&mut self) -> Option<Cause> {
        let alert = tokio::time::sleep(self.core.settings.alert_within);
        tokio::pin!(alert);
        let mut alerted = false;
        loop {
            tokio::select! {
                word = self.inbox.recv() => match word {
                    Some(Word::Answer) => return None,
                    Some(Word::Alert) => self.alert(&mut alerted),
                    Some(Word::HangUp(cause)) => return Some(self.refuse(cause::refusal(cause), cause)),
                    Some(Word::Asked(asked)) => {
                        if self.early(*asked) {
                            return Some(self.refuse(487, Cause::HungUp));
                        }
                    }
                    Some(Word::Accepted(_) | Word::Silent | Word::Heard) => {}
                    None => return Some(self.refuse(500, Cause::Failed)),
                },
                news = self.news.recv() => match news {
                    Some(request) if request.method == Method::Cancel => return Some(self.refuse(487, Cause::HungUp)),
                    Some(_) => {}
                    None => return Some(Cause::HungUp),
                },
                () = &mut alert, if !alerted => self.alert(&mut alerted),
            }
        }
    }

    fn alert(&self, alerted: &mut bool) {
        if !std::mem::replace(alerted, true) {
            self.replies.send(reply(&self.request, 180, &self.tag, self.contact()));
        }
    }

    /// A request before we answered; true for a BYE, which ends the call as a CANCEL does.
    fn early(&self, asked: Asked) -> bool {
        let is_bye = asked.request.method == Method::Bye;
        let response = match asked.request.method {
            Method::Bye => reply(&asked.request, 200, "", Vec::new()),
            Method::Options | Method::Info => reply(&asked.request, 200, "", Vec::new()),
            Method::Update | Method::Invite => {
                reply(&asked.request, 500, "", vec![header("Retry-After", "1")])
            }
            Method::Ack | Method::Cancel | Method::Message | Method::Notify | Method::PRack => {
                refuse(&asked.request, 405)
            }
            Method::Publish | Method::Refer | Method::Register | Method::Subscribe => {
                refuse(&asked.request, 405)
            }
        };
        asked.answer(response);
        is_bye
    }

    async fn pick_up(mut self, dialog: Dialog, mut sound: Sound, ours: Vec<u8>) -> Cause {
        let mut more = self.contact();
        more.push(header("Allow", super::wire::ALLOW));
        self.replies.send(with_body(reply(&self.request, 200, &self.tag, more), ours));
        sound.connect();
        let ack = match self.acknowledged().await {
            Ok(ack) => ack,
            Err(Cause::HungUp) => {
                self.replies.end();
                return Cause::HungUp;
            }
            Err(cause) => {
                say_bye(&self.core, dialog, cause, Some(self.listed));
                return cause;
            }
        };
        if body::sdp(&self.request).is_none() {
            if body::sdp(&ack).is_none_or(|answer| sound.accept(answer).is_err()) {
                say_bye(&self.core, dialog, Cause::Failed, Some(self.listed));
                return Cause::Failed;
            }
            sound.connect();
        }
        self.core.tell(EdgeEvent::Answered { leg: self.leg }).await;
        let Self { core, leg, inbox, listed, .. } = self;
        let listed = Some(listed);
        Talk { core, leg, dialog, listed, inbox, sound, invite: None, seen: true }.run().await
    }

    /// A BYE of ours may not overtake the ACK (RFC 3261 15): it waits here for the ACK, or for the
    /// end of its time, as every other command does.
    async fn acknowledged(&mut self) -> Result<Request, Cause> {
        let mut wanted = None;
        loop {
            tokio::select! {
                biased;
                news = self.news.recv() => match news {
                    Some(request) if request.method == Method::Ack => return wanted.map_or(Ok(request), Err),
                    Some(_) => {}
                    None => return Err(wanted.unwrap_or(Cause::Dead)),
                },
                word = self.inbox.recv() => match word {
                    Some(Word::Asked(asked)) => {
                        if self.early(*asked) {
                            return Err(Cause::HungUp);
                        }
                    }
                    Some(Word::HangUp(cause)) => wanted = Some(cause),
                    Some(Word::Alert | Word::Answer | Word::Accepted(_) | Word::Silent | Word::Heard) => {}
                    None => return Err(Cause::Failed),
                },
            }
        }
    }

    fn contact(&self) -> Vec<rsipstack::sip::Header> {
        vec![header("Contact", self.path.contact("line"))]
    }

    fn refuse(&self, code: u16, cause: Cause) -> Cause {
        let mut response = refuse(&self.request, code);
        if let Some(to) =
            reply(&self.request, code, &self.tag, Vec::new()).headers.iter().find(|h| h.name() == "To")
        {
            response.headers.unique_push(to.clone());
        }
        self.replies.send(response);
        cause
    }
}
