//! What others read in our answers: schema.org's vocabulary and the iCalendar library of PyPI.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::by_hand::{Desk, TWO_WINDOWS};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/public/oracles");

/// Pinned, installed once beside the build.
fn python() -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("public-oracles");
    let python = venv.join("bin/python");
    if !venv.join("installed").exists() {
        does(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
        let packages = ["icalendar==7.3.0", "msgspec-schemaorg==0.2.1", "PyLD==3.3.0"];
        does(Command::new(&python).args(["-m", "pip", "install", "-q"]).args(packages));
        fs::write(venv.join("installed"), "").unwrap();
    }
    python
}

fn does(command: &mut Command) {
    let done = command.output().unwrap();
    let said = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?}\n{}\n{}", said.0, said.1);
}

#[tokio::test]
async fn others_read_in_our_answers_what_we_meant() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T23:30").await;
    for tongue in ["ja", "en"] {
        for kind in ["json", "ics"] {
            let told = desk.asked(&format!("/public/window.{kind}?lang={tongue}"), &[]).await;
            fs::write(folder.path().join(format!("{tongue}.{kind}")), told.text).unwrap();
        }
    }

    does(Command::new(python()).arg(Path::new(HERE).join("read.py")).arg(folder.path()));
}
