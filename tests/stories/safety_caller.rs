//! Nobody who waits for a psychiatrist is left alone.

use tests::{
    LineSetup, TestCaller, TestDesk, TestDoctor, TestLine, Voice, eventually, free_port,
    ladder_of_telephones, trunk_to,
};

use crate::{NUMBER, hear, is_paged_for};

const SOON: &str = "[escalation]\nsafety_within = \"2s\"";

struct Waiting {
    line: TestLine,
    doctor: TestDoctor,
    desk: TestDesk,
    caller: TestCaller,
    first: String,
}

/// The caller has hung up while the psychiatrist's telephone rings, and talks to a desk again.
async fn is_rung_meanwhile() -> Waiting {
    let port = free_port();
    let setup = LineSetup::new().rota(ladder_of_telephones(&["aoki"]));
    let line = setup.settings(SOON).settings(&trunk_to("carrier", port)).start().await;
    let doctor = TestDoctor::registers(&line, "aoki").await;
    let desk = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::on_trunk(&line, NUMBER, port).await;
    caller.rings().await;
    desk.answers(1).await;
    caller.is_connected(1).await;
    let first = line.call_that("they talk", |call| call.has("answered")).await.id;

    is_paged_for(&line, &first).await;
    doctor.is_rung(1).await;
    caller.hangs_up().await;
    line.calls_ended(1).await;
    line.run(&["desks", "resume", "ito"]).await;

    desk.answers(2).await;
    caller.answers(1).await;
    hear(&[(&caller.phone, &[Voice::Desk]), (&desk.phone, &[Voice::Caller])]).await;
    Waiting { line, doctor, desk, caller, first }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_whom_the_doctor_has_not_reached_yet_is_rung_by_a_desk_meanwhile() {
    let Waiting { line, desk, first, .. } = is_rung_meanwhile().await;
    let back = line.call_that("they talk again", |call| call.id != first && call.has("answered")).await;
    assert!(back.is_answered_by("ito") && back.has("caller_rung"), "{back:?}");

    desk.hangs_up().await;
    line.calls_ended(2).await.iter().for_each(tests::ToldCall::is_whole);
    eventually("they need not be rung again", async || {
        (line.safety_callers().await.is_empty() && line.call_backs().await.is_empty()).then_some(())
    })
    .await;
    assert_eq!(line.escalations().await[0].state, "climbing", "a counsellor is no psychiatrist");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_who_accepts_while_the_desk_talks_to_the_caller_again_joins_them() {
    let Waiting { line, doctor, desk, caller, first } = is_rung_meanwhile().await;

    doctor.lifts(1).await;
    doctor.presses("1").await;

    hear(&[
        (&caller.phone, &[Voice::Desk, Voice::Doctor]),
        (&desk.phone, &[Voice::Caller, Voice::Doctor]),
        (&doctor.phone, &[Voice::Caller, Voice::Desk]),
    ])
    .await;
    let told = line.escalation_that("the doctor has joined", |told| told.state == "acted").await;
    assert_eq!((told.act.as_str(), told.call_id.as_str()), ("joined", first.as_str()));
    assert_eq!(desk.rang(), 2, "who talks to the caller is not rung beside it");

    caller.hangs_up().await;
    desk.hangs_up().await;
    doctor.is_let_go(1).await;
    let calls = line.calls_ended(2).await;
    calls.iter().for_each(tests::ToldCall::is_whole);
    assert_eq!(calls[1].told("joined", "staff"), ["aoki"]);
}
