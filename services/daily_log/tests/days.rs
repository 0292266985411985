//! How days close, and who is told when one does not.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod kit;

use std::time::Duration;

use domain::access::Role;
use domain::ledger::EndReason;
use kit::{Line, OPERATOR, SUNDAY, Told, WINDOW, hours, on_both_stores, secs};
use proto::daily_log::v1 as pb;
use shell::on;
use tonic::Code;

const SUNDAYS: &str = "2026-11-22";

fn span(from: &str, to: &str) -> pb::ListDaysRequest {
    pb::ListDaysRequest {
        operator_id: OPERATOR.into(),
        window_id: WINDOW.into(),
        from: from.into(),
        to: to.into(),
    }
}

/// A call that ito answers and that is over after ten minutes.
fn answered() -> Told {
    let ended = Some((SUNDAY + secs(630), EndReason::Completed));
    Told { answered: Some(("ito", SUNDAY + secs(30))), ended, ..Told::at(SUNDAY + secs(5)) }
}

async fn alarms(line: &Line) -> Vec<(String, Option<i64>)> {
    on!(line.db.read(), pool => sqlx::query_as(
        "SELECT coalesce(subject, ''), cleared_us FROM alarm WHERE kind = 'daily_log_open' ORDER BY raised_us")
        .fetch_all(pool).await)
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_waits_for_its_last_record_the_supervisor_is_told_at_ten_and_then_it_closes_by_itself() {
    on_both_stores(|line| async move {
        let call = line.rings(&answered()).await;
        line.clock.advance(hours(1));
        let mut ito = line.writes("ito", &[Role::Counsellor]);
        let record = line.opens(&mut ito, call).await;

        let so_far = line.day(SUNDAYS).await.day.unwrap();
        let kept: Vec<&str> = so_far.kept_open_by.iter().map(|kept| kept.why.as_str()).collect();
        assert_eq!(
            (so_far.state.as_str(), so_far.calls, kept),
            ("open", 1, vec!["not_over", "unsigned_record"])
        );

        line.clock.advance(hours(24) + Duration::from_secs(15 * 60));
        line.has_looked().await;
        let kept = line.day(SUNDAYS).await.day.unwrap().kept_open_by;
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].id.as_str(), kept[0].staff_id.as_str()), (record.record_id.as_str(), "ito"));
        assert_eq!(alarms(&line).await, [], "it is 09:45");

        line.clock.advance(hours(1));
        line.until("the supervisor is told", || async { !alarms(&line).await.is_empty() }).await;
        assert_eq!(alarms(&line).await, [("2026-11-22 unsigned_record 1".to_owned(), None)]);

        line.signs("ito", call, &[]).await;
        let sealed = line.is_sealed(SUNDAYS, 1).await;
        assert_eq!(sealed.rows[0].figures["records"], 1);
        line.until("the alarm is over", || async { alarms(&line).await[0].1.is_some() }).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_seal_a_day_once_and_looking_again_makes_no_new_version() {
    on_both_stores(|line| async move {
        let _replica = line.replica().await;
        line.rings(&Told {
            ended: Some((SUNDAY + secs(40), EndReason::AbandonedInQueue)),
            ..Told::at(SUNDAY)
        })
        .await;
        for _ in 0..3 {
            line.clock.advance(hours(24) + secs(660));
            line.has_looked().await;
        }
        line.is_sealed(SUNDAYS, 1).await;
        assert_eq!(line.versions(SUNDAYS).await, 1);
        assert_eq!(
            line.audited("daily_log.sealed").await.iter().filter(|day| day.ends_with(SUNDAYS)).count(),
            1
        );
        let day = line.day(SUNDAYS).await;
        assert_eq!(day.rows[0].figures["abandoned_ge30"], 1);
        assert_eq!(day.day.unwrap().day_kind, "sunday");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_makes_a_new_version_beside_the_old_one() {
    on_both_stores(|line| async move {
        line.rings(&Told {
            ended: Some((SUNDAY + secs(40), EndReason::AbandonedInQueue)),
            ..Told::at(SUNDAY)
        })
        .await;
        line.clock.advance(hours(25));
        line.is_sealed(SUNDAYS, 1).await;

        // From the spool of a node that was away.
        line.rings(&Told {
            ended: Some((SUNDAY + secs(99), EndReason::AbandonedInQueue)),
            ..Told::at(SUNDAY + secs(50))
        })
        .await;
        line.clock.advance(hours(25));

        let day = line.is_sealed(SUNDAYS, 2).await;
        assert_eq!(day.rows[0].figures["offered"], 2);
        assert_eq!(line.version(SUNDAYS, 1).await.rows[0].figures["offered"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_listed_newest_first_and_another_operator_sees_none() {
    on_both_stores(|line| async move {
        line.has_looked().await;
        line.clock.advance(hours(49));
        line.is_sealed("2026-11-23", 1).await;
        line.is_sealed(SUNDAYS, 1).await;
        let days = line.kubo().list_days(span("2026-11-01", "2026-11-30")).await.unwrap().into_inner().days;
        let told: Vec<(&str, &str)> =
            days.iter().map(|day| (day.service_date.as_str(), day.state.as_str())).collect();
        assert_eq!(told, [("2026-11-24", "open"), ("2026-11-23", "sealed"), (SUNDAYS, "sealed")]);

        let mut stranger = line.asks_of("other", &[Role::Supervisor]);
        let refused = stranger.list_days(span("2026-11-01", "2026-11-30")).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_has_no_board_and_is_told_the_names_of_windows_and_people() {
    on_both_stores(|line| async move {
        let call = line.rings(&answered()).await;
        line.clock.advance(hours(1));
        line.opens(&mut line.writes("ito", &[Role::Counsellor]), call).await;
        line.has_looked().await;
        let told = |names: &[pb::Named]| {
            names.iter().map(|one| (one.id.clone(), one.name.clone())).collect::<Vec<_>>()
        };
        let named = |id: &str, name: &str| (id.to_owned(), name.to_owned());

        let list = line.centre().list_days(span(SUNDAYS, SUNDAYS)).await.unwrap().into_inner();
        assert_eq!(told(&list.windows), [named("main", "24時間相談")]);
        assert_eq!(told(&list.staff), [named("ito", "伊藤")], "ito's record keeps it open");

        let day = line.day(SUNDAYS).await;
        assert_eq!(told(&day.windows), [named("main", "24時間相談")]);
        assert_eq!(told(&day.staff), [named("aoki", "青木"), named("ito", "伊藤")], "aoki is on call");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_names_the_field_and_what_would_be_right() {
    on_both_stores(|line| async move {
        let list = |from: &str, to: &str| {
            let (asked, line) = (span(from, to), &line);
            async move { line.kubo().list_days(asked).await.unwrap_err() }
        };
        for (from, to, field) in [
            ("2026-11-31", "2026-12-01", "from"),
            ("2026-11-01", "tomorrow", "to"),
            ("2026-11-02", "2026-11-01", "to"),
            ("2025-01-01", "2026-11-01", "to"),
        ] {
            let fault = list(from, to).await;
            assert_eq!(fault.code(), Code::InvalidArgument);
            assert!(fault.message().starts_with(&format!("invalid {field}: ")), "{fault}");
        }
        let asked = pb::GetReportRequest {
            operator_id: OPERATOR.into(),
            period: "2026-13".into(),
            ..Default::default()
        };
        let fault = line.kubo().get_report(asked).await.unwrap_err();
        assert!(fault.message().contains("period") && fault.message().contains("2026-Q3"), "{fault}");
        let asked = pb::ExportDaysRequest {
            operator_id: OPERATOR.into(),
            from: SUNDAYS.into(),
            to: SUNDAYS.into(),
            format: "pdf".into(),
            ..Default::default()
        };
        let fault = line.kubo().export_days(asked).await.unwrap_err();
        assert!(fault.message().contains("format") && fault.message().contains("xlsx"), "{fault}");
        let asked = pb::ReviewDayRequest {
            operator_id: OPERATOR.into(),
            window_id: WINDOW.into(),
            service_date: SUNDAYS.into(),
            version: 1,
            approve: true,
            comments: String::new(),
        };
        line.has_looked().await;
        assert_eq!(line.centre().review_day(asked).await.unwrap_err().code(), Code::FailedPrecondition);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_goes_out_as_csv_xlsx_and_json_and_a_month_as_a_report() {
    on_both_stores(|line| async move {
        line.rings(&Told {
            ended: Some((SUNDAY + secs(40), EndReason::AbandonedInQueue)),
            ..Told::at(SUNDAY)
        })
        .await;
        line.clock.advance(hours(25));
        line.is_sealed(SUNDAYS, 1).await;

        let csv = String::from_utf8(line.exported("csv", SUNDAYS, SUNDAYS).await).unwrap();
        assert!(
            csv.starts_with(
                "\u{feff}window_id,window_name,service_date,day_kind,state,version,hash,time_band,"
            ),
            "{csv}"
        );
        assert!(
            csv.lines().nth(1).unwrap().starts_with("main,24時間相談,2026-11-22,sunday,sealed,1,"),
            "{csv}"
        );
        let json: serde_json::Value =
            serde_json::from_slice(&line.exported("json", SUNDAYS, SUNDAYS).await).unwrap();
        assert_eq!((&json[0]["time_band"], &json[0]["offered"]), (&"day".into(), &1.into()));
        assert_eq!(json[0]["asa_s"], serde_json::Value::Null, "nobody was answered");
        assert!(line.exported("xlsx", SUNDAYS, SUNDAYS).await.starts_with(b"PK"));
        assert_eq!(line.audited("daily_log.exported").await, ["daily-log-main-2026-11-22-2026-11-22"; 3]);

        let asked = |publish| pb::GetReportRequest {
            operator_id: OPERATOR.into(),
            window_id: String::new(),
            period: "2026-11".into(),
            publish,
        };
        let report = line.kubo().get_report(asked(false)).await.unwrap().into_inner();
        assert_eq!((report.open_days, report.rows[0].figures["offered"]), (1, 1));
        assert_eq!(
            report.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(),
            [SUNDAYS, "2026-11-23"]
        );
        let published = line.kubo().get_report(asked(true)).await.unwrap().into_inner();
        assert!(published.rows[0].suppressed.contains(&"offered".to_owned()), "one call points to somebody");
        assert!(!published.rows[0].figures.contains_key("offered"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn support_at_night_is_listed_for_people_with_a_contract_and_for_nobody_else() {
    on_both_stores(|line| async move {
        // 21:59:59 and 22:00:00 on Sunday, 05:59:59 and 06:00:00 on Monday, 23:00 on Monday.
        let evening = SUNDAY + hours(13) + secs(1799);
        let begins = [secs(0), secs(1), hours(8), hours(8) + secs(1), hours(25)];
        let mut records = Vec::new();
        for after in begins {
            let begun = evening + after;
            line.clock.advance(begun.since(line.clock.now()));
            let ended = Some((begun + secs(359), EndReason::Completed));
            let call = line.rings(&Told { answered: Some(("ito", begun)), ended, ..Told::at(begun) }).await;
            records.push((line.signs("ito", call, &[]).await.record_id, call));
        }
        let with = line.keeps_person("2026-11-22", "2026-11-23").await;
        let without = line.keeps_person("", "").await;
        for (record, _) in &records[..4] {
            line.is_about(record, &with).await;
        }
        line.is_about(&records[4].0, &without).await;

        let asked = pb::ListNightSupportRequest {
            operator_id: OPERATOR.into(),
            from: SUNDAYS.into(),
            to: "2026-11-24".into(),
        };
        let calls = line.kubo().list_night_support(asked).await.unwrap().into_inner().calls;

        let told: Vec<(&str, u32)> =
            calls.iter().map(|call| (call.record_id.as_str(), call.minutes)).collect();
        assert_eq!(told, [(records[1].0.as_str(), 5), (records[2].0.as_str(), 5)]);
        assert!(calls.iter().all(|call| call.person_id == with && call.staff_id == "ito"));
        assert_eq!(line.audited("daily_log.night_support").await, ["2026-11-22/2026-11-24"]);
    })
    .await;
}
