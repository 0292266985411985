//! Programs of others that judge what we write, installed into `target` when they are first needed.
#![allow(dead_code, unreachable_pub, reason = "each suite uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a judge that cannot be had fails the test")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::{env, fs};

use serde_json::Value;

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/r4b.py");

/// Where the validators are, installed when they are first needed: once, whichever test comes first.
pub static ORACLES: LazyLock<PathBuf> = LazyLock::new(oracles);

fn oracles() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/fhir-oracles");
    fs::create_dir_all(&folder).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).current_dir(&folder).stdout(Stdio::null()).status();
        assert!(done.is_ok_and(|done| done.success()), "{program} {arguments:?}: is it installed (apt)?");
    };
    if !folder.join("node_modules/fhir").exists() {
        fs::write(folder.join("package.json"), r#"{"private":true}"#).unwrap();
        run("npm", &["install", "--silent", "fhir@4.12.0"]);
    }
    if !folder.join("node_modules/cloudevents").exists() {
        run("npm", &["install", "--silent", "cloudevents@10.0.0"]);
    }
    if !folder.join("venv/bin/python").exists() {
        run("python3", &["-m", "venv", "venv"]);
        run("venv/bin/pip", &["install", "-q", "fhir.resources==8.3.0"]);
    }
    folder
}

/// What a program has against each of these.
pub fn judged_by(program: &str, script: &str, all: &[Value]) -> Vec<Vec<String>> {
    let work = tempfile::tempdir().unwrap();
    let file = work.path().join("all.json");
    fs::write(&file, serde_json::to_string(all).unwrap()).unwrap();
    let done = Command::new(program).arg(script).arg(&file).current_dir(&*ORACLES).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// What PyPI `fhir.resources` (R4B) has against each resource.
pub fn judged_by_python(resources: &[Value]) -> Vec<Vec<String>> {
    let python = ORACLES.join("venv/bin/python");
    judged_by(&python.to_string_lossy(), PYTHON, resources)
}
