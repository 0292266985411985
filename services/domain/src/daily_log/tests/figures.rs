use on_call_rota::Qualification;

use super::kit::{abandoned, answered, at, desk, facts, figure, friday, on_duty, record, row, secs};
use crate::daily_log::told as told_of;
use crate::daily_log::{Call, Decision, FIGURES, Facts, Figure, Incident, Page, Record, Referral, Row, Span};
use crate::escalation::Priority;
use crate::ids::{EscalationId, ReferralId};
use crate::ledger::{EndReason, OriginKind, PlaceClass};
use crate::triage::lists::{HarmToOthers, SuicideLevel};
use crate::triage::{Assessment, Fields};
use uuid::Uuid;

/// Every fate that a call can have, in the evening of a Friday.
fn evening() -> Facts {
    let six = at("2026-11-20T18:00");
    let silent = Fields::default().with("end_kind", "silent_closed").with("caller_kind", "380");
    let calls = vec![
        answered(1, six, 20, 600),
        answered(2, six + secs(60), 61, 100),
        answered(3, six + secs(3600), 0, 30),
        abandoned(4, six, 29),
        Call { class: PlaceClass::Repeat, ..abandoned(5, six + secs(200), 30) },
        Call { blocked: true, ..abandoned(6, six, 100) },
        Call { ended: Some((six + secs(5), EndReason::CutOff)), ..abandoned(7, six, 0) },
        Call { ended: None, ..abandoned(8, six, 0) },
        Call { is_test: true, ..answered(9, six, 500, 500) },
        Call { origin: OriginKind::CallBack, ..answered(10, six + secs(7200), 40, 300) },
        Call { origin: OriginKind::CallBack, ..abandoned(11, six, 45) },
    ];
    let records = vec![record(&calls[2], 60, silent)];
    Facts { calls, records, ..friday() }
}

#[test]
fn each_call_has_one_fate_and_test_calls_are_in_no_figure_but_their_own() {
    let facts = evening();
    for (name, expected) in [
        ("offered", 8),
        ("answered", 3),
        ("blocked", 1),
        ("abandoned_lt30", 1),
        ("abandoned_ge30", 1),
        ("cut_off", 1),
        ("waiting", 1),
        ("silent", 1),
        ("redials", 1),
        ("call_backs", 2),
        ("call_backs_reached", 1),
        ("test_calls", 1),
        ("asa_s", 27),
        ("p95_answer_s", 61),
        ("longest_wait_s", 100),
        ("in20s", 2),
        ("in60s", 2),
        ("handled", 4),
    ] {
        assert_eq!(figure(&facts, name), Some(expected), "{name}");
    }
}

#[test]
fn a_call_that_its_record_calls_a_test_is_one() {
    let mut facts = evening();
    let flagged = Fields::default().with("special_flags", "test_call");
    facts.records.push(record(&facts.calls[0], 10, flagged));

    assert_eq!((figure(&facts, "test_calls"), figure(&facts, "answered")), (Some(2), Some(2)));
    assert_eq!(figure(&facts, "records"), Some(1));
}

#[test]
fn what_cannot_be_told_is_left_out() {
    let empty = friday();
    for name in ["asa_s", "p95_answer_s", "longest_wait_s", "aht_s", "talk_s", "acw_s", "occupancy_permille"]
    {
        assert_eq!(figure(&empty, name), None, "{name}");
    }
    for name in ["median_decision_min", "ack_median_s", "ack_p90_s"] {
        assert_eq!(figure(&empty, name), None, "{name}");
    }
    assert_eq!(figure(&empty, "offered"), Some(0));
}

#[test]
fn nearest_rank_is_the_smallest_wait_that_95_percent_do_not_exceed() {
    let nine = at("2026-11-20T09:00");
    let calls = |many: u128| (1..=many).map(|n| answered(n, nine, u64::try_from(n).unwrap(), 1)).collect();
    for (many, expected) in [(1, 1), (19, 19), (20, 19), (40, 38), (41, 39)] {
        let facts = Facts { calls: calls(many), ..friday() };
        assert_eq!(figure(&facts, "p95_answer_s"), Some(expected), "of {many}");
    }
}

#[test]
fn a_call_belongs_to_the_band_in_which_it_began_with_its_record() {
    let call = answered(1, at("2026-11-20T21:59:59"), 20, 3 * 3600);
    let fields = Fields::default().with("caller_kind", "311");
    let facts = Facts { records: vec![record(&call, 600, fields)], calls: vec![call], ..friday() };

    let (evening, night) = (row(&facts, "B2"), row(&facts, "B3"));
    assert_eq!((evening.figure("answered"), night.figure("answered")), (Some(1), Some(0)));
    assert_eq!((evening.count("by_caller/family"), night.count("by_caller/family")), (1, 0));
    assert_eq!((evening.figure("talk_s"), night.figure("talk_s")), (Some(10_800), None));
}

#[test]
fn a_shift_over_midnight_and_new_year_is_cut_at_the_bands() {
    let mut facts = facts("2026-12-31");
    let night = (at("2026-12-31T21:00"), at("2027-01-01T08:30"));
    facts.duty.people = vec![
        on_duty("ito", Qualification::Nurse, night.0, night.1),
        // A second duty at the same time is the same person's.
        on_duty("ito", Qualification::Nurse, night.0, at("2026-12-31T23:00")),
        on_duty("mori", Qualification::Psw, at("2026-12-31T08:30"), at("2026-12-31T22:00")),
    ];
    facts.duty.gaps = vec![
        Span { from: at("2026-12-31T21:59"), until: at("2026-12-31T22:30") },
        Span { from: at("2026-12-31T22:10"), until: at("2026-12-31T22:31") },
    ];

    let (day, holiday, night) = (row(&facts, Row::DAY), row(&facts, "B4"), row(&facts, "B5"));
    assert_eq!(day.figure("staff_on_duty"), Some(2));
    assert_eq!((holiday.figure("staff_on_duty"), night.figure("staff_on_duty")), (Some(2), Some(1)));
    assert_eq!(day.figure("staff_min"), Some(11 * 60 + 30 + 13 * 60 + 30));
    assert_eq!((night.figure("staff_min"), night.count("min_by_qual/nurse")), (Some(480), 480));
    assert_eq!((day.count("by_qual/nurse"), night.count("by_qual/psw")), (1, 0));
    assert_eq!((day.figure("uncovered_min"), night.figure("uncovered_min")), (Some(32), Some(31)));
}

#[test]
fn doctors_on_call_are_not_among_the_staff() {
    let mut facts = friday();
    let mut doctor =
        on_duty("ueda", Qualification::Physician, at("2026-11-20T17:00"), at("2026-11-21T08:30"));
    doctor.on_call = true;
    facts.duty.people = vec![doctor];

    assert_eq!((figure(&facts, "staff_on_duty"), figure(&facts, "on_call_doctors")), (Some(0), Some(1)));
    assert_eq!(figure(&facts, "on_call_min"), Some(930));
}

#[test]
fn after_call_work_ends_with_the_signature_or_with_the_next_talk_at_the_desk() {
    let noon = at("2026-11-20T12:00");
    let calls = vec![answered(1, noon, 0, 600), answered(2, noon + secs(700), 0, 300)];
    let records = vec![record(&calls[0], 5000, Fields::default()), record(&calls[1], 200, Fields::default())];
    let mut facts = Facts { calls, records, ..friday() };
    facts.duty.people = vec![on_duty("ito", Qualification::Nurse, noon, noon + secs(2400))];

    for (name, expected) in [("talk_s", 450), ("acw_s", 150), ("aht_s", 600), ("occupancy_permille", 500)] {
        assert_eq!(figure(&facts, name), Some(expected), "{name}");
    }
    facts.calls[1].talks[0].0 = desk("desk-2");
    assert_eq!(figure(&facts, "acw_s"), Some(2600));
}

#[test]
fn a_number_that_rings_three_times_on_a_day_is_one_repeat_caller_in_the_band_of_its_second_call() {
    let mut calls = vec![
        abandoned(1, at("2026-11-20T12:00"), 5),
        abandoned(2, at("2026-11-20T18:00"), 5),
        abandoned(3, at("2026-11-20T23:00"), 5),
        abandoned(4, at("2026-11-20T23:10"), 5),
    ];
    calls.iter_mut().take(3).for_each(|call| call.number = Some("hash".to_owned()));
    let facts = Facts { calls, ..friday() };

    assert_eq!(figure(&facts, "repeat_callers"), Some(1));
    assert_eq!(row(&facts, "B2").figure("repeat_callers"), Some(1));
}

fn told(fields: Fields) -> Facts {
    let call = answered(1, at("2026-11-20T12:00"), 1, 60);
    Facts { records: vec![record(&call, 60, fields)], calls: vec![call], ..friday() }
}

#[test]
fn each_field_of_a_record_is_in_its_figure() {
    for (field, value, figure, count) in [
        ("suicide_level", "low", "suicidal", ""),
        ("state", "suicidal", "suicidal", "by_state/suicidal"),
        ("state", "self_harm", "self_harm", "by_state/self_harm"),
        ("harm_to_others", "threat", "harm_others", ""),
        ("special_flags", "threat_to_others", "harm_others", ""),
        ("special_flags", "frequent", "frequent_caller_calls", ""),
        ("special_flags", "relay", "relay_or_text_calls", ""),
        ("channel", "chat", "relay_or_text_calls", ""),
        ("special_flags", "silent", "silent", ""),
        ("disposition", "D03", "advised_to_medical", "by_disposition/D03"),
        ("disposition", "D04", "referred_to_centre", "by_disposition/D04"),
        ("disposition", "D05", "to_rota_outpatient", "by_disposition/D05"),
        ("disposition", "D06", "to_rota_admission", "by_disposition/D06"),
        ("disposition", "D07", "to_somatic", "by_disposition/D07"),
        ("disposition", "D08", "to_119", "by_disposition/D08"),
        ("emergency_service", "119", "to_119", ""),
        ("disposition", "D09", "to_110", "by_disposition/D09"),
        ("emergency_service", "110", "to_110", ""),
        ("caller_kind", "335", "records", "by_caller/police"),
        ("caller_kind", "313", "records", "by_caller/family"),
        ("sex", "female", "records", "by_sex/female"),
        ("age_band", "20s", "records", "by_age/20s"),
        ("topic", "home", "records", "by_topic/home"),
        ("triage_code", "A", "records", "by_triage/A"),
        ("notes", "words", "records", "by_triage/unknown"),
    ] {
        let row = row(&told(Fields::default().with(field, value)), "day");
        assert_eq!(row.figure(figure), Some(1), "{field} {value}");
        assert!(count.is_empty() || row.count(count) == 1, "{field} {value}");
    }
    let none =
        row(&told(Fields::default().with("suicide_level", "none").with("harm_to_others", "none")), "day");
    assert_eq!((none.figure("suicidal"), none.figure("harm_others")), (Some(0), Some(0)));
}

#[test]
fn a_draft_is_not_counted_nor_one_that_was_signed_later_than_the_log_was_counted() {
    let mut facts = told(Fields::default());
    facts.as_of = facts.records[0].signed.unwrap() - secs(1);

    assert_eq!((figure(&facts, "records"), figure(&facts, "answered")), (Some(0), Some(1)));
    facts.as_of = facts.as_of + secs(1);
    assert_eq!(figure(&facts, "records"), Some(1));
}

fn referral(number: u128, record: &Record, decided: Option<Decision>) -> Referral {
    Referral {
        referral: ReferralId(Uuid::from_u128(number)),
        record: record.record.clone(),
        released: at("2026-11-20T12:10"),
        target_kind: "centre".to_owned(),
        decided,
        declines: vec![(at("2026-11-20T12:20"), "centre".to_owned(), "no_bed".to_owned())],
        settled: true,
        area: Some("north".to_owned()),
    }
}

#[test]
fn referrals_are_accepted_rejected_pending_or_over_before_a_decision() {
    let mut facts = told(Fields::default());
    let of = |number, decided| referral(number, &facts.records[0], decided);
    let pending = Referral { settled: false, declines: Vec::new(), ..of(4, None) };
    let accepted = Decision::Accepted(at("2026-11-20T12:40"));
    let rejected = Decision::Rejected(at("2026-11-20T13:10"));
    facts.referrals = vec![of(1, Some(accepted)), of(2, Some(rejected)), of(3, None), pending];

    for (name, expected) in [
        ("referrals", 4),
        ("referrals_accepted", 1),
        ("referrals_rejected", 1),
        ("referrals_withdrawn", 1),
        ("referrals_pending", 1),
        ("median_decision_min", 30),
        ("declines", 3),
        ("hours_without_acceptance", 0),
    ] {
        assert_eq!(figure(&facts, name), Some(expected), "{name}");
    }
    let day = row(&facts, Row::DAY);
    assert_eq!((day.count("by_decline/no_bed"), day.count("by_area_decline/north:no_bed")), (3, 3));
    facts.referrals.remove(0);
    assert_eq!(figure(&facts, "hours_without_acceptance"), Some(1));
}

#[test]
fn an_escalation_is_answered_once_however_many_pages_went_out() {
    let page = |escalation, out: Option<u64>, acknowledged: Option<u64>, escalated| {
        let started = at("2026-11-20T23:00");
        Page {
            escalation: EscalationId(Uuid::from_u128(escalation)),
            priority: Priority::P1,
            started,
            due: started,
            out: out.map(|after| started + secs(after)),
            acknowledged: acknowledged.map(|after| started + secs(after)),
            escalated,
        }
    };
    let pages = vec![
        page(1, Some(0), None, false),
        page(1, Some(60), Some(90), true),
        page(1, None, None, true),
        page(2, Some(0), Some(600), false),
        page(3, Some(0), None, false),
    ];
    let facts = Facts { pages, ..friday() };

    let night = row(&facts, "B3");
    for (name, expected) in [
        ("pages", 4),
        ("escalations", 3),
        ("unacked", 1),
        ("escalated", 1),
        ("ack_median_s", 90),
        ("ack_p90_s", 600),
    ] {
        assert_eq!(night.figure(name), Some(expected), "{name}");
    }
}

#[test]
fn incidents_are_counted_where_they_were_raised() {
    let raised = at("2026-11-21T02:00");
    let incident = Incident { kind: "trunk_lost".to_owned(), raised, cleared: None };
    let facts = Facts { incidents: vec![incident], ..friday() };

    assert_eq!((row(&facts, "B3").figure("incidents"), figure(&facts, "incidents")), (Some(1), Some(1)));
}

#[test]
fn every_figure_has_its_own_name_and_a_label_in_both_languages() {
    for (place, figure) in FIGURES.iter().enumerate() {
        assert!(!figure.ja.is_empty() && !figure.en.is_empty(), "{}", figure.name);
        assert!(FIGURES[..place].iter().all(|other| other.name != figure.name), "{}", figure.name);
    }
    for (name, _) in row(&evening(), Row::DAY).figures.iter().chain(&row(&evening(), Row::DAY).counts) {
        assert!(Figure::find(name).is_some(), "{name}");
    }
    assert_eq!(Figure::find("by_age").unwrap().values().last().unwrap().0, "unknown");
}

#[test]
fn a_holiday_and_its_night_have_rows_of_their_own_also_when_nobody_rang() {
    let bands: Vec<String> =
        crate::daily_log::count(&facts("2026-11-23")).into_iter().map(|row| row.band).collect();

    assert_eq!(bands, ["day", "B4", "B5", "B6"]);
}

#[test]
fn a_call_on_the_stroke_of_a_band_is_in_the_band_that_begins() {
    let facts = Facts { calls: vec![abandoned(1, at("2026-11-20T22:00"), 5)], ..friday() };

    assert_eq!(
        (row(&facts, "B2").figure("offered"), row(&facts, "B3").figure("offered")),
        (Some(0), Some(1))
    );
}

#[test]
fn a_log_is_told_codes_only_and_what_the_answers_came_to() {
    let written =
        Fields::default().with("notes", "words").with("sex", "male").with("harm_to_others", "threat");
    let assessment = Assessment {
        suicide_level: Some(SuicideLevel::High),
        harm_to_others: Some(HarmToOthers::None),
        ..Assessment::default()
    };

    let fields = told_of(&written, &assessment);

    assert_eq!(fields.names().collect::<Vec<_>>(), ["harm_to_others", "sex", "suicide_level"]);
    assert_eq!((fields.one("suicide_level"), fields.one("harm_to_others")), (Some("high"), Some("threat")));
}
