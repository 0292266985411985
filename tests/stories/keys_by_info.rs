//! A trunk whose sound knows no keys.

use tests::{LineSetup, Sipp, Voice, free_port, ladder_of, trunk_to};

use crate::{hear, is_paged_for, talking};

const DOCTOR: &str = "+819087654321";

#[tokio::test(flavor = "multi_thread")]
async fn a_psychiatrist_on_a_trunk_that_tells_keys_by_info_accepts_and_joins() {
    let port = free_port();
    let setup = LineSetup::new().rota(ladder_of(&["aoki"], &format!("\"tel:{DOCTOR}\"")));
    let line = setup.settings(&trunk_to("old", port)).start().await;
    // Sends back what it hears: a psychiatrist whose voice is the two others'.
    let doctor = Sipp::start_at("doctor_by_info", "127.0.0.1", port, &["-aa", "-rtp_echo"]);
    let (caller, desk, call) = talking(&line).await;

    is_paged_for(&line, &call).await;
    doctor.has_seen(&format!("INVITE sip:{DOCTOR}@")).await;
    doctor.has_seen("Signal=1").await;

    let both: &[Voice] = &[Voice::Caller, Voice::Desk];
    hear(&[(&caller.phone, both), (&desk.phone, both)]).await;
    let told = line.escalation_that("the doctor has joined", |told| told.state == "acted").await;
    assert_eq!((told.accepted_by.as_str(), told.act.as_str()), ("aoki", "joined"));

    caller.hangs_up().await;
    desk.hangs_up().await;
    doctor.has_seen("\nBYE ").await;
    let ended = line.calls_ended(1).await.remove(0);
    ended.is_whole();
    assert_eq!(ended.told("joined", "staff"), ["aoki"]);
}
