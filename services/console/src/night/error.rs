//! What the console refuses, and under which code.

use domain::ids::IdFault;
use shell::store::StoreError;
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsoleError {
    #[error("sign in first")]
    NotAPerson,
    #[error("your account is not bound to anybody in the rota: an operator_admin sets its staff_id")]
    NotInTheRota,
    #[error("you are not signed in to a desk")]
    NoDesk,
    #[error("desk {0} is somebody else's")]
    OthersDesk(String),
    #[error("desk {0} has nobody signed in")]
    EmptyDesk(String),
    #[error("{0} is not known")]
    NotFound(&'static str),
    #[error("invalid {field}: {reason}")]
    Invalid { field: &'static str, reason: &'static str },
    #[error(transparent)]
    Id(#[from] IdFault),
    #[error("this page was not for you")]
    OthersPage,
    #[error("console store failed to {}", .0.attempt)]
    Store(#[from] StoreError),
}

impl ConsoleError {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::NotAPerson => Code::Unauthenticated,
            Self::NotInTheRota | Self::NoDesk | Self::EmptyDesk(_) => Code::FailedPrecondition,
            Self::OthersDesk(_) | Self::OthersPage => Code::PermissionDenied,
            Self::NotFound(_) => Code::NotFound,
            Self::Invalid { .. } | Self::Id(_) => Code::InvalidArgument,
            Self::Store(error) => match error.passing {
                true => Code::Unavailable,
                false => Code::Internal,
            },
        }
    }
}

impl From<ConsoleError> for Status {
    /// The source stays behind: it may name a table or a person.
    fn from(error: ConsoleError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
