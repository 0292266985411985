//! Who asks. The gate has judged the role; here is whose operator.

use domain::access::{Person, Principal};
use domain::ids::OperatorId;
use tonic::Request;

use crate::error::LogError;
use crate::wire::{SHORT_WORD, word};

#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) operator: OperatorId,
    pub(crate) who: Principal,
}

impl Asker {
    /// A person sees nothing of another operator, not even that it is there.
    pub(crate) fn of<T>(request: &Request<T>, operator: &str) -> Result<Self, LogError> {
        let asker = Self {
            operator: word(operator, "operator_id", SHORT_WORD)?,
            who: shell::access::principal(request),
        };
        match &asker.who {
            Principal::Stranger => Err(LogError::NotSignedIn),
            Principal::Person(person) if person.operator != asker.operator => {
                Err(LogError::NotFound("operator_id"))
            }
            Principal::Person(_) | Principal::Service => Ok(asker),
        }
    }

    pub(crate) fn person(&self) -> Option<&Person> {
        self.who.person()
    }
}
