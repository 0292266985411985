//! A psychiatrist is paged by voice: a human must press a key.

use domain::ids::CallId;
use domain::ledger::Step;
use proto::escalation::v1::take_voice_pages_response::Work;
use proto::escalation::v1::{Acceptance, PageNews, SafetyCaller};
use shell::testkit::operator;
use telephony::edge::Cause;
use telephony::media::page_words::Word;

use crate::driver_kit::{CALLER, DOCTOR, Heard, Mood, PAGE, TestLine, secs, until};

#[tokio::test]
async fn a_doctor_who_presses_1_is_in_the_call() {
    let line = TestLine::begins(&["ito"]).await;
    let (caller, ito) = line.talks_and_pages().await;
    let doctor = line.doctor_lifts().await;
    line.page_ends(PageNews::Ringing, "").await;

    line.presses(doctor, "1");

    line.talk(doctor, ito).await;
    line.talk(doctor, caller.leg).await;
    line.doctor_did("joined").await;
    assert!(line.escalation.heard().contains(&Heard::Accepted(PAGE.to_string())));
    line.hangs_up(doctor);
    line.comes_to(caller.call, "the doctor left", |step| matches!(step, Step::Left { .. })).await;
}

#[tokio::test]
async fn wrong_keys_repeat_and_2_declines() {
    let line = TestLine::begins(&["ito"]).await;
    line.talks_and_pages().await;
    let doctor = line.doctor_lifts().await;

    line.presses(doctor, "7");
    line.is_told(doctor, 2).await;
    line.presses(doctor, "2");

    line.escalation_hears(&Heard::Declined(PAGE.to_string())).await;
    line.hears_word(doctor, Word::Declined).await;
    line.advance(secs(10));
    line.is_hung_up(doctor).await;
}

#[tokio::test]
async fn a_voicemail_that_lifts_and_talks_never_accepts() {
    let line = TestLine::begins(&["ito"]).await;
    line.talks_and_pages().await;
    let voicemail = line.doctor_lifts().await;

    line.advance(secs(60));

    line.is_hung_up(voicemail).await;
    line.page_ends(PageNews::Unanswered, "no_key").await;
    assert!(!line.escalation.heard().iter().any(|heard| matches!(heard, Heard::Accepted(_))));
}

#[tokio::test]
async fn a_busy_telephone_has_failed_and_a_refused_one_is_unanswered() {
    for (cause, news, detail) in [
        (Cause::Busy, PageNews::Failed, "busy"),
        (Cause::Declined, PageNews::Unanswered, "rejected"),
        (Cause::NoAnswer, PageNews::Unanswered, "no_answer"),
    ] {
        let line = TestLine::begins(&["ito"]).await;
        line.doctor_is_paged(None).await;
        let leg = line.is_rung(DOCTOR).await;

        line.ends(leg, cause);

        line.page_ends(news, detail).await;
    }
}

#[tokio::test]
async fn of_two_who_accept_the_later_is_told_so() {
    let line = TestLine::begins(&["ito"]).await;
    line.talks_and_pages().await;
    let doctor = line.doctor_lifts().await;
    line.escalation.is(Mood::Answers(Acceptance::TakenOver));

    line.presses(doctor, "1");

    line.hears_word(doctor, Word::TakenOver).await;
    line.advance(secs(10));
    line.is_hung_up(doctor).await;
}

#[tokio::test]
async fn who_is_on_the_line_when_the_page_is_called_off_is_told_and_a_ringing_one_stops() {
    let line = TestLine::begins(&["ito"]).await;
    line.talks_and_pages().await;
    let doctor = line.doctor_lifts().await;

    line.page_is_called_off("").await;

    line.hears_word(doctor, Word::Withdrawn).await;
    line.advance(secs(10));
    line.is_hung_up(doctor).await;
    let ringing = TestLine::begins(&["ito"]).await;
    ringing.doctor_is_paged(None).await;
    let leg = ringing.is_rung(DOCTOR).await;
    ringing.page_is_called_off("dr-sato").await;
    ringing.is_hung_up(leg).await;
}

#[tokio::test]
async fn a_willing_doctor_is_let_in_while_escalation_is_silent_and_it_is_told_afterwards() {
    let line = TestLine::begins(&["ito"]).await;
    let (_, ito) = line.talks_and_pages().await;
    let doctor = line.doctor_lifts().await;
    line.page_ends(PageNews::Ringing, "").await;
    line.escalation.is(Mood::Away);

    line.presses(doctor, "1");
    line.talk(doctor, ito).await;

    line.escalation.is(Mood::Answers(Acceptance::Accepted));
    until("it is told", || {
        line.advance(secs(1));
        let heard = line.escalation.heard();
        heard.iter().any(|heard| matches!(heard, Heard::Act { .. })).then_some(())
    })
    .await;
    assert!(line.escalation.heard().contains(&Heard::Accepted(PAGE.to_string())));
}

#[tokio::test]
async fn escalation_that_does_not_answer_within_a_second_holds_no_doctor_up() {
    let line = TestLine::begins(&["ito"]).await;
    let (_, ito) = line.talks_and_pages().await;
    let doctor = line.doctor_lifts().await;
    line.page_ends(PageNews::Ringing, "").await;
    line.escalation.is(Mood::Silent);

    line.presses(doctor, "1");
    until("the second is over", || {
        line.advance(secs(1));
        line.edge.when(|did| matches!(did, crate::driver_kit::Did::Join(leg, _) if *leg == doctor))
    })
    .await;

    line.talk(doctor, ito).await;
}

#[tokio::test]
async fn after_the_call_the_doctor_is_connected_to_the_counsellor_who_had_it() {
    let line = TestLine::begins(&["ito"]).await;
    let (caller, _) = line.talks_and_pages().await;
    let doctor = line.doctor_lifts().await;
    line.hangs_up(caller.leg);
    line.ended(caller.call).await;
    line.edge.is_paged("ito");
    line.edge.is_page_room(CallId(PAGE.0));

    line.presses(doctor, "1");
    line.hears_word(doctor, Word::CallEnded).await;
    let ito = line.is_rung("ito").await;
    line.lifts(ito);

    line.talk(doctor, ito).await;
    line.doctor_did("called_back").await;
    line.hangs_up(ito);
    line.is_hung_up(doctor).await;
}

#[tokio::test]
async fn a_counsellor_who_is_away_leaves_no_act() {
    let line = TestLine::begins(&["ito"]).await;
    let (caller, _) = line.talks_and_pages().await;
    let doctor = line.doctor_lifts().await;
    line.hangs_up(caller.leg);
    line.ended(caller.call).await;
    line.edge.is_paged("ito");

    line.presses(doctor, "1");
    let ito = line.is_rung("ito").await;
    line.ends(ito, Cause::NoAnswer);

    line.hears_word(doctor, Word::CounsellorAway).await;
    line.advance(secs(10));
    line.is_hung_up(doctor).await;
    assert!(!line.escalation.heard().iter().any(|heard| matches!(heard, Heard::Act { .. })));
}

#[tokio::test]
async fn a_drill_is_confirmed_by_the_key_and_over() {
    let line = TestLine::begins(&["ito"]).await;
    line.doctor_is_paged(None).await;
    let doctor = line.telephone_is_lifted().await;
    line.hears_word(doctor, Word::Drill).await;

    line.presses(doctor, "1");

    line.escalation_hears(&Heard::Accepted(PAGE.to_string())).await;
    line.hears_word(doctor, Word::DrillThanks).await;
    line.advance(secs(10));
    line.is_hung_up(doctor).await;
}

#[tokio::test]
async fn a_page_that_is_given_out_again_after_a_break_rings_once() {
    let line = TestLine::begins(&["ito"]).await;
    let (caller, _) = line.talks_and_pages().await;
    line.is_rung(DOCTOR).await;

    line.escalation.breaks_off();
    line.doctor_is_paged(Some(caller.call)).await;
    // Taken in order: when the safety caller is owed, the page before was taken.
    line.caller_waits(caller.call).await;

    assert_eq!(line.rung_so_often(DOCTOR), 1);
}

#[tokio::test]
async fn the_counsellors_star_puts_the_caller_on_hold_and_only_while_a_doctor_is_in() {
    let line = TestLine::begins(&["ito"]).await;
    let (caller, ito) = line.talks_and_pages().await;
    line.presses(ito, "*");
    let doctor = line.doctor_lifts().await;
    line.presses(doctor, "1");
    line.talk(doctor, ito).await;
    line.presses(doctor, "*");
    line.presses(caller.leg, "*");

    line.presses(ito, "*");
    line.comes_to(caller.call, "they talk alone", |step| *step == Step::Consulting { privately: true }).await;
    line.presses(ito, "*");
    line.comes_to(caller.call, "together", |step| *step == Step::Consulting { privately: false }).await;

    let alone = line.steps(caller.call).into_iter().filter(|step| matches!(step, Step::Consulting { .. }));
    assert_eq!(alone.count(), 2);
}

impl TestLine {
    async fn caller_waits(&self, call: CallId) {
        let told = SafetyCaller {
            operator_id: operator().to_string(),
            call_id: call.to_string(),
            window_id: "main".into(),
            ..SafetyCaller::default()
        };
        self.escalation_wants(Work::CallerWaits(told)).await;
        let begun = std::time::Instant::now();
        while self.owed().await.is_empty() {
            assert!(begun.elapsed() < secs(30), "nothing is owed");
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
}

#[tokio::test]
async fn a_caller_who_waits_for_a_doctor_is_rung_by_a_desk_and_escalation_hears_that_they_were_reached() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let caller = line.rings_from(Some(CALLER), "100").await;
    let ito = line.phone_is_lifted("ito").await;
    line.talk(caller.leg, ito).await;
    line.hangs_up(caller.leg);
    line.ended(caller.call).await;

    line.caller_waits(caller.call).await;
    line.caller_waits(caller.call).await;
    line.advance(secs(1));
    let ito = line.phone_is_lifted("ito").await;
    line.hears(ito, domain::ledger::Prompt::CallbackCounsellor).await;
    let person = line.phone_rings(CALLER).await;
    line.lifts(person);
    line.talk(person, ito).await;
    line.hangs_up(person);

    assert_eq!(line.debt_is_over(caller.call).await, ("settled".into(), "reached".into()));
    line.escalation_hears(&Heard::Settled { call: caller.call.to_string(), how: "reached".into() }).await;
}
