//! What the media engine tells, and what it counts.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use domain::ids::LegId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaEvent {
    pub leg: LegId,
    pub kind: MediaEventKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaEventKind {
    /// A key was pressed: said once for a press, when it begins.
    Digit(char),
    /// A clip played `Once` has been heard whole. Not said when it was stopped or replaced.
    PlayFinished { clip: &'static str },
    /// No RTP for this long although both sides send: said once, until `Heard` again.
    Silent { for_: Duration },
    /// RTP arrives: for the first time, or again after `Silent`.
    Heard,
}

/// Counted since the leg was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegStats {
    pub packets_in: u64,
    pub packets_out: u64,
    /// Expected by sequence number and never arrived.
    pub lost: u64,
    /// Arrived too late to be played.
    pub late: u64,
    /// Arrived twice.
    pub duplicate: u64,
    /// From another source than the one latched to: somebody else's, or an attack.
    pub refused: u64,
    /// Not RTP that we can use.
    pub unusable: u64,
    /// Interarrival jitter (RFC 3550 A.8); arrival is seen in steps of one 20 ms tick.
    pub jitter_ms: u32,
    /// What the far side reports as lost of ours.
    pub lost_there: u32,
    pub last_heard: Option<Instant>,
}

/// Written by the media thread, read by anyone.
#[derive(Debug)]
pub(super) struct Counters {
    epoch: Instant,
    pub(super) packets_in: AtomicU64,
    pub(super) packets_out: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) late: AtomicU64,
    pub(super) duplicate: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) unusable: AtomicU64,
    pub(super) jitter_ms: AtomicU32,
    pub(super) lost_there: AtomicU32,
    /// Microseconds after `epoch`, plus one; 0 is never.
    last_heard: AtomicU64,
}

impl Counters {
    pub(super) fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            packets_in: AtomicU64::new(0),
            packets_out: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            late: AtomicU64::new(0),
            duplicate: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            unusable: AtomicU64::new(0),
            jitter_ms: AtomicU32::new(0),
            lost_there: AtomicU32::new(0),
            last_heard: AtomicU64::new(0),
        }
    }

    pub(super) fn heard(&self, now: Instant) {
        let micros = now.saturating_duration_since(self.epoch).as_micros();
        self.last_heard.store(u64::try_from(micros).unwrap_or(u64::MAX).saturating_add(1), Relaxed);
        self.packets_in.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> LegStats {
        let heard = self.last_heard.load(Relaxed).checked_sub(1);
        LegStats {
            packets_in: self.packets_in.load(Relaxed),
            packets_out: self.packets_out.load(Relaxed),
            lost: self.lost.load(Relaxed),
            late: self.late.load(Relaxed),
            duplicate: self.duplicate.load(Relaxed),
            refused: self.refused.load(Relaxed),
            unusable: self.unusable.load(Relaxed),
            jitter_ms: self.jitter_ms.load(Relaxed),
            lost_there: self.lost_there.load(Relaxed),
            last_heard: heard.map(|micros| self.epoch + Duration::from_micros(micros)),
        }
    }
}
