//! What a receiver is told: the least that the purpose needs (domain.md 7.3). Whatever is not named
//! here stays with the line.

use serde::{Deserialize, Serialize};

use super::lists::{Accompanying, Purpose, Transport};
use super::story::Refusal;
use crate::escalation::TriageCode;
use crate::ids::EscalationId;
use crate::triage::field::OWN_CODE;
use crate::triage::lists::{Consent, ConsentBasis};
use crate::triage::{Assessment, Fields};

use Purpose::{Admission, Application, Coordination, Rescue, Somatic, Support, Visit};

const ALL: &[Purpose] = Purpose::ALL;
/// Somebody examines the person.
const CARE: &[Purpose] = &[Coordination, Visit, Admission, Somatic];
/// Somebody examines them or decides about them.
const CASE: &[Purpose] = &[Coordination, Visit, Admission, Somatic, Application];
/// Somebody goes there, or examines them.
const URGENT: &[Purpose] = &[Coordination, Visit, Admission, Somatic, Application, Rescue];

/// Fields of the record that leave it, each for these purposes.
const TOLD: &[(&str, &[Purpose])] = &[
    ("anonymity", ALL),
    ("subject_name", ALL),
    ("subject_kana", CASE),
    ("sex", ALL),
    ("birth_date", CASE),
    ("age_band", ALL),
    ("location", URGENT),
    ("municipality", &[Coordination, Visit, Admission, Somatic, Application, Support]),
    ("caller_kind", ALL),
    ("caller_org", ALL),
    ("callback_number", ALL),
    ("presenting", ALL),
    ("state", URGENT),
    ("diagnosis", CARE),
    ("history", CARE),
    ("medication", CARE),
    ("attending_hospital", CARE),
    ("somatic_problem", URGENT),
    ("suicide_level", URGENT),
    ("harm_to_others", URGENT),
    (OWN_CODE, ALL),
    ("legal_route", CASE),
    ("legal_route_date", CASE),
    ("consent", ALL),
    ("consent_basis", ALL),
];

/// Without these nobody is told anything.
const NEEDED: &[&str] = &["consent", "consent_basis", "caller_kind", "presenting", OWN_CODE];
/// 22条: what an application must carry.
const NEEDED_TO_APPLY: &[&str] = &["subject_name", "sex", "birth_date", "location", "municipality"];

/// How the person comes, and who is in it: asked when a referral is drafted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    pub accompanying: Option<Accompanying>,
    pub transport: Option<Transport>,
    pub police_involved: Option<bool>,
    /// The escalation in which a psychiatrist advised.
    pub psychiatrist_advice: Option<EscalationId>,
}

/// What is sent, and nothing else is. `Debug` shows no word of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    purpose: Purpose,
    fields: Fields,
    journey: Journey,
}

impl Content {
    /// Taken from a record as it stands, with what its answers come to.
    pub fn of(purpose: Purpose, record: &Fields, assessment: &Assessment, journey: Journey) -> Self {
        let told = |name: &str| TOLD.iter().any(|(one, to)| *one == name && to.contains(&purpose));
        let kept = record.iter().filter(|(name, _)| told(name) && record.has(name));
        let mut fields: Fields = kept.map(|(name, values)| (name.to_owned(), values.to_vec())).collect();
        for (name, computed) in computed(record, assessment) {
            if let Some(word) = computed.filter(|_| told(name)) {
                fields.set(name, vec![word.to_owned()]);
            }
        }
        Self { purpose, fields, journey }
    }

    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The fields as a receiver reads them: who, where, what happened, what is known, on which ground.
    pub fn in_order(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        TOLD.iter().map(|(name, _)| (*name, self.fields.all(name))).filter(|(_, values)| !values.is_empty())
    }

    pub fn journey(&self) -> &Journey {
        &self.journey
    }

    pub fn code(&self) -> Option<TriageCode> {
        self.fields.code(OWN_CODE)
    }

    /// The names of what is still needed before anybody may be told.
    pub fn missing(&self) -> Vec<&'static str> {
        let more = if self.purpose == Application { NEEDED_TO_APPLY } else { &[] };
        NEEDED.iter().chain(more).copied().filter(|name| !self.fields.has(name)).collect()
    }

    /// # Errors
    /// When something is missing, or the basis does not carry it.
    pub fn check(&self) -> Result<(), Refusal> {
        let missing = self.missing();
        if !missing.is_empty() {
            return Err(Refusal::Missing(missing));
        }
        let agreed = self.fields.code::<Consent>("consent") == Some(Consent::Given);
        match self.fields.code::<ConsentBasis>("consent_basis") {
            Some(ConsentBasis::Consent) if !agreed => Err(Refusal::BasisUnfit),
            Some(_) => Ok(()),
            None => Err(Refusal::Missing(vec!["consent_basis"])),
        }
    }
}

/// What the answers say where nobody wrote it; of two codes the more urgent.
fn computed(record: &Fields, assessment: &Assessment) -> [(&'static str, Option<&'static str>); 4] {
    let own = record.code::<TriageCode>(OWN_CODE);
    let unless = |name: &str, word: Option<&'static str>| word.filter(|_| !record.has(name));
    [
        (OWN_CODE, own.into_iter().chain(assessment.code).min().map(TriageCode::code)),
        ("suicide_level", unless("suicide_level", assessment.suicide_level.map(|one| one.code()))),
        ("somatic_problem", unless("somatic_problem", assessment.somatic_problem.map(|one| one.code()))),
        ("harm_to_others", unless("harm_to_others", assessment.harm_to_others.map(|one| one.code()))),
    ]
}
