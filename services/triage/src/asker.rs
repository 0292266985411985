//! Who asks. The gate has judged the role; here is whose operator, whose record, whose call.

use domain::access::{Person, Principal, Role};
use domain::ids::{AccountId, OperatorId, StaffId};
use tonic::Request;

use crate::error::TriageError;
use crate::wire::{SHORT_WORD, word};

#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) operator: OperatorId,
    pub(crate) who: Principal,
}

impl Asker {
    /// A person sees nothing of another operator, not even that it is there.
    pub(crate) fn of<T>(request: &Request<T>, operator: &str) -> Result<Self, TriageError> {
        let asker = Self {
            operator: word(operator, "operator_id", SHORT_WORD)?,
            who: shell::access::principal(request),
        };
        match &asker.who {
            Principal::Stranger => Err(TriageError::NotSignedIn),
            Principal::Person(person) if person.operator != asker.operator => {
                Err(TriageError::NotFound("operator_id"))
            }
            Principal::Person(_) | Principal::Service => Ok(asker),
        }
    }

    pub(crate) fn person(&self) -> Option<&Person> {
        self.who.person()
    }

    pub(crate) fn account(&self) -> Option<AccountId> {
        self.person().map(|person| person.account)
    }

    pub(crate) fn staff(&self) -> Option<StaffId> {
        self.person().and_then(|person| person.staff.clone())
    }

    pub(crate) fn is_supervisor(&self) -> bool {
        self.person().is_some_and(|person| person.roles.has(Role::Supervisor))
    }
}
