//! Who asks. The gate has judged the role; here is whose operator, and whose centre.

use domain::access::{Person, Principal, Role};
use domain::ids::{OperatorId, TargetId};
use shell::access::SESSION;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};

use crate::error::ReferralError;
use crate::wire::{SHORT_WORD, word};

#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) operator: OperatorId,
    pub(crate) who: Principal,
    /// Shown on to triage, so that the record is read in the person's own name.
    pub(crate) session: Option<MetadataValue<Ascii>>,
}

impl Asker {
    /// A person sees nothing of another operator, not even that it is there.
    pub(crate) fn of<T>(request: &Request<T>, operator: &str) -> Result<Self, ReferralError> {
        let asker = Self {
            operator: word(operator, "operator_id", SHORT_WORD)?,
            who: shell::access::principal(request),
            session: request.metadata().get(SESSION).cloned(),
        };
        match &asker.who {
            Principal::Stranger => Err(ReferralError::NotSignedIn),
            Principal::Person(person) if person.operator != asker.operator => {
                Err(ReferralError::NotFound("operator_id"))
            }
            Principal::Person(_) | Principal::Service => Ok(asker),
        }
    }

    /// The line itself, which has no session to show.
    pub(crate) fn line(operator: OperatorId) -> Self {
        Self { operator, who: Principal::Service, session: None }
    }

    pub(crate) fn person(&self) -> Option<&Person> {
        self.who.person()
    }

    /// A staff id for the story; empty for the line itself.
    pub(crate) fn staff(&self) -> String {
        let staff = self.person().and_then(|person| person.staff.as_ref());
        staff.map(ToString::to_string).unwrap_or_default()
    }

    /// Somebody of a centre alone, who sees that centre's cases and no others.
    pub(crate) fn is_of_a_centre(&self) -> bool {
        let at_desk = [Role::Counsellor, Role::Supervisor, Role::Psychiatrist, Role::OperatorAdmin];
        self.person().is_some_and(|person| person.roles.has(Role::Centre) && !person.roles.has_any(&at_desk))
    }

    /// The centre of an account of the role centre is its staff id: the id of the target.
    pub(crate) fn target(&self) -> Result<TargetId, ReferralError> {
        self.staff().parse().map_err(|_| ReferralError::NotFound("centre_id"))
    }

    /// Another centre is not known to whoever asks.
    pub(crate) fn of_centre(&self, centre: &str) -> Result<TargetId, ReferralError> {
        let asked: TargetId = word(centre, "centre_id", SHORT_WORD)?;
        match &self.who {
            Principal::Service => Ok(asked),
            Principal::Person(_) | Principal::Stranger => match self.target()? {
                own if own == asked => Ok(own),
                _ => Err(ReferralError::NotFound("centre_id")),
            },
        }
    }
}
