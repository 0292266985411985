//! The people of a rota: what they may do, which languages they speak, how
//! they are reached.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use crate::code::coded;
use crate::contact::ContactPoint;
use crate::ids::{OperatorId, RegionId, StaffId, as_text};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStaff {
    #[error("a qualification is one of {}", Qualification::CODES)]
    Qualification,
    #[error("a language is the first part of a BCP 47 tag: two or three letters a-z, such as ja or en")]
    Language,
    #[error("a role is one of {}", Role::CODES)]
    Role,
}

/// CL-QUAL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Qualification {
    /// 看護師
    Nurse,
    /// 保健師, public health nurse
    Phn,
    /// 精神保健福祉士, psychiatric social worker
    Psw,
    /// 公認心理師
    Psychologist,
    OtherExpert,
    /// 医師
    Physician,
    /// 精神保健指定医
    DesignatedPhysician,
}

impl Qualification {
    pub const CODES: &'static str =
        "nurse, phn, psw, psychologist, other_expert, physician, designated_physician";

    pub fn is_physician(self) -> bool {
        match self {
            Self::Physician | Self::DesignatedPhysician => true,
            Self::Nurse | Self::Phn | Self::Psw | Self::Psychologist | Self::OtherExpert => false,
        }
    }
}

coded!(pub Qualification, InvalidStaff, InvalidStaff::Qualification, {
    Nurse = "nurse", Phn = "phn", Psw = "psw", Psychologist = "psychologist",
    OtherExpert = "other_expert", Physician = "physician", DesignatedPhysician = "designated_physician",
});

/// What a person does during a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// 相談員: takes calls at a desk.
    Counsellor,
    /// 当直責任者
    Supervisor,
    /// 当番医: the first psychiatrist on call.
    Psychiatrist,
    /// The psychiatrist behind the first.
    PsychiatristBehind,
}

impl Role {
    pub const CODES: &'static str = "counsellor, supervisor, psychiatrist, psychiatrist-behind";

    /// Whether only a physician may have it.
    pub fn needs_physician(self) -> bool {
        match self {
            Self::Psychiatrist | Self::PsychiatristBehind => true,
            Self::Counsellor | Self::Supervisor => false,
        }
    }
}

coded!(pub Role, InvalidStaff, InvalidStaff::Role, {
    Counsellor = "counsellor", Supervisor = "supervisor",
    Psychiatrist = "psychiatrist", PsychiatristBehind = "psychiatrist-behind",
});

/// The primary subtag of a BCP 47 language tag: `ja`, `en`, `yue`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language([u8; 3]);

impl Language {
    pub const JAPANESE: Self = Self(*b"ja\0");
    pub const ENGLISH: Self = Self(*b"en\0");
}

impl FromStr for Language {
    type Err = InvalidStaff;
    fn from_str(text: &str) -> Result<Self, InvalidStaff> {
        match *text.as_bytes() {
            [a, b] if [a, b].iter().all(u8::is_ascii_lowercase) => Ok(Self([a, b, 0])),
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_lowercase) => Ok(Self([a, b, c])),
            _ => Err(InvalidStaff::Language),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().filter(|&&byte| byte != 0).try_for_each(|&byte| write!(f, "{}", byte as char))
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

as_text!(Language, InvalidStaff);

/// A person's name. `Debug` masks it, so it cannot slip into a log; a screen
/// asks for it with `reveal`.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffName(Arc<str>);

impl StaffName {
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StaffName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A contact point with the dates on which it works; both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub point: ContactPoint,
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// How long after the rung is reached it is used, where the rota says so.
    pub after: Option<Duration>,
}

impl Contact {
    pub fn works_on(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    pub id: StaffId,
    pub operator: OperatorId,
    pub name: StaffName,
    /// At least one; the first is the one they work by.
    pub qualifications: Vec<Qualification>,
    /// 精神科の臨床経験
    pub psychiatric_experience: bool,
    /// At least one.
    pub languages: Vec<Language>,
    pub region: Option<RegionId>,
    /// In the order in which they are tried. May be empty: coverage reports it.
    pub contacts: Vec<Contact>,
}

impl Staff {
    /// The contacts that work on a local date, in order.
    pub fn contacts_on(&self, date: Date) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(move |contact| contact.works_on(date))
    }

    pub fn is_physician(&self) -> bool {
        self.qualifications.iter().any(|one| one.is_physician())
    }

    pub fn speaks(&self, language: Language) -> bool {
        self.languages.contains(&language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_code_list() {
        for code in Qualification::CODES.split(", ") {
            assert_eq!(code.parse::<Qualification>().unwrap().code(), code);
        }
        for code in Role::CODES.split(", ") {
            assert_eq!(code.parse::<Role>().unwrap().code(), code);
        }
        assert_eq!("doctor".parse::<Qualification>(), Err(InvalidStaff::Qualification));
    }

    #[test]
    fn a_language_is_a_primary_subtag() {
        assert_eq!("ja".parse::<Language>().unwrap(), Language::JAPANESE);
        assert_eq!("yue".parse::<Language>().unwrap().to_string(), "yue");
        for bad in ["", "j", "JA", "ja-JP", "日本"] {
            assert!(bad.parse::<Language>().is_err());
        }
    }

    #[test]
    fn a_name_cannot_be_printed_by_accident() {
        assert_eq!(format!("{:?}", StaffName::new("伊藤 さくら")), "***");
    }
}
