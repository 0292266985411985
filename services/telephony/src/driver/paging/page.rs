//! A page by voice, as escalation gives it out.

use std::time::Duration;

use domain::escalation::{AgeBand, Priority, Reason, TriageCode};
use domain::ids::{CallId, DeskId, OperatorId, PageId, StaffId, WindowId};
use domain::private::Private;
use proto::escalation::v1 as wire;

use crate::edge::Target;
use crate::media::prompts::Language;

#[derive(Clone, Debug)]
pub(super) struct Page {
    pub operator: OperatorId,
    pub id: PageId,
    pub escalation: String,
    pub staff: StaffId,
    pub target: Target,
    pub language: Language,
    pub priority: Priority,
    pub reasons: Vec<Reason>,
    pub triage: Option<TriageCode>,
    pub age: Option<AgeBand>,
    pub window: WindowId,
    pub call: Option<CallId>,
    pub ring_for: Duration,
    pub drill: bool,
}

/// How long a telephone rings when escalation does not say.
const RINGS: Duration = Duration::from_secs(30);

impl Page {
    /// None when what was said cannot be understood. Reasons that this release does not know are left out.
    pub(super) fn of(told: wire::VoicePage) -> Option<Self> {
        Some(Self {
            operator: told.operator_id.parse().ok()?,
            id: told.page_id.parse().ok()?,
            escalation: told.escalation_id,
            staff: told.staff_id.parse().ok()?,
            target: target(told.target?)?,
            language: Language::of(&told.language),
            priority: told.priority.parse().ok()?,
            reasons: told.reasons.iter().filter_map(|reason| reason.parse().ok()).collect(),
            triage: told.triage_code.parse().ok(),
            age: told.age_band.parse().ok(),
            window: told.window_id.parse().ok()?,
            call: told.call_id.parse().ok(),
            ring_for: told.ring_for.and_then(|limit| limit.try_into().ok()).unwrap_or(RINGS),
            drill: told.drill,
        })
    }
}

fn target(told: wire::voice_page::Target) -> Option<Target> {
    match told {
        wire::voice_page::Target::Phone(phone) => DeskId::parse(&phone).ok().map(Target::Desk),
        wire::voice_page::Target::Number(number) => Some(Target::Outside(Private::new(number))),
    }
}
