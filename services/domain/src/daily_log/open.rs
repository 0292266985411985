//! What keeps a day from being sealed.

use on_call_rota::Calendar;

use super::facts::{Call, Facts, Record};
use crate::codes::codes;
use crate::ids::StaffId;
use crate::time::Instant;
use crate::triage::lists::Flag;

codes!(
    KeptBy, "why", {
    /// The service date still runs.
    NotOver = "not_over" ("業務日が終わっていません", "the day is not over"),
    LiveCall = "live_call" ("通話中です", "a call goes on"),
    UnsignedRecord = "unsigned_record" ("記録が未署名です", "a record is not signed"),
    OpenReferral = "open_referral" ("紹介が終わっていません", "a referral is open"),
});

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptOpen {
    pub why: KeptBy,
    /// The call's, record's or referral's; empty for the day itself.
    pub id: String,
    /// Whose record it is.
    pub staff: Option<StaffId>,
}

/// Nothing: the day can be sealed. What the line did to test itself keeps nothing open.
pub fn kept_open(facts: &Facts, now: Instant, calendar: &Calendar) -> Vec<KeptOpen> {
    let kept = |why, id: String, staff| KeptOpen { why, id, staff };
    let running = calendar.service_date(now.timestamp()) <= facts.service_date;
    let live = facts.calls.iter().filter(|call| !call.is_test && call.ended.is_none());
    let unsigned = facts.records.iter().filter(|record| record.signed.is_none() && !is_test(facts, record));
    let open = facts.referrals.iter().filter(|referral| !referral.settled);
    let day = running.then(|| kept(KeptBy::NotOver, String::new(), None));
    day.into_iter()
        .chain(live.map(|call| kept(KeptBy::LiveCall, call.call.to_string(), None)))
        .chain(unsigned.map(|one| kept(KeptBy::UnsignedRecord, one.record.clone(), one.author.clone())))
        .chain(open.map(|one| kept(KeptBy::OpenReferral, one.referral.to_string(), None)))
        .collect()
}

fn is_test(facts: &Facts, record: &Record) -> bool {
    let flagged = record.fields.is("special_flags", Flag::TestCall.code());
    flagged || facts.calls.iter().any(|call: &Call| call.is_test && call.call == record.call)
}
