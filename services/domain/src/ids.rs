//! Names of things. Drawn in the shells (UUID version 7, so that they sort by
//! time); here they are only compared.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use on_call_rota::{HospitalId, OperatorId, StaffId, TargetId, WindowId};

/// A text that is not one of our ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a UUID such as 0192d3c4-7b1a-7000-8000-000000000001")]
pub struct IdFault(pub &'static str);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $field:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdFault;
            fn from_str(text: &str) -> Result<Self, IdFault> {
                Uuid::parse_str(text).map(Self).map_err(|_| IdFault($field))
            }
        }
    };
}

id!(
    /// One call 入電, from the first INVITE to the end.
    CallId, "call_id");
id!(
    /// One party's side of a call.
    LegId, "leg_id");
id!(
    /// One call put to one desk, with a deadline.
    OfferId, "offer_id");

id!(
    /// One escalation: a ladder being climbed for one case.
    EscalationId, "escalation_id");
id!(
    /// One page: the attempt to reach one person by one way.
    PageId, "page_id");

id!(
    /// One referral 紹介: a case handed to whoever takes it.
    ReferralId, "referral_id");

id!(
    /// One person's account with one operator.
    AccountId, "account_id");
id!(
    /// One sign-in, from the password to the end. Not the secret that proves it.
    SessionId, "session_id");

/// Where the parties of one call hear each other. A call has at most one.
pub type RoomId = CallId;

/// A counsellor's place: a phone and a console. Named by the operator's own
/// short word (`desk-3`, `ito`), the user part of its phone account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeskId(Arc<str>);

impl TryFrom<String> for DeskId {
    type Error = DeskIdFault;
    fn try_from(word: String) -> Result<Self, DeskIdFault> {
        Self::parse(&word)
    }
}

impl From<DeskId> for String {
    fn from(desk: DeskId) -> Self {
        desk.as_str().to_owned()
    }
}

impl DeskId {
    /// # Errors
    /// When the word is empty, longer than 32 or has other characters than
    /// `a-z`, `0-9`, `-`, `_` and `.`.
    pub fn parse(word: &str) -> Result<Self, DeskIdFault> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        match !word.is_empty() && word.len() <= 32 && word.chars().all(fits) {
            true => Ok(Self(word.into())),
            false => Err(DeskIdFault),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("desk_id is 1 to 32 of a-z, 0-9, hyphen, underscore and full stop")]
pub struct DeskIdFault;
