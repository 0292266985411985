//! What is said for a referral alone, beside its record: the purpose, how the person comes, and fields that
//! the record does not have.

use domain::referral::{Accompanying, Purpose, Transport};
use domain::triage::Fields;
use domain::triage::field::{Kind, field};
use proto::referral::v1 as pb;

use crate::error::ReferralError;

pub(crate) const PURPOSE: &str = "purpose";
pub(crate) const ACCOMPANYING: &str = "accompanying";
pub(crate) const TRANSPORT: &str = "transport";
pub(crate) const POLICE: &str = "police_involved";
pub(crate) const ADVICE: &str = "psychiatrist_advice";
/// Fields of one change.
const FIELDS: usize = 100;

pub(crate) fn is_of_the_journey(name: &str) -> bool {
    matches!(name, PURPOSE | ACCOMPANYING | TRANSPORT | POLICE | ADVICE)
}

/// Laid over those that were there. No values: the record's own holds again.
pub(crate) fn merged(before: &Fields, changes: &[pb::Content]) -> Result<Fields, ReferralError> {
    if changes.len() > FIELDS {
        return Err(ReferralError::invalid("changes", "at most 100 fields"));
    }
    let mut fields = before.clone();
    for change in changes {
        judge(change)?;
        fields.set(&change.field, change.values.clone());
    }
    Ok(fields)
}

fn judge(change: &pb::Content) -> Result<(), ReferralError> {
    let wrong = |reason: &str| Err(ReferralError::invalid(shown(&change.field), reason));
    let one = match change.values.as_slice() {
        [] => return Ok(()),
        [one] => one.as_str(),
        _ => "",
    };
    match change.field.as_str() {
        PURPOSE if one.parse::<Purpose>().is_err() => wrong(Purpose::CODES),
        ACCOMPANYING if one.parse::<Accompanying>().is_err() => wrong(Accompanying::CODES),
        TRANSPORT if one.parse::<Transport>().is_err() => wrong(Transport::CODES),
        POLICE if !matches!(one, "true" | "false") => wrong("true or false"),
        ADVICE if one.parse::<uuid::Uuid>().is_err() => wrong("the id of an escalation"),
        PURPOSE | ACCOMPANYING | TRANSPORT | POLICE | ADVICE => Ok(()),
        name => match field(name) {
            Some(field) => fits(&field.kind, &change.values).or_else(|right| wrong(&right)),
            None => wrong("is no field of a referral"),
        },
    }
}

fn fits(kind: &Kind, values: &[String]) -> Result<(), String> {
    let most = match kind {
        Kind::Codes(_, most) => *most,
        Kind::Code(_) | Kind::Text(_) | Kind::Bool | Kind::Date | Kind::Instant | Kind::Staff => 1,
    };
    if values.len() > most {
        return Err(format!("at most {most} values"));
    }
    values.iter().try_for_each(|value| fits_one(kind, value))
}

fn fits_one(kind: &Kind, value: &str) -> Result<(), String> {
    let (right, reason) = match kind {
        Kind::Code(list) | Kind::Codes(list, _) => (list.find(value).is_some(), list.codes.to_owned()),
        Kind::Text(most) => (value.chars().count() <= *most, format!("at most {most} characters")),
        Kind::Bool => (matches!(value, "true" | "false"), "true or false".to_owned()),
        Kind::Date => (is_day(value), "a day such as 2026-11-21".to_owned()),
        Kind::Instant => (
            value.parse::<jiff::Timestamp>().is_ok(),
            "a moment such as 2026-11-21T15:00:00+09:00".to_owned(),
        ),
        Kind::Staff => (value.parse::<domain::ids::StaffId>().is_ok(), "a staff id".to_owned()),
    };
    if right { Ok(()) } else { Err(reason) }
}

fn is_day(value: &str) -> bool {
    value.len() == 10 && value.parse::<jiff::civil::Date>().is_ok()
}

/// What is in no dictionary is itself shown no further than this.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}
