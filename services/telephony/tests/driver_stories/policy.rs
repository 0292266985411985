//! The line itself asks for help, and says when it needs none any more.

use domain::ids::CallId;

use crate::driver_kit::{CALLER, Heard, TestLine, secs};

fn started(call: CallId, reason: &str) -> Heard {
    let request = format!("call:{call}:waiting");
    Heard::Started { request, priority: "P1".into(), reasons: vec![reason.into()] }
}

fn withdrawn(call: CallId, reason: &str) -> Heard {
    Heard::Withdrawn { request: format!("call:{call}:waiting"), reason: reason.into() }
}

#[tokio::test]
async fn nobody_is_signed_in_so_a_psychiatrist_is_paged_until_the_caller_gives_up() {
    let line = TestLine::begins(&["ito"]).await;
    let caller = line.rings_from(Some(CALLER), "100").await;
    line.escalation_hears(&started(caller.call, "nobody_signed_in")).await;

    line.hangs_up(caller.leg);

    line.escalation_hears(&withdrawn(caller.call, "caller_gone")).await;
    let asked = line.escalation.heard();
    assert_eq!(asked.iter().filter(|heard| matches!(heard, Heard::Started { .. })).count(), 1);
}

#[tokio::test]
async fn help_that_was_asked_for_is_withdrawn_when_a_counsellor_answers() {
    let line = TestLine::begins(&["ito"]).await;
    let caller = line.rings_from(Some(CALLER), "100").await;
    line.escalation_hears(&started(caller.call, "nobody_signed_in")).await;

    line.signs_in_to_a_waiting_caller("ito").await;
    line.advance(secs(15));
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;

    line.escalation_hears(&withdrawn(caller.call, "answered")).await;
}

#[tokio::test]
async fn a_caller_who_is_answered_at_once_asks_for_nobody() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.rings_from(Some(CALLER), "100").await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;
    line.hangs_up(caller.leg);
    line.ended(caller.call).await;

    assert_eq!(line.escalation.heard(), []);
}

#[tokio::test]
async fn a_psychiatrist_who_takes_a_caller_nobody_answered_ends_the_need_and_nothing_is_withdrawn() {
    let line = TestLine::begins(&["ito"]).await;
    let caller = line.rings_from(Some(CALLER), "100").await;
    line.escalation_hears(&started(caller.call, "nobody_signed_in")).await;
    line.doctor_is_paged(Some(caller.call)).await;
    let doctor = line.doctor_lifts().await;

    line.presses(doctor, "1");
    line.talk(doctor, caller.leg).await;
    line.doctor_did("joined").await;
    line.hangs_up(caller.leg);
    line.ended(caller.call).await;

    assert!(!line.escalation.heard().iter().any(|heard| matches!(heard, Heard::Withdrawn { .. })));
}

#[tokio::test]
async fn a_call_back_owed_for_a_quarter_of_an_hour_is_a_reason_to_page_until_it_is_paid() {
    let line = TestLine::begins(&["ito"]).await;
    let caller = line.rings_from(Some(CALLER), "100").await;
    line.hangs_up(caller.leg);
    line.ended(caller.call).await;
    line.debts_are(&[(caller.call, 1)]).await;
    let request = format!("callback:{}", caller.call);

    for _ in 0..17 {
        line.advance(secs(60));
        tokio::task::yield_now().await;
    }
    let reasons = vec!["call_back_overdue".to_owned()];
    line.escalation_hears(&Heard::Started { request: request.clone(), priority: "P2".into(), reasons }).await;
    line.house.call_backs().settle(caller.call, "by_hand", line.clock.now()).await.unwrap();
    line.advance(secs(60));

    line.escalation_hears(&Heard::Withdrawn { request, reason: "resolved".into() }).await;
}
