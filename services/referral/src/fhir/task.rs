//! A Task as a centre sends it back, and what it says. Of R4's elements only those that say something to us
//! are read; codes are those of the lists that the Bundle uses.

use domain::referral::{Arrival, Outcome, RefusalReason};
use serde::Deserialize;

use super::message::{EVENTS, LISTS};
use crate::error::ReferralError;

const STATUSES: &str = "received, accepted, rejected with a statusReason, in-progress with or without a \
     businessStatus, completed with an output, or cancelled";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskUpdate {
    resource_type: String,
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    identifier: Vec<Identifier>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    status_reason: Concept,
    business_status: Option<Concept>,
    #[serde(default)]
    note: Vec<Note>,
    #[serde(default)]
    output: Vec<Output>,
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(default)]
    system: String,
    #[serde(default)]
    value: String,
}

#[derive(Default, Deserialize)]
struct Concept {
    #[serde(default)]
    coding: Vec<Coding>,
}

#[derive(Deserialize)]
struct Coding {
    #[serde(default)]
    system: String,
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
struct Note {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    value_codeable_concept: Option<Concept>,
}

/// What a centre says, each as one RPC of the contract for centres does.
pub(crate) enum Said {
    /// The message with this key is safe there.
    Received {
        event: String,
    },
    Accepted,
    Declined {
        reason: RefusalReason,
        note: String,
    },
    Arrival(Arrival),
    Outcome(Outcome),
}

impl Said {
    /// Whose rule is asked whether they may.
    pub(crate) const fn rpc(&self) -> &'static str {
        match self {
            Self::Received { .. } => "/tomoshibi.referral.v1.CentreService/Acknowledge",
            Self::Accepted => "/tomoshibi.referral.v1.CentreService/Accept",
            Self::Declined { .. } => "/tomoshibi.referral.v1.CentreService/Decline",
            Self::Arrival(_) => "/tomoshibi.referral.v1.CentreService/ReportArrival",
            Self::Outcome(_) => "/tomoshibi.referral.v1.CentreService/ReportOutcome",
        }
    }
}

impl TaskUpdate {
    pub(crate) fn is_task(&self) -> bool {
        self.resource_type == "Task"
    }

    pub(crate) fn said(&self) -> Result<Said, ReferralError> {
        match (self.status.as_str(), &self.business_status) {
            ("in-progress", Some(status)) => {
                let arrival = code(status, "arrival", "Task.businessStatus", Arrival::CODES)?;
                Ok(Said::Arrival(arrival))
            }
            (_, Some(_)) => {
                let right = "goes with the status in-progress alone";
                Err(ReferralError::invalid("Task.businessStatus", right))
            }
            ("received" | "in-progress", None) => self.received(),
            ("accepted", None) => Ok(Said::Accepted),
            ("rejected", None) => self.declined(),
            ("completed", None) => self.outcome(),
            ("cancelled", None) => Ok(Said::Arrival(Arrival::Cancelled)),
            _ => Err(ReferralError::invalid("Task.status", STATUSES)),
        }
    }

    fn received(&self) -> Result<Said, ReferralError> {
        let event = self.identifier.iter().find(|one| one.system == EVENTS);
        let event = event.ok_or_else(|| {
            ReferralError::invalid("Task.identifier", format!("as it was sent, with the system {EVENTS}"))
        })?;
        Ok(Said::Received { event: event.value.clone() })
    }

    fn declined(&self) -> Result<Said, ReferralError> {
        let reason = code(&self.status_reason, "refusal_reason", "Task.statusReason", RefusalReason::CODES)?;
        let note: Vec<&str> = self.note.iter().map(|note| note.text.as_str()).collect();
        Ok(Said::Declined { reason, note: note.join("\n") })
    }

    fn outcome(&self) -> Result<Said, ReferralError> {
        let values = self.output.iter().filter_map(|output| output.value_codeable_concept.as_ref());
        let coding = values.flat_map(|value| &value.coding).map(|one| (&one.system, &one.code)).collect();
        Ok(Said::Outcome(only(coding, "outcome", "Task.output", Outcome::CODES)?))
    }
}

fn code<T: std::str::FromStr>(
    concept: &Concept,
    list: &str,
    element: &str,
    codes: &str,
) -> Result<T, ReferralError> {
    only(concept.coding.iter().map(|one| (&one.system, &one.code)).collect(), list, element, codes)
}

/// The one code of a list of ours; others may stand beside it.
fn only<T: std::str::FromStr>(
    coding: Vec<(&String, &String)>,
    list: &str,
    element: &str,
    codes: &str,
) -> Result<T, ReferralError> {
    let system = format!("{LISTS}:{list}");
    let mut ours = coding.into_iter().filter(|(of, _)| **of == system).map(|(_, code)| code);
    match (ours.next().map(|code| code.parse()), ours.next()) {
        (Some(Ok(value)), None) => Ok(value),
        _ => Err(ReferralError::invalid(element, format!("one code of the system {system}: {codes}"))),
    }
}
