use super::kit::{answered, at, friday, record, rota, secs};
use crate::daily_log::{Body, Call, Facts, Incident, KeptBy, Referral, Row, body, count, differs, kept_open};
use crate::ids::ReferralId;
use crate::triage::Fields;
use uuid::Uuid;

fn evening() -> Facts {
    let call = answered(1, at("2026-11-20T21:59:59"), 12, 600);
    let records = vec![record(&call, 60, Fields::default().with("triage_code", "D"))];
    let incidents =
        vec![Incident { kind: "trunk_lost".to_owned(), raised: at("2026-11-20T22:00"), cleared: None }];
    Facts { calls: vec![call], records, incidents, ..friday() }
}

fn sealed(facts: &Facts) -> String {
    body(facts, &count(facts))
}

fn kept(facts: &Facts, now: &str) -> Vec<KeptBy> {
    let rota = rota();
    let calendar = rota.calendar(rota.window(&facts.window).unwrap());
    kept_open(facts, at(now), calendar).into_iter().map(|one| one.why).collect()
}

#[test]
fn a_body_is_one_line_with_sorted_names_and_reads_back_to_the_same_byte() {
    let text = sealed(&evening());
    let read = Body::read(&text).unwrap();

    assert!(text.starts_with(r#"{"as_of":"#) && !text.contains('\n') && !text.contains(": "));
    assert_eq!(read, Body::of(&evening()));
    assert_eq!(read.text(), text);
    assert_eq!(read.day_kind().unwrap().code(), "weekday");
    assert!(Body::read("{}").is_err() && Body::read(&text.replace(r#""form":1"#, r#""form":2"#)).is_err());
}

#[test]
fn what_happened_after_a_log_was_counted_changes_no_byte_of_it() {
    let before = evening();
    let mut after = before.clone();
    let later = before.as_of + secs(1);
    after.incidents[0].cleared = Some(later);
    after.incidents.push(Incident { kind: "late".to_owned(), raised: later, cleared: None });
    let mut amended = after.records[0].clone();
    amended.record = "second".to_owned();
    amended.signed = Some(later);
    after.records.push(amended);

    assert_eq!(sealed(&after), sealed(&before));
    after.as_of = later;
    assert_ne!(sealed(&after), sealed(&before));
}

#[test]
fn differences_are_named_with_their_band() {
    let before = evening();
    let mut after = before.clone();
    after.records[0].fields = Fields::default().with("triage_code", "C");

    let names = differs(&sealed(&before), &sealed(&after));

    assert_eq!(names, ["B2 by_triage/C", "B2 by_triage/D", "day by_triage/C", "day by_triage/D", "tallies"]);
    assert!(differs(&sealed(&before), &sealed(&before)).is_empty());
    assert_eq!(differs(&sealed(&before), "broken"), ["body"]);
}

#[test]
fn the_hours_begin_where_the_service_date_begins() {
    let mut facts = evening();
    let rota = rota();
    facts.duty.hours = crate::daily_log::duty(&rota, &facts.window, facts.service_date).hours;

    let hours = Body::of(&facts).hours;

    assert_eq!((hours.len(), hours[0].hour, hours[23].hour), (24, 8, 7));
    let busy = hours.iter().find(|hour| hour.calls > 0).unwrap();
    assert_eq!((busy.hour, busy.calls, busy.answered, busy.longest_wait_s), (21, 1, 1, 12));
}

#[test]
fn a_day_stays_open_until_it_is_over_and_calls_records_and_referrals_are_done() {
    let mut facts = evening();
    assert_eq!(kept(&facts, "2026-11-21T08:29"), [KeptBy::NotOver]);
    assert_eq!(kept(&facts, "2026-11-21T08:30"), []);

    facts.calls.push(Call { ended: None, ..answered(2, at("2026-11-21T08:20"), 5, 9000) });
    facts.records[0].signed = None;
    facts.referrals.push(Referral {
        referral: ReferralId(Uuid::nil()),
        record: facts.records[0].record.clone(),
        released: at("2026-11-20T22:30"),
        target_kind: "centre".to_owned(),
        decided: None,
        declines: Vec::new(),
        settled: false,
        area: None,
    });
    let all = [KeptBy::LiveCall, KeptBy::UnsignedRecord, KeptBy::OpenReferral];
    assert_eq!(kept(&facts, "2026-11-21T09:00"), all);
}

#[test]
fn a_test_call_keeps_no_day_open() {
    let mut facts = evening();
    facts.calls[0].is_test = true;
    facts.calls[0].ended = None;
    facts.records[0].signed = None;

    assert_eq!(kept(&facts, "2026-11-21T08:30"), []);
}

#[test]
fn a_day_of_which_the_rota_knows_nothing_is_counted_as_unknown() {
    let mut facts = evening();
    facts.duty.stretches.clear();
    let bands: Vec<String> = count(&facts).into_iter().map(|row| row.band).collect();

    assert_eq!(bands, [Row::DAY, "B9"]);
}
