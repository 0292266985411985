//! Whoever lays a hand on the audit is found out.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use shell::testkit::Postgres;
use tests::{LineSetup, TestLine, TestPerson};

/// The rows of a chain that was not touched: three accounts, a sign-in, and what follows.
async fn an_audit(line: &mut TestLine) -> i64 {
    for login in ["ito", "mori", "sato"] {
        TestPerson::with(line, login, &["counsellor"]).await;
    }
    TestPerson::with(line, "kato", &["auditor"]).await.signs_in(line).await;
    line.stop().await;
    let (code, verdict) = verified(line).await;
    assert_eq!((code, &verdict["whole"]), (Some(0), &Value::Bool(true)), "{verdict}");
    verdict["entries"].as_i64().unwrap()
}

async fn verified(line: &TestLine) -> (Option<i32>, Value) {
    let said = line.run(&["audit", "verify", "--operator", &line.operator, "--json"]).await;
    let told: Vec<Value> = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    (said.code, told[0].clone())
}

/// What a hand does, in words that both engines know, and what is said of which row.
fn deeds(last: i64) -> Vec<(String, i64, &'static str)> {
    let copy =
        "INSERT INTO audit_event SELECT operator_id, @seq@, at_us, account_id, session_id, actor, action,
                subject_kind, subject_id, detail, prev_hash, hash FROM audit_event WHERE seq = @from@";
    let copied =
        |from: i64, seq: i64| copy.replace("@seq@", &seq.to_string()).replace("@from@", &from.to_string());
    let gone = |seq: i64| format!("DELETE FROM audit_event WHERE seq = {seq}");
    let head_back = format!(
        "UPDATE audit_head SET seq = {before}, hash = (SELECT hash FROM audit_event WHERE seq = {before})",
        before = last - 1
    );
    let forged = format!(
        "INSERT INTO audit_event VALUES ('example', {next}, 1, NULL, NULL, 'system', 'account.created', '', '', '{{}}',
         (SELECT hash FROM audit_event WHERE seq = {last}), 'made-up'); UPDATE audit_head SET seq = {next}, hash = 'made-up'",
        next = last + 1
    );
    vec![
        ("UPDATE audit_event SET account_id = 'somebody' WHERE seq = 2".into(), 2, "changed"),
        ("UPDATE audit_event SET at_us = at_us + 1 WHERE seq = 1".into(), 1, "changed"),
        (format!("UPDATE audit_event SET detail = '{{}}' WHERE seq = {last}"), last, "changed"),
        (gone(1), 1, "removed"),
        (gone(2), 2, "removed"),
        (gone(last), last, "removed"),
        (format!("{}; {head_back}", gone(last)), last - 1, "the note of the last row"),
        ("DELETE FROM audit_head".into(), last, "the note of the last row"),
        (format!("{}; {}", gone(2), copied(3, 2)), 2, "changed"),
        (copied(last, last + 1), last + 1, "inserted"),
        (copied(1, 0), 0, "inserted"),
        (forged, last + 1, "changed"),
    ]
}

/// Every deed on a fresh copy.
async fn is_found_out(line: &TestLine, last: i64, does: impl AsyncFn(&str)) {
    for (deed, seq, what) in deeds(last) {
        does(&deed).await;

        let (code, verdict) = verified(line).await;

        assert_eq!((code, &verdict["whole"]), (Some(2), &Value::Bool(false)), "{deed}\n{verdict}");
        let faults = verdict["faults"].as_array().unwrap();
        let named = |fault: &Value| fault["seq"] == seq && fault["what"].as_str().unwrap().contains(what);
        assert!(faults.iter().any(named), "{deed}\n{verdict}");
    }
}

fn runs(command: &mut Command) {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn copy(from: &Path, to: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        let _ = fs::remove_file(name(to));
        if Path::new(&name(from)).exists() {
            fs::copy(name(from), name(to)).unwrap();
        }
    }
}

const TRIGGERS_OF_SQLITE: [&str; 3] =
    ["audit_event_is_not_changed", "audit_event_is_not_deleted", "audit_head_is_not_deleted"];

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_in_the_audit_is_found_in_sqlite() {
    let mut line = LineSetup::new().start().await;
    let last = an_audit(&mut line).await;
    let (file, kept) = (line.data().join("line.db"), line.data().join("kept"));
    copy(&file, &kept);
    let refused =
        Command::new("sqlite3").arg(&file).arg("DELETE FROM audit_event WHERE seq = 2").output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("append only"), "{refused:?}");

    is_found_out(&line, last, async |deed| {
        copy(&kept, &file);
        let drops: String = TRIGGERS_OF_SQLITE.map(|name| format!("DROP TRIGGER {name}; ")).concat();
        runs(Command::new("sqlite3").arg("-bail").arg(&file).arg(drops + deed));
    })
    .await;
}

const TRIGGERS_OF_POSTGRES: [(&str, &str); 4] = [
    ("audit_event_is_not_changed", "audit_event"),
    ("audit_event_is_not_emptied", "audit_event"),
    ("audit_head_is_not_deleted", "audit_head"),
    ("audit_head_is_not_emptied", "audit_head"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_in_the_audit_is_found_in_postgresql() {
    let server = Postgres::shared();
    let (database, kept) = (server.create_database().await, server.create_database().await);
    let url = server.url(&database);
    let mut line = LineSetup::new().settings(&format!("[store]\nurl = \"{url}\"")).start().await;
    let last = an_audit(&mut line).await;
    let psql = |url: &str, sql: &str| {
        runs(Command::new("psql").args(["-q", "-v", "ON_ERROR_STOP=1", "-c", sql, url]))
    };
    let copied = |from: &str, to: &str| {
        let again = format!("DROP DATABASE {to} WITH (FORCE)");
        psql(&server.url("postgres"), &again);
        psql(&server.url("postgres"), &format!("CREATE DATABASE {to} TEMPLATE {from}"));
    };
    copied(&database, &kept);
    let refused = Command::new("psql").args(["-c", "DELETE FROM audit_event", &url]).output().unwrap();
    assert!(!refused.status.success(), "{refused:?}");

    is_found_out(&line, last, async |deed| {
        copied(&kept, &database);
        let drops = TRIGGERS_OF_POSTGRES.map(|(name, table)| format!("DROP TRIGGER {name} ON {table}; "));
        psql(&url, &(drops.concat() + deed));
    })
    .await;
}
