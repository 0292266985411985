//! What signed records say, by code. A coded field that is empty counts as not known.

use std::str::FromStr;

use super::{Bands, flag};
use crate::codes::CodeList;
use crate::daily_log::facts::Record;
use crate::daily_log::figure::UNKNOWN;
use crate::daily_log::tally::Tally;
use crate::escalation::{AgeBand, TriageCode};
use crate::ledger::OriginKind;
use crate::triage::lists::{
    CallerGroup, CallerKind, ContactChannel, Disposition, EmergencyService, EndKind, Flag, HarmToOthers,
    PresentState, Sex, SuicideLevel, Topic,
};

pub(super) fn count(bands: &mut Bands<'_>) {
    for record in bands.signed() {
        let incoming = bands.call(record.call).is_none_or(|call| call.origin == OriginKind::Incoming);
        let tally = bands.of_record(record);
        tally.count("records");
        tally.count_if("silent", incoming && is_silent(record));
        people(record, tally);
        matter(record, tally);
        risk(record, tally);
        results(record, tally);
    }
}

fn code<T: FromStr>(record: &Record, field: &str) -> Option<T> {
    record.fields.code(field)
}

/// Answered, and nobody spoke: never an abandoned call.
fn is_silent(record: &Record) -> bool {
    code(record, "end_kind") == Some(EndKind::SilentClosed) || flag(record, Flag::Silent)
}

fn people(record: &Record, tally: &mut Tally) {
    let caller = code(record, "caller_kind").map_or(CallerGroup::Unknown, CallerKind::group);
    tally.count(&format!("by_caller/{caller}"));
    tally.count(&format!("by_sex/{}", code(record, "sex").unwrap_or(Sex::Unknown)));
    tally.count(&format!("by_age/{}", code(record, "age_band").map_or(UNKNOWN, AgeBand::code)));
    tally.count_if("frequent_caller_calls", flag(record, Flag::Frequent));
    tally.count_if("relay_or_text_calls", is_relay_or_text(record));
}

fn is_relay_or_text(record: &Record) -> bool {
    let in_writing = match code(record, "channel") {
        Some(ContactChannel::Relay | ContactChannel::Fax | ContactChannel::Mail | ContactChannel::Chat) => {
            true
        }
        Some(ContactChannel::Voice | ContactChannel::Interpreter | ContactChannel::InPerson) | None => false,
    };
    in_writing || flag(record, Flag::Relay)
}

fn matter(record: &Record, tally: &mut Tally) {
    several(record, tally, "topic", "by_topic", Topic::LIST);
    several(record, tally, "state", "by_state", PresentState::LIST);
}

/// A record is in each of its codes once.
fn several(record: &Record, tally: &mut Tally, field: &str, figure: &str, list: &CodeList) {
    let mut any = false;
    for one in list.values.iter().filter(|one| record.fields.is(field, one.code)) {
        tally.count(&format!("{figure}/{}", one.code));
        any = true;
    }
    if !any {
        tally.count(&format!("{figure}/{UNKNOWN}"));
    }
}

fn risk(record: &Record, tally: &mut Tally) {
    let triage = code(record, "triage_code").map_or(UNKNOWN, TriageCode::code);
    tally.count(&format!("by_triage/{triage}"));
    let suicidal =
        code(record, "suicide_level").is_some_and(|level: SuicideLevel| level != SuicideLevel::None);
    let harm = code(record, "harm_to_others").is_some_and(|harm: HarmToOthers| harm != HarmToOthers::None);
    tally.count_if("suicidal", suicidal || found(record, PresentState::Suicidal));
    tally.count_if("self_harm", found(record, PresentState::SelfHarm));
    tally.count_if("harm_others", harm || flag(record, Flag::ThreatToOthers));
}

fn found(record: &Record, state: PresentState) -> bool {
    record.fields.is("state", state.code())
}

fn results(record: &Record, tally: &mut Tally) {
    several(record, tally, "disposition", "by_disposition", Disposition::LIST);
    let came_to = |what: Disposition| record.fields.is("disposition", what.code());
    let called = |service: EmergencyService| record.fields.is("emergency_service", service.code());
    tally.count_if("advised_to_medical", came_to(Disposition::AdvisedVisit));
    tally.count_if("referred_to_centre", came_to(Disposition::Centre));
    tally.count_if("to_rota_outpatient", came_to(Disposition::Outpatient));
    tally.count_if("to_rota_admission", came_to(Disposition::Admission));
    tally.count_if("to_somatic", came_to(Disposition::SomaticComplication));
    tally.count_if("to_119", came_to(Disposition::Ambulance) || called(EmergencyService::Ambulance));
    tally.count_if("to_110", came_to(Disposition::Police) || called(EmergencyService::Police));
}
