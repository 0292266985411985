//! What is asked of routing, as plain values.

use domain::desk::PauseReason;
use domain::ids::{CallId, DeskId, OfferId, OperatorId, StaffId, WindowId};
use domain::ledger::{NoOneFree, OfferOutcome, PlaceClass};
use domain::time::Instant;
use on_call_rota::{Language, RegionId};
use tokio::sync::mpsc;

use crate::plan::Target;

#[derive(Clone, Debug)]
pub(crate) enum Request {
    Seek(Seek),
    Report(Report),
    Claim(Wanted),
    End {
        operator: OperatorId,
        call: CallId,
    },
    Reconcile {
        operator: OperatorId,
        owner: String,
        live: Vec<LiveCall>,
    },
    SignIn {
        operator: OperatorId,
        desk: DeskId,
        staff: StaffId,
        lease: Option<std::time::Duration>,
        /// A heartbeat.
        renewal: bool,
    },
    SignOut {
        operator: OperatorId,
        desk: DeskId,
    },
    Pause {
        operator: OperatorId,
        desk: DeskId,
        reason: PauseReason,
    },
    Resume {
        operator: OperatorId,
        desk: DeskId,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Seek {
    pub(crate) operator: OperatorId,
    pub(crate) call: CallId,
    pub(crate) window: WindowId,
    pub(crate) class: PlaceClass,
    pub(crate) since: Instant,
    pub(crate) circle: u32,
    pub(crate) language: Option<Language>,
    pub(crate) region: Option<RegionId>,
    /// The telephony process that rings.
    pub(crate) owner: String,
    pub(crate) news: mpsc::Sender<News>,
}

#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) operator: OperatorId,
    pub(crate) call: CallId,
    pub(crate) offer: OfferId,
    pub(crate) desk: DeskId,
    pub(crate) outcome: OfferOutcome,
    /// The desk that is in the call is released for this one.
    pub(crate) takes_over: bool,
}

/// One very desk, for a transfer.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) operator: OperatorId,
    pub(crate) call: CallId,
    pub(crate) desk: DeskId,
    /// Drawn for it.
    pub(crate) offer: OfferId,
    /// The telephony process that rings.
    pub(crate) owner: String,
}

/// A call that goes on at a telephony process.
#[derive(Clone, Debug)]
pub(crate) struct LiveCall {
    pub(crate) call: CallId,
    /// The desk that answered, or is being rung, by which offer.
    pub(crate) at: Option<(DeskId, OfferId)>,
    pub(crate) answered: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    Claimed(Offer),
    Reconciled { released: u32, adopted: u32 },
}

/// What the stream of a call says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Offer(Offer),
    NobodyFree(NoOneFree),
    Withdrawn(OfferId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) offer: OfferId,
    pub(crate) desk: DeskId,
    pub(crate) staff: Option<StaffId>,
    pub(crate) target: Target,
    pub(crate) ring_for: std::time::Duration,
    pub(crate) until: Instant,
}
