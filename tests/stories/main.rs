//! Stories of the line, told from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use tests::{Baresip, TestCaller, TestDesk, TestLine, Voice, eventually};

mod access_attacks;
mod access_audit;
mod access_ids;
mod access_table;
mod after_the_call;
mod bad_input;
mod call_back;
mod called_off;
mod console_board;
mod console_centre;
mod console_daily;
mod console_keys;
mod console_kit;
mod console_night;
mod console_pages;
mod console_silent;
mod console_targets;
mod console_two;
mod daily_log;
mod desk_screens;
mod fallback;
mod first_call;
mod hunting;
mod kamailio_front;
mod keys_by_info;
mod killed;
mod ladder_in_real_time;
mod oidc;
mod oidc_kit;
mod oidc_page;
mod one_trace;
mod pages_killed;
mod privacy;
mod private;
mod private_word;
mod psychiatrist_joins;
mod public_window;
mod race;
mod referral_outside;
mod ring_back;
mod safety_caller;
mod services;
mod stop;
mod store_away;
mod tls;
mod voicemail;
mod ways;
mod without_store;
mod wrong;

/// A caller's number that no other text has by chance.
pub(crate) const NUMBER: &str = "09012345678";

/// A caller who talks to the desk `ito`, and the call's id.
pub(crate) async fn talking(line: &TestLine) -> (TestCaller, TestDesk, String) {
    let desk = TestDesk::registers(line, "ito").await;
    let caller = TestCaller::with_number(line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    caller.is_connected(1).await;
    let call = line.call_that("they talk", |call| call.has("answered")).await;
    (caller, desk, call.id)
}

/// `page start` for that call, as a counsellor types it; the escalation's id.
pub(crate) async fn is_paged_for(line: &TestLine, call: &str) -> String {
    let start = ["page", "start", "--call", call, "--priority", "P1", "--reason", "risk_imminent", "--json"];
    let said = line.run(&start).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    told["escalation_id"].as_str().unwrap().to_owned()
}

/// Waits until each of them hears exactly those, and then for one more second.
pub(crate) async fn hear(parties: &[(&Baresip, &[Voice])]) {
    for (phone, voices) in parties {
        eventually(&format!("{voices:?} are heard"), async || {
            (phone.hears_voices().await == *voices).then_some(())
        })
        .await;
    }
    for (phone, voices) in parties {
        assert_eq!(phone.hears_voices().await, *voices);
    }
}
