//! What came of a push: the story, what is owed, and why something is refused.

use serde::{Deserialize, Serialize};

use super::lists::{Alarm, Arrival, MessageKind, Outcome, Purpose, RecallReason, RefusalReason};
use super::target::MessageNumber;
use crate::escalation::TriageCode;
use crate::ids::TargetId;
use crate::triage::record::Revision;

/// Counts the questions of all receivers of one referral, from 0. The words are kept, sealed, beside it.
pub type QuestionNumber = usize;

/// The story of a referral, kept with its times. Nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Happened {
    Drafted { code: TriageCode },
    Released { revision: Revision, purpose: Purpose, signed: bool },
    Offered { target: TargetId },
    Received { target: TargetId, message: MessageNumber },
    Asked { target: TargetId, question: QuestionNumber },
    Answered { question: QuestionNumber },
    Declined { target: TargetId, reason: RefusalReason },
    Silent { target: TargetId },
    PassedOver { target: TargetId },
    Exhausted,
    Accepted { target: TargetId },
    GivenBack { target: TargetId, reason: RefusalReason },
    Arrival { arrival: Arrival },
    Outcome { outcome: Outcome },
    Corrected { revision: Revision, code: TriageCode },
    Recalled { reason: RecallReason },
    Raised { alarm: Alarm },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// For the story, before anything that follows.
    Record(Happened),
    /// Owed to the target from now on, in order, until it is received. The key is the receiver's
    /// to recognise it by when it comes twice.
    Deliver {
        message: MessageNumber,
        target: TargetId,
        kind: MessageKind,
        key: String,
    },
    /// For fax and courier; without a target for whomever a human finds.
    PrintSheet {
        target: Option<TargetId>,
        kind: MessageKind,
    },
    /// This one is asked from now on.
    NextTarget {
        target: TargetId,
    },
    RaiseSupervisor {
        alarm: Alarm,
        target: Option<TargetId>,
    },
    /// Nothing is waited for any more.
    Settled,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("still needed to release the referral: {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    #[error("consent_basis is law, life_27_1_2 or public_body where consent is not given")]
    BasisUnfit,
    #[error("record is signed before a referral of code C to G is released")]
    NotSigned,
    #[error("target {0} is in the list twice")]
    TargetTwice(TargetId),
    #[error("target {0} was asked already")]
    AlreadyAsked(TargetId),
    #[error("target {0} was not asked to take this referral")]
    NotAsked(TargetId),
    #[error("referral was already accepted by {by}")]
    AlreadyAcceptedBy { by: TargetId },
    #[error("referral is not accepted by {0}")]
    NotAcceptedBy(TargetId),
    #[error("referral is a draft: it can be released")]
    NotReleased,
    #[error("referral is released: it can be corrected or recalled")]
    Released,
    #[error("referral was recalled")]
    Recalled,
    #[error("referral is closed")]
    Closed,
    #[error("the person has arrived: report the outcome")]
    Arrived,
    #[error("question {0} is not open")]
    NoSuchQuestion(QuestionNumber),
    #[error("revision is later than {0}, which was told already")]
    OldRevision(Revision),
}
