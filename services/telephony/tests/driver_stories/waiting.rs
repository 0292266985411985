//! Nobody answers: what the caller is told, and whom the line looks for.

use domain::ids::CallId;
use domain::ledger::{AnsweredBy, CallAlarm, EndReason, NoOneFree, Prompt, Step};

use crate::driver_kit::{Did, FALLBACK, Opening, TestLine, neighbour, newcomer, nurse, secs, until};

impl TestLine {
    fn nobody_free_so_often(&self, call: CallId) -> usize {
        self.steps(call).iter().filter(|step| matches!(step, Step::NobodyFree { .. })).count()
    }
}

#[tokio::test]
async fn a_caller_is_not_greeted_while_a_telephone_rings() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.caller_rings().await;
    let ito = line.phone_rings("ito").await;

    line.advance(secs(10));
    line.lifts(ito);
    line.talk(caller.leg, ito).await;

    assert_eq!(line.edge.how_often(|did| matches!(did, Did::Play { .. })), 0);
}

#[tokio::test]
async fn a_caller_for_whom_nothing_rings_is_greeted_stays_on_the_line_and_is_answered() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let (other, _) = line.is_taken("ito").await;
    let caller = line.caller_rings().await;
    line.comes_to(caller.call, "nobody is free", |step| matches!(step, Step::NobodyFree { .. })).await;

    line.advance(secs(3));
    assert_eq!(line.hears(caller.leg, Prompt::Greeting).await, caller.at + secs(3));
    // Longer than the greeting: then the announcement goes round.
    line.advance(secs(16));
    line.hears(caller.leg, Prompt::Hold).await;
    line.hangs_up(other.leg);

    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;
    assert_eq!(line.edge.how_often(|did| matches!(did, Did::HangUp(leg, _) if *leg == caller.leg)), 0);
}

#[tokio::test]
async fn a_caller_nobody_answers_hears_of_each_step_and_is_looked_after_in_wider_circles() {
    let line = TestLine::opens(Opening::with([nurse("ito"), newcomer("mori"), neighbour("sato")])).await;
    for desk in ["ito", "mori", "sato"] {
        line.signs_in(desk).await;
    }
    line.is_taken("ito").await;
    let caller = line.caller_rings().await;
    // The experienced one talks: nobody waits for her beside a free desk.
    let mori = line.is_rung("mori").await;
    line.ends(mori, telephony::edge::Cause::Declined);
    until("nobody else is there", || (line.nobody_free_so_often(caller.call) == 2).then_some(())).await;
    line.advance(secs(3));
    line.hears(caller.leg, Prompt::Greeting).await;

    line.advance(secs(17));
    assert_eq!(line.hears(caller.leg, Prompt::Hold).await, caller.at + secs(20));
    assert_eq!(line.rung_so_often("sato"), 0);

    line.advance(secs(40));
    assert_eq!(line.hears(caller.leg, Prompt::NobodyFree).await, caller.at + secs(60));
    // Whoever was in a narrower circle is asked again; who of the two comes first is routing's affair.
    for _ in 0..2 {
        let leg = until("one of the two is rung", || {
            line.edge.take_ring("mori").or_else(|| line.edge.take_ring("sato"))
        })
        .await;
        line.ends(leg, telephony::edge::Cause::Declined);
    }
    assert_eq!((line.rung_so_often("mori"), line.rung_so_often("sato")), (2, 1));

    line.advance(secs(60));
    line.alarm_is_raised("call_waiting_long").await;

    line.advance(secs(60));
    assert_eq!(line.hears(caller.leg, Prompt::Fallback).await, caller.at + secs(180));
    line.phone_rings(FALLBACK).await;
    line.advance(secs(30));
    assert_eq!(line.hears(caller.leg, Prompt::CallbackPromised).await, caller.at + secs(210));
    line.alarm_is_raised("call_fallback_failed").await;

    line.advance(secs(60));
    let fallback = line.phone_is_lifted(FALLBACK).await;
    assert_eq!(line.talk(caller.leg, fallback).await, caller.at + secs(270));
    let answered = Step::Answered { by: AnsweredBy::Fallback, waited_micros: 270_000_000 };
    assert!(line.steps(caller.call).contains(&answered));
}

#[tokio::test]
async fn with_nobody_signed_in_every_circle_and_the_fallback_number_are_tried_at_once() {
    let line = TestLine::begins(&["ito"]).await;

    let caller = line.caller_rings().await;
    let fallback = line.phone_is_lifted(FALLBACK).await;

    assert_eq!(line.talk(caller.leg, fallback).await, caller.at);
    let steps = line.steps(caller.call);
    let circles: Vec<u32> = steps
        .iter()
        .filter_map(|step| if let Step::Sought { circle } = step { Some(*circle) } else { None })
        .collect();
    assert_eq!(circles, [0, 1, 2]);
    assert!(steps.contains(&Step::NobodyFree { why: NoOneFree::NobodySignedIn }));
    assert!(steps.contains(&Step::Alarmed { alarm: CallAlarm::NobodySignedIn }));
    line.alarm_is_raised("call_nobody_signed_in").await;
}

#[tokio::test]
async fn a_desk_that_signs_in_while_the_fallback_number_rings_takes_the_call() {
    let line = TestLine::begins(&["ito"]).await;
    let caller = line.caller_rings().await;
    let fallback = line.phone_rings(FALLBACK).await;

    line.signs_in_to_a_waiting_caller("ito").await;
    let ito = line.phone_is_lifted("ito").await;

    line.talk(caller.leg, ito).await;
    line.is_hung_up(fallback).await;
}

#[tokio::test]
async fn a_call_that_the_fallback_number_took_ends_in_order() {
    let line = TestLine::begins(&["ito"]).await;
    let caller = line.caller_rings().await;
    let fallback = line.phone_is_lifted(FALLBACK).await;
    line.talk(caller.leg, fallback).await;

    line.hangs_up(caller.leg);

    line.is_hung_up(fallback).await;
    assert_eq!(
        line.ended(caller.call).await,
        Step::Ended { reason: EndReason::Completed, owes_call_back: false }
    );
}

#[tokio::test]
async fn a_caller_who_hides_the_number_is_told_that_no_call_back_can_be_promised() {
    let line = TestLine::begins(&["ito"]).await;
    let caller = line.rings_from(None, "100").await;
    let fallback = line.phone_rings(FALLBACK).await;

    line.ends(fallback, telephony::edge::Cause::Busy);

    line.hears(caller.leg, Prompt::CallbackWithheld).await;
    line.hangs_up(caller.leg);
    assert_eq!(
        line.ended(caller.call).await,
        Step::Ended { reason: EndReason::AbandonedInQueue, owes_call_back: false }
    );
    assert_eq!(line.owed().await, []);
}
