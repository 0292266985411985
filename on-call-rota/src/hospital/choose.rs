//! Which hospital is asked first, and why; and why another is not.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::duty::HospitalDuty;
use super::{Admission, Hospital, HospitalKind, InvalidHospital};
use crate::code::coded;
use crate::ids::{HospitalId, OperatorId, RegionId, as_text};
use crate::period::Period;
use crate::rota::Rota;

/// Whom a hospital is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub operator: OperatorId,
    /// Where the person lives or is; without it no area is held against a hospital.
    pub region: Option<RegionId>,
    pub municipality: Option<String>,
    /// None: not known yet.
    pub admission: Option<Admission>,
    /// A physical illness besides.
    pub somatic: bool,
    /// When they will be there.
    pub arrival: Timestamp,
}

/// What a hospital said last about its free places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub hospital: HospitalId,
    pub free: u32,
    pub reported: Timestamp,
}

/// Why a hospital is in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Suits {
    OnDutyByTurn,
    Always,
    SomaticSuitable,
    /// Reported lately.
    PlacesFree,
    /// Not reported, or too long ago.
    PlacesUnknown,
    AreaUnknown,
}

coded!(pub Suits, InvalidHospital, InvalidHospital::Suits, {
    OnDutyByTurn = "on_duty_by_turn", Always = "always", SomaticSuitable = "somatic_suitable",
    PlacesFree = "places_free", PlacesUnknown = "places_unknown", AreaUnknown = "area_unknown",
});

/// Why a hospital is not to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Exclusion {
    NotOnDuty,
    ArrivalTooLate,
    OutOfArea,
    AdmissionKind,
    NotSomatic,
    NoPlaces,
}

coded!(pub Exclusion, InvalidHospital, InvalidHospital::Exclusion, {
    NotOnDuty = "not_on_duty", ArrivalTooLate = "arrival_too_late", OutOfArea = "out_of_area",
    AdmissionKind = "admission_kind", NotSomatic = "not_somatic", NoPlaces = "no_places",
});

/// A hospital, and what speaks for and against it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Choice {
    pub hospital: HospitalId,
    pub reasons: Vec<Suits>,
    /// All of them. Empty: it can be asked.
    pub excluded: Vec<Exclusion>,
    /// People may arrive until then, on the duty that was looked at.
    pub arrive_by: Option<Timestamp>,
    /// As reported, and how long ago.
    pub places: Option<(u32, Duration)>,
}

impl Choice {
    pub fn can_be_asked(&self) -> bool {
        self.excluded.is_empty()
    }
}

impl Rota {
    /// Every hospital of the operator: those that can be asked first, in the order in which they
    /// are; then the others with the reasons against them, for a human to see. What is reported of
    /// places counts for `fresh_for`.
    pub fn choose_hospital(
        &self,
        now: Timestamp,
        need: &Need,
        places: &[Places],
        fresh_for: Duration,
    ) -> Vec<Choice> {
        let Some(operator) = self.operators.iter().position(|one| one.id == need.operator) else {
            return Vec::new();
        };
        let until = need.arrival.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        let days = self.hospital_days(operator, Period { from: need.arrival, until });
        let mut duties = self.hospital_duties(operator, &days);
        duties.retain(|duty| duty.contains(need.arrival));
        let theirs = |ix: usize| duties.iter().filter(move |duty| duty.hospital == ix);
        let mut choices = Vec::new();
        for (ix, hospital) in self.hospitals.iter().enumerate().filter(|(_, one)| one.operator_ix == operator)
        {
            let duty = best(theirs(ix), need);
            let by_turn = duty.filter(|duty| duty.turn.is_some());
            let nth = by_turn.and_then(|duty| duties.iter().position(|other| std::ptr::eq(other, duty)));
            let known = latest(places, hospital, now, fresh_for);
            choices.push((nth, hospital.judged(duty, need, known)));
        }
        choices.sort_by_key(|(nth, choice)| (rank(choice), nth.unwrap_or(usize::MAX)));
        choices.into_iter().map(|(_, choice)| choice).collect()
    }
}

/// The duty that speaks most for the hospital.
fn best<'a, 'b>(
    duties: impl Iterator<Item = &'b HospitalDuty<'a>>,
    need: &Need,
) -> Option<&'b HospitalDuty<'a>>
where
    'a: 'b,
{
    duties.min_by_key(|duty| {
        (!duty.is_for(need.region.as_ref()), duty.latest < need.arrival, duty.turn.is_none())
    })
}

struct Known {
    free: u32,
    age: Duration,
    is_fresh: bool,
}

fn latest(places: &[Places], hospital: &Hospital, now: Timestamp, fresh_for: Duration) -> Option<Known> {
    let theirs = places.iter().filter(|one| one.hospital == hospital.id);
    let last = theirs.max_by_key(|one| one.reported)?;
    let age = Duration::try_from(now.duration_since(last.reported)).unwrap_or_default();
    Some(Known { free: last.free, age, is_fresh: age <= fresh_for })
}

/// Whom one asks before whom: by turn, then those always there; known places before unknown ones.
fn rank(choice: &Choice) -> (usize, bool, bool) {
    let has = |reason| choice.reasons.contains(&reason);
    (choice.excluded.len(), !has(Suits::OnDutyByTurn), !has(Suits::PlacesFree))
}

impl Hospital {
    fn judged(&self, duty: Option<&HospitalDuty<'_>>, need: &Need, known: Option<Known>) -> Choice {
        Choice {
            hospital: self.id.clone(),
            reasons: self.reasons(duty, need, known.as_ref()),
            excluded: self.exclusions(duty, need, known.as_ref()),
            arrive_by: duty.map(|duty| duty.latest),
            places: known.map(|known| (known.free, known.age)),
        }
    }

    fn reasons(&self, duty: Option<&HospitalDuty<'_>>, need: &Need, known: Option<&Known>) -> Vec<Suits> {
        let by_turn = duty.map(|duty| match duty.turn {
            Some(_) => Suits::OnDutyByTurn,
            None => Suits::Always,
        });
        let places = match known.filter(|known| known.is_fresh) {
            Some(known) if known.free > 0 => Some(Suits::PlacesFree),
            Some(_) => None,
            None => Some(Suits::PlacesUnknown),
        };
        let somatic = (need.somatic && self.somatic).then_some(Suits::SomaticSuitable);
        let nowhere = need.region.is_none() && need.municipality.is_none();
        let area = (nowhere && !self.is_from_everywhere()).then_some(Suits::AreaUnknown);
        [by_turn, somatic, places, area].into_iter().flatten().collect()
    }

    fn exclusions(
        &self,
        duty: Option<&HospitalDuty<'_>>,
        need: &Need,
        known: Option<&Known>,
    ) -> Vec<Exclusion> {
        let out_of_turn = duty.is_some_and(|duty| !duty.is_for(need.region.as_ref()));
        let is_full = known.is_some_and(|known| known.is_fresh && known.free == 0);
        let takes = need.admission.is_none_or(|admission| self.admissions.contains(&admission));
        let against = [
            (duty.is_none(), Exclusion::NotOnDuty),
            (duty.is_some_and(|duty| duty.latest < need.arrival), Exclusion::ArrivalTooLate),
            (out_of_turn || !self.serves(need), Exclusion::OutOfArea),
            (!takes, Exclusion::AdmissionKind),
            (need.somatic && !self.somatic, Exclusion::NotSomatic),
            (is_full, Exclusion::NoPlaces),
        ];
        against.into_iter().filter_map(|(holds, exclusion)| holds.then_some(exclusion)).collect()
    }

    fn serves(&self, need: &Need) -> bool {
        let unknown = need.region.is_none() && need.municipality.is_none();
        let by_region = need.region.as_ref().is_some_and(|region| self.regions.contains(region));
        let by_town = need.municipality.as_ref().is_some_and(|town| self.municipalities.contains(town));
        unknown || self.is_from_everywhere() || by_region || by_town
    }
}

impl HospitalKind {
    /// Such a hospital is there without a turn.
    pub(crate) fn has_hours(self) -> bool {
        match self {
            Self::Always | Self::Somatic => true,
            Self::ByTurn => false,
        }
    }
}
