//! The program under test: the one that cargo built beside the tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

const HOUSE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// `LINE_UNDER_TEST` names another one, such as a release build.
pub fn line_program() -> PathBuf {
    PROGRAM.get_or_init(|| std::env::var_os("LINE_UNDER_TEST").map_or_else(built, PathBuf::from)).clone()
}

/// `cargo test --workspace` has built it already. Another build here would have other features, and
/// take its minutes out of the patience of the peers.
fn built() -> PathBuf {
    // target/debug/deps/stories-…: the program is two folders up.
    let own = std::env::current_exe().expect("our own path");
    let program = own.parent().and_then(Path::parent).expect("a target folder").join("tomoshibi");
    if !is_newer_than_the_sources(&program) {
        build();
    }
    program
}

fn build() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built =
        Command::new(cargo).args(["build", "-q", "--locked", "-p", "tomoshibi"]).current_dir(HOUSE).status();
    assert!(built.is_ok_and(|status| status.success()), "the program under test cannot be built");
}

fn is_newer_than_the_sources(program: &Path) -> bool {
    let Some(built) = changed(program) else { return false };
    let sources = ["services", "on-call-rota", "proto"].map(|folder| Path::new(HOUSE).join(folder));
    sources.iter().filter_map(|folder| newest(folder)).all(|newest| newest <= built)
}

/// The latest change of what goes into the program; tests do not.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let latest = |path: PathBuf| match path.is_dir() {
        true if path.ends_with("tests") || path.ends_with("benches") => None,
        true => newest(&path),
        false => changed(&path),
    };
    entries.filter_map(latest).max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}
