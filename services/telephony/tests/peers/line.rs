//! A line of ours: the edge, its sound, and a driver that rings one target for
//! every call and lets the two hear each other.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ids::{CallId, DeskId, LegId};
use shell::clock::Clock;
use telephony::edge::{Cause, Edge, EdgeEvent, IncomingCall, Ring, Target};
use telephony::media::{Engine, MediaSettings};
use telephony::sip::{
    Account, BindingStore, Forgetful, Limits, Password, SipEdge, SipError, SipSettings, Trunk, TrunkSource,
};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::PATIENCE;
use super::ports::free_port;

pub fn desk(word: &str) -> DeskId {
    DeskId::parse(word).unwrap()
}

pub fn account(word: &str) -> Account {
    Account { desk: desk(word), password: Password::new("secret") }
}

/// Loopback, a trunk of any source, three desks.
pub fn settings() -> SipSettings {
    let anybody =
        Trunk { name: "anybody".to_owned(), from: TrunkSource::Anywhere, called: Vec::new(), out: None };
    SipSettings {
        trunks: vec![anybody],
        accounts: ["desk-1", "desk-2", "desk-3"].map(account).to_vec(),
        limits: Limits { expires_min: Duration::from_secs(1), ..Limits::default() },
        ..SipSettings::new(vec!["127.0.0.1:0".parse().unwrap()])
    }
}

pub struct Line {
    pub edge: SipEdge,
    pub media: Engine,
    events: watch::Receiver<Vec<EdgeEvent>>,
    /// Drawn legs and the call each belongs to.
    partners: Arc<Mutex<HashMap<LegId, LegId>>>,
}

impl Line {
    pub async fn start(settings: SipSettings) -> Self {
        Self::start_with(settings, Arc::new(Forgetful), Clock::system()).await.unwrap()
    }

    /// A line that asks a party after one second of silence whether it is there.
    pub async fn start_impatient(settings: SipSettings) -> Self {
        Self::start_all(settings, Arc::new(Forgetful), Clock::system(), Duration::from_secs(1)).await.unwrap()
    }

    pub async fn start_with(
        settings: SipSettings,
        store: Arc<dyn BindingStore>,
        clock: Clock,
    ) -> Result<Self, SipError> {
        Self::start_all(settings, store, clock, Duration::from_secs(300)).await
    }

    async fn start_all(
        settings: SipSettings,
        store: Arc<dyn BindingStore>,
        clock: Clock,
        silence_after: Duration,
    ) -> Result<Self, SipError> {
        let (media_inlet, media_events) = mpsc::channel(1024);
        let first = 40_000 + free_port() % 10_000;
        let advertise_v4 = settings.advertised.and_then(|ip| match ip {
            IpAddr::V4(ip) => Some(ip),
            IpAddr::V6(_) => None,
        });
        let sound = MediaSettings {
            advertise_v4,
            bind_v4: Some([127, 0, 0, 1].into()),
            bind_v6: Some(std::net::Ipv6Addr::LOCALHOST),
            port_range: first..=first + 4_000,
            silence_after,
            ..MediaSettings::default()
        };
        let media = Engine::start(sound, media_inlet).unwrap();
        let (inlet, mut outlet) = mpsc::channel(1024);
        let edge = SipEdge::start(settings, media.clone(), media_events, clock, inlet, store).await?;
        let (said, events) = watch::channel(Vec::new());
        tokio::spawn(async move {
            while let Some(event) = outlet.recv().await {
                said.send_modify(|events: &mut Vec<EdgeEvent>| events.push(event));
            }
        });
        Ok(Self { edge, media, events, partners: Arc::default() })
    }

    pub fn address(&self) -> SocketAddr {
        self.edge.addresses()[0]
    }

    pub fn port(&self) -> u16 {
        self.address().port()
    }

    pub fn events(&self) -> Vec<EdgeEvent> {
        self.events.borrow().clone()
    }

    /// Waits until `found` finds something among all events so far.
    pub async fn until<T>(&self, what: &str, found: impl Fn(&[EdgeEvent]) -> Option<T>) -> T {
        let mut events = self.events.clone();
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(found) = found(&events.borrow_and_update()) {
                    return found;
                }
                events.changed().await.unwrap();
            }
        });
        match waited.await {
            Ok(found) => found,
            Err(_) => panic!("never came: {what}; heard {:#?}", self.events()),
        }
    }

    /// The n-th call, counted from 0.
    pub async fn call(&self, n: usize) -> IncomingCall {
        self.until("a call", |events| {
            let calls = events.iter().filter_map(|event| match event {
                EdgeEvent::Incoming(call) => Some(call.clone()),
                _ => None,
            });
            calls.skip(n).next()
        })
        .await
    }

    pub async fn ended(&self, leg: LegId) -> Cause {
        self.until("the end of a leg", |events| ended(events, leg).first().copied()).await
    }

    pub async fn answered(&self, leg: LegId) {
        let is_it = |event: &EdgeEvent| matches!(event, EdgeEvent::Answered { leg: it } if *it == leg);
        self.until("an answer", |events| events.iter().any(is_it).then_some(())).await;
    }

    pub async fn ringing(&self, leg: LegId) {
        let is_it = |event: &EdgeEvent| matches!(event, EdgeEvent::Ringing { leg: it } if *it == leg);
        self.until("ringing", |events| events.iter().any(is_it).then_some(())).await;
    }

    pub async fn registered(&self, word: &str) {
        let wanted = desk(word);
        let is_it =
            |event: &EdgeEvent| matches!(event, EdgeEvent::PhoneRegistered { desk, .. } if *desk == wanted);
        self.until("a phone", |events| events.iter().any(is_it).then_some(())).await;
    }

    pub async fn gone(&self, word: &str) {
        let wanted = desk(word);
        let is_it = |event: &EdgeEvent| matches!(event, EdgeEvent::PhoneGone { desk } if *desk == wanted);
        self.until("a phone that is gone", |events| events.iter().any(is_it).then_some(())).await;
    }

    /// Every leg that was said to end, ended once.
    pub fn each_leg_ended_once(&self) {
        let events = self.events();
        for event in &events {
            if let EdgeEvent::Ended { leg, .. } = event {
                assert_eq!(ended(&events, *leg).len(), 1, "{leg} ended more than once");
            }
        }
    }

    /// Waits until nothing is held any more but what the transactions remember.
    pub async fn is_clean(&self) {
        let clean = async {
            loop {
                let held = self.edge.holding();
                if (held.legs, held.dialogs, held.inbound, held.media) == (0, 0, 0, 0) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE / 2, clean).await;
        assert!(waited.is_ok(), "left behind: {:?}", self.edge.holding());
        self.each_leg_ended_once();
    }

    pub fn ring(&self, target: Target, limit: Duration) -> LegId {
        let leg = LegId(Uuid::now_v7());
        let ring = Ring { leg, target, shown_as: "相談窓口".to_owned(), limit, answer_by_itself: false };
        self.edge.ring(ring);
        leg
    }

    pub fn ring_desk(&self, word: &str) -> LegId {
        self.ring(Target::Desk(desk(word)), PATIENCE)
    }

    /// From now on every call rings `target`; when it answers, the two hear each other; when one
    /// ends, the other does.
    pub fn bridge_all_to(&self, target: Target) {
        self.bridge_all_but(LegId(Uuid::nil()), target);
    }

    /// The same, but for one call that is answered already.
    pub fn bridge_all_but(&self, kept: LegId, target: Target) {
        let (edge, partners, mut events) =
            (self.edge.clone(), Arc::clone(&self.partners), self.events.clone());
        tokio::spawn(async move {
            let mut read = 0;
            loop {
                let fresh: Vec<EdgeEvent> = events.borrow_and_update()[read..].to_vec();
                read += fresh.len();
                for event in fresh {
                    if matches!(&event, EdgeEvent::Incoming(call) if call.leg == kept) {
                        continue;
                    }
                    drive(&edge, &partners, &target, event);
                }
                if events.changed().await.is_err() {
                    return;
                }
            }
        });
    }
}

fn drive(edge: &SipEdge, partners: &Mutex<HashMap<LegId, LegId>>, target: &Target, event: EdgeEvent) {
    let mut partners = partners.lock().unwrap();
    match event {
        EdgeEvent::Incoming(call) => {
            let leg = LegId(Uuid::now_v7());
            partners.insert(leg, call.leg);
            partners.insert(call.leg, leg);
            let shown_as = "window".to_owned();
            edge.ring(Ring {
                leg,
                target: target.clone(),
                shown_as,
                limit: PATIENCE,
                answer_by_itself: false,
            });
        }
        EdgeEvent::Ringing { leg } => {
            if let Some(caller) = partners.get(&leg) {
                edge.alert(*caller);
            }
        }
        EdgeEvent::Answered { leg } => {
            if let Some(other) = partners.get(&leg) {
                edge.answer(*other);
                let (one, two) = if leg < *other { (leg, *other) } else { (*other, leg) };
                let _ = two;
                edge.join(leg, CallId(one.0));
                edge.join(*other, CallId(one.0));
            }
        }
        EdgeEvent::Ended { leg, cause } => {
            if let Some(other) = partners.remove(&leg) {
                edge.hang_up(other, cause);
            }
        }
        EdgeEvent::Digit { .. } | EdgeEvent::PlayFinished { .. } | EdgeEvent::Held { .. } => {}
        EdgeEvent::PhoneRegistered { .. } | EdgeEvent::PhoneGone { .. } => {}
        EdgeEvent::TrunkUp { .. } | EdgeEvent::TrunkDown { .. } => {}
    }
}

pub fn ended(events: &[EdgeEvent], leg: LegId) -> Vec<Cause> {
    let cause = |event: &EdgeEvent| match event {
        EdgeEvent::Ended { leg: it, cause } if *it == leg => Some(*cause),
        _ => None,
    };
    events.iter().filter_map(cause).collect()
}
