//! What routing refuses, and under which code.

use domain::desk::Refusal;
use shell::store::StoreError;
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RoutingError {
    #[error("invalid {field}: {reason}")]
    Invalid { field: &'static str, reason: &'static str },
    #[error("desk_id is not known; sign in first")]
    UnknownDesk,
    #[error("window_id is not in the rota")]
    UnknownWindow,
    #[error("staff_id is not in the rota of this operator")]
    UnknownStaff,
    #[error("staff_id is in a call at another desk")]
    InCallElsewhere,
    #[error("call is answered by another desk or has ended")]
    AnsweredElsewhere,
    #[error(transparent)]
    Desk(#[from] Refusal),
    /// Another replica was faster several times in a row.
    #[error("desk is being changed by others; try again")]
    Contended,
    #[error("routing store is away")]
    StoreAway,
    #[error("routing store failed to {}", .0.attempt)]
    Store(#[source] StoreError),
    #[error("routing is shutting down")]
    ShuttingDown,
}

impl RoutingError {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Invalid { .. } | Self::UnknownStaff => Code::InvalidArgument,
            Self::UnknownDesk | Self::UnknownWindow => Code::NotFound,
            Self::InCallElsewhere | Self::AnsweredElsewhere | Self::Desk(_) => Code::FailedPrecondition,
            Self::Contended => Code::Aborted,
            Self::StoreAway | Self::ShuttingDown => Code::Unavailable,
            Self::Store(error) => {
                if error.passing {
                    Code::Unavailable
                } else {
                    Code::Internal
                }
            }
        }
    }
}

impl From<RoutingError> for Status {
    fn from(error: RoutingError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_is_away_may_be_asked_again_and_tells_nothing_of_its_rows() {
        let fault = StoreError::passing("claim desks", "connection to 10.0.0.7 refused");

        let status = Status::from(RoutingError::Store(fault));

        assert_eq!(
            (status.code(), status.message()),
            (Code::Unavailable, "routing store failed to claim desks")
        );
    }

    #[test]
    fn the_desk_that_lifts_second_is_refused_as_a_wrong_state() {
        assert_eq!(RoutingError::AnsweredElsewhere.code(), Code::FailedPrecondition);
    }
}
