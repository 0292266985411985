//! A counsellor and a caller need the psychiatrist on call.

use serde_json::Value;
use tests::{LineSetup, TestDoctor, TestLine, Voice, eventually, ladder_of_telephones};

use crate::{hear, is_paged_for, talking};

/// Far less than one telling takes.
const AT_ONCE: usize = 5 * 8000;

/// The one escalation, as `page list --json` tells it.
async fn page_list(line: &TestLine) -> Value {
    let said = line.run(&["page", "list", "--json"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let mut told: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

fn texts<'v>(rows: &'v Value, field: &str) -> Vec<&'v str> {
    rows.as_array().unwrap().iter().filter_map(|row| row[field].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_psychiatrist_presses_1_and_all_three_hear_each_other() {
    let line = LineSetup::new().rota(ladder_of_telephones(&["aoki"])).start().await;
    let doctor = TestDoctor::registers(&line, "aoki").await;
    let (caller, desk, call) = talking(&line).await;
    hear(&[(&caller.phone, &[Voice::Desk]), (&desk.phone, &[Voice::Caller])]).await;

    is_paged_for(&line, &call).await;
    doctor.lifts(1).await;
    doctor.is_told_something().await;
    doctor.presses("7").await;
    let again =
        eventually("a wrong key repeats", async || doctor.phone.recording().begun_anew().first().copied());
    let again = again.await;
    assert!(again < AT_ONCE, "the telling began anew only after {again} samples");
    assert_eq!(doctor.phone.hears_voices().await, [], "nobody hears a doctor who has not joined");
    hear(&[(&caller.phone, &[Voice::Desk]), (&desk.phone, &[Voice::Caller])]).await;

    doctor.presses("1").await;
    hear(&[
        (&caller.phone, &[Voice::Desk, Voice::Doctor]),
        (&desk.phone, &[Voice::Caller, Voice::Doctor]),
        (&doctor.phone, &[Voice::Caller, Voice::Desk]),
    ])
    .await;

    line.escalation_that("the doctor has acted", |told| told.state == "acted").await;
    let told = page_list(&line).await;
    assert_eq!(
        (&told["accepted_by"], &told["act"], &told["call_id"]),
        (&Value::from("aoki"), &Value::from("joined"), &Value::from(call.as_str()))
    );
    assert_eq!(texts(&told["events"], "happened"), ["started", "rung_reached", "paged", "accepted", "acted"]);
    assert!(texts(&told["events"], "at").is_sorted(), "{told}");
    assert_eq!(texts(&told["pages"], "state"), ["accepted"]);
    assert_eq!(texts(&told["pages"][0]["attempts"], "outcome"), ["accepted"]);

    // A counsellor who leaves the doctor with the caller ends nothing.
    desk.hangs_up().await;
    hear(&[(&caller.phone, &[Voice::Doctor]), (&doctor.phone, &[Voice::Caller])]).await;
    caller.hangs_up().await;
    doctor.is_let_go(1).await;
    let ended = line.calls_ended(1).await.remove(0);
    ended.is_whole();
    assert_eq!(ended.told("joined", "staff"), ["aoki"]);
    assert_eq!(doctor.rang(), 1);
}
