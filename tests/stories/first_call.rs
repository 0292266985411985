//! A newcomer starts the line, registers a telephone of somebody on duty, and rings.

use tests::{LineSetup, Sipp, TestCaller, TestDesk, TestLine};

use crate::NUMBER;

/// The counsellors of the window `main` who are on duty now, as `rota who` tells.
async fn counsellors_on_duty(line: &TestLine) -> Vec<String> {
    let now = jiff::Timestamp::from_second(unix_now()).unwrap().to_string();
    let rota = line.data().join("rota.toml");
    let said = line.run(&["rota", "who", "--rota", rota.to_str().unwrap(), "--at", &now, "--json"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let people = told[0]["on_duty"].as_array().unwrap();
    let counsellors = people.iter().filter(|duty| duty["role"] == "counsellor");
    counsellors.filter_map(|duty| Some(duty["staff"].as_str()?.to_owned())).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test from outside asks for the real now")]
fn unix_now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_rings_the_example_line_by_two_kinds_of_telephone() {
    let line = LineSetup::example().start().await;
    let people = counsellors_on_duty(&line).await;
    let on_duty = people.first().expect("the example line always has somebody");
    let desk = TestDesk::registers(&line, on_duty).await;

    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    caller.is_connected(1).await;
    caller.hears(0).await;
    desk.hears(0).await;
    caller.hangs_up().await;
    desk.is_quiet(1).await;

    // A counsellor who has finished early ends the wrap-up.
    assert_eq!(line.run(&["desks", "resume", on_duty]).await.code, Some(0));
    let sipp = Sipp::call("uac", line.sip, 1, &["-s", "100", "-d", "500"]);
    desk.answers(2).await;
    sipp.succeeds().await;

    let calls = line.calls_ended(2).await;
    calls.iter().for_each(tests::ToldCall::is_whole);
    assert!(calls.iter().all(|call| call.is_answered_by(on_duty)), "{calls:?}");
    let story = ["begun", "sought", "offered", "ringing", "offer_ended", "answered", "picked_up", "ended"];
    assert_eq!(calls[0].names(), story);
    let said = line.run(&["calls", "--json"]).await;
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let steps: Vec<&str> =
        told[1]["entries"].as_array().unwrap().iter().filter_map(|entry| entry["step"].as_str()).collect();
    assert_eq!(steps, story, "`calls --json` tells the newest first: {}", said.out);
}
