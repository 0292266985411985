//! Whoever was lost is rung back: the counsellor first, then the person.

use domain::ids::LegId;
use domain::ledger::{EndReason, OriginKind, Prompt, Step};
use proto::routing::v1::Presence;
use telephony::driver::DriverSettings;
use telephony::edge::Cause;

use crate::driver_kit::{Caller, Opening, TELLTALE, TestLine, nurse, secs, until};

impl TestLine {
    /// Somebody rang, nobody lifted, they gave up; nothing rings any more.
    async fn owes_a_call(&self) -> Caller {
        let caller = self.caller_rings().await;
        self.hangs_up(caller.leg);
        self.ended(caller.call).await;
        self.debts_are(&[(caller.call, 1)]).await;
        caller
    }

    /// The counsellor lifts, hears what it is about, and the person is rung.
    async fn rings_back(&self) -> (LegId, LegId) {
        let ito = self.phone_is_lifted("ito").await;
        self.hears(ito, Prompt::CallbackCounsellor).await;
        (ito, self.phone_rings(TELLTALE).await)
    }

    fn call_back(&self) -> domain::ids::CallId {
        let origin = |body: &str| {
            let step = serde_json::from_str(body).unwrap();
            if let Step::Begun(begun) = step { Some(begun.origin) } else { None }
        };
        let rows = self.durable.now();
        let begun = rows.iter().rfind(|row| origin(&row.body) == Some(OriginKind::CallBack));
        begun.unwrap().call.parse().unwrap()
    }
}

#[tokio::test]
async fn the_counsellor_hears_whom_the_line_rings_and_then_the_two_talk_and_the_debt_is_paid() {
    let line = TestLine::begins(&["ito"]).await;
    let owed = line.owes_a_call().await;

    line.signs_in_to_a_waiting_caller("ito").await;
    let (ito, person) = line.rings_back().await;
    line.lifts(person);
    line.talk(person, ito).await;
    line.hangs_up(person);

    line.is_hung_up(ito).await;
    assert_eq!(line.debt_is_over(owed.call).await, ("settled".into(), "reached".into()));
    let ended = line.ended(line.call_back()).await;
    assert_eq!(ended, Step::Ended { reason: EndReason::Completed, owes_call_back: false });
    line.desk_is("ito", Presence::Available).await;
}

#[tokio::test]
async fn who_does_not_take_the_call_is_rung_again_after_twice_as_long_and_given_up_at_last() {
    let driver = DriverSettings { call_back_attempts: 3, glance: secs(10), ..DriverSettings::default() };
    let line = TestLine::opens(Opening { driver, ..Opening::with([nurse("ito")]) }).await;
    let owed = line.owes_a_call().await;
    line.signs_in_to_a_waiting_caller("ito").await;

    for (attempt, pause) in [(1, 300), (2, 600)] {
        let (ito, _) = line.rings_back().await;
        line.advance(secs(45));
        line.is_hung_up(ito).await;
        let next = line.clock.now() + secs(pause);
        line.next_call_back_is(next).await;
        assert_eq!(line.owed().await, [(owed.call, attempt)]);
        assert_eq!(line.rung_so_often(TELLTALE), usize::try_from(attempt).unwrap());
        line.desk_is("ito", Presence::Available).await;
        line.advance(secs(pause));
    }
    let (_, person) = line.rings_back().await;
    line.ends(person, Cause::Busy);

    assert_eq!(line.debt_is_over(owed.call).await, ("settled".into(), "not_reached".into()));
    assert_eq!(line.owed().await, []);
}

#[tokio::test]
async fn a_counsellor_who_hangs_up_before_the_person_answers_leaves_the_debt_standing() {
    let line = TestLine::begins(&["ito"]).await;
    let owed = line.owes_a_call().await;
    line.signs_in_to_a_waiting_caller("ito").await;
    let (ito, person) = line.rings_back().await;

    line.hangs_up(ito);

    line.is_hung_up(person).await;
    line.next_call_back_is(line.clock.now() + secs(300)).await;
    assert_eq!(line.owed().await, [(owed.call, 1)]);
}

#[tokio::test]
async fn who_rings_again_and_is_answered_is_not_rung_back() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let (other, _) = line.is_taken("ito").await;
    let owed = line.owes_a_call().await;
    let again = line.caller_rings().await;
    line.comes_to(again.call, "nobody is free", |step| matches!(step, Step::NobodyFree { .. })).await;

    // The call-back's turn is before theirs, but they are on the line already.
    line.hangs_up(other.leg);
    let ito = line.phone_is_lifted("ito").await;
    line.talk(again.leg, ito).await;

    assert_eq!(line.debt_is_over(owed.call).await, ("withdrawn".into(), "rang_again".into()));
    assert_eq!(line.rung_so_often(TELLTALE), 0);
    line.hangs_up(again.leg);
    line.ended(again.call).await;
    line.ended(line.call_back()).await;
    assert_eq!((line.owed().await, line.rung_so_often(TELLTALE)), (vec![], 0));
}

#[tokio::test]
async fn who_rang_in_vain_twice_is_rung_back_once() {
    let line = TestLine::begins(&["ito"]).await;
    let first = line.owes_a_call().await;
    let second = line.caller_rings().await;
    line.hangs_up(second.leg);
    line.ended(second.call).await;
    line.debts_are(&[(first.call, 1), (second.call, 1)]).await;
    line.signs_in_to_a_waiting_caller("ito").await;

    let (ito, person) = line.rings_back().await;
    line.lifts(person);
    line.talk(person, ito).await;
    line.hangs_up(person);

    line.debts_are(&[]).await;
    line.desk_is("ito", Presence::Available).await;
    until("no call is left", || (line.deps.switchboard.count() == 0).then_some(())).await;
    assert_eq!(line.rung_so_often(TELLTALE), 1);
}

#[tokio::test]
async fn a_person_who_was_reached_and_loses_the_counsellor_gets_another_one() {
    let line = TestLine::begins(&["ito", "mori"]).await;
    line.owes_a_call().await;
    line.signs_in_to_a_waiting_caller("ito").await;
    let (ito, person) = line.rings_back().await;
    line.lifts(person);
    line.talk(person, ito).await;
    line.signs_in("mori").await;

    line.is_lost(ito);

    line.hears(person, Prompt::NobodyFree).await;
    let broken = line.is_rung("mori").await;
    line.lifts(broken);
    line.talk(person, broken).await;
}

#[tokio::test]
async fn a_call_back_waits_longer_than_its_lease_without_being_begun_twice() {
    let line = TestLine::begins(&["ito"]).await;
    let owed = line.owes_a_call().await;

    for _ in 0..3 {
        line.advance(secs(1800));
    }
    line.signs_in_to_a_waiting_caller("ito").await;
    let (ito, person) = line.rings_back().await;
    line.lifts(person);
    line.talk(person, ito).await;

    assert_eq!(line.owed().await, [(owed.call, 1)]);
    assert_eq!(line.rung_so_often(TELLTALE), 1);
}
