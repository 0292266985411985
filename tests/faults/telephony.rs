//! One of two telephony processes dies with a call up, while the other has its own.

use std::time::{Duration, Instant};

use shell::testkit::Postgres;
use tests::{LineSetup, PagedTo, TestCaller, free_port, trunk_to};

use crate::night::{NO_WRAP_UP, Night, house, lasts};

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_of_a_telephony_process_that_died_is_rung_back_by_the_other() {
    let (server, gateway, outside) = (Postgres::shared(), PagedTo::start().await, free_port());
    let store = server.url(&server.create_database().await);
    let process = |node: &str| {
        let top = LineSetup::new().settings(&format!("node = \"{node}\"\n[store]\nurl = \"{store}\""));
        house(top, &gateway).settings(&trunk_to("carrier", outside))
    };
    let lives = process("lives").settings(NO_WRAP_UP);
    let lives = lives.services(&["routing", "telephony", "escalation"]).start().await;
    // Its spool is its own, its secrets are those of all.
    let own = tempfile::tempdir().unwrap();
    let dies = process("dies").services(&["telephony"]).routed_by(&lives).data_at(own.path().join("data"));
    let mut dies = dies.prepare();
    dies.has_secrets_of(&lives);
    dies.starts().await;
    let night = Night::on(&lives, &gateway).await;
    let cut_off = TestCaller::on_trunk(&dies, "09011112222", outside).await;
    cut_off.rings().await;
    cut_off.is_connected(1).await;

    let rung_back = async {
        lasts(Duration::from_secs(2)).await;
        let begun = Instant::now();
        dies.kill_9();
        cut_off.answers(1).await;
        println!("telephony killed: its caller was rung back after {:.1?}", begun.elapsed());
        lasts(Duration::from_secs(2)).await;
        cut_off.hangs_up().await;
    };
    night.besides(2).goes_on_during("telephony killed", rung_back).await;

    let calls = lives.calls().await;
    let ends = |end: &str| calls.iter().filter(|call| call.end.as_deref() == Some(end)).count();
    assert_eq!(ends("cut_off"), 1);
    let back: Vec<_> = calls.iter().filter(|call| call.steps[0].text("origin") == "call_back").collect();
    assert_eq!(back.len(), 1, "rung back once: {back:?}");
    assert!(lives.call_backs().await.is_empty());
}
