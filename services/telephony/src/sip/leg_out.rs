//! A leg of ours: a desk's phone or a number outside, rung on one path after
//! another until one answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{DeskId, LegId};
use rsipstack::sip::Response;
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::binding::Binding;
use super::core::{Core, hold, live};
use super::dialog::{locate, resolve};
use super::invitation::{Invitation, Wording};
use super::legs::{Inlet, QUEUE, Word};
use super::net::Path;
use super::reply::header;
use super::settings::{Transport, TrunkOut};
use super::sound::Sound;
use super::talk::{Talk, say_bye};
use super::{cause, number};
use crate::edge::{Cause, EdgeEvent, Ring, Target};

/// A caller waits for no store longer than this.
const LOOK_UP: Duration = Duration::from_millis(300);

pub(super) fn begin(core: &Arc<Core>, ring: Ring) {
    let (inlet, inbox) = mpsc::channel(QUEUE);
    let leg = ring.leg;
    if !core.legs.enter(leg, inlet.clone()) {
        // The leg rings already: the same command again.
        return;
    }
    let until = Instant::now() + ring.limit;
    let calling =
        Calling { core: Arc::clone(core), leg, ring, until, inlet, inbox, rang: false, seen: false };
    tokio::spawn(live(Arc::clone(core), leg, calling.run()));
}

/// One way to the target.
enum Way {
    Phone(Binding),
    Trunk(String, TrunkOut),
}

enum Outcome {
    Answered(Box<Invitation>, Box<Response>),
    Over(Cause),
    Next(Cause),
}

struct Calling {
    core: Arc<Core>,
    leg: LegId,
    ring: Ring,
    until: Instant,
    inlet: Inlet,
    inbox: mpsc::Receiver<Word>,
    rang: bool,
    /// The 2xx was already said as `Accepted` when its transaction brought it.
    seen: bool,
}

impl Calling {
    async fn run(mut self) -> Cause {
        if self.core.is_stopping() {
            return Cause::Unreachable;
        }
        let mut last = Cause::Unreachable;
        for way in self.ways().await {
            let Some(path) = self.path(&way).await else {
                self.note(&way, false).await;
                continue;
            };
            // A message that would come back to us is never sent.
            if self.core.net.is_ours(path.remote) {
                tracing::warn!(leg = %self.leg, "the way out leads back to our own address");
                continue;
            }
            let Ok(mut sound) = Sound::open(&self.core.media, self.leg, path.remote.ip()) else {
                last = Cause::Failed;
                continue;
            };
            match self.attempt(&way, path, sound.offer()).await {
                Outcome::Answered(invitation, answer) => {
                    return self.pick_up(*invitation, &answer, sound).await;
                }
                Outcome::Over(cause) => return cause,
                Outcome::Next(cause) => last = cause,
            }
        }
        last
    }

    async fn ways(&self) -> Vec<Way> {
        match &self.ring.target {
            Target::Desk(desk) => self.phones(desk).await.into_iter().map(Way::Phone).collect(),
            Target::Outside(_) => {
                self.core.ways_out().into_iter().map(|(name, out)| Way::Trunk(name, out)).collect()
            }
        }
    }

    /// One that nobody here knows may have registered with another replica a moment ago.
    async fn phones(&self, desk: &DeskId) -> Vec<Binding> {
        let known = || hold(&self.core.registrar).phones(desk, self.core.clock.now());
        let phones = known();
        if phones.is_empty() {
            let _ = tokio::time::timeout(LOOK_UP, self.core.learn_registrations()).await;
            return known();
        }
        phones
    }

    async fn path(&self, way: &Way) -> Option<Path> {
        let (address, transport) = match way {
            Way::Phone(phone) if !phone.tcp => {
                let heard = hold(&self.core.heard).get(&phone.source).cloned();
                if heard.is_some() {
                    return heard;
                }
                (phone.source, Transport::Udp)
            }
            Way::Phone(phone) => {
                let flow = self.core.net.flows().get(&phone.source).filter(|path| path.is_alive()).cloned();
                if flow.is_some() {
                    return flow;
                }
                locate(&phone.contact).await?
            }
            Way::Trunk(_, out) => {
                let address = resolve(&out.host, out.port).await?;
                return self.core.net.path_to_trunk(address, out).await;
            }
        };
        self.core.net.path_to(address, transport).await
    }

    fn wording(&self, way: &Way, remote: SocketAddr) -> Wording {
        let mut more = Vec::new();
        // Phones know one of the two: RFC 5373's wish in the words that vendors chose.
        if self.ring.answer_by_itself && matches!(way, Way::Phone(_)) {
            more.push(header("Call-Info", "<sip:line@localhost>;answer-after=0"));
            more.push(header("Alert-Info", "<http://localhost>;info=alert-autoanswer"));
        }
        let shown_as = self.ring.shown_as.clone();
        match (way, &self.ring.target) {
            (Way::Phone(phone), _) => {
                let uri = phone.contact.clone();
                Wording { uri, shown_as, shown_number: "line".to_owned(), more, login: None, pinned: true }
            }
            (Way::Trunk(_, out), target) => {
                let dialled = match target {
                    Target::Outside(number) => number::escape(number.reveal()),
                    Target::Desk(desk) => desk.to_string(),
                };
                let shown_number = out.shown_number.clone().or_else(|| Some(out.login.clone()?.user));
                Wording {
                    uri: format!("sip:{dialled}@{remote}"),
                    shown_as,
                    shown_number: number::escape(&shown_number.unwrap_or_else(|| "line".to_owned())),
                    more,
                    login: out.login.clone(),
                    pinned: false,
                }
            }
        }
    }

    async fn note(&self, way: &Way, up: bool) {
        if let Way::Trunk(name, _) = way {
            self.core.note_trunk(name, up).await;
        }
    }

    async fn attempt(&mut self, way: &Way, path: Path, offer: Vec<u8>) -> Outcome {
        let wording = self.wording(way, path.remote);
        let Some(mut invitation) = Invitation::send(&self.core, path, wording, offer, self.inlet.clone())
        else {
            return Outcome::Next(Cause::Unreachable);
        };
        let limit = sleep_until(self.until);
        let unheard: Sleep = sleep(self.core.settings.attempt_within);
        tokio::pin!(limit, unheard);
        loop {
            tokio::select! {
                biased;
                word = self.inbox.recv() => if let Some(cause) = self.heed(word) {
                    invitation.take_back(cause);
                    return Outcome::Over(cause);
                },
                answer = invitation.answers.recv() => {
                    let Some(answer) = answer else { return Outcome::Next(Cause::Unreachable) };
                    match answer.status_code.code() {
                        code @ 100..200 => {
                            if !std::mem::replace(&mut invitation.heard, true) {
                                self.note(way, true).await;
                            }
                            self.progress(code).await;
                        }
                        200..300 => return Outcome::Answered(Box::new(invitation), Box::new(answer)),
                        401 | 407 if invitation.prove(&answer) => {}
                        code => return self.refused(way, code).await,
                    }
                }
                () = &mut limit => {
                    invitation.take_back(Cause::NoAnswer);
                    return Outcome::Over(Cause::NoAnswer);
                }
                () = &mut unheard, if !invitation.heard => {
                    self.note(way, false).await;
                    invitation.take_back(Cause::Released);
                    return Outcome::Next(Cause::Unreachable);
                }
            }
        }
    }

    /// A cause when the leg is to be taken back.
    fn heed(&mut self, word: Option<Word>) -> Option<Cause> {
        match word {
            Some(Word::HangUp(cause)) => Some(cause),
            Some(Word::Accepted(_)) => {
                self.seen = true;
                None
            }
            Some(Word::Asked(asked)) => {
                let response = super::reply::refuse(&asked.request, 481);
                asked.answer(response);
                None
            }
            Some(Word::Alert | Word::Answer | Word::Silent | Word::Heard) => None,
            None => Some(Cause::Failed),
        }
    }

    async fn progress(&mut self, code: u16) {
        if code > 100 && !std::mem::replace(&mut self.rang, true) {
            self.core.tell(EdgeEvent::Ringing { leg: self.leg }).await;
        }
    }

    async fn refused(&self, way: &Way, code: u16) -> Outcome {
        tracing::info!(leg = %self.leg, code, "refused");
        let refused = cause::refused(code);
        let is_phone = match way {
            Way::Phone(_) => true,
            Way::Trunk(..) => false,
        };
        // Another phone of the same desk does not ring because this one is busy, but it does when
        // this one cannot be reached.
        if refused.try_next || (is_phone && refused.cause == Cause::Unreachable) {
            Outcome::Next(refused.cause)
        } else {
            Outcome::Over(refused.cause)
        }
    }

    async fn pick_up(self, invitation: Invitation, answer: &Response, mut sound: Sound) -> Cause {
        let cseq = invitation.cseq();
        let Some(dialog) = invitation.accepted(answer).await else { return Cause::Failed };
        let listed = invitation.into_listed();
        if sound.accept(&answer.body).is_err() {
            say_bye(&self.core, dialog, Cause::Failed, Some(listed));
            return Cause::Failed;
        }
        sound.connect();
        self.core.tell(EdgeEvent::Answered { leg: self.leg }).await;
        let Self { core, leg, inbox, seen, .. } = self;
        let listed = Some(listed);
        Talk { core, leg, dialog, listed, inbox, sound, invite: Some(cseq), seen }.run().await
    }
}
