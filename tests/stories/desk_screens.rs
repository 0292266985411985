//! Desks act on their screens: they hold a caller, hand them over, listen, take over, and answer.

use proto::telephony::v1 as wire;
use tests::{LineSetup, Sipp, TestDoctor, TestLine, Voice, sipp_desk};

use crate::{hear, talking};

/// The operator, the call and the desk that acts.
macro_rules! ask {
    ($line:expr, $verb:ident, $request:ident, $call:expr, $desk:expr $(, $field:ident: $value:expr)*) => {
        $line
            .control_service()
            .$verb(wire::$request {
                operator_id: $line.operator.clone(),
                call_id: $call.to_owned(),
                desk_id: $desk.to_owned(),
                $($field: $value.to_owned(),)*
            })
            .await
            .unwrap()
    };
}

/// The desk `mori`, with a voice that is not the first desk's.
async fn second_desk(line: &TestLine) -> TestDoctor {
    let desk = TestDoctor::registers(line, "mori").await;
    line.desk_is("mori", "available").await;
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_held_comes_back_and_is_handed_over_to_another_desk() {
    let line = LineSetup::new().start().await;
    let (caller, ito, call) = talking(&line).await;
    let together: [(&_, &[Voice]); 2] = [(&caller.phone, &[Voice::Desk]), (&ito.phone, &[Voice::Caller])];
    let apart: [(&_, &[Voice]); 2] = [(&caller.phone, &[]), (&ito.phone, &[])];
    hear(&together).await;

    ask!(line, hold_caller, HoldCallerRequest, call, "ito");
    hear(&apart).await;
    let before = caller.phone.heard();
    caller.hears(before).await;
    ask!(line, resume_caller, ResumeCallerRequest, call, "ito");
    hear(&together).await;

    let mori = second_desk(&line).await;
    ask!(line, transfer_call, TransferCallRequest, call, "ito", to_desk_id: "mori");
    mori.is_rung(1).await;
    hear(&apart).await;
    mori.lifts(1).await;
    hear(&[(&caller.phone, &[Voice::Doctor]), (&mori.phone, &[Voice::Caller])]).await;
    ito.is_quiet(1).await;
    line.desk_is("ito", "wrap_up").await;
    line.desk_is("mori", "in_call").await;

    ask!(line, hang_up, HangUpRequest, call, "mori");
    caller.is_over(1).await;
    mori.is_let_go(1).await;
    let told = line.calls_ended(1).await.remove(0);
    told.is_whole();
    assert_eq!(
        (told.told("caller_held", "desk"), told.told("caller_resumed", "desk")),
        (vec!["ito".into()], vec!["ito".into()])
    );
    assert_eq!(
        (told.told("transferred", "from"), told.told("transferred", "desk")),
        (vec!["ito".into()], vec!["mori".into()])
    );
    let said = line.run(&["calls"]).await;
    assert!(said.out.contains("transferred") && said.out.contains("from=ito"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_hears_both_is_not_heard_and_takes_over() {
    let line = LineSetup::new().start().await;
    let (caller, ito, call) = talking(&line).await;
    let chief = second_desk(&line).await;
    hear(&[(&caller.phone, &[Voice::Desk]), (&ito.phone, &[Voice::Caller])]).await;

    ask!(line, listen_in, ListenInRequest, call, "mori");
    chief.lifts(1).await;
    line.call_that("somebody listens", |call| call.has("listened")).await;
    hear(&[
        (&chief.phone, &[Voice::Caller, Voice::Desk]),
        (&caller.phone, &[Voice::Desk]),
        (&ito.phone, &[Voice::Caller]),
    ])
    .await;

    ask!(line, take_over, TakeOverRequest, call, "mori");
    hear(&[(&caller.phone, &[Voice::Doctor]), (&chief.phone, &[Voice::Caller])]).await;
    ito.is_quiet(1).await;
    line.desk_is("mori", "in_call").await;
    line.desk_is("ito", "wrap_up").await;
    caller.hangs_up().await;
    chief.is_let_go(1).await;
    let told = line.calls_ended(1).await.remove(0);
    told.is_whole();
    assert_eq!(told.told("taken_over", "desk"), ["mori"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_that_knows_the_wish_picks_up_when_its_person_accepts_on_the_screen() {
    let settings = "[desks]\nconsole_first = [\"ito\"]\nconsole_grace = \"14s\"";
    let line = LineSetup::new().settings(settings).start().await;
    let phone = sipp_desk(&line, "ito", "desk_picks_up", &["-m", "1"]).await;
    let caller = Sipp::call("uac", line.sip, 1, &["-s", "100", "-d", "500"]);
    let call = line.call_that("it is put to ito", |call| call.has("offered")).await;
    assert!(!phone.messages().contains("INVITE"), "the telephone is silent before");

    ask!(line, answer_offer, AnswerOfferRequest, call.id, "ito");

    caller.succeeds().await;
    let seen = phone.succeeds().await;
    for wish in ["Call-Info: <sip:line@localhost>;answer-after=0", ";info=alert-autoanswer"] {
        assert!(seen.contains(wish), "{seen}");
    }
    assert!(line.calls_ended(1).await[0].is_answered_by("ito"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_that_rings_already_is_asked_anew_to_pick_up() {
    let line = LineSetup::new().settings("[desks]\npicks_up = [\"ito\"]").start().await;
    let phone = sipp_desk(&line, "ito", "desk_picks_up", &["-m", "2"]).await;
    let caller = Sipp::call("uac", line.sip, 1, &["-s", "100", "-d", "500"]);
    let call = line.call_that("it rings", |call| call.has("ringing")).await;

    ask!(line, answer_offer, AnswerOfferRequest, call.id, "ito");

    caller.succeeds().await;
    assert_eq!(phone.succeeds().await.matches("\nCANCEL ").count(), 1);
    let told = line.calls_ended(1).await.remove(0);
    told.is_whole();
    assert!(told.is_answered_by("ito") && told.has("accepted") && told.has("rung_again"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_on_which_nobody_accepts_has_its_telephone_rung() {
    let settings = "[desks]\nconsole_first = [\"ito\"]\nconsole_grace = \"500ms\"";
    let line = LineSetup::new().settings(settings).start().await;

    let (caller, ito, _) = talking(&line).await;

    hear(&[(&caller.phone, &[Voice::Desk]), (&ito.phone, &[Voice::Caller])]).await;
}
