//! What a day is counted from: the ledger's calls, signed records, referrals, pages and, frozen at the
//! first sealing, who was on duty. Nothing personal; a caller is known by a keyed hash of the number.

use jiff::civil::Date;
use on_call_rota::{Band, DayKind, Qualification};

use crate::escalation::Priority;
use crate::ids::{CallId, DeskId, EscalationId, ReferralId, StaffId, WindowId};
use crate::ledger::{EndReason, OriginKind, PlaceClass};
use crate::time::Instant;
use crate::triage::Fields;

/// One window's service date.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub window: WindowId,
    pub service_date: Date,
    /// All that happened later is left out, so that an old version can be counted again.
    pub as_of: Instant,
    pub duty: Duty,
    pub calls: Vec<Call>,
    pub records: Vec<Record>,
    pub referrals: Vec<Referral>,
    pub pages: Vec<Page>,
    pub incidents: Vec<Incident>,
}

/// What the calendar and the rota said. Frozen into the log when it is first sealed: rota files change.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Duty {
    /// The day cut at every change of band, in order, without holes, half-open.
    pub stretches: Vec<Stretch>,
    /// The same time by the hours of the wall clock, for the plot of a day.
    #[serde(default)]
    pub hours: Vec<ClockHour>,
    pub people: Vec<OnDuty>,
    /// When fewer people were on duty, or could be reached, than the rota's rules ask for.
    pub gaps: Vec<Span>,
}

/// An hour on the wall, or the part of it that lies in the service date: one that starts at 08:30 has two
/// parts of hour 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ClockHour {
    pub hour: u8,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Span {
    pub from: Instant,
    pub until: Instant,
}

impl Span {
    /// The end of what has not ended.
    pub const OPEN: Instant = Instant::from_micros(i64::MAX);

    pub fn contains(&self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }

    pub fn length(&self) -> std::time::Duration {
        self.until.since(self.from)
    }

    /// What both have; empty when they are apart.
    pub fn overlap(&self, other: &Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stretch {
    pub band: Band,
    /// Of the service date; none outside the years of the holiday rule.
    pub day: Option<DayKind>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OnDuty {
    pub staff: StaffId,
    /// None: the rota does not say.
    pub qualification: Option<Qualification>,
    /// A doctor on call, not at a desk.
    pub on_call: bool,
    pub span: Span,
}

/// A call as its ledger tells it. Belongs to the band in which it began.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub call: CallId,
    pub begun: Instant,
    pub origin: OriginKind,
    pub class: PlaceClass,
    /// Keyed hash of the number; none when it was withheld.
    pub number: Option<String>,
    /// When a human and the caller first heard each other.
    pub answered: Option<Instant>,
    /// Desks that spoke, each from when to when; what still goes on ends at `Span::OPEN`.
    pub talks: Vec<(DeskId, Span)>,
    pub ended: Option<(Instant, EndReason)>,
    /// A human was looked for and no telephone of one could be rung: nobody was on duty or signed in.
    pub blocked: bool,
    /// Played by us to see whether the line works: in no figure but its own.
    pub is_test: bool,
}

/// A signed record as it stood at `as_of`; only what is not personal.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub record: String,
    pub call: CallId,
    /// Who writes it.
    pub author: Option<StaffId>,
    pub answered: Instant,
    /// The first signature; none while it is a draft, which keeps the day open.
    pub signed: Option<Instant>,
    pub fields: Fields,
    /// Of whoever answered.
    pub qualification: Option<Qualification>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Referral {
    pub referral: ReferralId,
    pub record: String,
    pub released: Instant,
    /// CL-TARGET of the one asked first.
    pub target_kind: String,
    pub decided: Option<Decision>,
    /// Every refusal: when, by what kind of target, why.
    pub declines: Vec<(Instant, String, String)>,
    /// At `as_of` nothing is expected any more.
    pub settled: bool,
    pub area: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Accepted(Instant),
    /// Nobody took it.
    Rejected(Instant),
}

/// A page that went to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub escalation: EscalationId,
    pub priority: Priority,
    pub started: Instant,
    pub due: Instant,
    pub out: Option<Instant>,
    /// When somebody said yes to it.
    pub acknowledged: Option<Instant>,
    /// Second round or a rung below the first.
    pub escalated: bool,
}

/// An alarm that stood: codes only.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Incident {
    pub kind: String,
    pub raised: Instant,
    pub cleared: Option<Instant>,
}
