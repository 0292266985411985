//! Nobody who waits for a psychiatrist is left alone.

use tests::{
    LineSetup, TestCaller, TestDesk, TestDoctor, Voice, eventually, free_port, ladder_of_telephones, trunk_to,
};

use crate::{NUMBER, hear, is_paged_for};

const SOON: &str = "[escalation]\nsafety_within = \"2s\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_whom_the_doctor_has_not_reached_yet_is_rung_by_a_desk_meanwhile() {
    let port = free_port();
    let setup = LineSetup::new().rota(ladder_of_telephones(&["aoki"]));
    let line = setup.settings(SOON).settings(&trunk_to("carrier", port)).start().await;
    let silent = TestDoctor::registers(&line, "aoki").await;
    let desk = TestDesk::registers(&line, "ito").await;
    let caller = TestCaller::on_trunk(&line, NUMBER, port).await;
    caller.rings().await;
    desk.answers(1).await;
    caller.is_connected(1).await;
    let first = line.call_that("they talk", |call| call.has("answered")).await.id;

    is_paged_for(&line, &first).await;
    silent.is_rung(1).await;
    caller.hangs_up().await;
    line.calls_ended(1).await;
    line.run(&["desks", "resume", "ito"]).await;

    desk.answers(2).await;
    caller.answers(1).await;
    hear(&[(&caller.phone, &[Voice::Desk]), (&desk.phone, &[Voice::Caller])]).await;
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
