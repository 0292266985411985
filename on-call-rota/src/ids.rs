//! Names by which a rota file and every service speak of the same thing.
//!
//! Each is parsed once; a value of these types cannot be malformed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Longest id that is accepted, in characters.
pub const ID_MAX: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to {ID_MAX} characters of a-z, 0-9 and -")]
pub struct InvalidId;

/// What may be written to a file and read back as one string.
macro_rules! as_text {
    ($name:ident, $error:ty) => {
        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    };
}
pub(crate) use as_text;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                is_id(text).then(|| Self(text.into())).ok_or(InvalidId)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        /// So that a map keyed by the id can be asked with a `&str`.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        as_text!($name, InvalidId);
    };
}

fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=ID_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

id!(
    /// Who runs windows: a prefecture or a designated city.
    OperatorId
);
id!(
    /// A window 相談窓口: called numbers with hours.
    WindowId
);
id!(
    /// Windows that together give one service, usually the 24 hours.
    GroupId
);
id!(
    /// A person of the rota, by a short word that is not their name in full.
    StaffId
);
id!(
    /// A pattern, a rotation or a dated shift: where a shift comes from.
    DutyId
);
id!(
    /// A staffing rule.
    RuleId
);

impl RuleId {
    /// A rule that is built in.
    pub(crate) fn built_in(id: &'static str) -> Self {
        debug_assert!(is_id(id));
        Self(id.into())
    }
}

id!(
    /// A psychiatric emergency information centre 精神科救急情報センター.
    CentreId
);
id!(
    /// A hospital that takes people by night, always or by turn 輪番病院.
    HospitalId
);
id!(
    /// Who may take a referral: a centre, a hospital, or another body of the directory.
    TargetId
);

impl From<CentreId> for TargetId {
    fn from(centre: CentreId) -> Self {
        Self(centre.0)
    }
}

impl From<HospitalId> for TargetId {
    fn from(hospital: HospitalId) -> Self {
        Self(hospital.0)
    }
}

id!(
    /// A part of the prefecture that a counsellor knows.
    RegionId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_short_word() {
        for good in ["ito", "a", "main-2", &"x".repeat(32)] {
            assert_eq!(good.parse::<StaffId>().unwrap().as_str(), good);
        }
        for bad in ["", "Ito", "ito sakura", "伊藤", "a_b", &"x".repeat(33)] {
            assert_eq!(bad.parse::<StaffId>(), Err(InvalidId));
        }
    }

    #[test]
    fn an_id_reads_back_from_json_and_a_bad_one_is_refused() {
        let id: WindowId = serde_json::from_str("\"main\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"main\"");
        assert!(serde_json::from_str::<WindowId>("\"Main!\"").is_err());
    }
}
