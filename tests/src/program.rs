//! The program under test, built by cargo when a test first asks for it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// `LINE_UNDER_TEST` names another one, such as a release build.
pub fn line_program() -> PathBuf {
    PROGRAM.get_or_init(|| std::env::var_os("LINE_UNDER_TEST").map_or_else(build, PathBuf::from)).clone()
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let house = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let built =
        Command::new(cargo).args(["build", "-q", "--locked", "-p", "tomoshibi"]).current_dir(house).status();
    assert!(built.is_ok_and(|status| status.success()), "the program under test cannot be built");
    // target/debug/deps/stories-…: the program is two folders up.
    let own = std::env::current_exe().expect("our own path");
    let folder = own.parent().and_then(|deps| deps.parent()).expect("a target folder");
    folder.join("tomoshibi")
}
