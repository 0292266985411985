//! A process died; the next one finds what it owed.

use std::time::Duration;

use domain::ledger::{EndReason, Prompt, Step};

use crate::driver_kit::{House, MONDAY, Opening, TELLTALE, TestLine, nurse, secs, until};

#[tokio::test]
async fn the_caller_of_a_process_that_died_is_rung_back_by_the_next_one() {
    let house = House::new().await;
    let call = house.a_process_died_with_a_call(TELLTALE, MONDAY).await;
    let later = MONDAY + secs(3);

    let line = TestLine::opens_in(house, Opening { start: later, ..Opening::with([nurse("ito")]) }).await;

    assert_eq!(line.ended(call).await, Step::Ended { reason: EndReason::CutOff, owes_call_back: true });
    line.signs_in("ito").await;
    let ito = line.phone_is_lifted("ito").await;
    line.hears(ito, Prompt::CallbackCounsellor).await;
    let caller = line.phone_is_lifted(TELLTALE).await;
    line.talk(caller, ito).await;
    line.hangs_up(caller);
    assert_eq!(line.debt_is_over(call).await, ("settled".into(), "reached".into()));
}

#[tokio::test]
async fn a_call_back_that_a_dead_process_had_taken_on_is_paid_by_the_next_one() {
    let house = House::new().await;
    let call = house.a_process_died_with_a_call(TELLTALE, MONDAY).await;
    let (db, sealer) = (house.db.clone(), house.sealer.clone());
    let died =
        TestLine::opens_in(house, Opening { start: MONDAY + secs(3), ..Opening::with([nurse("ito")]) }).await;
    died.ended(call).await;
    died.advance(secs(1));
    died.debts_are(&[(call, 1)]).await;

    // Its tasks stand still with its clock; its telephones are never lifted.
    let folder = tempfile::tempdir().unwrap();
    let house = House { db, sealer, folder, store: died.house.store.clone() };
    let next = Opening { start: MONDAY + secs(30), ..Opening::with([nurse("ito")]) };
    let line = TestLine::opens_as(house, 10, next).await;
    line.signs_in("ito").await;

    // Recovery and the worker that rings back look in their own time.
    let ito = until("ito is rung", || {
        line.advance(Duration::from_millis(100));
        line.edge.take_ring("ito")
    })
    .await;
    line.lifts(ito);
    let caller = line.phone_is_lifted(TELLTALE).await;
    line.talk(caller, ito).await;
}
