//! Whose turn it is, and which window answers.

use domain::ledger::{PlaceClass, Step};
use domain::time::Instant;

use crate::driver_kit::{MONDAY, Opening, TELLTALE, TestLine, nurse, secs};

fn class(steps: &[Step]) -> Option<PlaceClass> {
    steps.iter().find_map(|step| if let Step::Begun(begun) = step { Some(begun.class) } else { None })
}

fn window(steps: &[Step]) -> String {
    let begun = steps.iter().find_map(|step| if let Step::Begun(begun) = step { Some(begun) } else { None });
    begun.unwrap().window.to_string()
}

#[tokio::test]
async fn the_agencies_window_is_answered_before_an_ordinary_caller_who_waits_longer() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let (other, _) = line.is_taken("ito").await;
    let waits = line.caller_rings().await;
    line.advance(secs(2));
    let police = line.rings_from(Some("+81399999999"), "300").await;
    line.comes_to(police.call, "nobody is free", |step| matches!(step, Step::NobodyFree { .. })).await;

    line.hangs_up(other.leg);
    line.is_put_to(police.call, "ito").await;

    let ito = line.phone_is_lifted("ito").await;
    line.talk(police.leg, ito).await;
    assert_eq!(class(&line.steps(police.call)), Some(PlaceClass::Agency));
    assert_eq!(class(&line.steps(waits.call)), Some(PlaceClass::Ordinary));
}

/// Somebody gave up `before`; a stranger waits; then they ring again. Who is answered first?
async fn rings_again_after(before: u64) -> PlaceClass {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;
    let (other, _) = line.is_taken("ito").await;
    let vain = line.caller_rings().await;
    line.hangs_up(vain.leg);
    line.ended(vain.call).await;
    line.debts_are(&[(vain.call, 1)]).await;
    // They ring by themselves, so the line's own attempt is out of the way.
    line.house.call_backs().settle(vain.call, "by_hand", line.clock.now()).await.unwrap();
    line.advance(secs(before));
    let first = line.rings_from(Some("+81322222222"), "100").await;
    line.advance(secs(1));
    let again = line.caller_rings().await;
    line.comes_to(again.call, "nobody is free", |step| matches!(step, Step::NobodyFree { .. })).await;

    line.hangs_up(other.leg);

    let class = class(&line.steps(again.call)).unwrap();
    line.is_put_to(if class == PlaceClass::Repeat { again.call } else { first.call }, "ito").await;
    class
}

#[tokio::test]
async fn who_rang_in_vain_within_ten_minutes_is_put_before_first_attempts() {
    assert_eq!(rings_again_after(590).await, PlaceClass::Repeat);
}

#[tokio::test]
async fn who_rang_in_vain_longer_ago_waits_as_everybody_does() {
    assert_eq!(rings_again_after(600).await, PlaceClass::Ordinary);
}

#[tokio::test]
async fn a_closed_window_is_answered_by_the_one_that_takes_over() {
    let evening: Instant = MONDAY + secs(10 * 3600);
    let line = TestLine::opens(Opening { start: evening, ..Opening::with([nurse("ito")]) }).await;
    line.signs_in("ito").await;

    let caller = line.rings_from(Some(TELLTALE), "200").await;
    let ito = line.phone_is_lifted("ito").await;

    line.talk(caller.leg, ito).await;
    assert_eq!(window(&line.steps(caller.call)), "welfare", "it is still the window that was rung");
}

#[tokio::test]
async fn a_number_that_no_window_has_still_reaches_a_human() {
    let line = TestLine::begins(&["ito"]).await;
    line.signs_in("ito").await;

    let caller = line.rings_from(Some(TELLTALE), "+81355555555").await;
    let ito = line.phone_is_lifted("ito").await;

    line.talk(caller.leg, ito).await;
    assert_eq!(window(&line.steps(caller.call)), "main");
}
