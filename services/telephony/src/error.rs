//! What can go wrong when telephony is asked, and how it is said on the wire.

use shell::store::StoreError;
use tonic::{Code, Status};

use crate::driver::ActFault;

#[derive(Debug, thiserror::Error)]
pub enum TelephonyError {
    #[error("invalid {field}: it must be {right}")]
    Invalid { field: &'static str, right: &'static str },
    #[error("call_id is no call that goes on here")]
    NoSuchCall,
    #[error(transparent)]
    Act(#[from] ActFault),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TelephonyError {
    pub fn invalid(field: &'static str, right: &'static str) -> Self {
        Self::Invalid { field, right }
    }

    pub fn code(&self) -> Code {
        match self {
            Self::Invalid { .. } => Code::InvalidArgument,
            Self::Act(ActFault::NotHere) => Code::NotFound,
            Self::NoSuchCall | Self::Act(ActFault::Refused(_) | ActFault::NotFree) => {
                Code::FailedPrecondition
            }
            Self::Store(StoreError { passing: true, .. }) => Code::Unavailable,
            Self::Store(StoreError { passing: false, .. }) => Code::Internal,
        }
    }
}

impl From<TelephonyError> for Status {
    /// The source stays behind: it may name a table, a host or a person.
    fn from(error: TelephonyError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
