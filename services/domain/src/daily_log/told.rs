//! What a log is told of a record: codes only.

use crate::triage::field::{FIELDS, Kind};
use crate::triage::{Assessment, Fields};

/// The coded fields that are not personal. What the answers say already need not have been written a second
/// time, so it is laid under what was written.
pub fn told(fields: &Fields, assessment: &Assessment) -> Fields {
    let mut told = Fields::default();
    for (name, code) in [
        ("suicide_level", assessment.suicide_level.map(|one| one.code())),
        ("harm_to_others", assessment.harm_to_others.map(|one| one.code())),
        ("somatic_problem", assessment.somatic_problem.map(|one| one.code())),
        ("jaep_class", assessment.jaep_class.map(|one| one.code())),
    ] {
        told.set(name, code.into_iter().map(str::to_owned).collect());
    }
    let coded =
        FIELDS.iter().filter(|field| !field.personal && is_coded(field.kind) && fields.has(field.name));
    coded.for_each(|field| told.set(field.name, fields.all(field.name).to_vec()));
    told
}

fn is_coded(kind: Kind) -> bool {
    match kind {
        Kind::Code(_) | Kind::Codes(_, _) => true,
        Kind::Text(_) | Kind::Bool | Kind::Date | Kind::Instant | Kind::Staff => false,
    }
}
