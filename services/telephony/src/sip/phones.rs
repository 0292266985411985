//! Desk phones on the wire: who they are (digest), REGISTER, and what becomes
//! of a registration that runs out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::DeskId;
use domain::time::Instant;
use rsipstack::sip::{Header, Request};

use super::binding::{Binding, StoreFault};
use super::core::{Core, hold};
use super::digest::{self, Answer};
use super::field::{self, Address};
use super::net::{Asked, Path};
use super::nonce::Verdict;
use super::number;
use super::registrar::{Change, Refusal, Wish};
use super::reply::{header, refuse, reply, steady_tag, token};
use super::settings::Transport;
use crate::edge::EdgeEvent;

/// How often the phones of other replicas are looked up.
const LEARN: Duration = Duration::from_secs(2);

pub(super) enum Who {
    Desk(DeskId),
    /// Not said, or not well enough: ask.
    Unproven {
        stale: bool,
    },
    /// Refused too often.
    Barred,
}

impl Core {
    /// Who sent this, by its Authorization.
    pub(super) fn who(&self, request: &Request, source: SocketAddr) -> Who {
        let now = self.clock.now();
        let barred = hold(&self.failures).is_empty(source.ip(), now) && !hold(&self.registrar).knows(source);
        if barred {
            return Who::Barred;
        }
        let Some(answer) = self.answer_for_us(request) else { return Who::Unproven { stale: false } };
        let account = self.settings.accounts.iter().find(|account| account.desk.as_str() == answer.user);
        let is_offered = answer.digest.is_some_and(|digest| self.settings.digests.contains(&digest));
        let password = account.map_or("", |account| account.password.reveal());
        let is_right = answer.is_right(password, &request.method.to_string()) && is_offered;
        match (account, is_right) {
            (Some(account), true) => match hold(&self.nonces).spend(&answer.nonce, answer.count(), now) {
                Verdict::Fresh => Who::Desk(account.desk.clone()),
                Verdict::Stale | Verdict::NotOurs => Who::Unproven { stale: true },
            },
            (Some(_) | None, _) => {
                hold(&self.failures).take(source.ip(), now);
                metrics::counter!("tomoshibi_sip_refused_passwords_total").increment(1);
                Who::Unproven { stale: false }
            }
        }
    }

    fn answer_for_us(&self, request: &Request) -> Option<Answer> {
        let mut answers = field::lines(&request.headers, "Authorization").take(4).filter_map(Answer::parse);
        answers.find(|answer| answer.realm == self.settings.realm)
    }

    pub(super) fn challenges(&self, stale: bool) -> Vec<Header> {
        let nonce = hold(&self.nonces).make(self.clock.now(), rand::random());
        let line = |digest: &super::settings::Digest| {
            header("WWW-Authenticate", digest::challenge(*digest, &self.settings.realm, &nonce, stale))
        };
        self.settings.digests.iter().map(line).collect()
    }

    /// REGISTER.
    pub(super) async fn register(self: &Arc<Self>, asked: Asked) {
        let desk = match self.who(&asked.request, asked.path.remote) {
            Who::Desk(desk) => desk,
            Who::Unproven { stale } => {
                let response =
                    reply(&asked.request, 401, &steady_tag(&asked.request), self.challenges(stale));
                return asked.dismiss(response);
            }
            Who::Barred => {
                let response = refuse(&asked.request, 403);
                return asked.dismiss(response);
            }
        };
        let account = field::first(&asked.request.headers, "To").and_then(Address::parse);
        if account.and_then(|to| number::user(&to.uri)).as_deref() != Some(desk.as_str()) {
            let response = refuse(&asked.request, 403);
            return asked.answer(response);
        }
        let was_here = hold(&self.registrar).is_registered(&desk, self.clock.now());
        let changed = Wish::read(&asked.request.headers, &self.settings.limits)
            .and_then(|wish| self.change(&desk, wish, &asked.request, &asked.path));
        let response = match &changed {
            Ok(_) => reply(&asked.request, 200, &token(), self.registered(&desk)),
            Err(Refusal::TooBrief(seconds)) => {
                reply(&asked.request, 423, &token(), vec![header("Min-Expires", seconds.to_string())])
            }
            Err(Refusal::Contact) => refuse(&asked.request, 400),
            Err(Refusal::OutOfOrder) => refuse(&asked.request, 500),
            Err(Refusal::TooMany) => refuse(&asked.request, 403),
        };
        self.note_path(&asked.path);
        asked.answer(response);
        if let Ok(change) = changed {
            self.spread(&desk, change, !was_here).await;
        }
    }

    fn change(&self, desk: &DeskId, wish: Wish, request: &Request, path: &Path) -> Result<Change, Refusal> {
        let mut registrar = hold(&self.registrar);
        match wish {
            Wish::Show => Ok(Change::default()),
            Wish::ForgetAll => Ok(registrar.forget_all(desk)),
            Wish::Contacts(contacts) => {
                let now = self.clock.now();
                let bindings =
                    contacts.iter().map(|(contact, life)| binding(desk, contact, *life, request, path, now));
                registrar.register(bindings.collect(), self.settings.limits.phones_per_desk)
            }
        }
    }

    /// A phone behind a NAT can be rung only from the socket that it spoke to.
    fn note_path(&self, path: &Path) {
        let registrar = hold(&self.registrar);
        let mut heard = hold(&self.heard);
        heard.retain(|source, _| registrar.knows(*source));
        if path.transport == Transport::Udp && registrar.knows(path.remote) {
            heard.insert(path.remote, path.clone());
        }
    }

    /// The Contacts of a 200, as they stand now.
    fn registered(&self, desk: &DeskId) -> Vec<Header> {
        let now = self.clock.now();
        let phones = hold(&self.registrar).phones(desk, now);
        let line = |phone: &Binding| {
            header(
                "Contact",
                format!("<{}>;expires={}", phone.contact, phone.until.since(now).as_millis().div_ceil(1000)),
            )
        };
        phones.iter().map(line).collect()
    }

    /// Tells the line and the store what a REGISTER changed.
    async fn spread(&self, desk: &DeskId, change: Change, came: bool) {
        if change == Change::default() {
            return;
        }
        self.registrations.notify_one();
        let until = change.put.iter().map(|phone| phone.until).max();
        match until {
            Some(until) => self.tell(EdgeEvent::PhoneRegistered { desk: desk.clone(), until, came }).await,
            None if !hold(&self.registrar).is_registered(desk, self.clock.now()) => {
                self.tell(EdgeEvent::PhoneGone { desk: desk.clone() }).await;
            }
            None => {}
        }
        for phone in &change.removed {
            log_store(self.store.remove(phone).await);
        }
        for phone in &change.put {
            log_store(self.store.put(phone).await);
        }
    }

    /// Ends registrations at their hour, for ever.
    pub(super) async fn watch_registrations(self: Arc<Self>) {
        loop {
            let next = hold(&self.registrar).next_expiry();
            tokio::select! {
                () = self.net.stop.cancelled() => return,
                () = self.registrations.notified() => continue,
                () = self.clock.sleep_until_some(next) => {}
            }
            let gone = hold(&self.registrar).expire(self.clock.now());
            for phone in gone {
                if !hold(&self.registrar).is_registered(&phone.desk, self.clock.now()) {
                    self.tell(EdgeEvent::PhoneGone { desk: phone.desk.clone() }).await;
                }
                log_store(self.store.remove(&phone).await);
            }
        }
    }

    /// Phones that registered with an earlier process can be rung by this one.
    pub(super) async fn restore_registrations(&self) {
        match self.stored().await {
            Ok(bindings) => hold(&self.registrar).restore(bindings, self.clock.now()),
            Err(fault) => log_store(Err(fault)),
        }
        let phones: Vec<Binding> = hold(&self.registrar).all().cloned().collect();
        for phone in phones {
            let (desk, until) = (phone.desk, phone.until);
            self.tell(EdgeEvent::PhoneRegistered { desk, until, came: false }).await;
        }
    }
}

impl Core {
    /// Phones that register with other replicas can be rung by this one, for ever.
    pub(super) async fn follow_registrations(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.net.stop.cancelled() => return,
                () = self.clock.sleep_until(self.clock.now() + LEARN) => self.learn_registrations().await,
            }
        }
    }

    /// A store that is away leaves what was known.
    pub(super) async fn learn_registrations(&self) {
        match self.stored().await {
            Ok(bindings) => hold(&self.registrar).learn(bindings),
            Err(fault) => tracing::debug!(%fault, "phones of other replicas are not looked up"),
        }
    }

    /// Of the desks that have an account here.
    async fn stored(&self) -> Result<Vec<Binding>, StoreFault> {
        let known =
            |binding: &Binding| self.settings.accounts.iter().any(|account| account.desk == binding.desk);
        Ok(self.store.load().await?.into_iter().filter(known).collect())
    }
}

fn log_store(outcome: Result<(), StoreFault>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "registrations are not kept for the next process");
    }
}

fn binding(
    desk: &DeskId,
    contact: &Address,
    life: Duration,
    request: &Request,
    path: &Path,
    now: Instant,
) -> Binding {
    let call_id = field::first(&request.headers, "Call-ID").unwrap_or_default();
    let q = contact
        .param("q")
        .and_then(|q| q.parse::<f32>().ok())
        .filter(|q| (0.0..=1.0).contains(q))
        .unwrap_or(1.0);
    Binding {
        desk: desk.clone(),
        contact: contact.uri.clone(),
        phone: contact.param("+sip.instance").filter(|name| !name.is_empty()).unwrap_or(call_id).to_owned(),
        source: path.remote,
        tcp: path.transport.is_connection(),
        q: (q * 1000.0).round() as u16,
        cseq: field::cseq(&request.headers).map_or(0, |(number, _)| number),
        registered: now,
        until: now + life,
    }
}
