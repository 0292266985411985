//! A call as the traces of all processes tell it.

use shell::testkit::Postgres;
use tests::{
    CENTRE, LineSetup, TestCollector, TestDoctor, TestLine, TestPerson, centre, ladder_of_telephones,
};

use crate::talking;

#[tokio::test(flavor = "multi_thread")]
async fn what_three_processes_do_for_a_call_is_one_trace_and_its_id_is_the_calls() {
    let collector = TestCollector::starts().await;
    let server = Postgres::shared();
    let store = format!("[store]\nurl = \"{}\"\n", server.url(&server.create_database().await));
    let setup = |node: &str, services: &[&'static str]| {
        let rota = ladder_of_telephones(&["aoki"]) + &centre();
        let settings = format!("node = \"{node}\"\n{store}[telemetry]\n{}", collector.setting());
        LineSetup::new().rota(rota).services(services).settings(&settings)
    };
    let duty = setup("duty-1", &["routing", "escalation"]).start().await;
    let ways = format!("[escalation]\nat = \"http://{}\"\n", duty.http);
    let phones = setup("phones-1", &["telephony"]).routed_by(&duty).settings(&ways).start().await;
    let ways = format!("{ways}[telephony]\nat = \"http://{}\"\n", phones.http);
    let case = setup("case-1", &["triage", "referral", "console"]).routed_by(&duty).settings(&ways);
    let case = case.start().await;

    let doctor = TestDoctor::registers(&phones, "aoki").await;
    let (caller, desk, call) = talking(&phones).await;
    is_handed_to_the_centre(&case, &call).await;
    doctor.lifts(1).await;
    doctor.is_told_something().await;
    doctor.presses("1").await;
    phones.call_that("all three talk", |call| call.has("joined")).await;
    caller.hangs_up().await;
    desk.hangs_up().await;

    let trace = collector
        .trace_of(
            &call,
            &[
                ("phones-1", "call"),
                ("duty-1", "tomoshibi.routing.v1.RoutingService/SeekDesk"),
                ("case-1", "draft_record"),
                ("case-1", "pay_page"),
                ("duty-1", "tomoshibi.escalation.v1.EscalationService/StartEscalation"),
                ("phones-1", "page"),
                ("duty-1", "tomoshibi.escalation.v1.EscalationService/ReportPage"),
                ("case-1", "release_referral"),
            ],
        )
        .await;
    let firsts: Vec<_> = trace.iter().filter(|span| span.above.is_empty()).collect();
    assert_eq!(firsts.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["call"]);
}

/// A record by which a psychiatrist is paged and a centre is told.
async fn is_handed_to_the_centre(case: &TestLine, call: &str) {
    let ito = TestPerson::on_the_rota(case, "ito", &["counsellor"]).await.signs_in(case).await;
    let mori = TestPerson::on_the_rota(case, "mori", &["supervisor"]).await.signs_in(case).await;
    mori.lists_centre(CENTRE).await;
    let record = ito.writes_of_a_family(call, "B").await;
    ito.drafts(&record.record_id, CENTRE).await;
    let record = ito.completes(record).await;
    ito.signs(&record).await.unwrap();
}
