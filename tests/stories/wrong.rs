//! What is set up wrongly is said at once, and nothing is opened.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use tests::{EVERYBODY, LineSetup, Said, TestLine, rota};

const SOON: Duration = Duration::from_secs(10);

/// Serves, and must end by itself with 1.
async fn refuses(line: &TestLine) -> Said {
    let begun = Instant::now();
    let said = line.run(&["serve"]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert!(!said.out.contains("the line is up"), "{said:?}");
    said
}

/// `serve` and `check` say all of that.
async fn both_say(line: &TestLine, words: &[&str]) {
    let check = line.run(&["check"]).await;
    assert_eq!(check.code, Some(1), "{check:?}");
    for said in [refuses(line).await, check] {
        for word in words {
            assert!(said.err.contains(word), "{word:?} is missing: {}", said.err);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_the_settings_is_told_with_its_line_and_what_would_be_right() {
    let settings =
        "[store]\nbudgett = \"150ms\"\n[sip]\nalert_within = \"soon\"\n[routing]\nstrategy = \"loudest\"\n";
    let line = LineSetup::new().settings(settings).prepare();
    let file = line.settings_file().display().to_string();

    both_say(
        &line,
        &[
            &format!("{file} line 2"),
            "budgett",
            &format!("{file} line 4"),
            "alert_within",
            &format!("{file} line 6"),
            "ring-one",
        ],
    )
    .await;
    assert!(!line.data().exists(), "nothing is made before the settings are right");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_rota_is_told_with_all_its_faults() {
    let broken = rota(&EVERYBODY, "")
        .replace("sip:ito", "pigeon:ito")
        .replace("time = \"00:00-24:00\"\nstaff = [\"mori\"]", "time = \"25:00-24:00\"\nstaff = [\"mori\"]");
    let line = LineSetup::new().rota(broken).prepare();
    let file = line.rota_file().display().to_string();

    both_say(&line, &[&file, "line 35", "staff[1].contacts[1]", "line 62", "25:00", "HH:MM-HH:MM"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_sip_port_is_named() {
    for is_tcp in [false, true] {
        let line = LineSetup::new().prepare();
        let _udp = (!is_tcp).then(|| UdpSocket::bind(line.sip).unwrap());
        let _tcp = is_tcp.then(|| TcpListener::bind(line.sip).unwrap());

        let said = refuses(&line).await;

        assert!(said.err.contains(&line.sip.to_string()), "{}", said.err);
        assert!(said.err.contains("sip.listen"), "the key is named: {}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_http_port_is_named_and_sip_is_not_opened() {
    let line = LineSetup::new().prepare();
    let _busy = TcpListener::bind(line.http).unwrap();

    let said = refuses(&line).await;

    assert!(said.err.contains(&line.http.to_string()) && said.err.contains("http.listen"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_others_can_read_are_refused() {
    for secret in ["keys.toml", "token", "phones.toml"] {
        let mut line = LineSetup::new().start().await;
        line.stop().await;
        let file = line.data().join(secret);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();

        let said = refuses(&line).await;

        let right = format!("chmod 600 {}", file.display());
        assert!(said.err.contains(&right), "{}", said.err);
        let check = line.run(&["check"]).await;
        assert_eq!(check.code, Some(1), "`check` sees {secret}: {check:?}");
        assert!(check.err.contains(&right), "{}", check.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_not_there_is_told_soon() {
    let setup = LineSetup::new().settings("[store]\nurl = \"postgres://nobody@127.0.0.1:1/line\"");
    let mut line = setup.prepare();

    line.launch();

    line.logs("waiting for the store").await;
    assert!(line.is_running(), "it takes calls and goes on looking");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_exist_is_refused() {
    let url = shell::testkit::Postgres::shared().url("nothing");
    let line = LineSetup::new().settings(&format!("[store]\nurl = \"{url}\"")).prepare();

    let said = refuses(&line).await;

    assert!(said.err.contains("store"), "{}", said.err);
}
