//! The day before yesterday is sealed by the line itself; the command line lists it, counts it, hands it out,
//! and finds what somebody has changed in the store.

use std::process::{Command, Stdio};

use proto::daily_log::v1 as pb;
use sqlx::{Connection as _, SqliteConnection};
use tests::{LineSetup, TestLine, eventually};

use crate::referral_outside::{account_of_the_centre, rota_with_a_centre};

const WINDOW: &str = "main";

/// A service date that was over long ago, and its beginning (08:30 in Japan) in microseconds.
fn two_days_ago() -> (String, i64) {
    let now = tests::now_in_japan();
    let date = now.date().checked_sub(jiff::ToSpan::days(2)).unwrap();
    let begins = date.at(8, 30, 0, 0).to_zoned(now.time_zone().clone()).unwrap();
    (date.to_string(), begins.timestamp().as_microsecond())
}

async fn store(line: &TestLine) -> SqliteConnection {
    let file = line.data().join("line.db");
    SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap()
}

/// Callers who waited so many seconds and hung up.
async fn rang(line: &TestLine, begins: i64, waits: &[i64]) {
    let mut store = store(line).await;
    for (place, wait) in waits.iter().enumerate() {
        let call = format!("0192d3c4-7b1a-7000-8000-0000000000{place:02}");
        let at = begins + i64::try_from(place).unwrap() * 3_600_000_000;
        let begun = format!(
            r#"{{"step":"begun","window":"{WINDOW}","leg":"{call}","origin":"incoming","class":"ordinary","withheld":true,"came_by":"t"}}"#
        );
        let ended = r#"{"step":"ended","reason":"abandoned_in_queue","owes_call_back":false}"#;
        let steps = [(0, at, "begun", begun.as_str()), (1, at + wait * 1_000_000, "ended", ended)];
        for (seq, at, kind, body) in steps {
            sqlx::query(
                "INSERT INTO call_event (operator_id, call_id, seq, at_us, kind, body) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&line.operator).bind(&call).bind(seq).bind(at).bind(kind).bind(body)
            .execute(&mut store).await.unwrap();
        }
    }
}

fn counted(raw: &std::path::Path) -> serde_json::Value {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/daily_log/count.py");
    let raw = std::fs::File::open(raw).unwrap();
    let python = Command::new("python3").arg(program).stdin(Stdio::from(raw)).output().unwrap();
    assert!(python.status.success(), "{python:?}");
    serde_json::from_slice(&python.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_sealed_approved_handed_out_and_a_change_of_it_in_the_store_is_found() {
    let mut line = LineSetup::new().rota(rota_with_a_centre()).prepare();
    let centre = account_of_the_centre(&line).await;
    let (date, begins) = two_days_ago();
    rang(&line, begins, &[12, 29, 30, 95]).await;
    line.starts().await;

    let on = ["--window", WINDOW, "--from", date.as_str(), "--to", date.as_str()];
    let listed = async |what: &'static str| {
        eventually(what, async || {
            let said = line.run(&[&["daily-log", "list", "--json"][..], &on].concat()).await;
            let days: serde_json::Value = serde_json::from_str(&said.out).ok()?;
            (days[0]["state"] == what).then(|| days[0].clone())
        })
        .await
    };
    let day = listed("sealed").await;
    assert_eq!((&day["version"], &day["calls"]), (&1.into(), &4.into()));

    let centre = centre.signs_in(&line).await;
    let asked = pb::ReviewDayRequest {
        operator_id: line.operator.clone(),
        window_id: WINDOW.into(),
        service_date: date.clone(),
        version: 1,
        approve: true,
        comments: String::new(),
    };
    centre.daily_log().review_day(asked).await.unwrap();
    assert_eq!(listed("approved").await["reviewer"], "kita-centre");

    let raw = line.data().join("raw.jsonl");
    let to = raw.display().to_string();
    let said =
        line.run(&[&["daily-log", "export", "--raw", "--output", to.as_str()][..], &on].concat()).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let whole = &counted(&raw)[&date][0]["figures"];
    assert_eq!(
        (&whole["offered"], &whole["abandoned_lt30"], &whole["abandoned_ge30"], &whole["longest_wait_s"]),
        (&4.into(), &2.into(), &2.into(), &95.into())
    );
    let of_the_day = ["--window", WINDOW, "--date", date.as_str()];
    let shown = line.run(&[&["daily-log", "show", "--json"][..], &of_the_day].concat()).await;
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    for (name, number) in whole.as_object().unwrap() {
        assert_eq!(&shown["rows"][0]["figures"][name], number, "{name}");
    }

    let verify = [&["daily-log", "verify"][..], &of_the_day].concat();
    assert_eq!(line.run(&verify).await.code, Some(0));
    let mut store = store(&line).await;
    for sql in [
        "DROP TRIGGER daily_log_is_not_changed",
        "UPDATE daily_log SET body = replace(body, '\"offered\":4', '\"offered\":3') WHERE version = 1",
    ] {
        sqlx::query(sql).execute(&mut store).await.unwrap();
    }
    let found = line.run(&verify).await;
    assert_eq!(found.code, Some(2), "{found:?}");
    assert!(found.out.starts_with("CHANGED"), "{found:?}");
    assert_eq!(line.run(&["audit", "verify"]).await.code, Some(0));
}
