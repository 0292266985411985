//! A doctor who missed the page rings the line.

use domain::ids::LegId;

use crate::driver_kit::{DOCTOR, Did, Heard, PAGE, TestLine, secs};
use telephony::edge::Cause;

impl TestLine {
    async fn a_doctor_missed_the_page(&self) -> LegId {
        let (_, ito) = self.talks_and_pages().await;
        let missed = self.is_rung(DOCTOR).await;
        self.ends(missed, Cause::NoAnswer);
        ito
    }
}

#[tokio::test]
async fn who_missed_the_page_and_rings_back_gets_it_at_once_however_the_number_is_written() {
    let line = TestLine::begins(&["ito"]).await;
    let ito = line.a_doctor_missed_the_page().await;

    let doctor = line.doctor_rings(&DOCTOR.replace("+81", "0"));
    line.is_told(doctor, 1).await;
    line.presses(doctor, "1");

    line.talk(doctor, ito).await;
    line.escalation_hears(&Heard::Accepted(PAGE.to_string())).await;
    line.doctor_did("joined").await;
}

#[tokio::test]
async fn who_rings_back_after_half_an_hour_or_a_withdrawal_is_a_caller_as_any_other() {
    for is_withdrawn in [false, true] {
        let line = TestLine::begins(&["ito"]).await;
        line.a_doctor_missed_the_page().await;
        if is_withdrawn {
            line.page_is_called_off("").await;
            // Taken in order: this one is known when the next is rung.
            line.escalation_hears_nothing_more().await;
        } else {
            line.advance(secs(30 * 60));
        }

        let caller = line.rings_from(Some(DOCTOR), "100").await;

        assert!(line.edge.when(|did| *did == Did::Alert(caller.leg)).is_some());
        assert_eq!(line.call_of(caller.leg), Some(caller.call));
    }
}

#[tokio::test]
async fn a_stranger_who_rings_while_a_doctor_is_paged_is_a_caller() {
    let line = TestLine::begins(&["ito"]).await;
    line.a_doctor_missed_the_page().await;

    let caller = line.rings_from(Some("+81399998888"), "100").await;

    assert_eq!(line.call_of(caller.leg), Some(caller.call));
}

impl TestLine {
    async fn escalation_hears_nothing_more(&self) {
        crate::driver_kit::until("the page is called off", || {
            self.told.lines().iter().any(|line| line.contains("a page is called off")).then_some(())
        })
        .await;
    }
}
