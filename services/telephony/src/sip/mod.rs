//! The embedded telephone network: SIP over UDP, TCP and TLS on rsipstack's parser
//! and transactions; dialogs, registrar, trunks and limits are here.
//!
//! The cast: `Net` (sockets and transactions) reads messages through `wire`;
//! `admit` judges each request; an INVITE becomes a `leg_in`, a command `ring`
//! a `leg_out`, each with one task of its own; once answered both are a `Talk`.
//! `Registrar` and `phones` keep the desks' phones, `trunk` the carriers.
//!
//! What it promises: nothing that comes in is sent on, only `ring` makes legs
//! out; each leg ends with exactly one `Ended`; a leg in is `Answered` when its
//! caller has acknowledged; no log line carries a number or a message.

mod admit;
mod binding;
mod body;
mod cause;
mod core;
mod dialog;
mod digest;
mod field;
mod invitation;
mod keys;
mod leg_in;
mod leg_out;
mod legs;
mod limit;
mod listen;
mod net;
mod nonce;
mod number;
mod phone;
mod phones;
mod quiet;
mod registrar;
mod reply;
mod settings;
mod sound;
mod source;
mod talk;
mod tls;
mod trunk;
mod wire;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ids::{LegId, RoomId};
use rsipstack::sip::Response;
use shell::clock::Clock;
use tokio::sync::{Notify, mpsc};

pub use binding::{Binding, BindingStore, Forgetful, StoreFault};
pub use phone::PhoneFault;
pub use settings::{
    Account, Digest, Limits, Login, Password, SipError, SipSettings, SipTls, Transport, Trunk, TrunkOut,
    TrunkSource,
};
pub use source::{Network, NetworkFault};

use self::core::Core;
use crate::edge::{Cause, Edge, EdgeEvent, Repeat, Ring};
use crate::media::clip::Clip;
use crate::media::{Engine, MediaEvent, MediaEventKind};
use keys::Way;
use legs::{Legs, Word};
use limit::Buckets;
use net::Net;
use nonce::Nonces;
use registrar::Registrar;

/// How often a stopping edge looks whether its calls have ended.
const LOOK: Duration = Duration::from_millis(20);

/// The embedded back end of `Edge`. Cheap to clone; `stop` ends it for all.
#[derive(Clone)]
pub struct SipEdge {
    core: Arc<Core>,
}

/// What the edge holds at a moment; all but the transactions, which rest for
/// 32 s after a call, are nothing when no call is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    pub legs: usize,
    pub dialogs: usize,
    pub inbound: usize,
    pub media: usize,
    pub connections: usize,
    pub transactions: usize,
    /// Answers kept for repeated requests.
    pub remembered: usize,
}

impl SipEdge {
    /// Opens the addresses and starts to listen. `media_events` is the other end of what `media`
    /// was started with; `events` is read by the line, which may be slow but must not stop reading.
    ///
    /// # Errors
    /// `Busy` or `Listen` with the address, or a contradiction in the settings.
    pub async fn start(
        settings: SipSettings,
        media: Engine,
        media_events: mpsc::Receiver<MediaEvent>,
        clock: Clock,
        events: mpsc::Sender<EdgeEvent>,
        store: Arc<dyn BindingStore>,
    ) -> Result<Self, SipError> {
        check(&settings)?;
        let (repeated, accepted) = mpsc::channel(1024);
        let (net, incoming) = Net::open(&settings, repeated).await?;
        let limits = settings.limits.clone();
        let core = Arc::new(Core {
            nonces: Mutex::new(Nonces::new(rand::random(), settings.nonce_life)),
            settings,
            net,
            media,
            clock,
            legs: Legs::default(),
            keys: Mutex::default(),
            registrar: Mutex::new(Registrar::default()),
            registrations: Notify::new(),
            store,
            failures: Mutex::new(Buckets::new(limits.failures_per_minute, Duration::from_secs(60))),
            rates: Mutex::new(Buckets::new(limits.calls_per_second_per_source, Duration::from_secs(1))),
            health: trunk::Health::default(),
            heard: Mutex::default(),
            mark: format!("t{:08x}", rand::random::<u32>()),
            stopping: AtomicBool::new(false),
            events,
        });
        core.restore_registrations().await;
        trunk::watch(&core);
        tokio::spawn(Arc::clone(&core).watch_registrations());
        tokio::spawn(Arc::clone(&core).follow_registrations());
        tokio::spawn(serve(Arc::clone(&core), incoming));
        tokio::spawn(hear_accepted(Arc::clone(&core), accepted));
        tokio::spawn(hear_media(Arc::clone(&core), media_events));
        Ok(Self { core })
    }

    /// From now on new calls get 503 with Retry-After.
    pub fn refuse_calls(&self) {
        self.core.stopping.store(true, Ordering::Release);
    }

    /// Takes no new calls, lets the live ones finish for at most `patience`, ends what is left, and closes.
    pub async fn stop(&self, patience: Duration) {
        self.refuse_calls();
        self.until_idle(patience).await;
        for inlet in self.core.legs.all() {
            let _ = inlet.send(Word::HangUp(Cause::Released)).await;
        }
        self.until_idle(Duration::from_secs(2)).await;
        self.core.net.stop.cancel();
    }

    async fn until_idle(&self, patience: Duration) {
        let idle = async {
            while self.core.legs.counted().legs + self.core.legs.counted().dialogs > 0 {
                tokio::time::sleep(LOOK).await;
            }
        };
        let _ = tokio::time::timeout(patience, idle).await;
    }

    pub fn holding(&self) -> Holding {
        let legs = self.core.legs.counted();
        let stack = self.core.net.endpoint.get_stats();
        Holding {
            legs: legs.legs,
            dialogs: legs.dialogs,
            inbound: legs.inbound,
            media: self.core.media.legs(),
            connections: self.core.net.flows().len(),
            transactions: stack.running_transactions,
            remembered: stack.finished_transactions,
        }
    }

    /// Where SIP is spoken over TLS.
    pub fn tls_addresses(&self) -> Vec<SocketAddr> {
        self.core.net.tls_ports.iter().map(|port| port.local).collect()
    }

    /// The phones registered now: for the start page and the next process.
    pub fn bindings(&self) -> Vec<Binding> {
        self::core::hold(&self.core.registrar).all().cloned().collect()
    }
}

impl Edge for SipEdge {
    fn ring(&self, ring: Ring) {
        leg_out::begin(&self.core, ring);
    }

    fn alert(&self, leg: LegId) {
        self.core.legs.say(leg, Word::Alert);
    }

    fn answer(&self, leg: LegId) {
        self.core.legs.say(leg, Word::Answer);
    }

    fn hang_up(&self, leg: LegId, cause: Cause) {
        self.core.legs.say(leg, Word::HangUp(cause));
    }

    fn play(&self, leg: LegId, clip: Clip, repeat: Repeat) {
        report(leg, self.core.media.play(leg, clip, repeat));
    }

    fn stop_play(&self, leg: LegId) {
        report(leg, self.core.media.stop_play(leg));
    }

    fn join(&self, leg: LegId, room: RoomId) {
        report(leg, self.core.media.join(leg, room));
    }

    fn listen_in(&self, leg: LegId, room: RoomId) {
        report(leg, self.core.media.attend(leg, room));
    }

    fn leave(&self, leg: LegId) {
        report(leg, self.core.media.leave(leg));
    }

    fn addresses(&self) -> Vec<SocketAddr> {
        self.core.net.ports.iter().map(|port| port.local).collect()
    }
}

fn report(leg: LegId, outcome: Result<(), crate::media::MediaError>) {
    if let Err(error) = outcome {
        tracing::error!(%leg, %error, "sound does not follow");
    }
}

fn check(settings: &SipSettings) -> Result<(), SipError> {
    let (mut desks, mut trunks) = (HashSet::new(), HashSet::new());
    if let Some(account) = settings.accounts.iter().find(|account| !desks.insert(&account.desk)) {
        return Err(SipError::TwoAccounts(account.desk.clone()));
    }
    let over_tls = |trunk: &&Trunk| trunk.out.as_ref().is_some_and(|out| out.transport == Transport::Tls);
    if settings.tls.dialler.is_none()
        && let Some(trunk) = settings.trunks.iter().find(over_tls)
    {
        return Err(SipError::NoTls(trunk.name.clone()));
    }
    match settings.trunks.iter().find(|trunk| !trunks.insert(&trunk.name)) {
        Some(trunk) => Err(SipError::TwoTrunks(trunk.name.clone())),
        None => Ok(()),
    }
}

async fn serve(core: Arc<Core>, mut incoming: rsipstack::transaction::TransactionReceiver) {
    loop {
        let transaction = tokio::select! {
            () = core.net.stop.cancelled() => return,
            transaction = incoming.recv() => transaction,
        };
        let Some(transaction) = transaction else { return };
        if let Some(asked) = core.net.asked(transaction) {
            admit::admit(&core, asked).await;
        }
    }
}

async fn hear_accepted(core: Arc<Core>, mut accepted: mpsc::Receiver<Response>) {
    while let Some(response) = accepted.recv().await {
        let call_id = field::first(&response.headers, "Call-ID").unwrap_or_default().to_owned();
        let tag = field::tag(&response.headers, "From").unwrap_or_default();
        // An answer of a call that is no more is nobody's.
        let _ = core.legs.say_in_dialog(&call_id, &tag, Word::Accepted(Box::new(response)));
    }
}

async fn hear_media(core: Arc<Core>, mut events: mpsc::Receiver<MediaEvent>) {
    while let Some(MediaEvent { leg, kind }) = events.recv().await {
        match kind {
            MediaEventKind::Digit(digit) => core.tell_key(leg, digit, Way::Sound).await,
            MediaEventKind::PlayFinished { clip } => core.tell(EdgeEvent::PlayFinished { leg, clip }).await,
            MediaEventKind::Silent { .. } => core.legs.say(leg, Word::Silent),
            MediaEventKind::Heard => core.legs.say(leg, Word::Heard),
        }
    }
}
