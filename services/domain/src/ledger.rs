//! What is kept of a call: entries that are only ever added.
//!
//! Everything shown about calls derives from these. Nothing personal is in a
//! `Step`; the caller's number travels beside it and is sealed by the store.

use serde::{Deserialize, Serialize};

use crate::ids::{CallId, DeskId, LegId, OfferId, OperatorId, StaffId, WindowId};
use crate::private::Private;
use crate::time::Instant;

/// One line of the ledger. `(call, seq)` is its key: written twice, it is there once.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub operator: OperatorId,
    pub call: CallId,
    /// From 0, without holes, in the order in which things happened. Only the end that another
    /// node writes for a dead one leaves room for what may still lie in that node's spool.
    pub seq: u32,
    pub at: Instant,
    pub step: Step,
    /// The caller's number; on `Begun`, and on an `Ended` that owes a call-back.
    pub number: Option<Private<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    Begun(Begun),
    /// Routing was asked for a desk inside this circle (0 is the narrowest).
    Sought {
        circle: u32,
    },
    /// No desk could be rung at that moment.
    NobodyFree {
        why: NoOneFree,
    },
    /// A desk is rung.
    Offered {
        offer: OfferId,
        desk: DeskId,
        leg: LegId,
        by: OfferedBy,
    },
    /// The desk's phone says that it rings.
    Ringing {
        leg: LegId,
    },
    OfferEnded {
        offer: OfferId,
        desk: DeskId,
        outcome: OfferOutcome,
    },
    /// We picked the caller's line up, to speak to them before a human can.
    PickedUp,
    Announced {
        prompt: Prompt,
    },
    /// The window's fallback number is rung.
    FallbackRung {
        leg: LegId,
    },
    FallbackFailed {
        leg: LegId,
    },
    /// For a call-back: the counsellor is there and the caller's telephone is rung.
    CallerRung {
        leg: LegId,
    },
    /// A human and the caller hear each other.
    Answered {
        by: AnsweredBy,
        waited_micros: u64,
    },
    /// A party put the other on hold, or came back.
    Held {
        by: Party,
        held: bool,
    },
    /// The psychiatrist is in the call as the third party.
    Joined {
        staff: StaffId,
        leg: LegId,
    },
    /// Counsellor and psychiatrist talk alone while the caller is on hold, or all are together again.
    Consulting {
        privately: bool,
    },
    /// One of three hung up or was lost; the other two go on.
    Left {
        party: Party,
    },
    /// Somebody at the desk took the offer on the screen.
    Accepted {
        offer: OfferId,
        desk: DeskId,
    },
    /// The phone of a desk is rung once more for the same offer, in another way.
    RungAgain {
        offer: OfferId,
        desk: DeskId,
        leg: LegId,
    },
    /// The desk put the caller on hold.
    CallerHeld {
        desk: DeskId,
    },
    /// The desk came back to the caller.
    CallerResumed {
        desk: DeskId,
    },
    /// Another desk is rung for the call, which `from` wants to hand over; the caller is on hold.
    TransferRung {
        offer: OfferId,
        from: DeskId,
        desk: DeskId,
        leg: LegId,
    },
    /// That desk did not take the call: all is as it was.
    TransferFailed {
        offer: OfferId,
        desk: DeskId,
        outcome: OfferOutcome,
    },
    /// That desk has the call now; `from` is released.
    Transferred {
        from: DeskId,
        desk: DeskId,
    },
    /// The phone of somebody who wants to listen, or to take over, is rung.
    ListenRung {
        desk: DeskId,
        leg: LegId,
    },
    /// They hear both sides, and everybody has heard the notice.
    Listened {
        desk: DeskId,
    },
    ListenEnded {
        desk: DeskId,
    },
    /// That desk has the call now, in the place of whoever had it.
    TakenOver {
        from: Option<DeskId>,
        desk: DeskId,
    },
    /// The counsellor's line was lost in mid-call; the search goes on at the head of the queue.
    CounsellorLost {
        desk: Option<DeskId>,
    },
    /// People who must look were told.
    Alarmed {
        alarm: CallAlarm,
    },
    Ended {
        reason: EndReason,
        owes_call_back: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    pub window: WindowId,
    pub leg: LegId,
    pub origin: OriginKind,
    pub class: PlaceClass,
    /// The caller's number is not known (184, Privacy: id, anonymous).
    pub withheld: bool,
    /// The trunk's name, or the desk that dialled.
    pub came_by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    Incoming,
    CallBack,
}

/// Whose turn it is, before how long they wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceClass {
    /// Was already talking and lost the counsellor.
    Resumed,
    /// Police, fire brigade: the window's agency line.
    Agency,
    /// We owe this person a call.
    CallBack,
    /// Rang within the last ten minutes (a setting) and was not answered.
    Repeat,
    Ordinary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoOneFree {
    /// The rota has nobody here now.
    NobodyOnDuty,
    /// People are on duty, no desk of theirs is signed in.
    NobodySignedIn,
    /// Every suitable desk is in a call, being rung or wrapping up.
    AllBusy,
    /// Every suitable desk that is signed in has paused.
    AllPaused,
    /// Desks are free, but none fits this circle.
    NoneSuitable,
}

impl NoOneFree {
    /// Waiting cannot help: nobody will become free here by ending a call.
    pub fn is_void(self) -> bool {
        match self {
            Self::NobodyOnDuty | Self::NobodySignedIn => true,
            Self::AllBusy | Self::AllPaused | Self::NoneSuitable => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferedBy {
    Routing,
    /// Routing or the store did not answer in time: the window's ring list from the last plan.
    RingList,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    Answered,
    NoAnswer,
    Busy,
    Declined,
    Unreachable,
    /// Somebody else answered first, or the caller hung up.
    Withdrawn,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    Desk(DeskId),
    Fallback,
    /// A psychiatrist, paged because nobody else answered or left with the caller.
    Doctor(StaffId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Caller,
    Counsellor,
    Doctor,
}

/// What callers are told. The texts are in `services/telephony/prompts/texts.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// The line answers and nobody is ringing yet.
    Greeting,
    /// Every counsellor is on a call; what to do when life is in danger.
    Hold,
    /// The search goes on in a wider circle.
    NobodyFree,
    /// Before the call goes to the fallback number.
    Fallback,
    /// A call-back is owed to a known number.
    CallbackPromised,
    /// None can be, for the number is withheld.
    CallbackWithheld,
    /// To the counsellor, before the caller is rung back.
    CallbackCounsellor,
    /// Counsellor and psychiatrist talk alone for a moment.
    Consulting,
    /// The counsellor has put them on hold, or rings another desk for them.
    OnHold,
    /// Another window takes the call.
    Closed,
    /// Something of ours has failed.
    Technical,
}

impl Prompt {
    pub const ALL: [Self; 11] = [
        Self::Greeting,
        Self::Hold,
        Self::NobodyFree,
        Self::Fallback,
        Self::CallbackPromised,
        Self::CallbackWithheld,
        Self::CallbackCounsellor,
        Self::Consulting,
        Self::OnHold,
        Self::Closed,
        Self::Technical,
    ];

    /// The stem of its recording's file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Hold => "hold",
            Self::NobodyFree => "nobody_free",
            Self::Fallback => "fallback",
            Self::CallbackPromised => "callback_promised",
            Self::CallbackWithheld => "callback_withheld",
            Self::CallbackCounsellor => "callback_counsellor",
            Self::Consulting => "consulting",
            Self::OnHold => "on_hold",
            Self::Closed => "closed",
            Self::Technical => "technical",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallAlarm {
    NobodyOnDuty,
    NobodySignedIn,
    /// Waiting longer than the supervisor's budget.
    WaitingLong,
    FallbackFailed,
    /// Routing did not answer; the ring list was used.
    RoutingLost,
    CounsellorLost,
}

/// How a call ended: CL-END of domain.md 7.5, as far as the line itself can know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The two talked and one of them hung up.
    Completed,
    /// The caller hung up before a human answered.
    AbandonedInQueue,
    /// The call broke: dead line, or our process died.
    CutOff,
    /// A call-back that the caller did not take.
    NotReached,
}
