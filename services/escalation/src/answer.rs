//! What a request means, and what is done about it.

use std::str::FromStr;
use std::sync::Arc;

use domain::escalation::{Act, Case, Pace, Priority, Reason, Refusal, State, UnknownCode};
use domain::ids::{CallId, EscalationId, OperatorId, PageId, StaffId, WindowId};
use domain::private::Private;
use on_call_rota::{NotInRoster, Rota};
use proto::escalation::v1 as pb;
use tokio::sync::watch;

use crate::config::Settings;
use crate::error::EscalationError;
use crate::keeper::{Also, Beginning, Keeper};
use crate::ladder::{self, Frozen};
use crate::store::{AdviceRow, Kept, KnownCall, Shown};
use crate::wire::{SHORT_WORD, UUID, optional, word};

const REQUEST: &str = "1 to 128 characters";
/// Characters of one piece of advice.
const ADVICE_MOST: usize = 4000;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    pub(crate) keeper: Keeper,
    pub(crate) settings: Arc<Settings>,
    pub(crate) rota: watch::Receiver<Arc<Rota>>,
}

/// Who speaks, about which escalation, at which page.
pub(crate) struct Speaker {
    pub(crate) escalation: EscalationId,
    pub(crate) staff: StaffId,
    page: Option<usize>,
}

impl Answers {
    pub(crate) async fn start(&self, asked: &pb::StartEscalationRequest) -> Result<Shown, EscalationError> {
        let operator: OperatorId = word(&asked.operator_id, "operator_id", SHORT_WORD)?;
        let request = request(&asked.request_id)?;
        let priority: Priority = asked.priority.parse()?;
        match self.beginning(operator.clone(), request, priority, asked).await {
            Ok(beginning) => self.keeper.begin(beginning).await,
            // Made already, when it still could be.
            Err(error) => self.keeper.made(&operator, request).await?.ok_or(error),
        }
    }

    async fn beginning<'a>(
        &self,
        operator: OperatorId,
        request: &'a str,
        priority: Priority,
        asked: &pb::StartEscalationRequest,
    ) -> Result<Beginning<'a>, EscalationError> {
        let (case, home) = self.case(&operator, asked).await?;
        let at = self.keeper.clock.now();
        let rota = self.rota.borrow().clone();
        let first = supervisors_first(&case.reasons);
        let frozen = match ladder::frozen(&rota, &case.window, at, &self.settings, first) {
            Ok(frozen) => frozen,
            Err(NotInRoster::UnknownWindow(_)) => return Err(EscalationError::UnknownWindow),
            // The calendar does not reach so far: an empty ladder that alarms beats a refusal.
            Err(NotInRoster::OutsidePeriod(_)) => Frozen::default(),
        };
        let pace = self.pace(&case, priority);
        Ok(Beginning { operator, request, case, priority, pace, frozen, home })
    }

    fn pace(&self, case: &Case, priority: Priority) -> Pace {
        match case.is_drill() {
            true => self.settings.paces.of_a_drill(),
            false => self.settings.paces.of(priority).clone(),
        }
    }

    /// The case, and the telephony process that has its call.
    async fn case(
        &self,
        operator: &OperatorId,
        asked: &pb::StartEscalationRequest,
    ) -> Result<(Case, Option<String>), EscalationError> {
        let call: Option<CallId> = optional(&asked.call_id, "call_id", UUID)?;
        let reasons = asked.reasons.iter().map(|reason| reason.parse()).collect::<Result<Vec<_>, _>>()?;
        if reasons.is_empty() {
            return Err(EscalationError::Invalid { field: "reasons", reason: "at least one" });
        }
        let known = match call {
            Some(call) => self.keeper.store.call(operator, call).await?,
            None => KnownCall::default(),
        };
        let case = Case {
            window: self.window(operator, asked, known.window)?,
            call,
            reasons,
            triage_code: coded(&asked.triage_code)?,
            age_band: coded(&asked.age_band)?,
            started_by: optional(&asked.started_by, "started_by", SHORT_WORD)?,
        };
        Ok((case, known.process))
    }

    fn window(
        &self,
        operator: &OperatorId,
        asked: &pb::StartEscalationRequest,
        known: Option<WindowId>,
    ) -> Result<WindowId, EscalationError> {
        let given = optional(&asked.window_id, "window_id", SHORT_WORD)?;
        let missing =
            EscalationError::Invalid { field: "window_id", reason: "given, or known from the call" };
        let window = given.or(known).ok_or(missing)?;
        let rota = self.rota.borrow();
        match rota.window(&window) {
            Some(known) if known.operator == *operator => Ok(window),
            Some(_) | None => Err(EscalationError::UnknownWindow),
        }
    }

    /// Every contact point of one person, now.
    pub(crate) async fn test(
        &self,
        operator: OperatorId,
        request_id: &str,
        staff: &StaffId,
    ) -> Result<Shown, EscalationError> {
        let rota = self.rota.borrow().clone();
        let at = self.keeper.clock.now();
        let frozen = ladder::alone(&rota, staff, at, &self.settings).ok_or(EscalationError::UnknownStaff)?;
        let window = rota.windows().iter().find(|window| window.operator == operator);
        let case = Case {
            window: window.ok_or(EscalationError::UnknownWindow)?.id.clone(),
            call: None,
            reasons: vec![Reason::Drill],
            triage_code: None,
            age_band: None,
            started_by: None,
        };
        let pace = self.settings.paces.of_a_drill();
        let (request, priority, home) = (request(request_id)?, Priority::P3, None);
        self.keeper.begin(Beginning { operator, request, case, priority, pace, frozen, home }).await
    }

    /// By the page, or by the names.
    pub(crate) async fn speaker(
        &self,
        page: &str,
        operator: &str,
        escalation: &str,
        staff: &str,
    ) -> Result<Speaker, EscalationError> {
        if page.is_empty() {
            let escalation = self.find(operator, escalation).await?;
            return Ok(Speaker { escalation, staff: word(staff, "staff_id", SHORT_WORD)?, page: None });
        }
        let (row, escalation) = self.keeper.page(word::<PageId>(page, "page_id", UUID)?).await?;
        if !operator.is_empty() && operator != row.operator_id {
            return Err(EscalationError::NotFound("page_id"));
        }
        let staff = word(&row.staff_id, "staff_id", SHORT_WORD)?;
        Ok(Speaker { escalation, staff, page: usize::try_from(row.number).ok() })
    }

    /// An escalation of this operator.
    pub(crate) async fn find(&self, operator: &str, id: &str) -> Result<EscalationId, EscalationError> {
        let operator: OperatorId = word(operator, "operator_id", SHORT_WORD)?;
        let id: EscalationId = word(id, "escalation_id", UUID)?;
        match self.keeper.store.read(id).await? {
            Some(kept) if kept.operator == operator => Ok(id),
            Some(_) | None => Err(EscalationError::NotFound("escalation_id")),
        }
    }

    pub(crate) async fn accept(
        &self,
        speaker: &Speaker,
    ) -> Result<(pb::Acceptance, String), EscalationError> {
        let also = speaker.page.map_or(Also::Nothing, Also::From);
        let pushed = self
            .keeper
            .push_with(speaker.escalation, also, |machine, now| {
                Ok((machine.accept(speaker.staff.clone(), speaker.page, now)?, ()))
            })
            .await;
        match pushed {
            Ok(_) => Ok((pb::Acceptance::Accepted, speaker.staff.to_string())),
            Err(EscalationError::Refused(Refusal::TakenOver { by })) => {
                Ok((pb::Acceptance::TakenOver, by.to_string()))
            }
            Err(EscalationError::Refused(Refusal::Withdrawn)) => {
                Ok((pb::Acceptance::Withdrawn, String::new()))
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn decline(&self, speaker: &Speaker) -> Result<(), EscalationError> {
        let also = speaker.page.map_or(Also::Nothing, Also::From);
        let change = |machine: &mut domain::escalation::Escalation, now| {
            Ok((machine.decline(&speaker.staff, now)?, ()))
        };
        self.keeper.push_with(speaker.escalation, also, change).await.map(drop)
    }

    /// Advice is kept whoever has the case by now: what a doctor said is never lost.
    pub(crate) async fn advise(
        &self,
        id: EscalationId,
        asked: &pb::WriteAdviceRequest,
    ) -> Result<(), EscalationError> {
        let staff: StaffId = word(&asked.staff_id, "staff_id", SHORT_WORD)?;
        if !(1..=ADVICE_MOST).contains(&asked.advice.chars().count()) {
            return Err(EscalationError::Invalid { field: "advice", reason: "1 to 4000 characters" });
        }
        let advice = AdviceRow {
            id: self.keeper.ids.draw(),
            staff: staff.to_string(),
            advice: Private::new(asked.advice.clone()),
            read_back: asked.read_back,
            at: self.keeper.clock.now(),
        };
        let pushed = self.keeper.push_with(id, Also::Advice(advice), |machine, now| {
            match machine.act(staff.clone(), Act::Advised, now) {
                Ok(effects) => Ok((effects, ())),
                Err(Refusal::TakenOver { .. } | Refusal::Withdrawn) => Ok((Vec::new(), ())),
                Err(refusal @ (Refusal::NotOnLadder | Refusal::NotRaised)) => Err(refusal),
            }
        });
        pushed.await.map(drop)
    }
}

/// A word of a code list; none when it is left out.
fn coded<T: FromStr<Err = UnknownCode>>(text: &str) -> Result<Option<T>, UnknownCode> {
    (!text.is_empty()).then(|| text.parse()).transpose()
}

pub(crate) fn request(text: &str) -> Result<&str, EscalationError> {
    match (1..=128).contains(&text.chars().count()) {
        true => Ok(text),
        false => Err(EscalationError::Invalid { field: "request_id", reason: REQUEST }),
    }
}

/// What the line itself asks for is a supervisor's to see first.
fn supervisors_first(reasons: &[Reason]) -> bool {
    reasons.iter().all(|reason| match reason {
        Reason::CallerWaiting
        | Reason::NobodySignedIn
        | Reason::CallBackOverdue
        | Reason::ReferralOverdue => true,
        Reason::RiskImminent
        | Reason::InvoluntaryCare
        | Reason::Medication
        | Reason::Somatic
        | Reason::PoliceRequest
        | Reason::Legal
        | Reason::Other
        | Reason::Drill => false,
    })
}

/// Who has it; empty when it was withdrawn, or nobody has.
pub(crate) fn holder(kept: &Kept) -> String {
    match kept.machine.state() {
        State::Accepted { by, .. } | State::Acted { by, .. } => by.to_string(),
        State::Climbing | State::Withdrawn { .. } | State::Unreached => String::new(),
    }
}
