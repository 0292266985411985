//! The drill, as an operator runs it. Lateness is forgiven here by a factor on
//! the budgets; a wrong or missing step is not.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const ROTA: &str = include_str!("../src/rehearse/rota.toml");
const SETTINGS: &str = include_str!("../src/rehearse/line.toml");

/// What a whole drill goes through on a line of its own.
const WHOLE: [&str; 22] = [
    "line_started",
    "silent_phone_registered",
    "silent_desk_free",
    "answering_phone_registered",
    "answering_desk_free",
    "caller_alerted",
    "silent_phone_rings",
    "silent_phone_stops",
    "answering_phone_rings",
    "silent_desk_paused",
    "human_answers",
    "caller_hears_counsellor",
    "counsellor_hears_caller",
    "caller_released",
    "answering_desk_wraps_up",
    "ledger_tells_the_call",
    "answering_desk_free_again",
    "second_caller_alerted",
    "second_phone_rings",
    "second_phone_stops",
    "call_back_owed",
    "phones_signed_out",
];

fn tomoshibi(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tomoshibi"));
    command.args(args).stdin(Stdio::null());
    for name in std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("TOMOSHIBI_")) {
        command.env_remove(name);
    }
    command
}

fn rehearse(args: &[&str]) -> Output {
    let patient = ["rehearse", "--json", "--budget-factor", "10"];
    tomoshibi(&[&patient, args].concat()).output().unwrap()
}

fn told(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn names(told: &Value) -> Vec<&str> {
    told["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect()
}

fn step<'a>(told: &'a Value, name: &str) -> &'a Value {
    told["steps"].as_array().unwrap().iter().find(|step| step["name"] == name).unwrap()
}

/// An address at which nothing listens.
fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A line that runs by itself, with the people of the drill's rota.
struct Line {
    child: Child,
    folder: TempDir,
    url: String,
}

impl Line {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("rota.toml"), ROTA).unwrap();
        fs::write(folder.path().join("line.toml"), SETTINGS).unwrap();
        let mut command = tomoshibi(&["serve", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
        let command = command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command
            .args(["--data", "data", "--rota-file", "rota.toml", "--config", "line.toml"])
            .spawn()
            .unwrap();
        let mut words = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let url = words.find_map(|line| Some(line.split_once("http://")?.1.to_owned())).unwrap();
        // It goes on talking, and must not find the pipe closed.
        std::thread::spawn(move || words.for_each(drop));
        Self { child, folder, url: format!("http://{url}") }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn rehearse(&self, args: &[&str]) -> Output {
        let (data, rota, settings) = (self.file("data"), self.file("rota.toml"), self.file("line.toml"));
        let paths = ["--data", text(&data), "--rota-file", text(&rota), "--config", text(&settings)];
        rehearse(&[&["--line", &self.url, "--call", "9000"], &paths[..], args].concat())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_drill_on_a_line_of_its_own_goes_through_every_step() {
    // No line runs at the configured address: that alone is reason enough.
    let output = rehearse(&["--http", &nobody()]);

    let told = told(&output);
    assert_eq!(names(&told), WHOLE, "{told:#}");
    assert_eq!((&told["held"], output.status.code()), (&Value::Bool(true), Some(0)), "{told:#}");
    assert_eq!((&told["line"], &told["checked"]), (&"own".into(), &"whole".into()));
    assert_eq!(step(&told, "caller_alerted")["budget_ms"], 2_000);
}

#[test]
fn a_running_line_is_drilled_with_its_own_phones_and_left_as_it_was() {
    let line = Line::start();
    for _ in 0..2 {
        let output = line.rehearse(&["--silent", "drill-a", "--answering", "drill-b"]);

        let told = told(&output);
        let mut expected: Vec<&str> = WHOLE[1..].to_vec();
        expected[19] = "no_call_back_owed";
        assert_eq!(names(&told), expected, "{told:#}");
        assert_eq!((&told["held"], output.status.code()), (&Value::Bool(true), Some(0)), "{told:#}");
    }
}

#[test]
fn a_phone_with_a_wrong_password_is_named_and_the_drill_does_not_hold() {
    let line = Line::start();
    let good = fs::read_to_string(line.file("data/phones.toml")).unwrap();
    let secrets: Vec<&str> = good.lines().filter_map(|line| line.strip_prefix("password = ")).collect();
    let wrong = line.file("wrong.toml");
    fs::write(&wrong, good.replace(secrets[1], "\"not-the-password\"")).unwrap();
    fs::set_permissions(&wrong, fs::Permissions::from_mode(0o600)).unwrap();

    let output = line.rehearse(&["--silent", "drill-a", "--answering", "drill-b", "--phones", text(&wrong)]);

    let told = told(&output);
    let refused = step(&told, "answering_phone_registered");
    assert_eq!(output.status.code(), Some(2));
    assert!(refused["note"].as_str().unwrap().contains("drill-b: the registrar refuses"), "{told:#}");
    let all = format!("{output:?}");
    assert!(!all.contains("not-the-password") && !all.contains(secrets[0].trim_matches('"')));
}

#[test]
fn without_phones_half_is_checked_and_said_to_be_half() {
    let line = Line::start();

    let output = line.rehearse(&[]);

    // Nobody is signed in: the line says so to the caller at once.
    let told = told(&output);
    assert_eq!(names(&told), ["caller_alerted", "caller_picked_up", "ledger_tells_the_call"], "{told:#}");
    assert_eq!((&told["held"], &told["checked"]), (&Value::Bool(true), &"half".into()), "{told:#}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_line_that_is_not_there_is_named() {
    let (folder, nobody) = (tempfile::tempdir().unwrap(), nobody());
    fs::write(folder.path().join("rota.toml"), ROTA).unwrap();
    fs::write(folder.path().join("token"), "0123456789abcdef0123456789abcdef").unwrap();
    fs::set_permissions(folder.path().join("token"), fs::Permissions::from_mode(0o600)).unwrap();
    let url = format!("http://{nobody}");

    let output = rehearse(&["--line", &url, "--call", "9000", "--data", text(folder.path())]);

    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), true), "{said}");
    assert!(said.contains(&format!("no line answers at {url}")), "{said}");
}

#[test]
fn a_running_line_is_not_rung_by_guess() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap().to_string();

    let output = rehearse(&["--http", &here]);

    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("--call") && said.contains("--own"), "{said}");
}
