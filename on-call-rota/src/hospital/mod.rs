//! Hospitals that take people when offices are closed: always, or by turn 輪番.

mod choose;
mod coverage;
mod duty;

use jiff::civil::Date;

use crate::code::coded;
use crate::contact::ContactPoint;
use crate::hours::{ClockTime, WeekHours};
use crate::ids::{HospitalId, OperatorId, RegionId, as_text};
use crate::rota::Ix;
use crate::shift::Timing;

pub use choose::{Choice, Exclusion, Need, Places, Suits};
pub use coverage::HospitalGap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHospital {
    #[error("a hospital is one of always, by_turn, somatic")]
    Kind,
    #[error(
        "an admission is one of outpatient, voluntary, protection, emergency, emergency_compulsory, compulsory, general"
    )]
    Admission,
    #[error(
        "a reason is one of on_duty_by_turn, always, somatic_suitable, places_free, places_unknown, area_unknown"
    )]
    Suits,
    #[error(
        "an exclusion is one of not_on_duty, arrival_too_late, out_of_area, admission_kind, not_somatic, no_places"
    )]
    Exclusion,
}

/// How a hospital takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HospitalKind {
    /// 常時対応型
    Always,
    /// 輪番型
    ByTurn,
    /// 身体合併症
    Somatic,
}

coded!(pub HospitalKind, InvalidHospital, InvalidHospital::Kind, {
    Always = "always", ByTurn = "by_turn", Somatic = "somatic",
});

/// What a hospital takes a person for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Admission {
    /// 外来
    Outpatient,
    /// 任意入院
    Voluntary,
    /// 医療保護入院
    Protection,
    /// 応急入院
    Emergency,
    /// 緊急措置入院
    EmergencyCompulsory,
    /// 措置入院
    Compulsory,
    /// 一般病棟
    General,
}

coded!(pub Admission, InvalidHospital, InvalidHospital::Admission, {
    Outpatient = "outpatient", Voluntary = "voluntary", Protection = "protection", Emergency = "emergency",
    EmergencyCompulsory = "emergency_compulsory", Compulsory = "compulsory", General = "general",
});

#[derive(Clone, Debug)]
pub struct Hospital {
    pub id: HospitalId,
    pub operator: OperatorId,
    pub name: String,
    pub kind: HospitalKind,
    /// Can treat a physical illness besides.
    pub somatic: bool,
    /// At least one.
    pub admissions: Vec<Admission>,
    /// On each stretch of duty, people arrive by then.
    pub latest_arrival: Option<ClockTime>,
    /// Where its people come from; with no `municipalities` either, from everywhere.
    pub regions: Vec<RegionId>,
    pub municipalities: Vec<String>,
    /// In the order in which they are tried; at least one can be talked over.
    pub contacts: Vec<ContactPoint>,
    /// When all of this was last confirmed with the hospital.
    pub checked: Date,
    pub(crate) operator_ix: Ix,
    /// None: it is there by its turns only.
    pub(crate) hours: Option<WeekHours>,
}

impl Hospital {
    pub(crate) fn is_from_everywhere(&self) -> bool {
        self.regions.is_empty() && self.municipalities.is_empty()
    }
}

/// Which hospitals are on duty for an area on which dates.
#[derive(Clone, Debug)]
pub(crate) struct HospitalTurn {
    pub(crate) operator_ix: Ix,
    /// None: for the whole of the operator.
    pub(crate) area: Option<RegionId>,
    pub(crate) from: Option<Date>,
    /// The last date on which a turn begins.
    pub(crate) until: Option<Date>,
    /// The people of these are hospitals. Dated ones stand instead of what recurs.
    pub(crate) timings: Vec<Timing>,
}

impl HospitalTurn {
    pub(crate) fn is_on_date(&self, date: Date) -> bool {
        let dated = |timing: &Timing| match timing {
            Timing::Dated { date: its, .. } => *its == date,
            Timing::Weekly(_) | Timing::Rotation(_) => false,
        };
        self.timings.iter().any(dated)
    }

    pub(crate) fn is_dated(&self) -> bool {
        self.timings.iter().any(|timing| matches!(timing, Timing::Dated { .. }))
    }
}
