//! The files of all purposes, looked at again and again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::time::Instant;
use rustls::{ClientConfig, ServerConfig};
use tokio::sync::watch;

use super::fault::{TlsFault, TlsWrong};
use super::material::{Material, Source};
use super::{Acceptor, Dialler, accept, dial};
use crate::alarms::{Alarm, Alarms};
use crate::clock::Clock;
use crate::shutdown::Shutdown;

/// An alarm that stands is told again after this: another process may have cleared its own of the same kind.
const AGAIN: Duration = Duration::from_secs(3600);

const FAULTY: Alarm = Alarm { kind: "certificate_faulty", operator: None, window: None };
const ENDS: Alarm = Alarm { kind: "certificate_ends", operator: None, window: None };

/// What is followed is said before `follow` begins.
#[derive(Debug, Default)]
pub struct Keeper(Vec<Kept>);

/// How the files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    pub every: Duration,
    /// A certificate that ends sooner than this is an alarm.
    pub warn_before: Duration,
}

struct Kept {
    source: Source,
    mark: [u8; 32],
    ends: Option<(Instant, &'static str)>,
    /// Seen once and not usable: a file of two may not have been written yet.
    doubted: Option<[u8; 32]>,
    fault: Option<String>,
    take: Take,
}

type Take = Box<dyn Fn(&Source, &Material) -> Result<(), TlsFault> + Send + Sync>;

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept")
            .field("source", &self.source)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

impl Keeper {
    /// For a listener that speaks these protocols (ALPN). Peers may show a certificate if the source has authorities.
    ///
    /// # Errors
    /// When a file cannot be used; it names the setting. A certificate that has ended is none: it is an alarm.
    pub fn accept(&mut self, source: Source, speaks: &'static [&'static [u8]]) -> Result<Acceptor, TlsFault> {
        let make = move |source: &Source, material: &Material| accept::config(source, material, speaks);
        self.keep::<ServerConfig>(source, make).map(Acceptor)
    }

    /// For who dials. Without authorities those of the machine are believed.
    ///
    /// # Errors
    /// As `accept`.
    pub fn dial(&mut self, source: Source, speaks: &'static [&'static [u8]]) -> Result<Dialler, TlsFault> {
        let make = move |source: &Source, material: &Material| dial::config(source, material, speaks);
        self.keep::<ClientConfig>(source, make).map(Dialler)
    }

    /// For who dials carriers: a certificate must name the SIP domain (RFC 5922). Without authorities those of the
    /// machine are believed.
    ///
    /// # Errors
    /// As `accept`.
    pub fn dial_carriers(&mut self, source: Source) -> Result<Dialler, TlsFault> {
        self.keep::<ClientConfig>(source, dial::carriers).map(Dialler)
    }

    fn keep<C: Send + Sync + 'static>(
        &mut self,
        source: Source,
        make: impl Fn(&Source, &Material) -> Result<C, TlsFault> + Send + Sync + 'static,
    ) -> Result<watch::Receiver<Arc<C>>, TlsFault> {
        let seen = source.look()?;
        let material = source.understand(&seen)?;
        let (inlet, outlet) = watch::channel(Arc::new(make(&source, &material)?));
        let take = move |source: &Source, material: &Material| {
            inlet.send_replace(Arc::new(make(source, material)?));
            Ok(())
        };
        let (mark, ends) = (seen.mark(), material.ends);
        self.0.push(Kept { source, mark, ends, doubted: None, fault: None, take: Box::new(take) });
        Ok(outlet)
    }

    /// Looks until the end. Without alarms (nobody keeps them) the log alone tells.
    pub fn follow(self, looks: Looks, clock: &Clock, alarms: Option<Alarms>, shutdown: &Shutdown) {
        if self.0.is_empty() {
            return;
        }
        let (clock, shutdown) = (clock.clone(), shutdown.clone());
        tokio::spawn(async move { Follow { kept: self.0, looks, clock, alarms }.run(shutdown).await });
    }
}

struct Follow {
    kept: Vec<Kept>,
    looks: Looks,
    clock: Clock,
    alarms: Option<Alarms>,
}

impl Follow {
    async fn run(mut self, shutdown: Shutdown) {
        let (mut faulty, mut ending) = (Standing::new(FAULTY), Standing::new(ENDS));
        loop {
            let now = self.clock.now();
            let faults = self.kept.iter().filter_map(|kept| kept.fault.clone()).collect();
            faulty.tell(self.alarms.as_ref(), faults, now);
            ending.tell(self.alarms.as_ref(), self.ending(now), now);
            tokio::select! {
                () = self.clock.sleep_until(now + self.looks.every) => {}
                () = shutdown.ended() => return,
            }
            let Ok(kept) = tokio::task::spawn_blocking({
                let (mut kept, now) = (self.kept, self.clock.now());
                move || {
                    kept.iter_mut().for_each(|kept| kept.look(now));
                    kept
                }
            })
            .await
            else {
                return;
            };
            self.kept = kept;
        }
    }

    fn ending(&self, now: Instant) -> Vec<String> {
        let ends = self.kept.iter().filter_map(|kept| kept.ends);
        let soon = ends.inspect(|(at, setting)| measure(*at, setting));
        let soon = soon.filter(|(at, _)| *at <= now + self.looks.warn_before);
        soon.map(|(at, setting)| format!("{setting} ends at {at}")).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are exact in a float for a long time")]
fn measure(ends: Instant, setting: &'static str) {
    let seconds = ends.micros() / 1_000_000;
    metrics::gauge!("tomoshibi_certificate_ends_timestamp_seconds", "setting" => setting).set(seconds as f64);
}

impl Kept {
    fn look(&mut self, now: Instant) {
        let (mark, outcome) = match self.source.look() {
            Ok(seen) if seen.mark() == self.mark => (self.mark, None),
            Ok(seen) => (seen.mark(), Some(self.source.understand(&seen))),
            Err(fault) => ([0; 32], Some(Err(fault))),
        };
        let outcome = outcome.map(|read| read.and_then(|material| self.replace(&material, now)));
        match outcome {
            None => (self.doubted, self.fault) = (None, None),
            Some(Ok(())) => {
                tracing::info!(settings = %self.source, "certificates were reloaded; new connections use them");
                (self.mark, self.doubted, self.fault) = (mark, None, None);
            }
            Some(Err(_)) if self.doubted != Some(mark) => self.doubted = Some(mark),
            Some(Err(fault)) => {
                let told = fault.to_string();
                if self.fault.as_ref() != Some(&told) {
                    tracing::error!(%fault, "the new certificates are not used; those before stay");
                }
                self.fault = Some(told);
            }
        }
    }

    fn replace(&mut self, material: &Material, now: Instant) -> Result<(), TlsFault> {
        if let Some((ends, _)) = material.ends.filter(|(ends, _)| *ends <= now) {
            return Err(self.source.fault(TlsWrong::Ended(ends.to_string())));
        }
        (self.take)(&self.source, material)?;
        self.ends = material.ends;
        Ok(())
    }
}

/// One alarm: told when it changes, and now and then while it stands.
struct Standing {
    alarm: Alarm,
    told: Option<(Vec<String>, Instant)>,
}

impl Standing {
    fn new(alarm: Alarm) -> Self {
        Self { alarm, told: None }
    }

    fn tell(&mut self, alarms: Option<&Alarms>, what: Vec<String>, now: Instant) {
        let is_known = self.told.as_ref().is_some_and(|(told, at)| *told == what && now < *at + AGAIN);
        let rests = self.told.as_ref().is_some_and(|(told, _)| told.is_empty() && what.is_empty());
        if is_known || rests {
            return;
        }
        match (alarms, what.is_empty()) {
            (Some(alarms), true) => alarms.clear(&self.alarm),
            (Some(alarms), false) => alarms.raise(self.alarm.clone(), Some(what.join("; "))),
            (None, true) => {}
            (None, false) => tracing::error!(kind = self.alarm.kind, subject = what.join("; "), "alarm"),
        }
        self.told = Some((what, now));
    }
}
